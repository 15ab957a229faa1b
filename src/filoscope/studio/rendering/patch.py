"""A picture with transparency, ready to be laid onto planes, and how it comes and goes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import Canvas, Planes, yuv_of

ANIMATION_S = 0.25
"""Quick enough to be felt rather than watched."""

_POP = 1.12
"""By how much a thing that pops in is too large for a moment."""

_RISE = 0.06
"""Of the canvas's height: how far a thing rises as it comes."""

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Patch:
    """A picture to lay over others.

    Attributes
    ----------
    x, y : int
        Of its left upper corner on the canvas; may lie outside.
    rgba : ndarray
        Shape (height, width, 4), not premultiplied.
    """

    rgba: Pixels
    x: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        """In pixels."""
        return int(self.rgba.shape[1])

    @property
    def height(self) -> int:
        """In pixels."""
        return int(self.rgba.shape[0])

    def moved(self, x: int, y: int) -> Patch:
        """Return the same picture elsewhere."""
        return replace(self, x=x, y=y)


@dataclass(frozen=True, slots=True)
class Inlay:
    """A patch as planes, premultiplied, on even pixels within the canvas.

    Attributes
    ----------
    x, y : int
    planes : tuple of ndarray
        Code values times opacity, float32.
    clear : tuple of ndarray
        1 - opacity, of luma and of chroma.
    """

    x: int
    y: int
    planes: tuple[Floats, Floats, Floats]
    clear: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Shape:
    """How a patch is shown at a moment: opacity, size about its middle, and how far lower."""

    opacity: float = 1.0
    scale: float = 1.0
    lower_px: float = 0.0


AS_IT_IS = Shape()


def patch_of(pixels: Pixels, *, turn_deg: float = 0.0) -> Patch:
    """Return RGBA pixels as a patch, turned clockwise about their middle."""
    if turn_deg % 360 == 0:
        return Patch(pixels)
    height, width = pixels.shape[:2]
    middle = ((width - 1) / 2, (height - 1) / 2)
    turn = np.asarray(cv2.getRotationMatrix2D(middle, -turn_deg, 1.0), np.float64)
    wide = int(np.ceil(abs(turn[0, 0]) * width + abs(turn[0, 1]) * height)) + 2
    high = int(np.ceil(abs(turn[0, 1]) * width + abs(turn[0, 0]) * height)) + 2
    turn[:, 2] += ((wide - width) / 2, (high - height) / 2)
    return Patch(_warped(pixels, turn, (wide, high)))


def _warped(pixels: Pixels, matrix: NDArray[np.float64], size: tuple[int, int]) -> Pixels:
    """Move pixels by a matrix; what is transparent lends no colour to its neighbours."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([pixels[..., :3] * alpha, alpha * 255], axis=-1)
    moved = np.asarray(
        cv2.warpAffine(premultiplied, matrix, size, flags=cv2.INTER_LINEAR), np.float32
    )
    opaque = np.maximum(moved[..., 3:] / 255, 1e-4)
    moved[..., :3] /= opaque
    return np.asarray(np.clip(np.rint(moved), 0, 255), np.uint8)


def shown_at(entrance: str, leaving: str, frame: int, frames: int, canvas: Canvas) -> Shape:
    """Return how a thing is shown at one of its frames."""
    span = max(min(round(ANIMATION_S * canvas.fps), frames // 2), 1)
    come = min((frame + 1) / (span + 1), 1.0)
    gone = min((frames - frame) / (span + 1), 1.0)
    shapes = [_shape(entrance, come, canvas), _shape(leaving, gone, canvas)]
    return Shape(
        min(shape.opacity for shape in shapes),
        shapes[0].scale * shapes[1].scale,
        sum(shape.lower_px for shape in shapes),
    )


def _shape(animation: str, share: float, canvas: Canvas) -> Shape:
    if animation == "none" or share >= 1:
        return AS_IT_IS
    eased = 1 - (1 - share) ** 3
    if animation == "pop":
        grown = share / 0.7 * _POP if share < 0.7 else _POP - (_POP - 1) * (share - 0.7) / 0.3
        return Shape(min(share * 3, 1.0), max(grown, 0.05))
    lower = (1 - eased) * _RISE * canvas.height if animation == "rise" else 0.0
    return Shape(eased, 1.0, lower)


def shaped(patch: Patch, shape: Shape) -> Patch:
    """Return a patch as it is shown at a moment, its opacity left alone."""
    if shape.scale == 1:
        return patch.moved(patch.x, patch.y + round(shape.lower_px))
    size = tuple(max(round(side * shape.scale), 1) for side in (patch.width, patch.height))
    matrix = np.array(
        [[size[0] / patch.width, 0.0, 0.0], [0.0, size[1] / patch.height, 0.0]], np.float64
    )
    return Patch(
        _warped(patch.rgba, matrix, (size[0], size[1])),
        patch.x + round((patch.width - size[0]) / 2),
        patch.y + round((patch.height - size[1]) / 2 + shape.lower_px),
    )


def inlay_of(patch: Patch, canvas: tuple[int, int]) -> Inlay | None:
    """Return what of a patch lies on the canvas; None when nothing does."""
    left, top = max(patch.x, 0), max(patch.y, 0)
    right, bottom = min(patch.x + patch.width, canvas[0]), min(patch.y + patch.height, canvas[1])
    if right <= left or bottom <= top:
        return None
    x, y = left - left % 2, top - top % 2
    wide, high = right + right % 2 - x, bottom + bottom % 2 - y
    rgba = np.zeros((high, wide, 4), np.uint8)
    rgba[top - y : bottom - y, left - x : right - x] = patch.rgba[
        top - patch.y : bottom - patch.y, left - patch.x : right - patch.x
    ]
    alpha = np.asarray(rgba[..., 3] / 255, np.float32)
    yuv = yuv_of(rgba[..., :3] / 255.0).astype(np.float32)
    return inlay_from((yuv[..., 0], yuv[..., 1], yuv[..., 2]), alpha, x, y)


def inlay_from(full: tuple[Floats, Floats, Floats], alpha: Floats, x: int, y: int) -> Inlay:
    """Return planes of full size, of which alpha says how opaque they are, as an inlay."""
    half = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    small = [
        np.asarray(cv2.resize(plane * alpha, half, interpolation=cv2.INTER_AREA), np.float32)
        for plane in full[1:]
    ]
    coarse = np.asarray(cv2.resize(alpha, half, interpolation=cv2.INTER_AREA), np.float32)
    return Inlay(x, y, (full[0] * alpha, small[0], small[1]), (1 - alpha, 1 - coarse))


def lay(planes: Planes, inlay: Inlay, opacity: float = 1.0) -> None:
    """Lay an inlay onto planes, which are written to."""
    for index, (plane, ink) in enumerate(zip(planes, inlay.planes, strict=True)):
        fine = 1 if index == 0 else 2
        clear = inlay.clear[0 if index == 0 else 1]
        x, y = inlay.x // fine, inlay.y // fine
        part = plane[y : y + ink.shape[0], x : x + ink.shape[1]]
        if opacity < 1:
            clear, ink = 1 - (1 - clear) * np.float32(opacity), ink * np.float32(opacity)
        part[:] = part * clear + ink + np.float32(0.5)
