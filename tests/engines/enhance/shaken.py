"""Clips whose shake is known: a window that moves over a large painted wall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance import Frame
from filoscope.media import write_clip

FPS = 30
SIZE = (320, 180)
"""Width and height."""


def wall(seed: int = 1) -> NDArray[np.uint8]:
    """A picture with corners everywhere, and nothing black in it."""
    lots = np.random.default_rng(seed)
    coarse = lots.uniform(60, 230, (70, 130)).astype(np.float32)
    fine = lots.uniform(-25, 25, (350, 650)).astype(np.float32)
    size = (1300, 700)
    blurred = cv2.GaussianBlur(
        cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
        + cv2.resize(fine, size, interpolation=cv2.INTER_CUBIC),
        (0, 0),
        1.0,
    )
    return np.clip(blurred, 45, 250).astype(np.uint8)


def pan_and_shake(
    count: int, *, pan_px: float, shake_px: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres of the window, shape (count, 2), as meant and as shaken (2.5 and 4 Hz)."""
    time_s = np.arange(count) / FPS
    meant = np.stack([350 + pan_px * np.arange(count), np.full(count, 350.0)], axis=1)
    shake = np.stack(
        [np.sin(2 * np.pi * 2.5 * time_s), np.cos(2 * np.pi * 4.0 * time_s + 1)], axis=1
    )
    return meant, meant + shake_px * shake


def look(picture: NDArray[np.uint8], centre: NDArray[np.float64]) -> NDArray[np.uint8]:
    """What the window shows, to a fraction of a pixel."""
    x, y = centre - np.array(SIZE) / 2
    shift = np.array([[1, 0, x], [0, 1, y]])
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(picture, shift, SIZE, flags=flags), np.uint8)


def frames_of(centres: NDArray[np.float64], seed: int = 1) -> Iterator[Frame]:
    """Grey frames of the window at these centres."""
    picture = wall(seed)
    for index, centre in enumerate(centres):
        yield Frame(index / FPS, (look(picture, centre),))


def where(frame: Frame, seed: int = 1) -> NDArray[np.float64]:
    """Find the centre of a frame on the wall, whatever its zoom, by a fit of features."""
    sift = cv2.SIFT.create()
    keys, words = sift.detectAndCompute(frame.planes[0], None)
    wall_keys, wall_words = _landmarks(sift, seed)
    # A brute-force matcher finds the same, and takes six times as long.
    apart = (wall_words**2).sum(axis=1) - 2 * words @ wall_words.T
    best = apart.argmin(axis=1)
    rows = np.arange(len(words))
    own = (words**2).sum(axis=1)
    least = np.sqrt(np.maximum(apart[rows, best] + own, 0))
    apart[rows, best] = np.inf
    good = np.flatnonzero(least < 0.7 * np.sqrt(apart.min(axis=1) + own))
    height, width = frame.planes[0].shape
    middle = np.array([width, height]) / 2
    matrix, _ = cv2.estimateAffinePartial2D(
        np.array([keys[index].pt for index in good]) - middle,
        np.array([wall_keys[best[index]].pt for index in good]),
        ransacReprojThreshold=1.0,
    )
    return np.asarray(matrix[:, 2])


_SEEN: dict[int, tuple[object, object]] = {}


def _landmarks(sift: cv2.SIFT, seed: int) -> tuple[object, object]:
    if seed not in _SEEN:
        _SEEN[seed] = sift.detectAndCompute(wall(seed), None)
    return _SEEN[seed]


def write_shaken(
    path: Path,
    centres: NDArray[np.float64],
    *,
    times_s: NDArray[np.float64] | None = None,
    samples: NDArray[np.float32] | None = None,
) -> None:
    """Write the window at these centres as a clip."""
    from fractions import Fraction

    times = np.arange(len(centres)) / FPS if times_s is None else times_s
    pictures = (
        (float(time_s), np.repeat(frame.planes[0][..., None], 3, axis=2))
        for time_s, frame in zip(times, frames_of(centres), strict=True)
    )
    write_clip(path, pictures, fps=Fraction(FPS), samples=samples)
