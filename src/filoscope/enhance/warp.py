"""Move pictures: whole, in bands of rows that were each filmed at their own moment, or by a mesh.

Three planes at a time, luma by cubics and colour by lines, 8 bit or 10. OpenCV does it without the
interpreter's lock.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8] | NDArray[np.uint16]
Floats = NDArray[np.float64]

TEN_BITS_MAX = 1023

_SHARE_BITS = 4
"""Bits of fraction that 8-bit luma is given while it is moved."""

BANDS = 16
"""Within a sixteenth of the picture even a quick hand moves as if at a steady speed."""

_STRIPES = BANDS
"""A picture is moved in so many parts: what is in between stays in the cache, and no large block of
memory is asked for and given back for each frame, which would cost more than the move."""

_REACH = 3
"""Rows beside its own that a cubic looks at, and one for rounding."""


def warp(planes: tuple[Plane, ...], correction: Floats, zoom: float) -> tuple[Plane, ...]:
    """Return the planes of a picture moved by a correction and zoomed about the centre.

    Parameters
    ----------
    planes : tuple of ndarray
        Luma first, shape (height, width); others of the same size or smaller.
    correction : ndarray
        Shape (4,): shift x, y in longer sides, turn in radians, growth (log).
    zoom : float
    """
    matrix = _inverse_of(correction, zoom)
    return tuple(
        _moved(plane, [_in_pixels(matrix, plane, planes[0])], is_luma=not index)
        for index, plane in enumerate(planes)
    )


def warp_bands(
    planes: tuple[Plane, ...], correction: Floats, zoom: float, bent: Floats
) -> tuple[Plane, ...]:
    """Return the planes moved by a correction, what a rolling shutter bent put straight.

    Parameters
    ----------
    planes, correction, zoom
        As of `warp`.
    bent : ndarray
        Shape (`BANDS` + 1, 4): where the content of a row is, less where it would be had all rows
        been filmed at once, at the edges of equal bands from top to bottom.
    """
    matrix = _inverse_of(correction, zoom)
    edges = (np.arange(BANDS + 1) / BANDS - 0.5) * planes[0].shape[0] / max(planes[0].shape)
    bands = [_straightened(matrix, bent, edges, edges[k : k + 2]) for k in range(BANDS)]
    return tuple(
        _moved(plane, [_in_pixels(band, plane, planes[0]) for band in bands], is_luma=not index)
        for index, plane in enumerate(planes)
    )


def warp_mesh(planes: tuple[Plane, ...], mesh: Floats) -> tuple[Plane, ...]:
    """Return the planes taken through a mesh.

    Parameters
    ----------
    planes : tuple of ndarray
        As of `warp`.
    mesh : ndarray
        Shape (rows, columns, 2): where each point of an even mesh, whose outer points are the
        picture's corners, is taken from, x and y in longer sides about the centre.
    """
    return tuple(
        _remapped(plane, mesh * max(planes[0].shape) / planes[0].shape[1::-1], is_luma=not index)
        for index, plane in enumerate(planes)
    )


@lru_cache(maxsize=16)
def _between(count: int, points: int) -> NDArray[np.float32]:
    """Return the weights, shape (count, points), of evenly spaced points at each pixel's middle."""
    place = (np.arange(count) + 0.5) / count * (points - 1)
    first = np.minimum(place.astype(int), points - 2)
    weights = np.zeros((count, points), np.float32)
    weights[np.arange(count), first] = 1 - (place - first)
    weights[np.arange(count), first + 1] = place - first
    return weights


def _inverse_of(correction: Floats, zoom: float) -> Floats:
    """Return the matrix, shape (2, 3), from where a pixel is shown to where it is taken from.

    Both in longer sides about the centre.
    """
    cos, sin = np.cos(correction[2]), np.sin(correction[2])
    inverse = np.exp(-correction[3]) * np.array([[cos, sin], [-sin, cos]])
    return np.hstack([inverse / zoom, -(inverse @ correction[:2])[:, None]])


def _straightened(matrix: Floats, bent: Floats, edges: Floats, rows: Floats) -> Floats:
    """Return the matrix of a band of rows as shown, whose content lies beside its place."""
    filmed = matrix[1, 1] * rows + matrix[1, 2]
    above, below = (np.array([np.interp(row, edges, part) for part in bent.T]) for row in filmed)
    middle = (above + below) / 2
    slope = (below - above)[:2] / (filmed[1] - filmed[0])
    own = np.array([[1 + middle[3], slope[0] - middle[2]], [middle[2], 1 + middle[3] + slope[1]]])
    offset = middle[:2] - slope * filmed.mean()
    moved = own @ matrix
    moved[:, 2] += offset
    return moved


