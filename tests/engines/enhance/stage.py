"""Clips with one subject whose place is known: somebody in a coat who walks before a painted wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance import Frame

from .shaken import wall

FPS = 25
SIZE = (640, 360)
SUBJECT = (60, 130)
"""Width and height."""


def coat(seed: int = 5) -> NDArray[np.uint8]:
    """What the subject looks like: Y, U, V of a checked coat."""
    lots = np.random.default_rng(seed)
    small = lots.uniform(30, 230, (13, 6)).astype(np.float32)
    luma = cv2.resize(small, SUBJECT, interpolation=cv2.INTER_NEAREST)
    red = np.full(SUBJECT[::-1], 190, np.float32)
    blue = np.full(SUBJECT[::-1], 90, np.float32)
    return np.clip(np.stack([luma, blue, red], axis=-1), 16, 235).astype(np.uint8)


def walk(
    path: Callable[[float], tuple[float, float]],
    *,
    seconds: float,
    camera: Callable[[float], float] = lambda time_s: 0.0,
    is_there: Callable[[float], bool] = lambda time_s: True,
    dtype: type = np.uint8,
) -> Iterator[Frame]:
    """Yield frames; `path` and `camera` say where the subject's centre and the camera are, in px."""
    background = np.asarray(wall()[100:460, :], np.uint8)
    dressed = coat()
    for step in range(round(seconds * FPS)):
        time_s = step / FPS
        left = 300 + camera(time_s)
        shift = np.array([[1, 0, left], [0, 1, 0.0]])
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
        luma = cv2.warpAffine(background, shift, SIZE, flags=flags)
        picture = cv2.merge([luma, np.full_like(luma, 128), np.full_like(luma, 128)])
        if is_there(time_s):
            _lay(picture, dressed, path(time_s))
        planes = [picture[..., 0], *(picture[::2, ::2, index] for index in (1, 2))]
        deep = 4 if dtype == np.uint16 else 1
        yield Frame(time_s, tuple(np.ascontiguousarray(one.astype(dtype) * deep) for one in planes))


def _lay(picture: NDArray[np.uint8], dressed: NDArray[np.uint8], at: tuple[float, float]) -> None:
    x, y = round(at[0] - SUBJECT[0] / 2), round(at[1] - SUBJECT[1] / 2)
    left, right = max(x, 0), min(x + SUBJECT[0], SIZE[0])
    top, bottom = max(y, 0), min(y + SUBJECT[1], SIZE[1])
    if left < right and top < bottom:
        picture[top:bottom, left:right] = dressed[top - y : bottom - y, left - x : right - x]


def redness(frame: Frame) -> float:
    """Return how much of the subject is in a frame: 1 for all of it."""
    red = frame.planes[2].astype(np.float32) / (4 if frame.planes[2].dtype == np.uint16 else 1)
    return float((red > 160).sum() * 4 / (SUBJECT[0] * SUBJECT[1]))
