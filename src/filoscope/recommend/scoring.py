"""Score every clip that may be shown to a viewer, and keep the parts to explain it by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.candidate import Candidate, Reason, ReasonKind, Source
from filoscope.recommend.catalogue import MAKER, NOTHING, SOUND, Catalogue
from filoscope.recommend.learning import Learned
from filoscope.recommend.mix import Pick
from filoscope.recommend.settings import Settings
from filoscope.recommend.taste import Taste, taste_of
from filoscope.recommend.viewers import Viewer

REASONS_MAX = 3
SAYS_SOMETHING = 0.05  # least part of a score that is named as a reason
AUDIENCE_GROWTH = 3.0  # a clip watched better than the mean is owed this many times more showings
KIND_OF_COLUMN = {MAKER: ReasonKind.MAKER, SOUND: ReasonKind.SOUND}


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks; `viewer` is None for somebody unknown or a feed without profiling."""

    viewer: Viewer | None
    now_s: float
    following: frozenset[int]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of clips and their parts, arrays `(clips,)` in the order of the rows asked about."""

    total: NDArray[np.float64]
    owed: NDArray[np.float64]
    parts: dict[Source, NDArray[np.float64]]
    taste: Taste | None

    def candidate(self, pick: Pick, catalogue: Catalogue, rows: NDArray[np.intp]) -> Candidate:
        """Describe one pick."""
        index, row = pick.index, int(rows[pick.index])
        source = max(self.parts, key=lambda part: float(self.parts[part][index]))
        reasons = self._reasons(index, row, catalogue)
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

    def _reasons(self, index: int, row: int, catalogue: Catalogue) -> tuple[Reason, ...]:
        following, popular, fresh = (
            float(self.parts[source][index])
            for source in (Source.FOLLOWING, Source.POPULAR, Source.FRESH)
        )
        reasons = [
            Reason(ReasonKind.FOLLOWING, int(catalogue.makers[row]), weight=following),
            Reason(ReasonKind.POPULAR, weight=popular),
            Reason(ReasonKind.FRESH, weight=fresh),
        ]
        for column, code in enumerate(catalogue.features[row].tolist()):
            if self.taste is None or code == NOTHING or not self.taste.enjoyed[code]:
                continue
            reasons.append(
                Reason(
                    KIND_OF_COLUMN.get(column, ReasonKind.TAG),
                    catalogue.feature_names[code][1],
                    int(self.taste.enjoyed[code]),
                    float(self.taste.liking[code]),
                )
            )
        said = [reason for reason in reasons if reason.weight >= SAYS_SOMETHING]
        return tuple(sorted(said, key=lambda reason: -reason.weight))


def score(
    rows: NDArray[np.intp],
    request: Request,
    catalogue: Catalogue,
    learned: Learned,
    settings: Settings,
) -> Scored:
    """Score clips for one request.

    Parameters
    ----------
    rows : (clips,)
        Of the catalogue; not empty.
    """
    weights = settings.score
    features = catalogue.features[rows]
    quality, trend = learned.popularity.scores(rows, request.now_s)
    age_s = np.maximum(request.now_s - catalogue.published_s[rows], 0.0)
    parts: dict[Source, NDArray[np.float64]] = {
        Source.POPULAR: weights.quality * quality + weights.trend * trend,
        Source.FRESH: weights.freshness * 2.0 ** (-age_s / settings.freshness_half_life_s),
        Source.FOLLOWING: weights.following
        * _followed(rows, request.following, catalogue).astype(np.float64),
    }
    taste = None
    if request.viewer is not None:
        taste = taste_of(
            request.viewer,
            catalogue.features,
            len(catalogue.feature_names),
            now_s=request.now_s,
            half_life_s=settings.taste_half_life_s,
            weights=settings.outcomes,
        )
        parts[Source.INTEREST] = weights.interest * taste.interest(features)
    total = np.sum(list(parts.values()), axis=0)
    if request.languages:
        total -= weights.language * _foreign(rows, request.languages, catalogue)
    return Scored(total, _owed(rows, quality, learned, settings), parts, taste)


def _followed(
    rows: NDArray[np.intp], following: frozenset[int], catalogue: Catalogue
) -> NDArray[np.bool_]:
    if not following:
        return np.zeros(len(rows), np.bool_)
    return np.isin(catalogue.makers[rows], np.array(sorted(following), np.int64))


def _foreign(
    rows: NDArray[np.intp], languages: tuple[str, ...], catalogue: Catalogue
) -> NDArray[np.bool_]:
    """Return which clips are in a language that is not among `languages`."""
    codes = catalogue.languages[rows]
    return np.asarray((codes != 0) & ~np.isin(codes, catalogue.language_codes(languages)))


def _owed(
    rows: NDArray[np.intp],
    quality: NDArray[np.float64],
    learned: Learned,
    settings: Settings,
) -> NDArray[np.float64]:
    """Return the weight of each clip in exploration: 0 once it has had the audience it earns."""
    audience = settings.first_audience * (1.0 + AUDIENCE_GROWTH * np.clip(quality, -0.3, 1.0))
    shown = learned.popularity.shown[rows]
    return np.where(shown < audience, 1.0 / (1.0 + shown), 0.0)
