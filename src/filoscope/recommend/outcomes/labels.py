"""What counts as watched long, where a log does not say so itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.outcomes.compiled import compiled
from filoscope.recommend.watching import GROUPS, LENGTHS_PER_OCTAVE, SHARE_EDGES, WatchCurves

FINISH_RANK = 2 / 3  # longer than two of three watches of clips about as long


def finishes(
    watched_s: NDArray[np.float64], duration_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Judge each watch against the watches before it of clips about as long.

    Parameters
    ----------
    watched_s, duration_s : (n,)
        In order of time, NaN where unknown.

    Returns
    -------
    (n,)
        1 where it is among the longest third (`FINISH_RANK`) or reaches the end, 0 where not, NaN
        where unknown.
    """
    known = ~(np.isnan(watched_s) | np.isnan(duration_s))
    length = np.maximum(duration_s[known], 1.0)
    group = np.clip(LENGTHS_PER_OCTAVE * np.log2(length), 0, GROUPS - 1).astype(np.int64)
    share = watched_s[known] / length
    place = np.searchsorted(SHARE_EDGES, share, side="right") - 1
    ranks = _ranks(WatchCurves().counts, group, place)
    long = np.full(len(known), np.nan)
    long[known] = (ranks >= FINISH_RANK) | (share >= 1.0)
    return long


@compiled
def _ranks(counts: Any, group: Any, place: Any) -> Any:
    """Return the share of earlier watches that were shorter, ties counted half."""
    ranks = np.empty(len(group))
    for i in range(len(group)):
        row = counts[group[i]]
        ranks[i] = (row[: place[i]].sum() + row[place[i]] / 2) / row.sum()
        row[place[i]] += 1.0
    return ranks
