"""The picks of a page as candidates: each with its source, and the reasons that weigh most."""

from __future__ import annotations

from filoscope.recommend.candidate import Candidate, Reason, ReasonKind, Source
from filoscope.recommend.catalogue import MAKER, SOUND, Catalogue
from filoscope.recommend.page import (
    NO_REASON,
    OF_CLIP,
    OF_FEATURE,
    OF_MAKER,
    REASONS_MAX,
    Drawn,
)
from filoscope.recommend.scoring import FORECAST, FRESH, PARTS, POPULAR, WITHOUT_PROFILE

KIND_OF_COLUMN = {MAKER: ReasonKind.MAKER, SOUND: ReasonKind.SOUND}
KIND_OF_PART = {
    POPULAR: ReasonKind.POPULAR,
    FRESH: ReasonKind.FRESH,
    FORECAST: ReasonKind.FORECAST,
}


def candidates(drawn: Drawn, catalogue: Catalogue, *, is_known: bool) -> list[Candidate]:
    """Describe the picks; of somebody not known, no part of the score is what they did."""
    said = [column.tolist() for column in drawn]
    found = []
    for row, total, propensity, owed, explores, parts, *reasons in zip(*said, strict=True):
        known = parts if is_known else parts[:WITHOUT_PROFILE]
        source = PARTS[known.index(max(known))]
        why = [
            _reason(row, catalogue, *one)
            for one in zip(*reasons, strict=True)
            if one[0] != NO_REASON
        ]
        if explores:
            source = Source.EXPLORE
            why = [Reason(ReasonKind.EXPLORE, weight=owed), *why[: REASONS_MAX - 1]]
        clip_id = int(catalogue.clip_ids[row])
        found.append(Candidate(clip_id, total, source, tuple(why), propensity))
    return found


def _reason(
    row: int, catalogue: Catalogue, about: int, subject: int, count: int, weight: float
) -> Reason:
    """Say one reason for the clip of a row, with ids in the place of rows and codes."""
    if about == OF_FEATURE:
        name = catalogue.feature_names[int(catalogue.features[row, subject])]
        return Reason(KIND_OF_COLUMN.get(subject, ReasonKind.TAG), name[1], count, weight)
    if about == OF_MAKER:
        return Reason(ReasonKind.FOLLOWING, int(catalogue.makers[subject]), count, weight)
    if about == OF_CLIP:
        return Reason(ReasonKind.CO_WATCHED, int(catalogue.clip_ids[subject]), count, weight)
    return Reason(KIND_OF_PART[subject], None, count, weight)
