"""Bring a picture of any size to the canvas: cut to it, whole within it, or a part, still or moving."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from filoscope.studio.rendering.canvas import Plane, Planes, filled, size_of
from filoscope.studio.timeline import Box, Move
from filoscope.studio.timeline.shots import Framing

_AREA_FROM = 1.15
"""Pictures made smaller by more are averaged over what each pixel covers: fewer false patterns."""

_BLUR_SIDE = 96
"""The blurred background is made at this size: what is left of it is light and colour."""

_BLUR_LIGHT = 0.7
"""Of the background: the picture before it stands out."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a picture in whole, even pixels."""

    x: int
    y: int
    width: int
    height: int


def part_of(size: tuple[int, int], canvas: tuple[int, int], box: Box | None = None) -> Part:
    """Return the largest part of a picture, or of a box in it, that has the canvas's shape."""
    width, height = size
    box = box or Box(0.0, 0.0, 1.0, 1.0)
    inner = (box.width * width, box.height * height)
    shape = canvas[0] / canvas[1]
    cut = (min(inner[0], inner[1] * shape), min(inner[1], inner[0] / shape))
    x = box.x * width + (inner[0] - cut[0]) / 2
    y = box.y * height + (inner[1] - cut[1]) / 2
    cut_width = min(max(2 * round(cut[0] / 2), 2), width)
    cut_height = min(max(2 * round(cut[1] / 2), 2), height)
    return Part(
        min(2 * round(x / 2), width - cut_width),
        min(2 * round(y / 2), height - cut_height),
        cut_width,
        cut_height,
    )


def framed(
    planes: Planes, canvas: tuple[int, int], framing: Framing | Box | Move, share: float
) -> Planes:
    """Return a picture as the canvas shows it.

    Parameters
    ----------
    planes : Planes
        Of even size.
    canvas : tuple of int
    framing : "fill", "fit", "blur", Box or Move
    share : float
        How far the shot has come, for a `Move`: 0 at its start, 1 at its end.
    """
    if isinstance(framing, Move):
        return _moved(planes, canvas, framing, share)
    if framing in ("fit", "blur") and _differs(size_of(planes), canvas):
        return _within(planes, canvas, is_blurred=framing == "blur")
    box = framing if isinstance(framing, Box) else None
    return scaled(planes, part_of(size_of(planes), canvas, box), canvas)


def _differs(size: tuple[int, int], canvas: tuple[int, int]) -> bool:
    part = part_of(size, canvas)
    return part.width < size[0] or part.height < size[1]


def scaled(planes: Planes, part: Part, size: tuple[int, int]) -> Planes:
    """Return a part of a picture in another size; the same planes where nothing changes."""
    x, y, width, height = part.x, part.y, part.width, part.height
    luma = planes[0][y : y + height, x : x + width]
    rest = [plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2] for plane in planes[1:]]
    if (width, height) == size:
        return luma, rest[0], rest[1]
    half = (size[0] // 2, size[1] // 2)
    return resized(luma, size), resized(rest[0], half), resized(rest[1], half)


def resized(plane: Plane, size: tuple[int, int]) -> Plane:
    """Return a plane in another size."""
    is_smaller = plane.shape[1] > _AREA_FROM * size[0] or plane.shape[0] > _AREA_FROM * size[1]
    way = cv2.INTER_AREA if is_smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, size, interpolation=way), np.uint8)


def fitted(size: tuple[int, int], canvas: tuple[int, int]) -> tuple[int, int]:
    """Return the largest even size of a picture's shape within the canvas."""
    scale = min(canvas[0] / size[0], canvas[1] / size[1])
    width, height = (max(2 * round(side * scale / 2), 2) for side in size)
    return min(width, canvas[0]), min(height, canvas[1])


def _within(planes: Planes, canvas: tuple[int, int], *, is_blurred: bool) -> Planes:
    whole = Part(0, 0, *size_of(planes))
    inner = fitted(size_of(planes), canvas)
    front = scaled(planes, whole, inner)
    made = _blurred(planes, canvas) if is_blurred else filled(canvas)
    x, y = (2 * ((side - small) // 4) for side, small in zip(canvas, inner, strict=True))
    made[0][y : y + inner[1], x : x + inner[0]] = front[0]
    for back, plane in zip(made[1:], front[1:], strict=True):
        back[y // 2 : (y + inner[1]) // 2, x // 2 : (x + inner[0]) // 2] = plane
    return made


def _blurred(planes: Planes, canvas: tuple[int, int]) -> Planes:
    scale = _BLUR_SIDE / max(canvas)
    small = (max(2 * round(canvas[0] * scale / 2), 2), max(2 * round(canvas[1] * scale / 2), 2))
    tiny = scaled(planes, part_of(size_of(planes), canvas), small)
    made = []
    for index, plane in enumerate(tiny):
        radius = _BLUR_SIDE / (12 if index == 0 else 24)
        soft = cv2.GaussianBlur(plane, (0, 0), radius)
        if index == 0:
            soft = cv2.convertScaleAbs(soft, alpha=_BLUR_LIGHT, beta=16 * (1 - _BLUR_LIGHT))
        size = canvas if index == 0 else (canvas[0] // 2, canvas[1] // 2)
        made.append(np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_CUBIC), np.uint8))
    return made[0], made[1], made[2]


def _moved(planes: Planes, canvas: tuple[int, int], move: Move, share: float) -> Planes:
    """Return a part between two boxes, to a fraction of a pixel: a move that never jerks."""
    # Slow at both ends, as a hand on a camera is.
    eased = share * share * (3 - 2 * share)
    size = size_of(planes)
    ends = [_shape_of(size, canvas, box) for box in (move.start, move.end)]
    x, y, width = (a + (b - a) * eased for a, b in zip(*ends, strict=True))
    scale = width / canvas[0]
    made = []
    for index, plane in enumerate(planes):
        fine = 1 if index == 0 else 2
        # Centres of pixels: the half pixel of both sizes counts, or chroma would drift from luma.
        half = (scale - 1) / 2
        matrix = np.array([[scale, 0, x / fine + half], [0, scale, y / fine + half]])
        made.append(
            np.asarray(
                cv2.warpAffine(
                    plane,
                    matrix,
                    (canvas[0] // fine, canvas[1] // fine),
                    flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                    borderMode=cv2.BORDER_REPLICATE,
                ),
                np.uint8,
            )
        )
    return made[0], made[1], made[2]


def _shape_of(
    size: tuple[int, int], canvas: tuple[int, int], box: Box
) -> tuple[float, float, float]:
    """Return left, top and width of the part of a box that has the canvas's shape, in pixels."""
    width, height = box.width * size[0], box.height * size[1]
    shape = canvas[0] / canvas[1]
    cut = min(width, height * shape)
    return (
        box.x * size[0] + (width - cut) / 2,
        box.y * size[1] + (height - cut / shape) / 2,
        cut,
    )
