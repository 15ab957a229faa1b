"""Measures of clips whose answer is known."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from filoscope.enhance import measure_pair
from filoscope.enhance.highpass import faster_than
from filoscope.media import write_clip

from .shaken import FPS, SIZE, frames_of, pan_and_shake

COUNT = 26


def write(path: Path, matrix: np.ndarray, *, shake_px: float) -> None:
    """Write a shaken window, its pictures moved by an affine matrix about the centre."""
    _, centres = pan_and_shake(COUNT, pan_px=0.0, shake_px=shake_px)
    middle = np.array(SIZE) / 2 - 0.5
    moved = np.hstack([matrix, (middle - matrix @ middle)[:, None]])
    pictures = (
        (frame.time_s, np.repeat(cv2.warpAffine(frame.planes[0], moved, SIZE)[..., None], 3, 2))
        for frame in frames_of(centres)
    )
    write_clip(path, pictures, fps=Fraction(FPS))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("measured") / "before.mp4"
    write(path, np.eye(2), shake_px=4.0)
    return path


def test_a_clip_beside_itself_has_lost_nothing(before: Path) -> None:
    measures = measure_pair(before, before)
    assert measures.kept_crop == pytest.approx(1.0, abs=1e-4)
    assert measures.distortion == pytest.approx(1.0, abs=1e-4)
    assert measures.jitter_change_db == 0.0
    assert measures.black_share == 0.0
    # Two sines of 4 px, of pictures 320 wide: 8 px each at 640, and 8 is their RMS together.
    assert measures.jitter_px == pytest.approx(8.0, rel=0.05)


def test_a_zoom_is_crop_and_a_stretch_is_distortion(before: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.mp4"
    write(after, np.diag([1.25, 1.0]), shake_px=4.0)
    measures = measure_pair(before, after)
    assert measures.kept_crop == pytest.approx(1 / np.sqrt(1.25), abs=0.005)
    assert measures.distortion == pytest.approx(0.8, abs=0.01)


def test_half_the_shake_is_six_decibels_less(before: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.mp4"
    write(after, np.eye(2), shake_px=2.0)
    assert measure_pair(before, after).jitter_change_db == pytest.approx(-6.02, abs=0.3)


def test_borders_left_empty_are_counted(before: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.mp4"
    write(after, np.diag([0.9, 0.9]), shake_px=4.0)
    assert measure_pair(before, after).black_share == pytest.approx(0.19, abs=0.02)


def test_what_is_faster_than_a_rate_is_what_scipy_says_it_is() -> None:
    track = np.cumsum(np.random.default_rng(3).normal(size=(90, 2)), axis=0)
    order = butter(3, 0.7, "highpass", fs=29.97, output="sos")

    found = faster_than(0.7, track, fps=29.97)

    expected = sosfiltfilt(order, track, axis=0, padlen=30)
    assert expected == pytest.approx(found, abs=1e-9)
    assert 0.0 == np.abs(faster_than(1.0, track[:1], fps=30.0)).max()
