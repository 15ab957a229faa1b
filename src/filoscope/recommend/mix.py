"""From scores to a page: never two in a row by one maker, variety, and places for the unknown.

Each place is drawn by itself: with the chance `explore_share` it goes to a clip that is still owed
an audience, else to the best score. So the chance of every pick is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING

SHORTLIST = 12  # best-scored clips looked at for each place of the page: enough to vary from


@dataclass(frozen=True, slots=True)
class Pick:
    """A place of the page: index into the pool, its chance, and whether it explores."""

    index: int
    propensity: float
    explores: bool


@dataclass(frozen=True, slots=True)
class Pool:
    """Everything that may be shown, as arrays of one length.

    Attributes
    ----------
    score : (clips,) float64
    features : (clips, columns) int32
    owed : (clips,) float64, weight for exploration; 0 for a clip with its audience
    """

    score: NDArray[np.float64]
    features: NDArray[np.int32]
    owed: NDArray[np.float64]


def compose(
    pool: Pool,
    places: int,
    *,
    previous_maker: int,
    explore_share: float,
    variety: float,
    generator: np.random.Generator,
) -> list[Pick]:
    """Fill the places of a page, one after the other.

    Parameters
    ----------
    previous_maker
        Feature code of the maker of what the viewer saw last; `NOTHING` for none.
    explore_share
        Chance of a place to explore, in [0, 1).
    variety
        What is taken off a score for each earlier clip of the page that shares a feature.

    Returns
    -------
    list of Pick
        Fewer than `places` where nothing may follow any more.
    """
    shortlist = _best(pool.score, SHORTLIST * places)
    unknown = np.flatnonzero(pool.owed)
    score = pool.score.copy()
    free = np.ones(len(score), np.bool_)
    picks: list[Pick] = []
    while len(picks) < places:
        shortlist = _allowed(shortlist, pool, free, previous_maker)
        if not len(shortlist):
            shortlist = _refilled(score, pool, free, previous_maker, SHORTLIST * places)
        if not len(shortlist):
            break
        best = int(shortlist[np.argmax(score[shortlist])])
        pick = _draw(best, unknown, pool, free, previous_maker, explore_share, generator)
        picks.append(pick)
        free[pick.index] = False
        previous_maker = int(pool.features[pick.index, MAKER])
        score[shortlist] -= variety * _shared(pool.features, shortlist, pick.index)
        shortlist = np.union1d(shortlist, _best(np.where(free, pool.score, -np.inf), 0))
    return picks
