"""The weights that an owner may set: names, meanings, bounds, and how they become the engine's settings.

Only what is read when a page is asked for can be set, so a change holds at once and the log can be
replayed as it was. What one deed is worth (a like, a share) is part of what was learned and stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from filoscope.recommend import ScoreWeights, Settings

DAY_S = 86_400.0
AUDIENCE_MOST = 500.0  # showings: more and the new clips of a week fill every place for new ones


class PolicyRefused(ValueError):
    """A weight or limit that cannot be set; says which and why."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One number that the owner may set."""

    name: str
    label: str
    meaning: str
    least: float
    most: float
    default: float


SCORE_WORDS = {
    "cowatch": ("Watched together", "those who stayed with what this person watched stay with it"),
    "interest": ("Interest", "makers, sounds and tags of what this person watched long"),
    "quality": ("Watched long", "people stay with it longer than with clips of its length"),
    "trend": ("Watched now", "how much it is watched these days"),
    "freshness": ("New", "how lately it was published; fades by half in the time set below"),
    "following": ("Followed", "it is by somebody whom this person follows"),
    "language": ("Other language", "taken off a clip in a language this person does not read"),
    "finish": ("Forecast: stays", "the chance that this person watches it long"),
    "share_watched": ("Forecast: how much", "the share of its length that this person will watch"),
    "like": ("Forecast: likes", "the chance that this person likes it"),
    "share": ("Forecast: shares", "the chance that this person shares it"),
    "follow": ("Forecast: follows", "the chance that this person follows its maker"),
    "leave": ("Forecast: leaves", "taken off for the chance of leaving within two seconds"),
    "reject": ("Forecast: rejects", "taken off for the chance of “not interested” or a report"),
}
TAKEN_OFF = frozenset({"language", "leave", "reject"})  # weights that lower a clip
SCORE_MOST = 5.0  # beyond, one part drowns all others


def _score() -> tuple[Weight, ...]:
    defaults = ScoreWeights()
    return tuple(
        Weight(
            part.name,
            *SCORE_WORDS.get(part.name, (part.name.replace("_", " ").capitalize(), "")),
            0.0,
            SCORE_MOST,
            float(getattr(defaults, part.name)),
        )
        for part in fields(ScoreWeights)
    )


def _mix() -> tuple[Weight, ...]:
    usual = Settings()
    return (
        Weight(
            "explore_share", "Places for new clips", "share of places that go to a clip still owed "
            "its first audience", 0.0, 0.5, usual.explore_share,
        ),
        Weight(
            "first_audience", "First audience", "showings that each new clip is owed; more or fewer "
            "as it is watched", 1.0, AUDIENCE_MOST, float(usual.first_audience),
        ),
        Weight(
            "variety", "Variety", "taken off for each earlier clip of the page with the same maker, "
            "sound or tag", 0.0, 2.0, usual.variety,
        ),
        Weight(
            "freshness_days", "Days a clip is new", "after so many days its newness counts half",
            0.05, 60.0, usual.freshness_half_life_s / DAY_S,
        ),
        Weight(
            "taste_days", "Days a taste lasts", "after so many days what somebody watched counts half",
            0.5, 365.0, usual.taste_half_life_s / DAY_S,
        ),
    )  # fmt: skip


SCORE = _score()
MIX = _mix()
BY_NAME = {weight.name: weight for weight in (*SCORE, *MIX)}


@dataclass(frozen=True, slots=True)
class Weights:
    """What the owner has set; whatever is not named has its default."""

    values: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what no feed can follow."""
        for name, value in self.values.items():
            weight = BY_NAME.get(name)
            if weight is None:
                raise PolicyRefused(f"There is no weight {name}.")
            if not (math.isfinite(value) and weight.least <= value <= weight.most):
                raise PolicyRefused(
                    f"{weight.label} must be {weight.least:g} to {weight.most:g}, is {value:g}."
                )

    def __getitem__(self, name: str) -> float:
        return float(self.values.get(name, BY_NAME[name].default))

    def applied_to(self, settings: Settings) -> Settings:
        """Return the engine's settings with these weights."""
        return replace(
            settings,
            score=ScoreWeights(**{weight.name: self[weight.name] for weight in SCORE}),
            explore_share=self["explore_share"],
            first_audience=round(self["first_audience"]),
            variety=self["variety"],
            freshness_half_life_s=self["freshness_days"] * DAY_S,
            taste_half_life_s=self["taste_days"] * DAY_S,
        )

    def changed(self) -> dict[str, float]:
        """Return what differs from the defaults: what a row keeps."""
        return {
            name: value for name, value in self.values.items() if value != BY_NAME[name].default
        }


def weights_of(stored: Mapping[str, Any]) -> Weights:
    """Read a row; what an older version knew and this one does not is left out."""
    return Weights({name: float(value) for name, value in stored.items() if name in BY_NAME})
