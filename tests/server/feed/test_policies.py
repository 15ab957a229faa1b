"""Every weight of the engine is told in words, and can be set within its bounds."""

from __future__ import annotations

from dataclasses import fields

import pytest

from filoscope.recommend import ScoreWeights, Settings
from filoscope.server.feed.policies import (
    BY_NAME,
    SCORE_WORDS,
    TAKEN_OFF,
    PolicyRefused,
    Weights,
    weights_of,
)


def test_every_weight_of_the_score_has_words() -> None:
    assert {part.name for part in fields(ScoreWeights)} == set(SCORE_WORDS)
    assert set(SCORE_WORDS) >= TAKEN_OFF


def test_weights_that_nobody_has_set_are_the_engines_own() -> None:
    assert Weights().applied_to(Settings()) == Settings()
    assert {} == Weights({name: weight.default for name, weight in BY_NAME.items()}).changed()


def test_weights_become_settings_and_back() -> None:
    found = Weights({"trend": 1.25, "explore_share": 0.3, "taste_days": 7.0}).applied_to(Settings())
    assert (1.25, 0.3, 7 * 86_400.0) == (
        found.score.trend, found.explore_share, found.taste_half_life_s,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong", [{"trend": -0.1}, {"trend": 99.0}, {"trend": float("nan")}, {"bait": 1.0}]
)
def test_weights_that_no_feed_can_follow_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(PolicyRefused):
        Weights(wrong)


def test_a_weight_that_an_older_version_knew_is_left_out() -> None:
    assert {"trend": 1.0} == weights_of({"trend": 1.0, "bait": 3.0}).values
