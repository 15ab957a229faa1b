"""What an owner can set: weights of outcomes, weights of the score, and the mix."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class OutcomeWeights:
    """What one viewer's doing with one clip is worth; watching long is 1, leaving at once -1."""

    watch: float = 1.0
    like: float = 1.0
    save: float = 1.2
    share: float = 1.5
    comment: float = 0.6
    use_sound: float = 1.5
    follow: float = 1.5
    reject: float = -4.0  # not interested, hide, report: weighs more than any bait can earn

    def by_bit(self) -> NDArray[np.float64]:
        """Return watch, then the others in the order of the bits of `viewers`."""
        return np.array(
            [
                self.watch,
                self.like,
                self.save,
                self.share,
                self.comment,
                self.use_sound,
                self.follow,
                self.reject,
            ]
        )


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """What lifts a clip in a viewer's feed. Each term lies between about -1 and 1."""

    cowatch: float = 3.0  # met by those who met what this viewer met; found on a log of Kuaishou
    interest: float = 2.0  # likeness to what this viewer watched long, by maker, sound and tags
    quality: float = 0.8  # watched longer than clips of its length are
    trend: float = 0.4  # how much it is watched these days
    freshness: float = 0.4  # newly published
    following: float = 0.8  # by somebody the viewer follows
    language: float = 0.5  # taken off a clip in a language that the viewer does not read
    # What is forecast of this viewer and clip, by `outcomes`: each chance times what it is worth.
    finish: float = 0.5  # watches it long
    share_watched: float = 0.0  # the share of its length that is watched
    like: float = 1.0
    share: float = 2.0
    follow: float = 2.0
    leave: float = 0.5  # taken off for the chance to leave within two seconds
    reject: float = 3.0  # taken off for the chance of "not interested", hide and report

    def by_outcome(self) -> NDArray[np.float64]:
        """Return the last seven in the order of `outcomes.Outcome`, with their signs."""
        return np.array(
            [
                self.finish,
                self.share_watched,
                self.like,
                self.share,
                self.follow,
                -self.leave,
                -self.reject,
            ]
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an owner can set, with defaults that suit a small community."""

    outcomes: OutcomeWeights = field(default_factory=OutcomeWeights)
    score: ScoreWeights = field(default_factory=ScoreWeights)
    explore_share: float = 0.15  # chance that a place goes to a clip hardly shown yet
    first_audience: int = 30  # showings that every clip is owed, the more the better it does
    trend_half_life_s: float = 2 * 86400.0  # popularity fades by half
    taste_half_life_s: float = 30 * 86400.0  # what a viewer did fades by half
    freshness_half_life_s: float = 1.5 * 86400.0
    variety: float = 0.15  # taken off for each clip of the page with the same sound, tag or maker

    def __post_init__(self) -> None:
        """Refuse settings that no feed can follow."""
        for name in ("trend_half_life_s", "taste_half_life_s", "freshness_half_life_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} must be more than 0 seconds, is {getattr(self, name)}")
        if self.first_audience < 0:
            raise ValueError(f"first_audience must be 0 or more, is {self.first_audience}")
        if not 0 <= self.explore_share < 1:
            raise ValueError(f"explore_share must be in [0, 1), is {self.explore_share}")
