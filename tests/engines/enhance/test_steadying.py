"""A planted shake goes, what was meant stays."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.enhance import Frame, Stabilizer, UnevenFrames

from .shaken import FPS, SIZE, frames_of, look, pan_and_shake, wall, where


def steady(frames: list[Frame], **options: float) -> tuple[list[Frame], Stabilizer]:
    stabilizer = Stabilizer(fps=FPS, **options)
    calm = [out for frame in frames for out in stabilizer.push(frame)]
    return calm + stabilizer.drain(), stabilizer


@pytest.fixture(scope="module")
def panned() -> tuple[list[Frame], list[Frame], np.ndarray, Stabilizer]:
    meant, shaken = pan_and_shake(150, pan_px=3.0, shake_px=6.0)
    frames = list(frames_of(shaken))
    calm, stabilizer = steady(frames)
    return frames, calm, meant, stabilizer


def test_a_planted_shake_is_removed_to_under_half_a_pixel_and_the_pan_kept(panned) -> None:
    _, calm, meant, _ = panned
    # The first and last half second lean on one side only; every other frame tells the rest.
    inner = slice(15, 135, 2)
    found = np.array([where(frame) for frame in calm[inner]])
    steps = np.arange(len(found))
    line = [np.polyfit(steps, axis, 1) for axis in found.T]
    residual = found - np.stack([np.polyval(fit, steps) for fit in line], axis=1)
    assert np.sqrt((residual**2).sum(axis=1).mean()) < 0.5
    assert 3.0 == pytest.approx(line[0][0] / 2, rel=0.01)
    assert np.abs(found - meant[inner]).max() < 6.0


def test_every_frame_comes_out_once_in_order_at_its_own_time(panned) -> None:
    frames, calm, _, stabilizer = panned
    assert [frame.time_s for frame in frames] == [frame.time_s for frame in calm]
    assert len(frames) == stabilizer.account.frame_count


def test_no_pixel_is_black_and_the_crop_keeps_its_bound(panned) -> None:
    _, calm, _, stabilizer = panned
    assert min(int(frame.planes[0].min()) for frame in calm) > 20
    assert stabilizer.account.zoom_max <= 1 / (1 - 0.2) + 1e-6


def test_a_smaller_crop_is_kept_to_under_a_shake_that_is_too_large_for_it() -> None:
    _, shaken = pan_and_shake(90, pan_px=0.0, shake_px=12.0)
    calm, stabilizer = steady(list(frames_of(shaken)), crop_max=0.05)
    assert stabilizer.account.zoom_max <= 1 / (1 - 0.05) + 1e-3
    assert min(int(frame.planes[0].min()) for frame in calm) > 20


def test_a_calm_pan_comes_out_as_the_very_same_frames() -> None:
    meant, _ = pan_and_shake(90, pan_px=2.0, shake_px=0.0)
    frames = list(frames_of(meant))
    calm, stabilizer = steady(frames)
    assert all(before is after for before, after in zip(frames, calm, strict=True))
    assert stabilizer.account.changed_count == 0


def test_a_calm_clip_that_ends_in_mid_sway_is_left_alone_to_its_last_frame() -> None:
    time_s = np.arange(120) / FPS
    sway = np.stack([400 + 24 * np.sin(2 * np.pi * 0.3 * time_s), np.full(120, 350.0)], axis=1)
    frames = list(frames_of(sway))
    calm, _ = steady(frames)
    assert all(before is after for before, after in zip(frames, calm, strict=True))


def test_someone_who_walks_through_the_picture_does_not_move_it() -> None:
    still = np.tile([[400.0, 350.0]], (90, 1))
    walker = wall(7)[:110, :120]
    frames = []
    for index, frame in enumerate(frames_of(still)):
        luma = frame.planes[0].copy()
        left = 2 * index
        luma[50:160, left : left + 120] = walker
        frames.append(Frame(frame.time_s, (luma,)))
    calm, _ = steady(frames)
    assert all(before is after for before, after in zip(frames, calm, strict=True))


def test_a_cut_is_found_and_nothing_is_steadied_across_it() -> None:
    _, shaken = pan_and_shake(60, pan_px=0.0, shake_px=5.0)
    first, second = list(frames_of(shaken)), list(frames_of(shaken + 40, seed=9))
    moved = [Frame(frame.time_s + 2.0, (255 - frame.planes[0],)) for frame in second]
    alone, _ = steady(first)
    both, stabilizer = steady(first + moved)
    assert stabilizer.account.cut_count == 1
    assert all(
        np.array_equal(one.planes[0], other.planes[0])
        for one, other in zip(alone, both[:60], strict=True)
    )


def test_planes_of_colour_move_with_the_luma() -> None:
    _, shaken = pan_and_shake(75, pan_px=0.0, shake_px=6.0)
    frames = []
    for frame in frames_of(shaken):
        luma = frame.planes[0]
        half = luma.reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).mean(axis=(1, 3))
        frames.append(Frame(frame.time_s, (luma, half.astype(np.uint8))))
    calm, _ = steady(frames)
    apart = [
        np.abs(
            frame.planes[0].reshape(SIZE[1] // 2, 2, SIZE[0] // 2, 2).mean(axis=(1, 3))
            - frame.planes[1]
        ).mean()
        for frame in calm
    ]
    assert max(apart) < 2.0


def test_a_frame_of_another_size_or_an_earlier_time_is_refused() -> None:
    stabilizer = Stabilizer(fps=FPS)
    luma = look(wall(), np.array([400.0, 350.0]))
    stabilizer.push(Frame(1.0, (luma,)))
    with pytest.raises(UnevenFrames, match="follows one of"):
        stabilizer.push(Frame(1.0, (luma,)))
    with pytest.raises(UnevenFrames, match="Scale and sort"):
        stabilizer.push(Frame(2.0, (luma[:90],)))
