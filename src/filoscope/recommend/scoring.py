"""Score the clips of a shortlist for a viewer, and keep the parts to explain each by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.candidate import Candidate, Reason, ReasonKind, Source
from filoscope.recommend.catalogue import MAKER, SOUND, Catalogue
from filoscope.recommend.forecasting import Forecasts
from filoscope.recommend.mix import Pick
from filoscope.recommend.neighbours import Walk
from filoscope.recommend.popularity import Popularity, quality_of
from filoscope.recommend.settings import Settings
from filoscope.recommend.sources.question import Question
from filoscope.recommend.taste import ASKED_MORE, FREE, Taste
from filoscope.recommend.waiting import audience, find

REASONS_MAX = 3
UNWANTED = -0.2  # interest from which down nobody is asked to be among the first viewers
INTEREST_MOST = (
    1.5  # that lifts a clip's chance to be explored: first viewers are to be the right ones
)
FORECAST_MOST = 48  # best clips by all else, for which every outcome is forecast
TINY = 1e-9  # by which the liking of what was asked for may be off
SAYS_SOMETHING = 0.05  # least part of a score that is named as a reason
KIND_OF_COLUMN = {MAKER: ReasonKind.MAKER, SOUND: ReasonKind.SOUND}
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


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of clips and their parts, in the order of the rows asked about.

    Attributes
    ----------
    total : (clips,) float64
    owed : (clips,) float64, weight in exploration; 0 for a clip with its audience
    parts : (clips, parts) float64, in the order of `PARTS`
    """

    total: NDArray[np.float64]
    owed: NDArray[np.float64]
    parts: NDArray[np.float64]
    taste: Taste | None
    walk: Walk

    def candidate(self, pick: Pick, catalogue: Catalogue, rows: NDArray[np.int32]) -> Candidate:
        """Describe one pick."""
        index, row = pick.index, int(rows[pick.index])
        parts = self.parts[index].tolist()
        known = parts if self.taste is not None else parts[:WITHOUT_PROFILE]
        source = PARTS[known.index(max(known))]
        reasons = self._reasons(parts, row, catalogue)
        if pick.explores:
            source = Source.EXPLORE
            reasons = (Reason(ReasonKind.EXPLORE, weight=float(self.owed[index])), *reasons)
        return Candidate(
            int(catalogue.clip_ids[row]),
            float(self.total[index]),
            source,
            reasons[:REASONS_MAX],
            pick.propensity,
        )

    def _reasons(self, parts: list[float], row: int, catalogue: Catalogue) -> tuple[Reason, ...]:
        said = []
        if parts[FOLLOWING] >= SAYS_SOMETHING:
            maker = int(catalogue.makers[row])
            said.append(Reason(ReasonKind.FOLLOWING, maker, weight=parts[FOLLOWING]))
        if parts[POPULAR] >= SAYS_SOMETHING:
            said.append(Reason(ReasonKind.POPULAR, weight=parts[POPULAR]))
        if parts[FRESH] >= SAYS_SOMETHING:
            said.append(Reason(ReasonKind.FRESH, weight=parts[FRESH]))
        if parts[FORECAST] >= SAYS_SOMETHING:
            said.append(Reason(ReasonKind.FORECAST, weight=parts[FORECAST]))
        if self.taste is not None:
            said += self._enjoyed(self.taste, row, catalogue)
            said += self._company(parts[COWATCH], row, catalogue)
        return tuple(sorted(said, key=lambda reason: -reason.weight))

    def _company(self, part: float, row: int, catalogue: Catalogue) -> list[Reason]:
        """Say which clip those finished who finished this one; it names no people."""
        if part < SAYS_SOMETHING:
            return []
        begin, people = self.walk.company(row)
        if not people:
            return []
        clip_id = int(catalogue.clip_ids[begin])
        return [Reason(ReasonKind.CO_WATCHED, clip_id, people, part)]

    def _enjoyed(self, taste: Taste, row: int, catalogue: Catalogue) -> list[Reason]:
        said = []
        codes = catalogue.features[row]
        for column, place in enumerate(taste.places(codes).tolist()):
            if place == FREE:
                continue
            liking = float(taste.liking[place])
            was_asked = abs(liking - ASKED_MORE) < TINY
            if was_asked or (liking >= SAYS_SOMETHING and taste.enjoyed[place]):
                kind = KIND_OF_COLUMN.get(column, ReasonKind.TAG)
                subject = catalogue.feature_names[int(codes[column])][1]
                said.append(Reason(kind, subject, int(taste.enjoyed[place]), liking))
        return said


