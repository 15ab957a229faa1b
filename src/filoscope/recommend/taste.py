"""What one viewer likes, computed from their meetings the moment it is asked.

Every maker, sound and tag that the viewer has met gets the mean worth of those meetings, fading
with time, drawn to 0 while they are few, and measured against what the viewer makes of clips in
general: a tag that every clip bears says nothing. Only what was met is kept, in a small hash table:
the work does not grow with the catalogue.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING, SOUND, TAGS
from filoscope.recommend.settings import OutcomeWeights
from filoscope.recommend.viewers import ENJOYED, Viewer, worth_of_one

MEETINGS_MAX = 400  # the latest ones count: bounds the work of a page
PRIOR_MEETINGS = 1.5  # meetings at 0 that every feature starts with
PRIOR_MEAN = 6.0  # meetings at 0 that the viewer's own mean starts with
WORTH_MAX = 4.0  # one meeting says no more than this, either way
ASKED_MORE, ASKED_LESS = 1.0, -8.0  # liking of what was asked for: less outweighs all else
MAKER_WEIGHT, SOUND_WEIGHT, TAG_WEIGHT = 0.5, 0.5, 0.8
FREE = -1  # a slot of the hash table that holds nothing
SPREAD = 0x9E3779B1  # odd, near 2^32 divided by the golden ratio: spreads codes over the table
SETTINGS_KEPT = 16  # of an owner who tries them out
_NOTHING_ASKED = np.zeros(0, np.int32), np.zeros(0)


class Taste(NamedTuple):
    """Likings of one viewer, for the features they have met.

    Attributes
    ----------
    codes : (met,) int32, features in the order in which they were met
    liking : (met,) float64, about -1 to 1
    enjoyed : (met,) int64, clips with this feature that the viewer enjoyed
    slots : (power of two,) int32, hash table of places in `codes`; `FREE` where empty
    """

    codes: NDArray[np.int32]
    liking: NDArray[np.float64]
    enjoyed: NDArray[np.int64]
    slots: NDArray[np.int32]


NO_TASTE = Taste(  # of somebody of whom nothing is known
    np.zeros(0, np.int32), np.zeros(0), np.zeros(0, np.int64), np.full(1, FREE, np.int32)
)


def taste_of(
    viewer: Viewer,
    features: NDArray[np.int32],
    *,
    now_s: float,
    half_life_s: float,
    weights: OutcomeWeights,
) -> Taste:
    """Compute the taste of a viewer.

    Parameters
    ----------
    features : (room, columns)
        Of the whole catalogue.
    """
    asked, asked_liking = _asked(viewer)
    codes, liking, enjoyed, slots = _taste(
        viewer.rows,
        viewer.did,
        viewer.rank,
        viewer.time_s,
        viewer.size,
        now_s,
        half_life_s,
        _by_bit(weights),
        features,
        asked,
        asked_liking,
    )
    return Taste(codes, liking, enjoyed, slots)


@lru_cache(SETTINGS_KEPT)
def _by_bit(weights: OutcomeWeights) -> NDArray[np.float64]:
    return weights.by_bit()


def _asked(viewer: Viewer) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return the features that the viewer asked for more or less of, and the liking they get."""
    if viewer.said is None:
        return _NOTHING_ASKED
    asked = [(code, stance.wanted) for code, stance in viewer.said.stances.items() if stance.wanted]
    return (
        np.array([code for code, _ in asked], np.int32),
        np.array([ASKED_MORE if wanted > 0 else ASKED_LESS for _, wanted in asked], np.float64),
    )


@njit(cache=True)
def _taste(
    rows: NDArray[np.int32],
    did: NDArray[np.uint16],
    rank: NDArray[np.float32],
    time_s: NDArray[np.float64],
    size: int,
    now_s: float,
    half_life_s: float,
    weights: NDArray[np.float64],
    features: NDArray[np.int32],
    asked: NDArray[np.int32],
    asked_liking: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]]:
    """Return the columns of `Taste`, from the latest meetings of a viewer and what they asked for."""
    first = max(size - MEETINGS_MAX, 0)
    value, told, mean = _told(
        did[first:size], rank[first:size], time_s[first:size], now_s, half_life_s, weights
    )
    return _gather(rows[first:size], value, told, mean, features, asked, asked_liking)


