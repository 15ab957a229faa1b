"""One page in one compiled call: score the shortlist, mix the page, say why each clip is there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, NOTHING
from filoscope.recommend.forecasting import Ranker
from filoscope.recommend.mix import ANYBODY, mix
from filoscope.recommend.popularity import Climate
from filoscope.recommend.scoring import (
    COWATCH,
    FOLLOWING,
    FORECAST,
    FRESH,
    POPULAR,
    Weighing,
    score,
)
from filoscope.recommend.shortlist import is_varied
from filoscope.recommend.sources import Question
from filoscope.recommend.stock import Stock
from filoscope.recommend.taste import ASKED_MORE, FREE, place_of
from filoscope.recommend.walk import company

REASONS_MAX = 3
SAYS_SOMETHING = 0.05  # least part of a score that is named as a reason
TINY = 1e-9  # by which the liking of what was asked for may be off
# What a reason is about: a part of the score that needs no subject, the maker, a clip, a feature.
NO_REASON, OF_PART, OF_MAKER, OF_CLIP, OF_FEATURE = range(5)


class Drawn(NamedTuple):
    """The picks of a page, and what speaks for each.

    Attributes
    ----------
    rows : (picks,) int32, of the catalogue
    total, propensity, owed : (picks,) float64
    explores : (picks,) bool
    parts : (picks, parts) float64, of the score, in the order of `scoring.PARTS`
    abouts : (picks, REASONS_MAX) int64
        What each reason is about, the strongest first; `NO_REASON` behind the last.
    subjects : (picks, REASONS_MAX) int64
        Number of the part, row of a clip, or column of the feature.
    counts : (picks, REASONS_MAX) int64
        Clips with the feature that the viewer enjoyed, or people who watched both clips.
    weights : (picks, REASONS_MAX) float64
    """

    rows: NDArray[np.int32]
    total: NDArray[np.float64]
    propensity: NDArray[np.float64]
    owed: NDArray[np.float64]
    explores: NDArray[np.bool_]
    parts: NDArray[np.float64]
    abouts: NDArray[np.int64]
    subjects: NDArray[np.int64]
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]


class Reasons(NamedTuple):
    """Room for the reasons of one pick; see `Drawn`, of which these are rows."""

    abouts: NDArray[np.int64]
    subjects: NDArray[np.int64]
    counts: NDArray[np.int64]
    weights: NDArray[np.float64]


@njit(cache=True)
def draw(
    rows: NDArray[np.int32],
    question: Question,
    stock: Stock,
    climate: Climate,
    ranker: Ranker,
    weighing: Weighing,
    previous: int,
    chances: NDArray[np.float64],
) -> Drawn:
    """Draw the picks of a page from some clips.

    Parameters
    ----------
    rows : (clips,)
        Of the catalogue; not empty.
    previous
        The row of what comes directly before the page; below 0 for none.
    chances : (places, 2)
        See `mix`.
    """
    features = stock.features
    total, owed, parts = score(rows, question, stock, climate, ranker, weighing)
    previous_maker = NOTHING if previous < 0 else features[previous, MAKER]
    if not is_varied(rows, features):
        previous_maker = ANYBODY  # the rule would hide for good what is left
    picks = mix(
        total,
        owed,
        rows,
        features,
        previous_maker,
        weighing.explore_share,
        weighing.variety,
        chances,
    )
    shape = (len(picks.clips), REASONS_MAX)
    abouts, subjects = np.full(shape, NO_REASON), np.zeros(shape, np.int64)
    counts, weights = np.zeros(shape, np.int64), np.zeros(shape)
    for place in range(len(picks.clips)):
        pick = picks.clips[place]
        reasons = Reasons(abouts[place], subjects[place], counts[place], weights[place])
        _explain(reasons, rows[pick], parts[pick], question, features[rows[pick]])
    clips = picks.clips
    return Drawn(
        rows[clips],
        total[clips],
        picks.propensity,
        owed[clips],
        picks.explores,
        parts[clips],
        abouts,
        subjects,
        counts,
        weights,
    )


@njit(cache=True)
def _explain(
    reasons: Reasons,
    row: int,
    parts: NDArray[np.float64],
    question: Question,
    features: NDArray[np.int32],
) -> None:
    """Fill in the strongest reasons for one clip; of equals the first said comes first."""
    if parts[FOLLOWING] >= SAYS_SOMETHING:
        _say(reasons, OF_MAKER, row, 0, parts[FOLLOWING])
    for part in (POPULAR, FRESH, FORECAST):
        if parts[part] >= SAYS_SOMETHING:
            _say(reasons, OF_PART, part, 0, parts[part])
    if not question.is_known:
        return
    taste = question.taste
    for column in range(len(features)):
        place = FREE if features[column] == NOTHING else place_of(features[column], taste)
        if place == FREE:
            continue
        liking, enjoyed = taste.liking[place], taste.enjoyed[place]
        was_asked = abs(liking - ASKED_MORE) < TINY
        if was_asked or (liking >= SAYS_SOMETHING and enjoyed > 0):
            _say(reasons, OF_FEATURE, column, enjoyed, liking)
    if parts[COWATCH] >= SAYS_SOMETHING:
        begin, people = company(question.walk, row)
        if people:
            _say(reasons, OF_CLIP, begin, people, parts[COWATCH])


@njit(cache=True)
def _say(reasons: Reasons, about: int, subject: int, count: int, weight: float) -> None:
    """Put a reason in its place among the strongest, if it is one of them."""
    place = REASONS_MAX
    while place and (reasons.abouts[place - 1] == NO_REASON or reasons.weights[place - 1] < weight):
        place -= 1
        if place + 1 < REASONS_MAX:
            reasons.abouts[place + 1] = reasons.abouts[place]
            reasons.subjects[place + 1] = reasons.subjects[place]
            reasons.counts[place + 1] = reasons.counts[place]
            reasons.weights[place + 1] = reasons.weights[place]
    if place < REASONS_MAX:
        reasons.abouts[place], reasons.subjects[place] = about, subject
        reasons.counts[place], reasons.weights[place] = count, weight
