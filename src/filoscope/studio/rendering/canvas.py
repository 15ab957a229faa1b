"""The picture that is drawn on: planes of yuv420p in 8 bit, BT.709, limited range.

Planes are never written to once they have been handed on: who draws, draws on a copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.studio.timeline import Timeline

Plane = NDArray[np.uint8]
Planes = tuple[Plane, Plane, Plane]

BLACK, WHITE, GREY = 16, 235, 128
_KR, _KB = 0.2126, 0.0722
"""BT.709-6, section 3."""

SIDE_MIN = 16


@dataclass(frozen=True, slots=True)
class Canvas:
    """Size and clock of the picture that is made.

    Attributes
    ----------
    width, height : int
        Even.
    fps : Fraction
    """

    width: int
    height: int
    fps: Fraction

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    @property
    def short_edge(self) -> int:
        """The shorter side, by which letters are sized."""
        return min(self.width, self.height)


def canvas_of(timeline: Timeline, *, scale: float = 1.0, short_edge: int | None = None) -> Canvas:
    """Return the canvas of a timeline, made smaller or larger."""
    if short_edge is not None:
        scale = min(short_edge / min(timeline.width, timeline.height), 1.0)
    width, height = (
        max(round(side * scale / 2) * 2, SIDE_MIN) for side in (timeline.width, timeline.height)
    )
    return Canvas(width, height, timeline.fps)


def filled(size: tuple[int, int], luma: int = BLACK, cb: int = GREY, cr: int = GREY) -> Planes:
    """Return planes of one colour."""
    width, height = size
    half = (height // 2, width // 2)
    return (
        np.full((height, width), luma, np.uint8),
        np.full(half, cb, np.uint8),
        np.full(half, cr, np.uint8),
    )


def copied(planes: Planes) -> Planes:
    """Return planes to draw on."""
    return (planes[0].copy(), planes[1].copy(), planes[2].copy())


def size_of(planes: Planes) -> tuple[int, int]:
    """Return width and height."""
    return planes[0].shape[1], planes[0].shape[0]


def mixed(one: Planes, other: Planes, share: float) -> Planes:
    """Return one picture with a share of another over it."""
    if share <= 0:
        return one
    if share >= 1:
        return other
    made = [
        np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)
        for a, b in zip(one, other, strict=True)
    ]
    return made[0], made[1], made[2]


def yuv_of(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 8-bit code values (..., 3) of Y, Cb, Cr, not rounded, for RGB from 0 to 1."""
    red, green, blue = np.moveaxis(np.asarray(rgb, np.float64), -1, 0)
    luma = _KR * red + (1 - _KR - _KB) * green + _KB * blue
    cb, cr = (blue - luma) / (2 * (1 - _KB)), (red - luma) / (2 * (1 - _KR))
    return np.stack([16 + 219 * luma, 128 + 224 * cb, 128 + 224 * cr], axis=-1)


def rgb_of(yuv: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return RGB, 0 to 1 where it is a colour of a screen, for code values of Y, Cb, Cr."""
    luma, cb, cr = np.moveaxis(np.asarray(yuv, np.float64), -1, 0)
    luma, cb, cr = (luma - 16) / 219, (cb - 128) / 224, (cr - 128) / 224
    red, blue = luma + 2 * (1 - _KR) * cr, luma + 2 * (1 - _KB) * cb
    green = (luma - _KR * red - _KB * blue) / (1 - _KR - _KB)
    return np.stack([red, green, blue], axis=-1)


def color_of(said: str) -> tuple[tuple[int, int, int], float]:
    """Return (Y, Cb, Cr) and opacity of a colour such as "#ffcc00" or "#ffcc0080"."""
    parts = [int(said[at : at + 2], 16) / 255 for at in range(1, len(said), 2)]
    luma, cb, cr = np.rint(yuv_of(np.array(parts[:3]))).astype(int).tolist()
    return (luma, cb, cr), parts[3] if len(parts) > 3 else 1.0
