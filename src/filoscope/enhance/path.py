"""A calm camera path near the one that was filmed, and the zoom that hides what it leaves empty.

The path is the sum of the motions from picture to picture: shift, turn and growth about the centre.
`solve` finds the correction e that makes the path p = c + e smooth,

    least  sum_k sum_t w_k[t] |k-th difference of p|^2  +  |e|^2
    such that the zoom that hides the corners left empty stays within a bound for every frame,

by ADMM (Boyd et al. 2011). Third differences cost nothing on steady speed and steady acceleration,
so intended pans stay as they are, as in L1-optimal paths (Grundmann et al., CVPR 2011). The bound is
part of the problem: a correction clamped afterwards would put the shake back.

The system has seven diagonals, so that a step costs as many operations as there are frames: two
seconds of a stream or an hour in one piece. All of it runs without the interpreter's lock.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

FIXED = 3
"""Frames before the window that third differences reach back to."""

_ITERATIONS = 30
"""With the last window's answer as a start, more changes the path by under a tenth of a pixel."""

_PENALTY = 30.0
"""Of ADMM: with 3 or 300 in its place the paths of real clips come out rougher in as many steps."""

_SHARE_OF_TURNS = 0.6
"""Of the room that a zoom gives, what turn and growth may use: the rest is for shifts."""


@njit(nogil=True, cache=True)
def _zoom_of(x, y, turn, growth, half_x, half_y):  # type: ignore[no-untyped-def]
    """Return the zoom that hides what one correction leaves empty."""
    cos, sin, shrink = np.cos(turn), np.sin(turn), np.exp(-growth)
    # Output pixel u is taken from e^-g R(-turn) (u / zoom - shift): linear in 1 / zoom.
    room_x = half_x - abs(shrink * (cos * x + sin * y))
    room_y = half_y - abs(shrink * (cos * y - sin * x))
    reach_x = shrink * (abs(cos) * half_x + abs(sin) * half_y)
    reach_y = shrink * (abs(sin) * half_x + abs(cos) * half_y)
    inverse = min(room_x / reach_x, room_y / reach_y)
    if inverse <= 0:
        return np.inf
    return max(1.0 / inverse, 1.0)


@njit(nogil=True, cache=True)
def _zooms_of(corrections, half):  # type: ignore[no-untyped-def]
    zooms = np.empty(len(corrections))
    for t in range(len(corrections)):
        x, y, turn, growth = corrections[t]
        zooms[t] = _zoom_of(x, y, turn, growth, half[0], half[1])
    return zooms


@njit(nogil=True, cache=True)
def _draw_in(corrections, half, zoom_max):  # type: ignore[no-untyped-def]
    """Bring each correction, in place, to a near one whose zoom hides what it leaves empty."""
    half_x, half_y = half[0], half[1]
    for t in range(len(corrections)):
        x, y, turn, growth = corrections[t]
        bound = zoom_max[t]
        if _zoom_of(x, y, turn, growth, half_x, half_y) <= bound:
            continue
        allowed = _SHARE_OF_TURNS * (1 - 1 / bound)
        for _ in range(2):  # all but linear in 1 / zoom: the second pass mends the rest
            room = 1 - 1 / _zoom_of(0.0, 0.0, turn, growth, half_x, half_y)
            if room > allowed:
                turn *= allowed / max(room, 1e-12)
                growth *= allowed / max(room, 1e-12)
        cos, sin, shrink = np.cos(turn), np.sin(turn), np.exp(-growth)
        most_x = half_x - shrink * (abs(cos) * half_x + abs(sin) * half_y) / bound
        most_y = half_y - shrink * (abs(sin) * half_x + abs(cos) * half_y) / bound
        # Each side of the picture by itself: a shake from left to right costs no height.
        aside = max(-most_x, min(most_x, shrink * (cos * x + sin * y)))
        down = max(-most_y, min(most_y, shrink * (cos * y - sin * x)))
        corrections[t, 0] = (cos * aside - sin * down) / shrink
        corrections[t, 1] = (sin * aside + cos * down) / shrink
        corrections[t, 2] = turn
        corrections[t, 3] = growth


@njit(nogil=True, cache=True)
def _factored(weights, pull, fixed):  # type: ignore[no-untyped-def]
    """Return the bands of the system, and their Cholesky factor, over fixed and free frames.

    `bands[i, k]` is the coefficient between frames i and i - k.
    """
    total = weights.shape[1]
    bands = np.zeros((total, 4))
    taps = np.array([[-1.0, 1.0, 0.0, 0.0], [1.0, -2.0, 1.0, 0.0], [-1.0, 3.0, -3.0, 1.0]])
    for order in range(3):
        for first in range(total - order - 1):
            weight = weights[order, first]
            if weight == 0:
                continue
            for i in range(order + 2):
                for j in range(i + 1):
                    bands[first + i, i - j] += weight * taps[order, i] * taps[order, j]
    for i in range(fixed, total):
        bands[i, 0] += pull
    lower = np.zeros((total, 4))
    for i in range(fixed, total):
        for k in range(min(3, i - fixed), -1, -1):
            rest = bands[i, k]
            for m in range(k + 1, min(3, i - fixed) + 1):
                rest -= lower[i, m] * lower[i - k, m - k]
            lower[i, k] = np.sqrt(rest) if k == 0 else rest / lower[i - k, 0]
    return bands, lower


