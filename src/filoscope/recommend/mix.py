"""From scores to a page: never two in a row by one maker, variety, and places for the unknown.

Each place is drawn by itself: with the chance `explore_share` it goes to a clip that is still owed
an audience, else to the best score. So the chance of every pick is known exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
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
    index, propensity, explores = _fill(
        pool.score,
        pool.features,
        pool.owed,
        _best(pool.score, SHORTLIST * places),
        generator.random((places, 2)),
        previous_maker,
        explore_share,
        variety,
    )
    return [
        Pick(*pick)
        for pick in zip(index.tolist(), propensity.tolist(), explores.tolist(), strict=True)
    ]


def _best(score: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return indices of the `count` best scores, in the order of the pool."""
    if len(score) <= count:
        return np.arange(len(score))
    return np.sort(np.argpartition(-score, count)[:count])


@njit(cache=True)
def _fill(
    score: NDArray[np.float64],
    features: NDArray[np.int32],
    owed: NDArray[np.float64],
    shortlist: NDArray[np.intp],
    chances: NDArray[np.float64],
    previous_maker: int,
    explore_share: float,
    variety: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Pick for each row of `chances`, (whether to explore, which), in [0, 1)."""
    places = len(chances)
    picked = np.empty(places, np.int64)
    propensity = np.empty(places)
    explores = np.empty(places, np.bool_)
    free = np.ones(len(score), np.bool_)
    varied = score[shortlist]
    unknown = np.flatnonzero(owed)
    filled = 0
    while filled < places:
        best = _best_of(score, varied, shortlist, features, free, previous_maker)
        if best < 0:
            break
        owed_sum, owed_best = 0.0, 0.0
        for other in unknown:
            if free[other] and features[other, MAKER] != previous_maker:
                owed_sum += owed[other]
                owed_best += owed[other] if other == best else 0.0
        index, chance, tries = best, 1.0, False
        if owed_sum > 0.0:
            tries = chances[filled, 0] < explore_share
            chance = explore_share * owed_best / owed_sum + 1.0 - explore_share
            if tries:
                sought, passed = chances[filled, 1] * owed_sum, 0.0
                for other in unknown:
                    if free[other] and features[other, MAKER] != previous_maker:
                        passed += owed[other]
                        index = int(other)
                        if passed > sought:
                            break
                if index != best:
                    chance = explore_share * owed[index] / owed_sum
        picked[filled], propensity[filled], explores[filled] = index, min(chance, 1.0), tries
        filled += 1
        free[index] = False
        if previous_maker != ANYBODY:
            previous_maker = features[index, MAKER]
        for place in range(len(shortlist)):
            varied[place] -= variety * _shared(features[shortlist[place]], features[index])
    return picked[:filled], propensity[:filled], explores[:filled]


@njit(cache=True)
def _best_of(
    score: NDArray[np.float64],
    varied: NDArray[np.float64],
    shortlist: NDArray[np.intp],
    features: NDArray[np.int32],
    free: NDArray[np.bool_],
    previous_maker: int,
) -> int:
    """Return the best clip that may follow: of the shortlist, else of all; -1 if there is none."""
    best: int = -1
    highest = -np.inf
    for place in range(len(shortlist)):
        index = shortlist[place]
        if free[index] and varied[place] > highest and features[index, MAKER] != previous_maker:
            best, highest = index, varied[place]
    if best >= 0:
        return best
    for index in range(len(score)):
        if free[index] and score[index] > highest and features[index, MAKER] != previous_maker:
            best, highest = index, score[index]
    return best


@njit(cache=True)
def _shared(features: NDArray[np.int32], picked: NDArray[np.int32]) -> int:
    """Return how many features two clips share."""
    shared = 0
    for code in picked:
        if code != NOTHING:
            for other in features:
                if other == code:
                    shared += 1
    return shared
