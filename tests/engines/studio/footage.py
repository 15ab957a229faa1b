"""Small clips whose every frame and sample is known, and eyes and ears for what was made of them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filoscope.media import read_pictures, read_samples, write_clip, write_wav

WIDTH, HEIGHT, FPS, RATE_HZ = 96, 160, Fraction(30), 48_000

Picture = NDArray[np.uint8]
Samples = NDArray[np.float32]


def flat(level: int) -> Picture:
    """Return a grey picture."""
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def colored(red: int, green: int, blue: int) -> Picture:
    """Return a picture of one colour."""
    return np.broadcast_to(np.array([red, green, blue], np.uint8), (HEIGHT, WIDTH, 3)).copy()


def write_take(
    path: Path,
    count: int,
    picture: Callable[[int], Picture],
    samples: Samples | None = None,
    *,
    fps: Fraction = FPS,
    crf: int = 8,
) -> Path:
    """Write a clip of `count` frames."""
    pictures = ((float(n / fps), picture(n)) for n in range(count))
    write_clip(path, pictures, fps=fps, samples=samples, crf=crf, preset="ultrafast")
    return path


def write_song(path: Path, samples: Samples) -> Path:
    """Write a song as WAV."""
    write_wav(path, samples, rate_hz=RATE_HZ)
    return path


def click_at(sample: int, length: int, level: float = 0.9) -> Samples:
    """Return silence with one loud sample in it."""
    samples = np.zeros((2, length), np.float32)
    samples[:, sample] = level
    return samples


def tone(length: int, *, hz: float = 440.0, level: float = 0.2) -> Samples:
    """Return a sine on both sides."""
    wave = level * np.sin(2 * np.pi * hz * np.arange(length) / RATE_HZ)
    return np.stack([wave, wave]).astype(np.float32)


def levels_of(path: Path) -> list[float]:
    """Return the mean level of each frame, 0 to 255."""
    return [float(picture.mean()) for _, picture in read_pictures(path)]


def pictures_of(path: Path) -> list[Picture]:
    """Return all frames as RGB."""
    return [picture for _, picture in read_pictures(path)]


def samples_of(path: Path) -> Samples:
    """Return the sound."""
    return read_samples(path)
