"""Score the clips of a shortlist for a viewer, part by part."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.candidate import Source
from filoscope.recommend.catalogue import MAKER
from filoscope.recommend.forecasting import Ranker, promise
from filoscope.recommend.greatest import greatest
from filoscope.recommend.popularity import Climate, quality_of
from filoscope.recommend.settings import Settings
from filoscope.recommend.sources import Question
from filoscope.recommend.stock import Stock
from filoscope.recommend.taste import interest_in
from filoscope.recommend.waiting import audience, find
from filoscope.recommend.walk import lift_of

UNWANTED = -0.2  # interest from which down nobody is asked to be among the first viewers
INTEREST_MOST = (
    1.5  # that lifts a clip's chance to be explored: first viewers are to be the right ones
)
FORECAST_MOST = 48  # best clips by all else, for which every outcome is forecast
SETTINGS_KEPT = 16  # of an owner who tries them out
PARTS = (
    Source.POPULAR,
    Source.FRESH,
    Source.FOLLOWING,
    Source.INTEREST,
    Source.COWATCH,
    Source.FORECAST,
)
POPULAR, FRESH, FOLLOWING, INTEREST, COWATCH, FORECAST = range(len(PARTS))
WITHOUT_PROFILE = 3  # how many of the parts need nothing that the viewer did


class Weighing(NamedTuple):
    """Settings as the loops take them; see `Settings` and `ScoreWeights`."""

    cowatch: float
    interest: float
    quality: float
    trend: float
    freshness: float
    following: float
    language: float
    by_outcome: NDArray[np.float64]
    freshness_half_life_s: float
    first_audience: float
    explore_share: float
    variety: float


@lru_cache(SETTINGS_KEPT)
def weighing_of(settings: Settings) -> Weighing:
    """Return how clips are weighed by these settings."""
    weights = settings.score
    return Weighing(
        float(weights.cowatch),
        float(weights.interest),
        float(weights.quality),
        float(weights.trend),
        float(weights.freshness),
        float(weights.following),
        float(weights.language),
        weights.by_outcome(),
        float(settings.freshness_half_life_s),
        float(settings.first_audience),
        float(settings.explore_share),
        float(settings.variety),
    )


@njit(cache=True)
def score(
    rows: NDArray[np.int32],
    question: Question,
    stock: Stock,
    climate: Climate,
    ranker: Ranker,
    weighing: Weighing,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Score clips for one question.

    Parameters
    ----------
    rows : (clips,)
        Of the catalogue.

    Returns
    -------
    total : (clips,) float64
    owed : (clips,) float64, weight in exploration; 0 for a clip with its audience
    parts : (clips, parts) float64, in the order of `PARTS`
    """
    parts = np.zeros((len(rows), len(PARTS)))
    total, owed = np.empty(len(rows)), np.empty(len(rows))
    _score_for_anybody(rows, question, stock, climate, weighing, parts, total, owed)
    if question.is_known:
        _score_for_viewer(rows, question, stock, weighing, parts, total, owed)
        best = greatest(total, FORECAST_MOST)
        promised = promise(rows[best], question, stock, ranker, weighing.by_outcome)
        for place in range(len(best)):
            parts[best[place], FORECAST] = promised[place]
            total[best[place]] += promised[place]
    return total, owed, parts


@njit(cache=True)
def _score_for_anybody(
    rows: NDArray[np.int32],
    question: Question,
    stock: Stock,
    climate: Climate,
    weighing: Weighing,
    parts: NDArray[np.float64],
    total: NDArray[np.float64],
    owed: NDArray[np.float64],
) -> None:
    """Fill in all parts that need nothing of what the viewer did."""
    following, languages = question.following, question.languages
    for index in range(len(rows)):
        row = rows[index]
        seen, worth = stock.views[row] * climate.fade, stock.value[row] * climate.fade
        quality = quality_of(seen, worth, climate.mean)
        trend = np.log1p(max((seen + worth) / 2.0, 0.0)) / climate.top
        age_s = max(question.now_s - stock.published_s[row], 0.0)
        freshness = 2.0 ** (-age_s / weighing.freshness_half_life_s)
        parts[index, POPULAR] = weighing.quality * quality + weighing.trend * min(trend, 1.0)
        parts[index, FRESH] = weighing.freshness * freshness
        if _contains(following, stock.features[row, MAKER]):
            parts[index, FOLLOWING] = weighing.following
        total[index] = parts[index, POPULAR] + parts[index, FRESH] + parts[index, FOLLOWING]
        language = stock.languages[row]
        if len(languages) and language and not _contains(languages, language):
            total[index] -= weighing.language
        still_owed = stock.shown[row] < audience(quality, weighing.first_audience)
        owed[index] = 1.0 / (1.0 + stock.shown[row]) if still_owed else 0.0


@njit(cache=True)
def _score_for_viewer(
    rows: NDArray[np.int32],
    question: Question,
    stock: Stock,
    weighing: Weighing,
    parts: NDArray[np.float64],
    total: NDArray[np.float64],
    owed: NDArray[np.float64],
) -> None:
    """Fill in what follows from what the viewer did, but for the forecast."""
    taste, likings, pull = question.taste, question.likings, question.walk.pull
    likings[taste.codes] = taste.liking
    lift = lift_of(question.walk, rows)
    for index in range(len(rows)):
        row = rows[index]
        interest = interest_in(stock.features[row], likings)
        if interest > UNWANTED:
            owed[index] *= math.exp(min(interest, INTEREST_MOST))
        else:
            owed[index] = 0.0
        parts[index, INTEREST] = weighing.interest * interest
        parts[index, COWATCH] = weighing.cowatch * (pull[row] * lift)
        total[index] += parts[index, INTEREST] + parts[index, COWATCH]
    likings[taste.codes] = 0.0


@njit(cache=True)
def _contains(rising: NDArray[np.int32], code: int) -> bool:
    place = find(rising, len(rising), code)
    return place < len(rising) and rising[place] == code
