"""Judge a watch against clips of its length.

Raw seconds favour long clips and the share watched favours short ones (duration bias). Instead a
watch is ranked among all watches of clips about as long: 0 is the shortest, 1 the longest, and by
construction the mean is a half for every length. After "Deconfounding Duration Bias in
Watch-time Prediction" (D2Q, KDD 2022), kept as counts that are updated with each watch.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

LENGTHS_PER_OCTAVE = 2  # neighbouring groups differ by a factor of 1.41 in length
GROUPS = 24  # from 1 s to 4,096 s; beyond, all are one group
SHARE_EDGES = np.concatenate([[0.0], np.geomspace(0.02, 8.0, 48)])  # of the length, loops included
PRIOR_WATCHES = 40.0  # how many made-up watches each group begins with
# Before anything is known: four of ten leave in the first fifth, two reach the end.
PRIOR_SHARES = np.array([0.03, 0.06, 0.1, 0.16, 0.3, 0.45, 0.65, 0.85, 1.0, 1.5])


class WatchCurves:
    """Counts of shares watched, a histogram for each group of lengths.

    Attributes
    ----------
    counts : (GROUPS, bins) float64
    """

    def __init__(self) -> None:
        prior = np.zeros(len(SHARE_EDGES))
        places = np.searchsorted(SHARE_EDGES, PRIOR_SHARES, side="right") - 1
        np.add.at(prior, places, PRIOR_WATCHES / len(PRIOR_SHARES))
        self.counts: NDArray[np.float64] = np.tile(prior, (GROUPS, 1))

    def rank(self, watched_s: float, duration_s: float) -> float:
        """Return the share of watches of such clips that were shorter, ties counted half."""
        return float(rank_of(self.counts, watched_s, duration_s))

    def learn(self, watched_s: float, duration_s: float) -> None:
        """Count one watch."""
        count(self.counts, watched_s, duration_s)


@njit(cache=True)
def rank_of(counts: NDArray[np.float64], watched_s: float, duration_s: float) -> float:
    """Return the share of watches of such clips that were shorter, ties counted half."""
    group, place = _group(duration_s), _bin(watched_s, duration_s)
    shorter, total = 0.0, 0.0
    for index in range(counts.shape[1]):
        total += counts[group, index]
        if index < place:
            shorter += counts[group, index]
    return (shorter + counts[group, place] / 2) / total  # type: ignore[no-any-return]


@njit(cache=True)
def count(counts: NDArray[np.float64], watched_s: float, duration_s: float) -> None:
    """Count one watch."""
    counts[_group(duration_s), _bin(watched_s, duration_s)] += 1.0


@njit(cache=True)
def _group(duration_s: float) -> int:
    return int(min(max(LENGTHS_PER_OCTAVE * math.log2(max(duration_s, 1.0)), 0.0), GROUPS - 1.0))


@njit(cache=True)
def _bin(watched_s: float, duration_s: float) -> int:
    return int(np.searchsorted(SHARE_EDGES, watched_s / max(duration_s, 1.0), side="right")) - 1
