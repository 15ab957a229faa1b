"""What others would forecast from the same log: the rate of the clip, and a regression on counters.

Both look at counters alone, taken before each showing, and learn in blocks as they go.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.outcomes.exposures import Exposures
from filoscope.recommend.outcomes.showings import Outcome, Showings

RATE_PRIOR = 20.0  # made-up showings at the mean rate that every counter begins with
BLOCK = 1000  # showings that are forecast before they are learned
STEP = 0.05  # of the regression, AdaGrad


def counters(
    codes: NDArray[np.int64],
    came: NDArray[np.float64],
    *,
    prior: float = RATE_PRIOR,
    frozen_from: int | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the rate of each code before each showing, and how often it had been shown.

    Parameters
    ----------
    codes : (n,)
        -1 where unknown.
    came : (n,)
        0 or 1 in order of time.
    prior
        How many showings at the mean rate so far are added.
    frozen_from
        From this row on nothing is counted any more.
    """
    counted = np.ones(len(codes))
    if frozen_from is not None:
        counted[frozen_from:] = 0.0
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
    group = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(codes)]))

    def before(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.cumsum(values[order]) - values[order]
        out = np.empty(len(codes))
        out[order] = sums - sums[starts][group]
        return out

    shown, hits = before(counted), before(counted * came)
    so_far = np.cumsum(counted) - counted
    mean = (np.cumsum(counted * came) - counted * came + 1.0) / (so_far + 2.0)
    return (hits + prior * mean) / (shown + prior), shown


def item_rate(log: Exposures, outcome: Outcome, *, frozen_from: int | None) -> NDArray[np.float64]:
    """Forecast by how often it came when this clip was shown before."""
    return counters(log.showings.clip, _came(log, outcome), frozen_from=frozen_from)[0]


def features(
    log: Exposures, outcome: Outcome, *, viewer_frozen_from: int | None
) -> NDArray[np.float64]:
    """Return counters of clip, maker, sound, tag, tab, length and viewer: `(n, 15)` logits and logs."""
    rows, came = log.showings, _came(log, outcome)
    columns = []
    for codes in (rows.clip, rows.maker, rows.sound, rows.tags[:, 0], rows.tab, lengths(rows)):
        columns += [*counters(codes, came)]
    columns += [*counters(rows.viewer, came, frozen_from=viewer_frozen_from, prior=5.0)]
    for column in range(0, len(columns), 2):
        rate = columns[column]
        columns[column] = np.log(rate / (1.0 - rate))
        columns[column + 1] = np.log1p(columns[column + 1])
    return np.stack([*columns, np.nan_to_num(np.log1p(rows.duration_s), nan=-1.0)], axis=1)


def lengths(rows: Showings) -> NDArray[np.int64]:
    """Return lengths in groups of half an octave, -1 where unknown."""
    groups = 2.0 * np.log2(np.maximum(np.nan_to_num(rows.duration_s, nan=0.5), 0.5))
    return np.maximum(groups, -1.0).astype(np.int64)


def regression(
    log: Exposures, outcome: Outcome, *, viewer_frozen_from: int | None
) -> NDArray[np.float64]:
    """Forecast by a logistic regression on the counters."""
    columns = features(log, outcome, viewer_frozen_from=viewer_frozen_from)
    came, told = _came(log, outcome), ~np.isnan(log.outcomes[:, outcome])
    columns = (columns - columns.mean(axis=0)) / (columns.std(axis=0) + 1e-9)
    columns = np.hstack([columns, np.ones((len(columns), 1))])
    weights, squares = np.zeros(columns.shape[1]), np.full(columns.shape[1], 1e-8)
    chance = np.empty(len(columns))
    for start in range(0, len(columns), BLOCK):
        block = columns[start : start + BLOCK]
        chance[start : start + BLOCK] = 1.0 / (1.0 + np.exp(-block @ weights))
        miss = (came - chance)[start : start + BLOCK] * told[start : start + BLOCK]
        slope = miss @ block / len(block)
        squares += slope**2
        weights += STEP * slope / np.sqrt(squares) * 4.0
    return chance


def _came(log: Exposures, outcome: Outcome) -> NDArray[np.float64]:
    return np.nan_to_num(log.outcomes[:, outcome].astype(np.float64), nan=0.0)
