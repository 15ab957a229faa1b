"""Blocks of a picture drawn towards what was expected of them, frequency by frequency.

Of each block of 8 x 8, half over its neighbours, the difference between what was filmed and what was
expected goes into a cosine transform. A coefficient no larger than the noise allows is drawn towards
nothing, a larger one is believed: Kalman's gain, where the variance of the expectation is what it was
plus what the coefficient itself proves to be wrong with it (Wiener's estimate). Where the expectation
is the last picture moved into place, this averages over time; where it is only the neighbourhood's
mean, it is a spatial filter; between the two there is no seam.

Loops run over 64 blocks side by side with offsets that are constants, so that LLVM makes one vector
instruction out of 8 or 16 blocks: eight times as fast as the same loops over a picture's own width.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Plane = NDArray[np.uint8] | NDArray[np.uint16]
Fine = NDArray[np.int16]
"""Levels of 8 bit in parts of 1/32: half of the memory that float32 would move."""

FINE = 32

GROUP = 4
"""Pixels between the blocks: half a block."""

THRESHOLD, THRESHOLD_OF_DOUBLE, _LEAST, _MOST = 8.0, 1.5, 5.0, 11.0
"""In variances of the noise: what a squared coefficient must exceed to be believed. The first is for a
deviation of 10 levels, the second more for twice as much: of a picture, less and less stands above
louder noise. With 3, one in twelve coefficients of pure noise would stay."""

_TILE = 64
_LANE = 80
"""Room for the groups of a tile: 65, and then to whole vectors."""
_ROW = GROUP * _LANE

_f = np.float32
_C1, _C2, _C3, _C4, _C5, _C6, _C7 = (_f(math.cos(k * math.pi / 16) / 2) for k in range(1, 8))
_ZERO, _HALF, _QUARTER, _SHARE = _f(0), _f(0.5), _f(0.25), _f(1 / 256)
_PART, _OF_FOUR = _f(1 / FINE), _f(FINE / 4)


@njit(inline="always")
def _forward(a0, a1, a2, a3, a4, a5, a6, a7):  # type: ignore[no-untyped-def]
    """DCT-II of eight numbers, orthonormal."""
    s0, s1, s2, s3 = a0 + a7, a1 + a6, a2 + a5, a3 + a4
    d0, d1, d2, d3 = a0 - a7, a1 - a6, a2 - a5, a3 - a4
    e0, e1, e2, e3 = s0 + s3, s1 + s2, s0 - s3, s1 - s2
    return (
        _C4 * (e0 + e1),
        _C1 * d0 + _C3 * d1 + _C5 * d2 + _C7 * d3,
        _C2 * e2 + _C6 * e3,
        _C3 * d0 - _C7 * d1 - _C1 * d2 - _C5 * d3,
        _C4 * (e0 - e1),
        _C5 * d0 - _C1 * d1 + _C7 * d2 + _C3 * d3,
        _C6 * e2 - _C2 * e3,
        _C7 * d0 - _C5 * d1 + _C3 * d2 - _C1 * d3,
    )


@njit(inline="always")
def _back(k0, k1, k2, k3, k4, k5, k6, k7):  # type: ignore[no-untyped-def]
    """Inverse of `_forward`."""
    g0, g1 = _C4 * (k0 + k4), _C4 * (k0 - k4)
    g2, g3 = _C2 * k2 + _C6 * k6, _C6 * k2 - _C2 * k6
    e0, e1, e2, e3 = g0 + g2, g1 + g3, g1 - g3, g0 - g2
    d0 = _C1 * k1 + _C3 * k3 + _C5 * k5 + _C7 * k7
    d1 = _C3 * k1 - _C7 * k3 - _C1 * k5 - _C5 * k7
    d2 = _C5 * k1 - _C1 * k3 + _C7 * k5 + _C3 * k7
    d3 = _C7 * k1 - _C5 * k3 + _C3 * k5 - _C1 * k7
    return e0 + d0, e1 + d1, e2 + d2, e3 + d3, e3 - d3, e2 - d2, e1 - d1, e0 - d0


@njit(inline="always")
def _four(c0, c1, c2, c3, variance, noise, bar):  # type: ignore[no-untyped-def]
    """Return the shares of four coefficients that are believed, at the price of one division."""
    e0, e1 = max(c0 * c0 - bar, _ZERO) + variance, max(c1 * c1 - bar, _ZERO) + variance
    e2, e3 = max(c2 * c2 - bar, _ZERO) + variance, max(c3 * c3 - bar, _ZERO) + variance
    d0, d1, d2, d3 = e0 + noise, e1 + noise, e2 + noise, e3 + noise
    first, second = d0 * d1, d2 * d3
    inverse = _f(1) / (first * second)
    of_first, of_second = inverse * second, inverse * first
    return e0 * d1 * of_first, e1 * d0 * of_first, e2 * d3 * of_second, e3 * d2 * of_second


@njit(nogil=True, fastmath=True, error_model="numpy")
def _load_groups(seen, hoped, scale, row):  # type: ignore[no-untyped-def]
    for i in range(len(seen) // GROUP):
        row[i] = _f(seen[4 * i]) * scale - _f(hoped[4 * i]) * _PART
        row[i + _LANE] = _f(seen[4 * i + 1]) * scale - _f(hoped[4 * i + 1]) * _PART
        row[i + 2 * _LANE] = _f(seen[4 * i + 2]) * scale - _f(hoped[4 * i + 2]) * _PART
        row[i + 3 * _LANE] = _f(seen[4 * i + 3]) * scale - _f(hoped[4 * i + 3]) * _PART


@njit(nogil=True, fastmath=True, error_model="numpy")
def _load(plane, expected, scale, y, first, row):  # type: ignore[no-untyped-def]
    """Fill a row of differences, pixels apart by their place in the group; mirrored at the rim."""
    height, width = expected.shape
    y = min(y if y >= 0 else -1 - y, height - 1)
    skipped = max(-first, 0)
    stop = max(min(first + _TILE + 1, width // GROUP), first + skipped)
    begin, end = GROUP * (first + skipped), GROUP * stop
    _load_groups(plane[y, begin:end], expected[y, begin:end], scale, row[skipped:])
    for i in range(GROUP * skipped):
        _mirror(plane[y], expected[y], scale, GROUP * first + i, i, row)
    for i in range(end - GROUP * first, GROUP * (_TILE + 1)):
        _mirror(plane[y], expected[y], scale, GROUP * first + i, i, row)


@njit(nogil=True, fastmath=True, error_model="numpy")
def _mirror(seen, hoped, scale, x, place, row):  # type: ignore[no-untyped-def]
    """Fill one place of a row from beyond the picture's edge."""
    x = -1 - x if x < 0 else x
    x = max(min(x, 2 * len(hoped) - 1 - x), 0)
    place = (place % GROUP) * _LANE + place // GROUP
    row[place] = _f(seen[x]) * scale - _f(hoped[x]) * _PART


