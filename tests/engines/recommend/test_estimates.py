"""Estimates of what another policy would have earned, against logs whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filoscope.recommend import Event, EventKind, Recommender, Settings
from filoscope.recommend.counterfactual import Relived, estimate, relive
from filoscope.recommend.estimates import (
    doubly_robust,
    importance,
    inverse_propensity,
    self_normalised,
)
from filoscope.recommend.settings import ScoreWeights

from .community import NOW_S, TOPICS, clip, topic_of

EARNS = np.array([[0.9, 0.1, 0.3], [0.2, 0.7, 0.1]])  # (contexts, clips), chance of a reward
SHOWS = np.array([[0.2, 0.6, 0.2], [0.5, 0.2, 0.3]])  # chance that the log shows it
WOULD = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]])  # chance that the policy in question would
TRUTH = float((WOULD * EARNS).sum(axis=1).mean())


def drawn(generator: np.random.Generator, impressions: int = 400):
    """One log: contexts, what was shown, what it earned."""
    context = generator.integers(0, 2, impressions)
    shown = (generator.random((impressions, 1)) > SHOWS[context].cumsum(axis=1)).sum(axis=1)
    reward = (generator.random(impressions) < EARNS[context, shown]).astype(np.float64)
    return context, shown, reward


def estimates_of_many_logs(guess: np.ndarray, logs: int = 240):
    """(logs, 3) values of the three estimates, and whether the interval of each held the truth."""
    generator = np.random.default_rng(7)
    values, held = [], []
    for _ in range(logs):
        context, shown, reward = drawn(generator)
        weights = importance(WOULD[context, shown], SHOWS[context, shown])
        three = (
            inverse_propensity(reward, weights),
            self_normalised(reward, weights),
            doubly_robust(
                reward,
                weights,
                expected=guess[context, shown],
                expected_of_policy=(WOULD * guess).sum(axis=1)[context],
            ),
        )
        values.append([one.value for one in three])
        held.append([one.low <= TRUTH <= one.high for one in three])
    return np.array(values), np.array(held)


@pytest.fixture(scope="module")
def with_a_good_guess():
    return estimates_of_many_logs(EARNS * 0.9 + 0.05)


def test_all_three_find_the_truth_on_average(with_a_good_guess):
    values, _ = with_a_good_guess
    error = np.abs(values.mean(axis=0) - TRUTH)
    assert (error < 3 * values.std(axis=0) / np.sqrt(len(values))).all()
    assert abs(TRUTH - 0.66) < 0.03  # and what the log itself earned is far from it
    assert abs(float((SHOWS * EARNS).sum(axis=1).mean()) - TRUTH) > 0.3


def test_each_is_quieter_than_the_one_before(with_a_good_guess):
    values, _ = with_a_good_guess
    by_propensity, normalised, doubly = values.std(axis=0)
    assert by_propensity > normalised
    assert by_propensity > 1.3 * doubly


def test_intervals_hold_the_truth_as_often_as_they_say(with_a_good_guess):
    _, held = with_a_good_guess
    assert (np.abs(held.mean(axis=0) - 0.95) < 0.04).all()


def test_a_wrong_guess_leaves_the_doubly_robust_estimate_right():
    values, _ = estimates_of_many_logs(np.full((2, 3), 0.9) - EARNS / 2, logs=120)
    error = abs(values[:, 2].mean() - TRUTH)
    assert error < 3 * values[:, 2].std() / np.sqrt(len(values))


def test_wrong_chances_are_mended_by_a_right_guess():
    """With a perfect guess the weights hardly matter: robust the other way round."""
    context, shown, reward = drawn(np.random.default_rng(3), 20_000)
    wrong = importance(WOULD[context, shown], np.full(20_000, 0.5))
    mended = doubly_robust(
        reward,
        wrong,
        expected=EARNS[context, shown],
        expected_of_policy=(WOULD * EARNS).sum(axis=1)[context],
    )
    assert abs(mended.value - TRUTH) < 0.02
    assert abs(inverse_propensity(reward, wrong).value - TRUTH) > 0.1


def test_the_policy_of_the_log_itself_is_the_mean_of_the_log():
    reward = np.array([1.0, 0.0, 0.0, 1.0])
    chance = np.array([0.3, 0.9, 0.5, 1.0])
    same = inverse_propensity(reward, importance(chance, chance))
    assert (same.value, same.effective, same.impressions) == (0.5, 4.0, 4)


def test_impressions_of_one_viewer_count_as_one_voice():
    reward, weights = np.tile([1.0, 0.0], 50), np.ones(100)
    apart = inverse_propensity(reward, weights, groups=np.arange(100))
    together = inverse_propensity(np.sort(reward), weights, groups=np.repeat([0, 1, 2, 3], 25))
    assert together.high - together.low > 3 * (apart.high - apart.low)
    alone = inverse_propensity(reward, weights, groups=np.zeros(100, np.int64))
    assert alone.high == float("inf")


def test_heavy_weights_leave_few_effective_impressions_and_can_be_cut():
    target, propensity = np.array([1.0] + [0.01] * 99), np.full(100, 0.01)
    loud = inverse_propensity(np.ones(100), importance(target, propensity))
    quiet = inverse_propensity(np.ones(100), importance(target, propensity, most=5.0))
    assert loud.effective < 5 < quiet.effective


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.1, float("nan")])
def test_a_chance_that_cannot_be_is_refused(propensity):
    with pytest.raises(ValueError, match="could not have been shown"):
        importance(np.array([0.5]), np.array([propensity]))


def test_an_empty_log_estimates_nothing_and_does_not_fail():
    nothing = estimate(Relived(), "same", Settings())
    assert nothing.doubly_robust.impressions == 0
    assert np.isnan(nothing.self_normalised.value)


# ---- living through a log of the engine itself ----

SHOWN = Settings(explore_share=0.3)
BLIND = replace(SHOWN, score=ScoreWeights(interest=0.0, cowatch=0.0))


def fresh(settings: Settings) -> Recommender:
    recommender = Recommender(settings, seed=11)
    for clip_id in range(160):
        recommender.add(clip(clip_id))
    return recommender


def lived(settings: Settings, viewers: int = 24, swipes: int = 20) -> tuple[list[Event], float]:
    """A log of viewers with one love each, as these settings serve it, and the share enjoyed."""
    recommender, log, enjoyed = fresh(settings), [], 0
    for swipe in range(swipes):
        for viewer in range(viewers):
            now_s = NOW_S + 60.0 * swipe + viewer
            pick = recommender.recommend(viewer, 1, now_s=now_s)[0]
            loves = topic_of(pick.clip_id) == TOPICS[viewer % len(TOPICS)]
            enjoyed += loves
            length_s = clip(pick.clip_id).duration_s
            for event in (
                Event(
                    EventKind.IMPRESSION, viewer_id=viewer, clip_id=pick.clip_id, time_s=now_s,
                    propensity=pick.propensity, tab="for-you",
                ),
                Event(
                    EventKind.WATCH, viewer_id=viewer, clip_id=pick.clip_id, time_s=now_s + 9,
                    watched_s=length_s * (1.0 if loves else 0.03), duration_s=length_s,
                ),
            ):  # fmt: skip
                log.append(event)
                recommender.observe(event)
    return log, enjoyed / (viewers * swipes)


def asked(log: list[Event]) -> Relived:
    return relive(
        fresh(SHOWN),
        log,
        asked=set(range(0, len(log), 2)),
        candidates={"same": SHOWN, "blind": BLIND},
        explore_share_at=lambda _: SHOWN.explore_share,
        published_s={clip_id: clip(clip_id).published_s for clip_id in range(160)},
    )


def test_the_settings_that_made_a_log_are_estimated_at_what_they_earned():
    log, enjoyed = lived(SHOWN)
    relived = asked(log)
    same = estimate(relived, "same", SHOWN)
    assert abs(float(relived.reward.mean()) - enjoyed) < 0.02
    assert abs(same.doubly_robust.value - enjoyed) < 0.05
    assert same.doubly_robust.low < enjoyed < same.doubly_robust.high
    assert same.doubly_robust.effective > 0.9 * len(log) / 2
    assert same.agreement > 0.6


def test_a_feed_blind_to_taste_is_estimated_to_earn_less():
    """What it really earns is measured by letting it serve the same people."""
    log, enjoyed = lived(SHOWN)
    _, by_blind = lived(BLIND)
    relived = asked(log)
    same, blind = estimate(relived, "same", SHOWN), estimate(relived, "blind", BLIND)
    assert by_blind < enjoyed - 0.1
    assert blind.doubly_robust.value < same.doubly_robust.value
    assert blind.self_normalised.value < same.self_normalised.value
    assert blind.covered < 0.5 < same.covered  # and says how much of it is a guess
    assert blind.low < by_blind < blind.high
    assert same.low < enjoyed < same.high < same.low + 0.2
