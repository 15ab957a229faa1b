"""The greatest of some values. Of equals the first come, so that every machine chooses alike."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

STEPS = 1024  # of height, by which values are counted


@njit(cache=True)
def greatest(values: NDArray[np.floating], count: int) -> NDArray[np.int32]:
    """Return the indices of the `count` greatest, or of all where there are fewer, in rising order."""
    chosen = np.empty(min(count, len(values)), np.int32)
    if len(chosen) == len(values):
        chosen[:] = np.arange(len(values))
        return chosen
    bound, equals = _bound(values, count)
    size = 0
    for index in range(len(values)):
        if values[index] >= bound:
            if values[index] == bound:
                if not equals:
                    continue
                equals -= 1
            chosen[size] = index
            size += 1
    return chosen


@njit(cache=True)
def _bound(values: NDArray[np.floating], count: int) -> tuple[float, int]:
    """Return the least of the `count` greatest, and how many of them are equal to it.

    Values are counted by their height first, so that only those of one step need be sorted:
    no processor can foresee how two values compare, and each surprise costs it twenty steps.
    """
    low, high = values.min(), values.max()
    scale = (STEPS - 1) / (high - low) if high > low else 0.0
    steps = ((values - low) * scale).astype(np.int32)
    counts = np.zeros(STEPS, np.int32)
    for step in steps:
        counts[step] += 1
    top, left = STEPS - 1, count
    while counts[top] < left:
        left -= counts[top]
        top -= 1
    near = np.sort(values[steps == top])
    bound = near[len(near) - left]
    return bound, left - int((near > bound).sum())