@njit(inline="always")
def _columns(d, v):  # type: ignore[no-untyped-def]
    for x in range(_ROW):
        o = _forward(
            d[x],
            d[x + _ROW],
            d[x + 2 * _ROW],
            d[x + 3 * _ROW],
            d[x + 4 * _ROW],
            d[x + 5 * _ROW],
            d[x + 6 * _ROW],
            d[x + 7 * _ROW],
        )
        v[x], v[x + _ROW], v[x + 2 * _ROW], v[x + 3 * _ROW] = o[0], o[1], o[2], o[3]
        v[x + 4 * _ROW], v[x + 5 * _ROW], v[x + 6 * _ROW], v[x + 7 * _ROW] = o[4], o[5], o[6], o[7]


@njit(inline="always")
def _rows(v, left, right, variance, noise, bar, believed):  # type: ignore[no-untyped-def]
    """Transform along rows, shrink, and back: left and right halves of the blocks apart."""
    for u in range(8):
        for b in range(_TILE):
            i = u * _ROW + b
            c = _forward(
                v[i],
                v[i + _LANE],
                v[i + 2 * _LANE],
                v[i + 3 * _LANE],
                v[i + 1],
                v[i + _LANE + 1],
                v[i + 2 * _LANE + 1],
                v[i + 3 * _LANE + 1],
            )
            p, n, t = variance[b], noise[b], bar[b]
            k0, k1, k2, k3 = _four(c[0], c[1], c[2], c[3], p, n, t)
            k4, k5, k6, k7 = _four(c[4], c[5], c[6], c[7], p, n, t)
            believed[b] += k0 + k1 + k2 + k3 + k4 + k5 + k6 + k7
            o = _back(
                c[0] * k0,
                c[1] * k1,
                c[2] * k2,
                c[3] * k3,
                c[4] * k4,
                c[5] * k5,
                c[6] * k6,
                c[7] * k7,
            )
            left[i], left[i + _LANE], left[i + 2 * _LANE], left[i + 3 * _LANE] = (
                o[0],
                o[1],
                o[2],
                o[3],
            )
            right[i], right[i + _LANE], right[i + 2 * _LANE], right[i + 3 * _LANE] = (
                o[4],
                o[5],
                o[6],
                o[7],
            )