@njit(cache=True)
def _told(
    did: NDArray[np.uint16],
    rank: NDArray[np.float32],
    time_s: NDArray[np.float64],
    now_s: float,
    half_life_s: float,
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return what each meeting is worth, how much that still counts, and the mean of it."""
    value, told = np.empty(len(did)), np.zeros(len(did))
    total, counted = 0.0, 0.0
    for index in range(len(did)):
        worth = worth_of_one(int(did[index]), float(rank[index]), weights)
        value[index] = min(max(worth, -WORTH_MAX), WORTH_MAX)
        if value[index] != 0.0:
            told[index] = 2.0 ** (-max(now_s - time_s[index], 0.0) / half_life_s)
            total += told[index] * value[index]
            counted += told[index]
    return value, told, min(total / (counted + PRIOR_MEAN), 1.0)


@njit(cache=True)
def _gather(
    rows: NDArray[np.int32],
    value: NDArray[np.float64],
    told: NDArray[np.float64],
    mean: float,
    features: NDArray[np.int32],
    asked: NDArray[np.int32],
    asked_liking: NDArray[np.float64],
) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]]:
    """Sum over the meetings of each feature; returns the columns of `Taste`."""
    cells = max(len(rows) * features.shape[1] + len(asked), 1)
    size = 16
    while size < 2 * cells:
        size *= 2
    slots = np.full(size, FREE, np.int32)
    codes = np.empty(cells, np.int32)
    weight, total = np.zeros(cells), np.zeros(cells)
    enjoyed = np.zeros(cells, np.int64)
    met = 0
    for meeting in range(len(rows)):
        for column in range(features.shape[1]):
            code = features[rows[meeting], column]
            if code == NOTHING:
                continue
            slot = (code * SPREAD) & (size - 1)
            while slots[slot] != FREE and codes[slots[slot]] != code:
                slot = (slot + 1) & (size - 1)
            if slots[slot] == FREE:
                slots[slot] = met
                codes[met] = code
                met += 1
            place = slots[slot]
            weight[place] += told[meeting]
            total[place] += told[meeting] * (value[meeting] - mean)
            enjoyed[place] += value[meeting] >= ENJOYED
    for index in range(len(asked)):
        slot = (asked[index] * SPREAD) & (size - 1)
        while slots[slot] != FREE and codes[slots[slot]] != asked[index]:
            slot = (slot + 1) & (size - 1)
        if slots[slot] == FREE:
            slots[slot] = met
            codes[met] = asked[index]
            met += 1
        total[slots[slot]] = asked_liking[index] * (weight[slots[slot]] + PRIOR_MEETINGS)
    liking = total[:met] / (weight[:met] + PRIOR_MEETINGS)
    return codes[:met].copy(), liking, enjoyed[:met].copy(), slots


@njit(cache=True)
def place_of(code: int, taste: Taste) -> int:
    """Return where a feature is kept in a taste; `FREE` if the viewer has never met it."""
    slots, codes = taste.slots, taste.codes
    slot = (code * SPREAD) & (len(slots) - 1)
    while slots[slot] != FREE and codes[slots[slot]] != code:
        slot = (slot + 1) & (len(slots) - 1)
    return int(slots[slot])


@njit(cache=True)
def interest_in(features: NDArray[np.int32], likings: NDArray[np.float64]) -> float:
    """Return the interest in one clip of these `(columns,)` features, about -1 to 1.

    Parameters
    ----------
    likings : (codes,)
        Of each feature; 0 where never met, and of `NOTHING`.
    """
    by_tags, tags = 0.0, 0
    for column in range(TAGS.start, TAGS.stop):
        by_tags += likings[features[column]]
        tags += features[column] != NOTHING
    interest = MAKER_WEIGHT * likings[features[MAKER]] + SOUND_WEIGHT * likings[features[SOUND]]
    return float(interest + TAG_WEIGHT * by_tags / math.sqrt(max(tags, 1)))