def _in_pixels(matrix: Floats, plane: Plane, luma: Plane) -> Floats:
    """Return the matrix for the pixels of a plane. Pixel i lies at i + 1/2 of the picture."""
    size = np.array(plane.shape[1::-1])
    grain = size / np.array(luma.shape[1::-1])
    linear = grain[:, None] * matrix[:, :2] / grain
    middle = size / 2 - 0.5
    offset = middle - linear @ middle + grain * matrix[:, 2] * max(luma.shape)
    return np.hstack([linear, offset[:, None]])


def _moved(plane: Plane, bands: list[Floats], *, is_luma: bool) -> Plane:
    """Return a plane each of whose bands of rows is taken through its own matrix."""
    moved = np.empty_like(plane)
    height, width = plane.shape[:2]
    flags = cv2.WARP_INVERSE_MAP | _method(is_luma=is_luma)
    per_band = _STRIPES // len(bands)
    for number, rows in enumerate(_stripes(height)):
        matrix = bands[number // per_band]
        own = np.hstack([matrix[:, :2], matrix[:, 2:] + matrix[:, 1:2] * rows.start])
        # Only the rows that are needed are widened: they stay in the cache.
        far_down, far_right = rows.stop - rows.start - 1, width - 1
        ends = own[1, 2] + np.array([0, own[1, 0] * far_right])[:, None] + [0, own[1, 1] * far_down]
        part = _around(plane, float(ends.min()), float(ends.max()))
        own[1, 2] -= part.start
        wide = _widened(plane[part], is_luma=is_luma)
        found = cv2.warpAffine(
            wide, own, (width, far_down + 1), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        _narrow(found, moved[rows])  # type: ignore[arg-type]
    return moved


def _remapped(plane: Plane, mesh: Floats, *, is_luma: bool) -> Plane:
    """Return a plane taken through a mesh in widths and heights about the centre."""
    moved = np.empty_like(plane)
    height, width = plane.shape[:2]
    down, across = _between(height, mesh.shape[0]), _between(width, mesh.shape[1]).T
    x, y = ((mesh[..., k] + 0.5) * (width, height)[k] - 0.5 for k in (0, 1))
    rows_x, rows_y = x.astype(np.float32) @ across, y.astype(np.float32) @ across
    for rows in _stripes(height):
        to_x, to_y = down[rows] @ rows_x, down[rows] @ rows_y
        part = _around(plane, float(to_y.min()), float(to_y.max()))
        wide = _widened(plane[part], is_luma=is_luma)
        method = _method(is_luma=is_luma)
        found = cv2.remap(wide, to_x, to_y - part.start, method, borderMode=cv2.BORDER_REPLICATE)
        _narrow(found, moved[rows])  # type: ignore[arg-type]
    return moved


def _stripes(height: int) -> list[slice]:
    edges = [round(height * stripe / _STRIPES) for stripe in range(_STRIPES + 1)]
    return [slice(*pair) for pair in pairwise(edges) if pair[1] > pair[0]]


def _around(plane: Plane, first: float, last: float) -> slice:
    """Return the rows that interpolation between these looks at."""
    end = plane.shape[0]
    start = min(max(int(np.floor(first)) - _REACH, 0), end - 1)
    return slice(start, max(min(int(np.ceil(last)) + _REACH + 1, end), start + 1))


def _method(*, is_luma: bool) -> int:
    # Linear is enough for colour; for luma it would blur.
    return cv2.INTER_CUBIC if is_luma else cv2.INTER_LINEAR


def _widened(plane: Plane, *, is_luma: bool) -> Plane:
    """Return 8-bit luma with bits of fraction: OpenCV's cubics are three times as fast on 16 bits."""
    if is_luma and plane.dtype == np.uint8:
        return np.left_shift(plane, _SHARE_BITS, dtype=np.uint16)
    return plane


def _narrow(found: Plane, moved: Plane) -> None:
    """Write what was found in the kind of the plane it came from."""
    if found.dtype == moved.dtype == np.uint8:
        moved[:] = found
    elif moved.dtype == np.uint8:
        moved[:] = cv2.convertScaleAbs(found, alpha=1 / (1 << _SHARE_BITS))
    else:
        # Cubics overshoot: ten bits end at 1023, as eight do at 255.
        np.minimum(found, TEN_BITS_MAX, out=moved)