@njit(nogil=True, cache=True)
def _solved(lower, fixed, right):  # type: ignore[no-untyped-def]
    """Solve for the free frames, in place."""
    total = len(lower)
    for i in range(fixed, total):
        for c in range(right.shape[1]):
            rest = right[i - fixed, c]
            for k in range(1, min(3, i - fixed) + 1):
                rest -= lower[i, k] * right[i - k - fixed, c]
            right[i - fixed, c] = rest / lower[i, 0]
    for i in range(total - 1, fixed - 1, -1):
        for c in range(right.shape[1]):
            rest = right[i - fixed, c]
            for k in range(1, min(3, total - 1 - i) + 1):
                rest -= lower[i + k, k] * right[i + k - fixed, c]
            right[i - fixed, c] = rest / lower[i, 0]


@njit(nogil=True, cache=True)
def _roughness(bands, path, fixed, pull):  # type: ignore[no-untyped-def]
    """Return minus the gradient of roughness at the filmed path, for the free frames."""
    total = len(path)
    right = np.zeros((total - fixed, path.shape[1]))
    for i in range(total):
        for k in range(min(3, i) + 1):
            weight = bands[i, k]
            if k == 0 and i >= fixed:
                weight -= pull
            for c in range(path.shape[1]):
                if i >= fixed:
                    right[i - fixed, c] -= weight * path[i - k, c]
                if k and i - k >= fixed:
                    right[i - k - fixed, c] -= weight * path[i, c]
    return right


@njit(nogil=True, cache=True)
def _free(path, fixed, weights):  # type: ignore[no-untyped-def]
    bands, lower = _factored(weights, 1.0, fixed)
    corrections = _roughness(bands, path, fixed, 1.0)
    _solved(lower, fixed, corrections)
    return corrections


@njit(nogil=True, cache=True)
def _bound(path, fixed, weights, half, zoom_max, near, iterations, penalty):  # type: ignore[no-untyped-def]
    bands, lower = _factored(weights, 1.0 + penalty, fixed)
    wanted = _roughness(bands, path, fixed, 1.0 + penalty)
    price = np.zeros_like(near)
    for _ in range(iterations):
        smooth = wanted + penalty * (near - price)
        _solved(lower, fixed, smooth)
        near = smooth + price
        _draw_in(near, half, zoom_max)
        price += smooth - near
    return near


@njit(nogil=True, cache=True)
def _envelope(needed, stiffness, iterations, penalty):  # type: ignore[no-untyped-def]
    weights = np.zeros((3, len(needed)))
    weights[1] = stiffness
    _, lower = _factored(weights, penalty, 0)
    above = needed.copy()
    price = np.zeros(len(needed))
    right = np.empty((len(needed), 1))
    for _ in range(iterations):
        right[:, 0] = penalty * (above - price) - 1
        _solved(lower, 0, right)
        above = np.maximum(right[:, 0] + price, needed)
        price += right[:, 0] - above
    return above


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
    return np.asarray(_zooms_of(corrections, half), np.float64)


def draw_in(corrections: Floats, half: Floats, zoom_max: Floats | float) -> Floats:
    """Bring each correction to a near one whose zoom stays within the bound."""
    drawn = np.array(corrections)
    _draw_in(drawn, half, np.broadcast_to(np.asarray(zoom_max, np.float64), (len(drawn),)))
    return drawn


def weights_of(count: int, *, stiffness: float) -> Floats:
    """Return weights of first, second and third differences, shape (3, count): thirds alone."""
    weights = np.zeros((3, count))
    weights[2] = stiffness
    return weights


def solve(
    filmed: Floats,
    fixed: Floats,
    *,
    half: Floats,
    zoom_max: Floats | float,
    weights: Floats,
    start: Floats | None = None,
    iterations: int = _ITERATIONS,
    penalty: float = _PENALTY,
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
    zoom_max : float or ndarray
        Bound of the zoom, of all frames or of each.
    weights : ndarray
        Of first, second and third differences, shape (3, fixed + frames). Third differences of
        weight (fps / (2 pi f))^6 halve what moves at f Hz.
    start : ndarray, optional
        Corrections to start from, as from the window before.
    iterations, penalty : int, float
        Of ADMM.

    Returns
    -------
    ndarray
        Shape (frames, 4), within the bound.
    """
    path = np.vstack([fixed, filmed])
    bound = np.broadcast_to(np.asarray(zoom_max, np.float64), (len(filmed),))
    near = np.zeros_like(filmed) if start is None else np.array(start, np.float64)
    found = _bound(path, len(fixed), weights, half, bound, near, iterations, penalty)
    return np.asarray(found, np.float64)


def solve_free(filmed: Floats, fixed: Floats, *, weights: Floats) -> Floats:
    """Return the corrections of a window that nothing bounds; see `solve`."""
    return np.asarray(_free(np.vstack([fixed, filmed]), len(fixed), weights), np.float64)


def zoom_unbound(filmed: Floats, fixed: Floats, *, half: Floats, stiffness: float) -> float:
    """Return the largest zoom that a window would need if nothing bounded it; see `solve`."""
    weights = weights_of(len(filmed) + len(fixed), stiffness=stiffness)
    return float(zoom_needed(solve_free(filmed, fixed, weights=weights), half).max())


_ENVELOPE_ITERATIONS, _ENVELOPE_PENALTY = 400, 1000.0
"""Where more steps change the zoom by less than a ten-thousandth."""

_RISE = 0.05
"""A usual change of zoom: what `ease` is the time of."""


def zoom_envelope(needed: Floats, *, ease: float) -> Floats:
    """Return the least zoom that is never below the one needed and changes gently.

    Least of the sum of the zoom and of its bending (squared second differences), by ADMM.

    Parameters
    ----------
    needed : ndarray
        Shape (frames,).
    ease : float
        Frames over which a usual change of zoom takes place.
    """
    found = _envelope(needed, ease**4 / _RISE, _ENVELOPE_ITERATIONS, _ENVELOPE_PENALTY)
    return np.asarray(found, np.float64)
