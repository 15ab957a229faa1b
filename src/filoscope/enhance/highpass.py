"""What is faster than a given rate in a path: a Butterworth filter run forth and back.

The same as SciPy's `sosfiltfilt` of `butter(3, hz, "highpass")`, by hand: importing `scipy.signal` takes
more than a second of processor time, which is as much as steadying forty pictures.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(nogil=True, cache=True)
def _run(track, one, two):  # type: ignore[no-untyped-def]
    """Filter each column in place, as if its first value had been there for ever."""
    for c in range(track.shape[1]):
        z = -one[0] * track[0, c]
        z1 = z2 = 0.0
        for i in range(track.shape[0]):
            x = track[i, c]
            y = one[0] * x + z
            z = -one[0] * x - one[1] * y
            w = two[0] * y + z1
            z1 = -2 * two[0] * y - two[1] * w + z2
            z2 = two[0] * y - two[2] * w
            track[i, c] = w


def faster_than(hz: float, track: Floats, *, fps: float) -> Floats:
    """Return the part of a path that is faster than a rate, in phase with it.

    Parameters
    ----------
    hz : float
        Half of the amplitude stays there; less than half of `fps`.
    track : ndarray
        Shape (frames, any), one frame or more.
    fps : float

    Returns
    -------
    ndarray
        Of the same shape.
    """
    tangent = math.tan(math.pi * hz / fps)
    gain = 1 / (1 + tangent + tangent**2)
    one = (1 / (1 + tangent), (tangent - 1) / (tangent + 1))
    two = (gain, 2 * (tangent**2 - 1) * gain, (1 - tangent + tangent**2) * gain)
    pad = min(round(fps), len(track) - 1)
    # Mirrored about its ends, so that a steady pan goes on beyond them.
    before, after = 2 * track[:1] - track[pad:0:-1], 2 * track[-1:] - track[-2 : -pad - 2 : -1]
    whole = np.concatenate([before, track, after]).astype(np.float64)
    for _ in range(2):
        _run(whole, one, two)
        whole = np.ascontiguousarray(whole[::-1])
    return whole[pad : pad + len(track)]
