"""Filters: three-dimensional tables of colour, read from .cube files or made here by formula.

A table is applied in YUV, without a way through RGB: for each of 33 x 33 pairs of chroma it holds
what becomes of all 256 levels of luma. Between pairs it is interpolated, over luma it is exact. It
is built once from the cube by tetrahedral interpolation (Kasson, Nin, Plouffe & Hafner 1995).
Outside the colours of a screen, what a table does to the nearest colour of it is done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.studio.errors import BadTimeline
from filoscope.studio.rendering.canvas import Plane, Planes, rgb_of, yuv_of
from filoscope.studio.timeline import Look

STEPS = 33
_STEP = 8
"""Levels of chroma between two entries: 32 x 8 = 256."""

_FINE = 16
"""Levels of the table to one of the picture."""

SIZE_MAX = 128
"""Points on each axis of a .cube file: the largest that programs write is 65."""

_BYTES_MAX = 128 << 20
_KEPT = 8

Colors = NDArray[np.float64]
Table = NDArray[np.int16]


def _luma(rgb: Colors) -> Colors:
    return np.asarray(rgb @ np.array([0.2126, 0.7152, 0.0722]))[..., None]


def _saturated(rgb: Colors, share: float) -> Colors:
    grey = _luma(rgb)
    return np.asarray(grey + (rgb - grey) * share)


def _curved(rgb: Colors, strength: float) -> Colors:
    """Return more contrast about the middle, black and white kept."""
    clipped = np.clip(rgb, 0, 1)
    return np.asarray(clipped + strength * (clipped**2 * (3 - 2 * clipped) - clipped))


def _warm(rgb: Colors) -> Colors:
    return _curved(rgb * np.array([1.06, 1.0, 0.88]) + np.array([0.015, 0.005, 0.0]), 0.15)


def _cool(rgb: Colors) -> Colors:
    return _curved(rgb * np.array([0.92, 1.0, 1.07]) + np.array([0.0, 0.004, 0.02]), 0.15)


def _vivid(rgb: Colors) -> Colors:
    return _curved(_saturated(rgb, 1.35), 0.35)


def _faded(rgb: Colors) -> Colors:
    return np.asarray(0.085 + 0.83 * _saturated(_curved(rgb, 0.2), 0.78) + [0.012, 0.004, -0.008])


def _noir(rgb: Colors) -> Colors:
    return np.repeat(_curved(_curved(_luma(rgb), 0.6), 0.4), 3, axis=-1)


def _sepia(rgb: Colors) -> Colors:
    return np.asarray(_curved(_luma(rgb), 0.2) * np.array([1.08, 0.92, 0.72]))


def _teal(rgb: Colors) -> Colors:
    """Return shadows turned to teal and lights to orange, as films are graded."""
    light = np.clip(_luma(rgb), 0, 1)
    shade = np.array([-0.045, 0.015, 0.055]) * (1 - light) ** 2
    shine = np.array([0.06, 0.012, -0.055]) * light**1.5
    return _curved(_saturated(rgb, 1.08) + (shade + shine) * 4 * light * (1.15 - light), 0.25)


def _night(rgb: Colors) -> Colors:
    cold = _saturated(rgb, 0.6) * np.array([0.7, 0.8, 0.96])
    return np.asarray(np.clip(cold, 0, 1) ** 1.25)


LOOKS: dict[str, Callable[[Colors], Colors]] = {
    "warm": _warm,
    "cool": _cool,
    "vivid": _vivid,
    "faded": _faded,
    "noir": _noir,
    "sepia": _sepia,
    "teal": _teal,
    "night": _night,
}
"""From RGB to RGB, 0 to 1."""


def table_of(look: Look, where: str) -> Table:
    """Return the table of a look.

    Returns
    -------
    ndarray
        Shape (33, 33, 256, 3): by Cb, Cr and Y; sixteenths of code values of Y, Cb, Cr.

    Raises
    ------
    BadTimeline
        No look has that name, or the file is no cube; the message says what is known.
    """
    return _table(look.name, look.strength, where, _stamp(look))


def _stamp(look: Look) -> float:
    """Return what changes when a .cube file does."""
    path = Path(look.name)
    return path.stat().st_mtime if look.is_file and path.is_file() else 0.0


@lru_cache(maxsize=_KEPT)
def _table(name: str, strength: float, where: str, _: float) -> Table:
    if name in LOOKS:
        change = LOOKS[name]
    elif Look(name).is_file:
        cube = read_cube(name, where)
        change = lambda rgb: interpolated(cube, rgb)  # noqa: E731
    else:
        raise BadTimeline(
            f"{where}.name is {name}; give one of {', '.join(LOOKS)}, or a .cube file."
        )
    chroma = np.minimum(np.arange(STEPS) * float(_STEP), 255)
    cb, cr, luma = np.meshgrid(chroma, chroma, np.arange(256.0), indexing="ij")
    yuv = np.stack([luma, cb, cr], axis=-1)
    inside = np.clip(rgb_of(yuv), 0, 1)
    # The change is added, so that a table that changes nothing changes nothing anywhere.
    made = yuv + strength * (yuv_of(np.clip(change(inside), 0, 1)) - yuv_of(inside))
    return np.asarray(np.rint(np.clip(made, 0, 255) * _FINE), np.int16)


def looked(planes: Planes, table: Table) -> Planes:
    """Return a picture through a table."""
    luma, cb, cr = (np.ascontiguousarray(plane) for plane in planes)
    return _looked(luma, cb, cr, table)


@njit(nogil=True, cache=True)
def _looked(luma: Plane, cb: Plane, cr: Plane, table: Table) -> Planes:
    height, width = cb.shape
    made = np.empty_like(luma)
    made_cb, made_cr = np.empty_like(cb), np.empty_like(cr)
    for row in range(height):
        for column in range(width):
            u, v = int(cb[row, column]), int(cr[row, column])
            i, j = u >> 3, v >> 3
            a, b = u & 7, v & 7
            # Four neighbours in chroma, weighed in 64ths.
            w00, w01 = (8 - a) * (8 - b), (8 - a) * b
            w10, w11 = a * (8 - b), a * b
            p00, p01 = table[i, j], table[i, j + 1]
            p10, p11 = table[i + 1, j], table[i + 1, j + 1]
            total = 0
            for y in range(2):
                for x in range(2):
                    level = luma[2 * row + y, 2 * column + x]
                    total += level
                    value = w00 * p00[level, 0] + w01 * p01[level, 0]
                    value += w10 * p10[level, 0] + w11 * p11[level, 0]
                    made[2 * row + y, 2 * column + x] = (value + 512) >> 10
            level = (total + 2) >> 2
            value = w00 * p00[level, 1] + w01 * p01[level, 1]
            value += w10 * p10[level, 1] + w11 * p11[level, 1]
            made_cb[row, column] = (value + 512) >> 10
            value = w00 * p00[level, 2] + w01 * p01[level, 2]
            value += w10 * p10[level, 2] + w11 * p11[level, 2]
            made_cr[row, column] = (value + 512) >> 10
    return made, made_cb, made_cr


def interpolated(cube: Colors, rgb: Colors) -> Colors:
    """Return what a cube (n, n, n, 3), by red, green and blue, makes of colours (..., 3)."""
    top = cube.shape[0] - 1
    place = np.clip(rgb, 0, 1) * top
    whole = np.minimum(place.astype(np.intp), top - 1)
    rest = place - whole
    order = np.argsort(-rest, axis=-1, kind="stable")
    fractions = np.take_along_axis(rest, order, axis=-1)
    at = whole.copy()
    made = (1 - fractions[..., :1]) * cube[at[..., 0], at[..., 1], at[..., 2]]
    for step in range(3):
        # Along the edges of one of six tetrahedra: the largest fraction first.
        np.put_along_axis(
            at, order[..., step : step + 1],
            np.take_along_axis(at, order[..., step : step + 1], axis=-1) + 1, axis=-1,
        )  # fmt: skip
        following = fractions[..., step + 1 : step + 2] if step < 2 else 0.0
        weight = fractions[..., step : step + 1] - following
        made = made + weight * cube[at[..., 0], at[..., 1], at[..., 2]]
    return np.asarray(made)


def read_cube(path: str, where: str) -> Colors:
    """Read a 3D .cube file (Adobe, Cube LUT Specification 1.0).

    Returns
    -------
    ndarray
        Shape (n, n, n, 3), by red, green and blue.

    Raises
    ------
    BadTimeline
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(_BYTES_MAX + 1)
    except OSError as error:
        raise BadTimeline(f"{where}.name: {path} cannot be read: {error.strerror}.") from error
    size, numbers = 0, []
    low, high = np.zeros(3), np.ones(3)
    for line in content.decode("ascii", "replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#") or words[0] == "TITLE":
            continue
        try:
            if words[0] == "LUT_3D_SIZE":
                size = int(words[1])
            elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
                bound = np.array([float(word) for word in words[1:4]])
                low, high = (bound, high) if words[0] == "DOMAIN_MIN" else (low, bound)
            else:
                numbers.append([float(word) for word in words])
        except (ValueError, IndexError):
            raise _no_cube(path, where, f"its line {line[:40]!r} is not understood") from None
    if not 2 <= size <= SIZE_MAX:
        raise _no_cube(path, where, f"it says no LUT_3D_SIZE from 2 to {SIZE_MAX}")
    if len(numbers) != size**3 or any(len(entry) != 3 for entry in numbers):
        raise _no_cube(path, where, f"it has {len(numbers)} colours, and {size**3} belong in it")
    if low.any() or (high != 1).any():
        raise _no_cube(path, where, "its domain is not 0 to 1")
    # Red changes fastest in the file.
    return np.array(numbers).reshape(size, size, size, 3).transpose(2, 1, 0, 3)


def _no_cube(path: str, where: str, why: str) -> BadTimeline:
    return BadTimeline(f"{where}.name: {path} is no 3D .cube file that can be used: {why}.")
