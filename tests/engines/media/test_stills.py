"""Poster, preview, storyboard and blurhash show the clip at its best."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import blurhash
import numpy as np
import pytest
from PIL import Image

from filoscope.media import transcode, write_clip
from filoscope.media.stills import dominant_color, quality_of


def _scene(kind: str, shift: int) -> np.ndarray:
    rng = np.random.default_rng(7)
    if kind == "black":
        return np.zeros((180, 320, 3), np.uint8)
    picture = np.zeros((180, 320, 3), np.uint8)
    picture[:] = (40, 90, 150)
    for x, y, size in rng.integers(10, 150, (12, 3)).tolist():
        color = rng.integers(30, 230, 3)
        picture[y : y + size // 3, (x * 2 + shift) % 300 : (x * 2 + shift) % 300 + size // 2] = (
            color
        )
    if kind == "blurred":
        small = (
            Image.fromarray(picture).resize((10, 6)).resize((320, 180), Image.Resampling.BICUBIC)
        )
        return np.asarray(small)
    return picture


def _film(path: Path, scenes: list[tuple[str, float, int]]) -> Path:
    """Write scenes of (kind, seconds, pixels of movement a picture)."""
    pictures, number = [], 0
    for kind, seconds, speed in scenes:
        for step in range(round(seconds * 15)):
            pictures.append((number / 15, _scene(kind, step * speed)))
            number += 1
    write_clip(path, pictures, fps=Fraction(15))
    return path


def test_the_poster_is_neither_black_nor_blurred(tmp_path: Path) -> None:
    source = _film(
        tmp_path / "film.mp4", [("black", 1.5, 0), ("blurred", 1.5, 0), ("sharp", 1.5, 0)]
    )

    stills = transcode(source, tmp_path / "out").stills

    assert 3.0 <= stills.timestamp_s < 4.5
    with Image.open(tmp_path / "out" / stills.poster_webp) as poster:
        assert poster.format == "WEBP"
        assert poster.size == (stills.width, stills.height) == (320, 180)
        assert np.asarray(poster.convert("RGB")).std() > 20
    with Image.open(tmp_path / "out" / stills.poster_jpg) as poster:
        assert poster.format == "JPEG"


def test_blurhash_and_colour_are_those_of_the_poster(tmp_path: Path) -> None:
    stills = transcode(_film(tmp_path / "film.mp4", [("sharp", 1.0, 0)]), tmp_path / "out").stills

    with Image.open(tmp_path / "out" / stills.poster_webp) as poster:
        mean = np.asarray(poster.convert("RGB")).mean(axis=(0, 1))
    decoded = np.asarray(blurhash.decode(stills.blurhash, 32, 32)).mean(axis=(0, 1))
    assert len(stills.blurhash) == 28
    assert decoded == pytest.approx(mean, abs=25)
    red, green, blue = (int(stills.dominant_color[at : at + 2], 16) for at in (1, 3, 5))
    assert (red, green, blue) == pytest.approx((40, 90, 150), abs=20)


def test_the_preview_shows_the_liveliest_seconds(tmp_path: Path) -> None:
    source = _film(tmp_path / "film.mp4", [("sharp", 4.0, 0), ("sharp", 3.0, 9), ("sharp", 4.0, 0)])

    ladder = transcode(source, tmp_path / "out")

    with Image.open(tmp_path / "out" / ladder.preview) as preview:
        assert preview.n_frames >= 20
        pictures = []
        for number in range(preview.n_frames):
            preview.seek(number)
            pictures.append(np.asarray(preview.convert("L")).astype(float))
        assert preview.info["loop"] == 0
    moving = [np.abs(a - b).mean() > 2 for a, b in zip(pictures[1:], pictures, strict=False)]
    assert np.mean(moving) > 0.8


def test_the_storyboard_has_a_tile_for_each_second(tmp_path: Path) -> None:
    source = _film(tmp_path / "film.mp4", [("sharp", 12.0, 4)])

    ladder = transcode(source, tmp_path / "out")

    cues = (tmp_path / "out" / ladder.storyboard_vtt).read_text()
    times = re.findall(r"(\S+) --> (\S+)\nstoryboard.webp#xywh=(\d+),(\d+),160,90", cues)
    assert cues.startswith("WEBVTT\n\n")
    assert len(times) == 12
    assert times[0] == ("00:00:00.000", "00:00:01.000", "0", "0")
    assert times[11] == ("00:00:11.000", "00:00:12.000", "160", "90")
    with Image.open(tmp_path / "out" / ladder.storyboard) as sprite:
        assert sprite.size == (1600, 180)


def test_a_sharp_bright_picture_beats_a_blurred_and_a_black_one() -> None:
    kinds = ("sharp", "blurred", "black")

    scores = [quality_of(np.ascontiguousarray(_scene(kind, 0))) for kind in kinds]

    assert scores == sorted(scores, reverse=True)


def test_the_dominant_colour_is_the_commonest() -> None:
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:20] = (200, 30, 40)
    picture[20:] = (10, 200, 10)

    assert dominant_color(picture) == "#c81e28"
