"""A calm camera path near the one that was filmed, and the zoom that hides what it leaves empty.

The path is the sum of the motions from picture to picture: shift, turn and growth about the centre.
`solve` finds the correction e that makes the path c + e smooth within a window,

    least  sum |third differences of (c + e)|^2 + pull * |e|^2
    such that the zoom that hides the corners left empty stays within a bound for every frame,

by ADMM (Boyd et al. 2011). Third differences cost nothing on steady speed and steady acceleration,
so intended pans stay as they are, as in L1-optimal paths (Grundmann et al., CVPR 2011). The bound is
part of the problem: a correction clamped afterwards would put the shake back.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIXED = 3
"""Frames before the window that third differences reach back to."""

_ITERATIONS = 30
"""With the last window's answer as a start, more changes the path by under a tenth of a pixel."""


def zoom_needed(corrections: Floats, half: Floats) -> Floats:
    """Return the zoom that leaves no pixel empty.

    Parameters
    ----------
    corrections : ndarray
        Shape (frames, 4): shift x, y in longer sides, turn in radians, growth (log).
    half : ndarray
        Half width and half height, in longer sides.

    Returns
    -------
    ndarray
        Shape (frames,), 1 or more; infinite where no zoom is enough.
    """
    cos, sin = np.cos(corrections[:, 2]), np.sin(corrections[:, 2])
    shrink = np.exp(-corrections[:, 3])
    shift = corrections[:, :2]
    # Output pixel u is taken from e^-g R(-turn) (u / zoom - shift): linear in 1 / zoom.
    offset = shrink[:, None] * np.stack(
        [cos * shift[:, 0] + sin * shift[:, 1], cos * shift[:, 1] - sin * shift[:, 0]], axis=1
    )
    reach = shrink[:, None] * np.stack(
        [
            np.abs(cos) * half[0] + np.abs(sin) * half[1],
            np.abs(sin) * half[0] + np.abs(cos) * half[1],
        ],
        axis=1,
    )
    inverse = ((half - np.abs(offset)) / reach).min(axis=1)
    with np.errstate(divide="ignore"):
        return np.where(inverse > 0, np.maximum(1 / np.maximum(inverse, 1e-9), 1.0), np.inf)


def draw_in(corrections: Floats, half: Floats, zoom_max: Floats | float) -> Floats:
    """Scale each correction down until that zoom hides what it leaves empty."""
    drawn = corrections
    for _ in range(2):  # all but linear in 1 / zoom: the second pass mends the rest
        room = 1 - 1 / zoom_needed(drawn, half)
        allowed = 1 - 1 / np.asarray(zoom_max)
        share = np.where(room > allowed, allowed / np.maximum(room, 1e-12), 1.0)
        drawn = drawn * share[:, None]
    return drawn


def solve(
    filmed: Floats,
    fixed: Floats,
    *,
    half: Floats,
    zoom_max: float,
    stiffness: float,
    start: Floats | None = None,
) -> Floats:
    """Return the corrections of a window.

    Parameters
    ----------
    filmed : ndarray
        Path as filmed, shape (frames, 4), in the units of `zoom_needed`.
    fixed : ndarray
        Calm path of the up to `FIXED` frames before, shape (frames, 4): already shown.
    half : ndarray
        Half width and half height of the picture, in longer sides.
    zoom_max : float
        Bound of the zoom.
    stiffness : float
        Weight of smoothness over closeness. (fps / (2 pi f))^6 halves what moves at f Hz.
    start : ndarray, optional
        Corrections to start from, as from the window before.

    Returns
    -------
    ndarray
        Shape (frames, 4), within the bound.
    """
    inverse, _, rough, past = _system(len(filmed), len(fixed), stiffness)
    wanted = -(inverse @ (rough @ filmed + past @ fixed))
    near = np.zeros_like(filmed) if start is None else start
    price = np.zeros_like(filmed)
    for _ in range(_ITERATIONS):
        smooth = wanted + _PENALTY * (inverse @ (near - price))
        near = draw_in(smooth + price, half, zoom_max)
        price = price + smooth - near
    return near


_PENALTY = 30.0
"""Of ADMM: with 3 or 300 in its place the paths of real clips come out rougher in as many steps."""


def zoom_unbound(filmed: Floats, fixed: Floats, *, half: Floats, stiffness: float) -> float:
    """Return the largest zoom that a window would need if nothing bounded it; see `solve`."""
    _, free, rough, past = _system(len(filmed), len(fixed), stiffness)
    return float(zoom_needed(-(free @ (rough @ filmed + past @ fixed)), half).max())


@lru_cache(maxsize=1024)
def _system(count: int, fixed: int, stiffness: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the inverses of the smooth step, bound and free, and what the two paths add to it."""
    total = count + fixed
    third = np.zeros((max(total - 3, 0), total))
    for row in range(len(third)):
        third[row, row : row + 4] = (-1, 3, -3, 1)
    square = stiffness * third.T @ third
    rough, past = square[fixed:, fixed:], square[fixed:, :fixed]
    one = np.eye(count)
    bound = np.asarray(np.linalg.inv(rough + (1 + _PENALTY) * one), np.float64)
    free = np.asarray(np.linalg.inv(rough + one), np.float64)
    return bound, free, rough, past
