"""What is believed of somebody whom nobody knows, on made-up logs whose tastes are planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from filoscope.recommend import coldstart, factors
from filoscope.recommend.coldstart import ALONE, ColdStart, ColdStartSettings
from filoscope.recommend.cowatch import NothingWatched
from filoscope.recommend.factors import exposure, fit_factors, sigmoid

CAMPS, VIEWERS, CLIPS = 5, 400, 100
CAMP = np.arange(CLIPS) % CAMPS


def planted(*, seed: int = 0) -> sparse.csr_array:
    """Viewers of five camps, who were shown half of the clips and watched those of their own."""
    generator = np.random.default_rng(seed)
    own = np.arange(VIEWERS)[:, None] % CAMPS == CAMP
    likes = generator.random(own.shape) < np.where(own, 0.8, 0.05)
    return sparse.csr_array((likes & (generator.random(own.shape) < 0.5)).astype(np.float32))


def run(model: ColdStart, loves: np.ndarray, swipes: int) -> np.ndarray:
    """Swipe; viewer v likes all the clips of camp `loves[v]`, and no other. Return the clips."""
    sessions = model.begin(len(loves))
    shown = np.zeros((len(loves), swipes), np.intp)
    for place in range(swipes):
        shown[:, place] = sessions.choose()
        sessions.observe(shown[:, place], CAMP[shown[:, place]] == loves)
    return shown


@pytest.mark.parametrize("settings", [ColdStartSettings(), ALONE])
@pytest.mark.parametrize("columns", [4096, 32])
def test_a_planted_taste_is_found_within_ten_swipes(monkeypatch, settings, columns):
    monkeypatch.setattr(factors, "COLUMNS", columns)  # a large catalogue is learned in blocks
    loves = np.arange(20) % CAMPS
    shown = run(ColdStart(settings, seed=1).fit(planted()), loves, 20)
    assert (CAMP[shown[:, 10:]] == loves[:, None]).mean() > 0.85


def test_without_pairs_factors_find_it_alone(monkeypatch):
    monkeypatch.setattr(coldstart, "PAIR_CLIPS_MAX", CLIPS - 1)
    model = ColdStart(seed=1).fit(planted())
    assert model.pairs is None
    loves = np.arange(20) % CAMPS
    assert (CAMP[run(model, loves, 20)[:, 10:]] == loves[:, None]).mean() > 0.85


def test_what_is_left_says_something_too():
    sessions = ColdStart(ALONE, seed=1).fit(planted()).begin()
    before = sessions.scores()[0]
    for clip in (0, 5, 10):  # all of camp 0
        sessions.observe(np.array([clip]), np.array([False]))
    rest = np.arange(CLIPS) > 10
    change = (sessions.scores()[0] - before)[rest]
    left = CAMP[rest] == 0
    assert change[left].max() < change[~left].min()


def test_nothing_is_shown_twice_and_the_same_swipes_give_the_same_clips():
    first, again = (run(ColdStart(seed=3).fit(planted()), np.arange(8) % CAMPS, 60) for _ in "ab")
    assert np.array_equal(first, again)
    assert [len(set(row)) for row in first.tolist()] == [60] * 8


def test_a_clip_that_viewers_of_now_leave_sinks_for_those_who_come_after():
    log = planted().toarray()
    log[:, 7] = np.random.default_rng(5).random(VIEWERS) < 0.4  # shown to everybody, it seems
    for settings, sinks in ((ColdStartSettings(explore_share=0.0), True), (ALONE, False)):
        model = ColdStart(settings, seed=1).fit(sparse.csr_array(log))
        before = model.begin().scores()[0]
        sessions = model.begin(200)
        sessions.observe(np.full(200, 7), np.zeros(200, np.bool_))
        after = model.begin().scores()[0]
        assert (after[7] - before[7] < np.median(after - before) - 0.5) == sinks


def test_every_clip_gets_a_first_audience_before_any_gets_a_second():
    model = ColdStart(ColdStartSettings(explore_share=1.0), seed=1).fit(planted())
    shown = run(model, np.array([0]), CLIPS)
    assert sorted(shown[0].tolist()) == list(range(CLIPS))
    one_by_one = ColdStart(ColdStartSettings(explore_share=1.0), seed=1).fit(planted())
    firsts = [int(run(one_by_one, np.array([0]), 1)[0, 0]) for _ in range(CLIPS)]
    assert sorted(firsts) == list(range(CLIPS))


def test_the_belief_is_near_what_bayes_rule_gives_by_sampling():
    settings = replace(ALONE, pair_weight=0.0, spread=1.0)
    model = ColdStart(settings, seed=1).fit(planted())
    known = model.factors
    sessions = model.begin()
    told = [(0, True), (1, False), (5, True), (2, False), (30, True), (3, False)]
    for clip, liked in told:
        sessions.observe(np.array([clip]), np.array([liked]))
    generator = np.random.default_rng(7)
    people = generator.multivariate_normal(known.mean, known.covariance, 200_000)
    chances = known.chance(people.astype(np.float32))
    weight = np.ones(len(people))
    for clip, liked in told:
        weight *= chances[:, clip] if liked else 1.0 - chances[:, clip]
    exact = weight @ people / weight.sum()
    spread = np.sqrt(np.diag(known.covariance))
    assert np.abs((sessions.taste[0] - exact) / spread).max() < 0.35
    moved = np.abs((exact - known.mean) / spread).max()
    assert moved > 0.7  # there was something to find


def test_levels_are_chances_where_all_of_the_log_was_shown():
    generator = np.random.default_rng(2)
    chance = np.linspace(0.05, 0.7, 40)
    watched = sparse.csr_array((generator.random((2000, 40)) < chance).astype(np.float32))
    assert exposure(watched) > 0.95
    found = fit_factors(watched, seed=1)
    assert np.abs(sigmoid(found.level) - chance).max() < 0.1  # tastes are fitted to chance too


def test_an_empty_log_is_refused():
    with pytest.raises(NothingWatched, match="nothing to learn from"):
        ColdStart().fit(sparse.csr_array((3, 4), dtype=np.float32))
