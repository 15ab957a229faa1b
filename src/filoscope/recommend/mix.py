"""From scores to a page: never two in a row by one maker, variety, and places for the unknown.

Each place is drawn by itself: with the chance `explore_share` it goes to a clip that is still owed
an audience, else to the best score. So the chance of every pick is known exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING, TAGS
from filoscope.recommend.greatest import greatest

ANYBODY = -1  # no maker has this code
BEST_EACH = 12  # best-scored clips looked at for each place of the page: enough to vary from


class Picks(NamedTuple):
    """The places of a page, fewer than were asked for where nothing may follow any more.

    Attributes
    ----------
    clips : (places,) int64, indices into what was to choose from
    propensity : (places,) float64, the chance of each pick
    explores : (places,) bool
    """

    clips: NDArray[np.int64]
    propensity: NDArray[np.float64]
    explores: NDArray[np.bool_]


@njit(cache=True)
def mix(
    score: NDArray[np.float64],
    owed: NDArray[np.float64],
    rows: NDArray[np.int32],
    features: NDArray[np.int32],
    previous_maker: int,
    explore_share: float,
    variety: float,
    chances: NDArray[np.float64],
) -> Picks:
    """Fill the places of a page, one after the other.

    Parameters
    ----------
    score : (clips,)
    owed : (clips,)
        Weight for exploration; 0 for a clip with its audience.
    rows : (clips,)
        Of the features of all clips, `(room, columns)`.
    previous_maker
        Feature code of the maker of what the viewer saw last; `NOTHING` for none, and `ANYBODY`
        where makers may follow themselves.
    explore_share
        Chance of a place to explore, in [0, 1).
    variety
        What is taken off a score for each earlier clip of the page that shares a feature.
    chances : (places, 2)
        For each place whether to explore, and which clip then; in [0, 1).
    """
    places = len(chances)
    clips, propensity = np.empty(places, np.int64), np.empty(places)
    explores = np.zeros(places, np.bool_)
    makers = np.empty(len(rows), np.int32)
    for place in range(len(rows)):
        makers[place] = features[rows[place], MAKER]
    free = np.ones(len(score), np.bool_)
    shortlist = greatest(score, BEST_EACH * places)
    varied = score[shortlist]
    unknown = np.flatnonzero(owed)
    weights, their_makers = owed[unknown], makers[unknown]  # 0 once they have a place
    filled = 0
    while filled < places:
        best = _best(score, varied, shortlist, makers, free, previous_maker)
        if best < 0:
            break
        owed_sum = 0.0
        for other in range(len(unknown)):
            owed_sum += weights[other] * (their_makers[other] != previous_maker)
        pick, chance = best, 1.0
        if owed_sum > 0.0:
            explores[filled] = chances[filled, 0] < explore_share
            chance = explore_share * owed[best] / owed_sum + 1.0 - explore_share
            if explores[filled]:
                sought = chances[filled, 1] * owed_sum
                pick = unknown[_drawn(weights, their_makers, previous_maker, sought)]
                if pick != best:
                    chance = explore_share * owed[pick] / owed_sum
        clips[filled], propensity[filled] = pick, min(chance, 1.0)
        filled += 1
        free[pick] = False
        if owed[pick] != 0.0:
            weights[np.searchsorted(unknown, pick)] = 0.0
        if previous_maker != ANYBODY:
            previous_maker = makers[pick]
        for place in range(len(shortlist)):
            other = rows[shortlist[place]]
            varied[place] -= variety * _shared(features[other], features[rows[pick]])
    return Picks(clips[:filled], propensity[:filled], explores[:filled])


@njit(cache=True)
def _drawn(
    weights: NDArray[np.float64], makers: NDArray[np.int32], previous_maker: int, sought: float
) -> int:
    """Return which of those that may follow is the one at which the sum of weights passes `sought`."""
    drawn, passed = -1, 0.0
    for index in range(len(weights)):
        if weights[index] > 0.0 and makers[index] != previous_maker:
            passed += weights[index]
            drawn = index
            if passed > sought:
                break
    return drawn


@njit(cache=True)
def _best(
    score: NDArray[np.float64],
    varied: NDArray[np.float64],
    shortlist: NDArray[np.int32],
    makers: NDArray[np.int32],
    free: NDArray[np.bool_],
    previous_maker: int,
) -> int:
    """Return the best clip that may follow: of the shortlist, else of all; -1 if there is none."""
    best: int = -1
    highest = -np.inf
    for place in range(len(shortlist)):
        index = shortlist[place]
        if varied[place] > highest and free[index] and makers[index] != previous_maker:
            best, highest = index, varied[place]
    if best >= 0:
        return best
    for index in range(len(score)):
        if score[index] > highest and free[index] and makers[index] != previous_maker:
            best, highest = index, score[index]
    return best


@njit(cache=True)
def _shared(features: NDArray[np.int32], picked: NDArray[np.int32]) -> int:
    """Return how many features two clips share; tags fill their columns from the first on."""
    shared = 0
    for column in range(len(picked)):
        code = picked[column]
        if code == NOTHING:
            if column >= TAGS.start:
                break
            continue
        for other_column in range(len(features)):
            other = features[other_column]
            shared += other == code
            if other == NOTHING and other_column >= TAGS.start:
                break
    return shared
