"""How much noise a picture has, by brightness, and how that is followed over time.

>>> noise_of(luma)
7.9

Blocks of 8 x 8 that hardly anything is painted on tell the noise: the lowest fifth of the blocks'
roughness, measured by the difference of two Laplacians, which sees no slope and no straight edge
(Immerkaer 1996). In a clip there is a better witness: what differs from the last picture moved into
place. Texture moves along and noise does not, so the smaller of the two is believed. Light arrives in
photons and is then bent by a gamma curve, so the noise is measured for each brightness apart.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.enhance.clean.shrink import FINE, Fine, Floats, Plane

SIGMA_MAX = 50.0
"""In levels of 8 bit. What is rougher is a picture of gravel."""

_BLOCK = 8
_BLOCKS_MAX = 2400
"""Looked at, whatever the size: the lowest fifth are then 480, within 3 % of the truth."""

_BINS = 16
_BLOCKS_OF_BIN = 40.0
"""A brightness with fewer blocks than this leans on the others."""

_SHARE = 0.2
_LOW_OF_ROUGH, _LOW_OF_SPREAD = 0.735, 0.854
"""The lowest fifth of what blocks of pure noise measure, by its mean: 17 and 63 degrees of freedom."""

_COLOURED = 2.0
"""Encoders leave blotches and take the finest grain: variance beyond this many times what the finest
shows is texture, not noise."""

_FITTED = 0.7
"""Blocks are moved to where they fit, and fit noise to noise a little: what is left of its variance."""

_EVEN, _UNEVEN = 2.0, 2.8
"""The median block's change by that of the lowest fifth: noise of one brightness has 1.2 to 1.5, and to 2
over foliage; clean foliage that was not followed quite, 2.6 and more."""

_EMPTY_LOW, _EMPTY_HIGH = 18.0, 250.0
"""Blocks darker or brighter are often clipped, or bars around the picture: they tell nothing."""

_PACE = 0.2
"""Of a new measurement in the followed curve: half of a change of light in three of them."""

_f = np.float32


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _measure(plane, scale, expected, step_y, step_x, means, roughs, spreads):  # type: ignore[no-untyped-def]
    """Write of blocks that far apart the mean, the roughness and the spread; return their number.

    Of the plane itself; or, where `expected` is as large, of the difference from it.
    """
    height, width = plane.shape
    differs = expected.shape[0] == height
    window = np.empty((_BLOCK + 2, _BLOCK + 2), np.float32)
    count = 0
    for y0 in range(1, height - _BLOCK, step_y):
        for x0 in range(1, width - _BLOCK, step_x):
            total = _f(0)
            for i in range(_BLOCK + 2):
                for j in range(_BLOCK + 2):
                    level = _f(plane[y0 - 1 + i, x0 - 1 + j]) * scale
                    total += level
                    if differs:
                        level -= _f(expected[y0 - 1 + i, x0 - 1 + j]) * _f(1 / FINE)
                    window[i, j] = level
            rough, first, second = _f(0), _f(0), _f(0)
            for i in range(1, _BLOCK + 1):
                for j in range(1, _BLOCK + 1):
                    above = window[i - 1, j - 1] - _f(2) * window[i - 1, j] + window[i - 1, j + 1]
                    here = window[i, j - 1] - _f(2) * window[i, j] + window[i, j + 1]
                    below = window[i + 1, j - 1] - _f(2) * window[i + 1, j] + window[i + 1, j + 1]
                    laplacian = above - _f(2) * here + below
                    rough += laplacian * laplacian
                    first += window[i, j]
                    second += window[i, j] * window[i, j]
            means[count] = total / _f((_BLOCK + 2) ** 2)
            roughs[count] = rough / _f(36 * _BLOCK**2)
            spreads[count] = (second - first * first / _f(_BLOCK**2)) / _f(_BLOCK**2 - 1)
            count += 1
    return count


def _look(
    plane: Plane, scale: float, expected: Fine | None
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    height, width = plane.shape
    step = max(int(np.sqrt(height * width / _BLOCKS_MAX)), 5)
    room = (height // step + 1) * (width // step + 1)
    means, roughs, spreads = (np.empty(room, np.float32) for _ in range(3))
    against = np.zeros((0, 0), np.int16) if expected is None else expected
    count = _measure(plane, _f(scale), against, step, step, means, roughs, spreads)
    kept = (means[:count] > _EMPTY_LOW) & (means[:count] < _EMPTY_HIGH)
    return means[:count][kept], roughs[:count][kept], spreads[:count][kept]


def noise_of(luma: Plane) -> float:
    """Return the standard deviation of a single picture's noise, in levels of 8 bit.

    A picture that is textured everywhere is thought noisier than it is; a `NoiseMeter`, which sees
    several, is not deceived so.

    Parameters
    ----------
    luma : ndarray of uint8, or of uint16 for 10 bit, shape (height, width)
    """
    _, roughs, _ = _look(luma, 1.0 if luma.dtype == np.uint8 else 0.25, None)
    return _sigma(_lowest(roughs, _LOW_OF_ROUGH))


def _lowest(measured: NDArray[np.float32], share_of_mean: float) -> float:
    return float(np.quantile(measured, _SHARE)) / share_of_mean if measured.size else 0.0


def _sigma(variance: float) -> float:
    return float(min(np.sqrt(max(variance, 0.0)), SIGMA_MAX))


class NoiseMeter:
    """Follows the noise of one plane through a clip.

    Attributes
    ----------
    sigma : float
        Over all brightnesses, in levels of 8 bit.
    variances : ndarray of float32, shape (256,)
        For each level, in squared levels of 8 bit.
    """

    def __init__(self) -> None:
        self.sigma = 0.0
        self.variances: Floats = np.zeros(256, np.float32)
        self._bins: NDArray[np.float64] | None = None
        self._whole = 0.0

    def look(self, plane: Plane, scale: float, expected: Fine | None, doubled: float) -> None:
        """Measure a picture against the last one moved into place.

        `doubled` is the variance of their difference, in variances of the noise. Without a last
        picture (None) the picture itself must do.
        """
        measured = self._measure(plane, scale, expected, doubled)
        if measured is None:
            return
        bins, whole = measured
        pace = 1.0 if self._bins is None else _PACE
        last = bins if self._bins is None else self._bins
        self._bins = last + pace * (bins - last)
        self._whole += pace * (whole - self._whole)
        self.sigma = _sigma(self._whole)
        centres = (np.arange(_BINS) + 0.5) * (256 / _BINS)
        self.variances = np.interp(np.arange(256), centres, self._bins).astype(np.float32)

    @staticmethod
    def _measure(
        plane: Plane, scale: float, expected: Fine | None, doubled: float
    ) -> tuple[NDArray[np.float64], float] | None:
        means, roughs, spreads = _look(plane, scale, None)
        if not means.size:
            return None
        changes = None
        if expected is not None:
            _, _, spreads = _look(plane, scale, expected)
            changes = spreads / np.float32(doubled * _FITTED)
        whole = _agree(roughs, changes)
        bins = np.full(_BINS, whole)
        places = np.minimum(means * (_BINS / 256), _BINS - 1).astype(int)
        seen = 0.0
        for place in np.unique(places):
            here = places == place
            own = _agree(roughs[here], None if changes is None else changes[here])
            if changes is not None:
                own *= _evenness(changes[here])
            count = float(here.sum())
            seen += own * count / len(places)
            bins[place] = (count * own + _BLOCKS_OF_BIN * whole) / (count + _BLOCKS_OF_BIN)
        return np.minimum(bins, SIGMA_MAX**2), seen


def _evenness(changes: NDArray[np.float32]) -> float:
    """Return 1 where blocks change alike, as noise makes them, down to 0 where each does its own."""
    low, middle = np.quantile(changes, [_SHARE, 0.5])
    apart = float(middle) / max(float(low), 1e-3)
    return float(np.clip((_UNEVEN - apart) / (_UNEVEN - _EVEN), 0, 1))


def _agree(roughs: NDArray[np.float32], changes: NDArray[np.float32] | None) -> float:
    """Return the variance that both witnesses bear out."""
    rough = _lowest(roughs, _LOW_OF_ROUGH)
    if changes is None:
        return rough
    return min(_lowest(changes, _LOW_OF_SPREAD), _COLOURED * rough)
