"""From scores to a page: never two in a row by one maker, variety, and places for the unknown.

Each place is drawn by itself: with the chance `explore_share` it goes to a clip that is still owed
an audience, else to the best score. So the chance of every pick is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING

ANYBODY = -1  # no maker has this code
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
        Feature code of the maker of what the viewer saw last; `NOTHING` for none, and `ANYBODY`
        where makers may follow themselves.
    explore_share
        Chance of a place to explore, in [0, 1).
    variety
        What is taken off a score for each earlier clip of the page that shares a feature.

    Returns
    -------
    list of Pick
        Fewer than `places` where nothing may follow any more.
    """
    makers = pool.features[:, MAKER]
    spread = previous_maker != ANYBODY
    shortlist = _best(pool.score, SHORTLIST * places)
    score = pool.score[shortlist]
    unknown = np.flatnonzero(pool.owed)
    free = np.ones(len(makers), np.bool_)
    picks: list[Pick] = []
    while len(picks) < places:
        may = free & (makers != previous_maker) if spread else free
        open_ = may[shortlist]
        if open_.any():
            best = int(shortlist[np.argmax(np.where(open_, score, -np.inf))])
        elif may.any():
            best = int(np.argmax(np.where(may, pool.score, -np.inf)))
        else:
            break
        pick = _draw(best, unknown[may[unknown]], pool.owed, explore_share, generator)
        picks.append(pick)
        free[pick.index] = False
        previous_maker = int(makers[pick.index])
        score -= variety * _shared(pool.features, shortlist, pick.index)
    return picks


def _best(score: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return indices of the `count` best scores, in the order of the pool."""
    if len(score) <= count:
        return np.arange(len(score))
    return np.sort(np.argpartition(-score, count)[:count])


def _draw(
    best: int,
    unknown: NDArray[np.intp],
    owed: NDArray[np.float64],
    explore_share: float,
    generator: np.random.Generator,
) -> Pick:
    """Draw between the best score and the unknown clips, and say what the chance was."""
    explores = bool(generator.random() < explore_share)
    if not unknown.size:
        return Pick(best, 1.0, explores=False)
    chances = owed[unknown] / owed[unknown].sum()
    place = min(int(np.searchsorted(chances.cumsum(), generator.random())), len(unknown) - 1)
    index = int(unknown[place]) if explores else best
    by_exploring = explore_share * float(chances[unknown == index].sum())
    by_score = 1.0 - explore_share if index == best else 0.0
    return Pick(index, min(by_exploring + by_score, 1.0), explores)


def _shared(features: NDArray[np.int32], rows: NDArray[np.intp], picked: int) -> NDArray[np.int64]:
    """Return how many features each of `rows` shares with the clip just picked."""
    known = features[picked][features[picked] != NOTHING]
    return np.asarray(np.isin(features[rows], known).sum(axis=1), np.int64)