@njit(inline="always")
def _join(left, right):  # type: ignore[no-untyped-def]
    for line in range(8 * GROUP):
        for b in range(1, _TILE):
            left[line * _LANE + b] += right[line * _LANE + b - 1]


@njit(inline="always")
def _columns_back(s, summed):  # type: ignore[no-untyped-def]
    """Invert the columns: upper halves onto what lies there already, lower halves new."""
    for x in range(_ROW):
        o = _back(
            s[x],
            s[x + _ROW],
            s[x + 2 * _ROW],
            s[x + 3 * _ROW],
            s[x + 4 * _ROW],
            s[x + 5 * _ROW],
            s[x + 6 * _ROW],
            s[x + 7 * _ROW],
        )
        summed[x] += o[0]
        summed[x + _ROW] += o[1]
        summed[x + 2 * _ROW] += o[2]
        summed[x + 3 * _ROW] += o[3]
        summed[x + 4 * _ROW], summed[x + 5 * _ROW] = o[4], o[5]
        summed[x + 6 * _ROW], summed[x + 7 * _ROW] = o[6], o[7]


@njit(nogil=True, fastmath=True, error_model="numpy")
def _store_groups(row, hoped, made):  # type: ignore[no-untyped-def]
    for b in range(len(made) // GROUP):
        made[4 * b] = _fine(hoped[4 * b], row[b])
        made[4 * b + 1] = _fine(hoped[4 * b + 1], row[b + _LANE])
        made[4 * b + 2] = _fine(hoped[4 * b + 2], row[b + 2 * _LANE])
        made[4 * b + 3] = _fine(hoped[4 * b + 3], row[b + 3 * _LANE])


@njit(inline="always")
def _fine(hoped, correction):  # type: ignore[no-untyped-def]
    """Add the sum of four blocks' corrections; as good as never negative enough to be cut off."""
    return np.int16(np.int32(_f(hoped) + correction * _OF_FOUR + _HALF))


@njit(nogil=True, fastmath=True, error_model="numpy")
def _store(row, expected, out, result, factor, top, first):  # type: ignore[no-untyped-def]
    """Write a row of finished groups, `first` being the picture's group at place 1."""
    begin, end = GROUP * first, GROUP * (first + _TILE - 1)
    hoped, made, levels = expected[begin:end], out[begin:end], result[begin:end]
    _store_groups(row[1:], hoped, made)
    for i in range(len(made) // GROUP * GROUP, len(made)):
        made[i] = _fine(hoped[i], row[(i % GROUP) * _LANE + i // GROUP + 1])
    for i in range(len(made)):
        levels[i] = np.int32(min(max(_f(made[i]) * factor + _HALF, _ZERO), top))


@njit(inline="always")
def _prepare(r, first, variances, noises, threshold, variance, noise, bar, believed):  # type: ignore[no-untyped-def]
    """Average the maps of groups over each block."""
    last = variances.shape[1] - 1
    for b in range(_TILE):
        i = min(first + 1 + b, last)
        k = min(i + 1, last)
        n = noises[r + 1, i] + noises[r + 1, k] + noises[r + 2, i] + noises[r + 2, k]
        v = variances[r + 1, i] + variances[r + 1, k] + variances[r + 2, i] + variances[r + 2, k]
        n *= _QUARTER
        v *= _QUARTER * n
        variance[b], noise[b], bar[b], believed[b] = v, n, threshold * (n + v), _ZERO


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def shrink(plane, expected, scale, variances, noises, threshold, out, trust, result):  # type: ignore[no-untyped-def]
    """Filter a plane.

    Parameters
    ----------
    plane : ndarray of uint8 or uint16, shape (height, width)
        As filmed.
    expected : ndarray of int16, shape (height, width)
        In parts of levels of 8 bit: see `Fine`.
    scale : float32
        Levels of 8 bit to a level of the plane.
    variances, noises : ndarray of float32, shape (groups down + 2, groups across + 2)
        For each group of 4 x 4 pixels, and a rim of one: the variance of what is expected, in
        variances of the noise; the variance of the noise, in squared levels of 8 bit.
    threshold : float32
    out : ndarray of int16, shape (height, width)
        Written: the result, in the same parts.
    trust : ndarray of float32, shape of `variances`
        Written within the rim: the variance of the result, in variances of the noise.
    result : ndarray of the plane's kind and shape
        Written: the result in the plane's own levels.
    """
    factor, top = _PART / scale, _f(256) / scale - _f(1)
    height, width = expected.shape
    down, across = (height + GROUP - 1) // GROUP, (width + GROUP - 1) // GROUP
    d = np.zeros(8 * _ROW, np.float32)
    v, left, right, summed = np.zeros_like(d), np.zeros_like(d), np.zeros_like(d), np.zeros_like(d)
    variance, noise, bar = np.zeros(_TILE, _f), np.zeros(_TILE, _f), np.zeros(_TILE, _f)
    believed, above = np.zeros(_TILE, _f), np.zeros(_TILE, _f)
    for first in range(-1, across - 1, _TILE - 1):
        for i in range(GROUP):
            _load(plane, expected, scale, i - GROUP, first, d[(i + 4) * _ROW : (i + 5) * _ROW])
        for r in range(-1, down):
            d[: 4 * _ROW] = d[4 * _ROW :]
            summed[: 4 * _ROW] = summed[4 * _ROW :]
            for i in range(GROUP):
                y = 4 * (r + 1) + i
                _load(plane, expected, scale, y, first, d[(i + 4) * _ROW : (i + 5) * _ROW])
            _prepare(r, first, variances, noises, threshold, variance, noise, bar, believed)
            _columns(d, v)
            _rows(v, left, right, variance, noise, bar, believed)
            _join(left, right)
            _columns_back(left, summed)
            if r >= 0:
                for i in range(min(GROUP, height - 4 * r)):
                    row = summed[i * _ROW : (i + 1) * _ROW]
                    y = 4 * r + i
                    _store(row, expected[y], out[y], result[y], factor, top, first + 1)
                for b in range(1, min(_TILE, across - first)):
                    sum_of_four = believed[b] + believed[b - 1] + above[b] + above[b - 1]
                    trust[r + 1, first + 1 + b] = sum_of_four * _SHARE
            above[:] = believed


def room_for(height: int, width: int, value: float = 0.0) -> Any:
    """Return a map of groups with its rim, for a plane of this size."""
    across, down = -(-width // GROUP), -(-height // GROUP)
    return np.full((down + 2, across + 2), value, np.float32)


def threshold_for(variance: float) -> np.float32:
    """Return the threshold for noise of that variance, in squared levels of 8 bit."""
    doubles = 0.5 * math.log2(max(variance, 1e-3) / 100)
    return np.float32(min(max(THRESHOLD + THRESHOLD_OF_DOUBLE * doubles, _LEAST), _MOST))
