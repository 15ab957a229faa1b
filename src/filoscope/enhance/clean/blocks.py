"""Edges of an encoder's blocks: found where they repeat on a grid, and smoothed where they do.

>>> blocks_of(luma)
Blocks(strength=2.1, across=Grid(period=8.0, phase=0.0), down=Grid(period=8.0, phase=0.0))

A column between two blocks is steeper than its neighbours on both sides, in every row. The excess,
averaged down the picture and folded at the periods that 8 becomes when a clip is scaled, peaks at
the grid it was encoded on, wherever the picture was cropped. Only steps that are small and stand
between flat sides are smoothed, as H.264 does in its own loop (ITU-T H.264, 8.7): what is larger was
filmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.enhance.clean.shrink import Plane

PERIODS = (8.0, 16.0, 12.0, 10.0 + 2 / 3, 6.0, 5.0 + 1 / 3, 18.0, 24.0)
"""Pixels between the edges: 8, and what is left of it after scaling by 2, 3/2, 4/3, 3/4, 2/3, 9/4 and 3."""

STRENGTH_MIN = 0.6
"""Mean excess of the step at the grid, in levels of 8 bit, below which nobody sees it."""

_CERTAINTY = 6.0
"""The peak must stand so many deviations above the other columns; chance reaches 4.5 at times."""

_LINES_MIN = 6
"""A period with fewer edges in the picture proves nothing."""

_ROWS = 240
"""Looked at, spread over the picture."""

_STEP_MAX = 24.0
"""Levels. What is steeper is an edge of a thing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the edges are: before each pixel at phase + n * period."""

    period: float
    phase: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks in a picture.

    Attributes
    ----------
    strength : float
        Mean excess of the step over its neighbours' at the grid, in levels of 8 bit; 0 for none.
    across, down : Grid or None
        The edges that are columns, and those that are rows.
    """

    strength: float
    across: Grid | None
    down: Grid | None


NO_BLOCKS = Blocks(0.0, None, None)


def blocks_of(luma: Plane) -> Blocks:
    """Measure a picture's blocks.

    Parameters
    ----------
    luma : ndarray of uint8, or of uint16 for 10 bit, shape (height, width)
    """
    scale = 1.0 if luma.dtype == np.uint8 else 0.25
    across, strength_x = _grid_in(_excess(luma, scale))
    down, strength_y = _grid_in(_excess(luma.T, scale))
    if across is None and down is None:
        return NO_BLOCKS
    return Blocks(float(max(strength_x, strength_y)), across, down)


def _excess(plane: Plane, scale: float) -> NDArray[np.float64]:
    """Return how much steeper each column is than those beside it, shape (width,)."""
    step = max(plane.shape[0] // _ROWS, 1)
    rows = plane[::step].astype(np.float32) * np.float32(scale)
    slopes = np.abs(np.diff(rows, axis=1))
    excess = slopes[:, 1:-1] - (slopes[:, :-2] + slopes[:, 2:]) / 2
    excess[slopes[:, 1:-1] > _STEP_MAX] = 0
    columns = np.zeros(plane.shape[1])
    columns[2:-1] = np.clip(excess, -4, 4).mean(axis=0)
    return columns


def _grid_in(columns: NDArray[np.float64]) -> tuple[Grid | None, float]:
    usual = float(np.median(columns))
    deviation = 1.4826 * float(np.median(np.abs(columns - usual))) + 0.02
    best: tuple[float, Grid | None, float] = (0.0, None, 0.0)
    for period in PERIODS:
        phases = [_lines(period, phase, len(columns)) for phase in range(int(np.ceil(period)))]
        if min(map(len, phases)) < _LINES_MIN:
            continue
        heights = [columns[lines].sum() / len(lines) for lines in phases]
        phase = int(np.argmax(heights))
        # Half of the lines or more must show it: one strong edge of a thing is no grid.
        agreed = float(np.median(columns[phases[phase]])) - usual
        height = min(heights[phase] - usual, 2 * agreed)
        certainty = height / deviation * np.sqrt(len(phases[phase]))
        if certainty > best[0]:
            best = (certainty, Grid(period, float(phase)), height)
    certainty, grid, strength = best
    if certainty < _CERTAINTY or strength < STRENGTH_MIN:
        return None, 0.0
    return grid, strength


@lru_cache(maxsize=512)
def _lines(period: float, phase: float, length: int) -> NDArray[np.intp]:
    lines = np.rint(np.arange(phase, length, period)).astype(np.intp)
    return np.asarray(lines[(lines >= 3) & (lines < length - 3)])


def deblock(plane: Plane, blocks: Blocks, *, share: float = 1.0) -> Plane:
    """Return the plane with the steps at its grids smoothed.

    Parameters
    ----------
    plane : ndarray, shape (height, width)
    blocks : Blocks
        As measured on luma.
    share : float
        Of luma's grid in this plane: 0.5 for chroma at half the size. Chroma of 4:2:0 is encoded in
        blocks of its own, twice as far apart in the picture: its period is luma's.
    """
    result = plane.copy()
    scale = 1.0 if plane.dtype == np.uint8 else 0.25
    limit = np.float32(min(2.0 + 8.0 * blocks.strength, _STEP_MAX) / scale)
    for grid, view in ((blocks.across, result), (blocks.down, result.T)):
        if grid is not None:
            lines = _lines(grid.period, (grid.phase * share) % grid.period, view.shape[1])
            _smooth(view, lines, limit)
    return result


@njit(nogil=True, cache=True, error_model="numpy")
def _smooth(plane, lines, limit):  # type: ignore[no-untyped-def]
    """Turn small steps between flat sides into ramps of six pixels, in place."""
    for y in range(plane.shape[0]):
        for x in lines:
            p2, p1, p0 = (
                np.float32(plane[y, x - 3]),
                np.float32(plane[y, x - 2]),
                np.float32(plane[y, x - 1]),
            )
            q0, q1, q2 = (
                np.float32(plane[y, x]),
                np.float32(plane[y, x + 1]),
                np.float32(plane[y, x + 2]),
            )
            step = q0 - p0
            slope = max(abs(p1 - p0), abs(p2 - p1), abs(q1 - q0), abs(q2 - q1))
            if abs(step) >= limit or abs(step) <= slope:
                continue
            ease = step * min(np.float32(1), (limit - abs(step)) / (limit * np.float32(0.5)))
            plane[y, x - 1] = np.int32(p0 + ease * np.float32(5 / 12) + np.float32(0.5))
            plane[y, x - 2] = np.int32(p1 + ease * np.float32(3 / 12) + np.float32(0.5))
            plane[y, x - 3] = np.int32(p2 + ease * np.float32(1 / 12) + np.float32(0.5))
            plane[y, x] = np.int32(q0 - ease * np.float32(5 / 12) + np.float32(0.5))
            plane[y, x + 1] = np.int32(q1 - ease * np.float32(3 / 12) + np.float32(0.5))
            plane[y, x + 2] = np.int32(q2 - ease * np.float32(1 / 12) + np.float32(0.5))