def score(
    rows: NDArray[np.int32],
    question: Question,
    catalogue: Catalogue,
    popularity: Popularity,
    forecasts: Forecasts,
    settings: Settings,
) -> Scored:
    """Score clips for one question.

    Parameters
    ----------
    rows : (clips,)
        Of the catalogue; not empty.
    """
    weights, taste = settings.score, question.taste
    climate = popularity.climate(question.now_s)
    parts = np.zeros((len(rows), len(PARTS)))
    total, owed = np.empty(len(rows)), np.empty(len(rows))
    _score(
        rows,
        catalogue.features,
        (catalogue.published_s, catalogue.languages),
        (popularity.views, popularity.value, popularity.shown),
        (climate.fade, climate.mean, climate.top),
        (question.now_s, settings.freshness_half_life_s, float(settings.first_audience)),
        (weights.quality, weights.trend, weights.freshness, weights.following, weights.language),
        question.following,
        question.languages,
        parts,
        total,
        owed,
    )
    if taste is not None:
        interest = taste.interest_of(rows, catalogue.features)
        owed *= np.where(interest > UNWANTED, np.exp(np.minimum(interest, INTEREST_MOST)), 0.0)
        parts[:, INTEREST] = weights.interest * interest
        parts[:, COWATCH] = weights.cowatch * question.walk.pull(rows)
        total += parts[:, INTEREST] + parts[:, COWATCH]
        best = _best(total, FORECAST_MOST)
        promise = forecasts.promise(
            catalogue, question.persona, rows[best], time_s=question.now_s, weights=weights
        )
        parts[best, FORECAST] = promise
        total[best] += promise
    return Scored(total, owed, parts, taste, question.walk)


def _best(score: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return indices of the `count` best scores, in no order."""
    if len(score) <= count:
        return np.arange(len(score))
    return np.argpartition(-score, count)[:count]


@njit(cache=True)
def _score(
    rows: NDArray[np.int32],
    features: NDArray[np.int32],
    about: tuple[NDArray[np.float64], NDArray[np.int32]],
    sums: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]],
    climate: tuple[float, float, float],
    moment: tuple[float, float, float],
    weights: tuple[float, float, float, float, float],
    following: NDArray[np.int32],
    languages: NDArray[np.int32],
    parts: NDArray[np.float64],
    total: NDArray[np.float64],
    owed: NDArray[np.float64],
) -> None:
    """Fill in all parts that need nothing of what the viewer did."""
    published_s, language_of = about
    views, value, shown = sums
    fade, mean, top = climate
    now_s, freshness_half_life_s, first_audience = moment
    by_quality, by_trend, by_freshness, by_following, by_language = weights
    for index in range(len(rows)):
        row = rows[index]
        seen, worth = views[row] * fade, value[row] * fade
        quality = quality_of(seen, worth, mean)
        trend = np.log1p(max((seen + worth) / 2.0, 0.0)) / top
        age_s = max(now_s - published_s[row], 0.0)
        parts[index, POPULAR] = by_quality * quality + by_trend * min(trend, 1.0)
        parts[index, FRESH] = by_freshness * 2.0 ** (-age_s / freshness_half_life_s)
        if len(following):
            maker = features[row, MAKER]
            place = find(following, len(following), maker)
            if place < len(following) and following[place] == maker:
                parts[index, FOLLOWING] = by_following
        total[index] = parts[index, POPULAR] + parts[index, FRESH] + parts[index, FOLLOWING]
        language = language_of[row]
        if len(languages) and language:
            place = find(languages, len(languages), language)
            if place == len(languages) or languages[place] != language:
                total[index] -= by_language
        still_owed = shown[row] < audience(quality, first_audience)
        owed[index] = 1.0 / (1.0 + shown[row]) if still_owed else 0.0
