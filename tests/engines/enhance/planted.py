"""Clean scenes, and what is wrong with a film planted in them: noise, blocks, flicker, darkness."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance import Frame
from filoscope.enhance.clean import CleanAccount, Cleaner, CleanSettings

FPS = 30
WIDTH, HEIGHT = 320, 192
Floats = NDArray[np.float64]


def scene(seed: int = 1) -> Floats:
    """A wide painted picture: flat walls, slopes, edges, and a patch of fine texture."""
    lots = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(lots.uniform(40, 215, (16, 24)), (0, 0), 1.0)
    picture = cv2.resize(picture, (480, 320), interpolation=cv2.INTER_CUBIC)
    for _ in range(14):
        x, y = lots.integers(0, 420), lots.integers(0, 270)
        cv2.rectangle(picture, (x, y), (x + 50, y + 40), float(lots.uniform(40, 215)), -1)
    picture[40:140, 40:200] += cv2.GaussianBlur(lots.normal(0, 26, (100, 160)), (0, 0), 1.0)
    return np.asarray(np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7), 20, 235), np.float64)


def film(count: int, *, pan_px: float = 1.0, seed: int = 1) -> list[tuple[Floats, Floats, Floats]]:
    """A camera that pans over the scene while a ball crosses: planes as they truly are."""
    wall = scene(seed)
    pictures = []
    for index in range(count):
        shift = np.array([[1, 0, 30 + pan_px * index], [0, 1, 40]], np.float64)
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
        luma = np.asarray(cv2.warpAffine(wall, shift, (WIDTH, HEIGHT), flags=flags), np.float64)
        cv2.circle(luma, (40 + 6 * index, 120), 16, 220.0, -1, cv2.LINE_AA)
        small = cv2.resize(luma, (WIDTH // 2, HEIGHT // 2), interpolation=cv2.INTER_AREA)
        pictures.append((luma, 128 + (small - 128) * 0.25, 128 - (small - 128) * 0.2))
    return pictures


def frames_of(pictures: Iterable[tuple[Floats, ...]], *, bits: int = 8) -> list[Frame]:
    """Frames of pictures in levels of 8 bit."""
    unit, kind = (1, np.uint8) if bits == 8 else (4, np.uint16)
    return [
        Frame(
            index / FPS,
            tuple(np.clip(np.rint(p * unit), 0, 256 * unit - 1).astype(kind) for p in picture),
        )
        for index, picture in enumerate(pictures)
    ]


def with_noise(
    pictures: Iterable[tuple[Floats, ...]], sigma: float, seed: int = 7
) -> list[tuple[Floats, ...]]:
    """The pictures with noise of that deviation on every plane."""
    lots = np.random.default_rng(seed)
    return [tuple(p + lots.normal(0, sigma, p.shape) for p in picture) for picture in pictures]


def clean(
    frames: list[Frame], settings: CleanSettings | None = None
) -> tuple[list[Frame], CleanAccount]:
    """What a cleaner makes of these frames."""
    cleaner = Cleaner(fps=FPS, settings=settings)
    made = [calm for frame in frames for calm in cleaner.push(frame)]
    return made + cleaner.drain(), cleaner.account


def psnr_db(frames: list[Frame], truth: list[tuple[Floats, ...]], plane: int = 0) -> float:
    """Of frames against pictures in levels of 8 bit."""
    scale = 1.0 if frames[0].planes[0].dtype == np.uint8 else 0.25
    error = np.mean(
        [
            np.mean((frame.planes[plane] * scale - picture[plane]) ** 2)
            for frame, picture in zip(frames, truth, strict=True)
        ]
    )
    return float(10 * np.log10(255**2 / error))
