"""The ranker of several outcomes: it learns at once, never peeks, and never loses count."""

from __future__ import annotations

import numpy as np
import pytest
from numba.core import caching

from filoscope.recommend import SnapshotUnreadable
from filoscope.recommend.errors import InvalidEvent
from filoscope.recommend.outcomes import OUTCOMES, Outcome, OutcomeModel, Showings, outcome_labels
from filoscope.recommend.outcomes.compiled import compiled
from filoscope.recommend.outcomes.metrics import gauc

EVENTS = 3000


def showings(*, seed=0, events=EVENTS, viewers=40, clips=100):
    """Showings with everything known, and outcomes that follow from viewer and maker."""
    generator = np.random.default_rng(seed)
    viewer, clip = generator.integers(viewers, size=events), generator.integers(clips, size=events)
    tags = np.stack([clip % 5, clip % 3, np.full(events, -1), np.full(events, -1)], axis=1)
    rows = Showings.of(
        viewer=viewer,
        clip=clip,
        maker=clip % 7,
        sound=clip % 11,
        tab=generator.integers(3, size=events),
        tags=tags,
        duration_s=10.0 + clip,
        time_s=np.sort(generator.integers(10**6, size=events)) + 1.79e9,
    )
    wanted = (viewer % 2 == clip % 7 % 2) * 0.6 + 0.2
    finish = (generator.random(events) < wanted).astype(float)
    like = finish * (generator.random(events) < 0.2)
    return rows, outcome_labels(events, FINISH=finish, LIKE=like, SHARE_WATCHED=0.5 * finish)


def states_are_equal(one, other):
    """Say whether two models know the same, to the bit."""
    ours, theirs = one.state(), other.state()
    return ours.keys() == theirs.keys() and all(
        np.array_equal(ours[name], theirs[name]) for name in ours
    )


def test_what_comes_later_never_changes_an_earlier_forecast():
    rows, outcomes = showings()
    shuffled = outcomes.copy()
    shuffled[2000:] = np.random.default_rng(1).permutation(shuffled[2000:])
    forecasts = [OutcomeModel().follow(rows, labelled) for labelled in (outcomes, shuffled)]
    assert np.array_equal(forecasts[0].live[:2001], forecasts[1].live[:2001])
    assert np.array_equal(forecasts[0].order[:2001], forecasts[1].order[:2001])
    assert not np.array_equal(forecasts[0].live[2001:], forecasts[1].live[2001:])


def test_following_is_predicting_then_learning_moment_by_moment():
    rows, outcomes = showings(events=300)
    one, other = OutcomeModel(), OutcomeModel()
    together = one.follow(rows, outcomes).live
    for row in range(300):
        some = rows[row : row + 1]
        assert np.array_equal(other.predict(some).live[0], together[row])
        other.learn(some, outcomes[row : row + 1])
    assert states_are_equal(one, other)


def test_showings_of_one_moment_are_forecast_before_any_is_learned_and_a_copy_teaches_nothing():
    rows, outcomes = showings(events=200)
    model, without = OutcomeModel(), OutcomeModel()
    model.learn(rows, outcomes)
    without.learn(rows, outcomes)
    page = Showings.of(viewer=3, clip=[5, 6, 5], maker=[5, 6, 5], tab=1, time_s=1.8e9)
    came = outcome_labels(3, FINISH=[1.0, 0.0, 1.0])
    before = model.predict(page)
    assert np.array_equal(before.live, model.follow(page, came).live)
    without.learn(page[:2], came[:2])
    assert states_are_equal(model, without)


def test_a_snapshot_goes_on_as_if_nothing_had_stopped():
    rows, outcomes = showings()
    never_stopped, stopped = OutcomeModel(), OutcomeModel()
    never_stopped.learn(rows, outcomes)
    stopped.learn(rows[:1234], outcomes[:1234])
    restored = OutcomeModel.restore(stopped.state())
    restored.learn(rows[1234:], outcomes[1234:])
    assert states_are_equal(never_stopped, restored)
    assert restored.learned == never_stopped.learned == EVENTS


def test_predicting_changes_nothing():
    rows, outcomes = showings()
    model, other = OutcomeModel(), OutcomeModel()
    model.learn(rows[:500], outcomes[:500])
    other.learn(rows[:500], outcomes[:500])
    model.predict(Showings.of(viewer=10, clip=np.arange(100), maker=3, tab=0, time_s=1.8e9))
    assert states_are_equal(model, other)


def test_one_bad_watch_is_felt_at_once_and_the_maker_is_remembered():
    model = OutcomeModel()
    page = Showings.of(viewer=0, clip=[1, 2, 3], maker=[8, 8, 9], time_s=1.79e9)
    before = model.predict(page).live[:, Outcome.FINISH]
    model.learn(page[:1], outcome_labels(1, FINISH=[0.0], LEAVE=[1.0]))
    after = model.predict(page).live
    assert after[1, Outcome.FINISH] < after[2, Outcome.FINISH] < before[2]
    assert after[1, Outcome.LEAVE] > after[2, Outcome.LEAVE]


def test_how_much_a_viewer_watches_moves_their_chances_and_not_the_order():
    before = 1.79e9 + 60.0 * np.arange(5)
    model = OutcomeModel()
    model.learn(
        Showings.of(viewer=0, clip=np.arange(5), time_s=before), outcome_labels(5, FINISH=1.0)
    )
    clips = np.arange(3, 12)
    keen, other = (model.predict(Showings.of(viewer=v, clip=clips, time_s=1.8e9)) for v in (0, 1))
    assert (keen.live[:, Outcome.FINISH] > other.live[:, Outcome.FINISH] + 0.05).all()
    apart = keen.order[:, Outcome.FINISH] - other.order[:, Outcome.FINISH]
    assert np.abs(apart).max() < 0.05


def test_a_taste_that_no_maker_or_tag_tells_is_found_from_who_watches_what():
    generator = np.random.default_rng(5)
    events, kinds = 20_000, generator.normal(size=60)
    viewer, clip = generator.integers(60, size=events), generator.integers(60, size=events)
    logit = 3.0 * kinds[viewer] * kinds[::-1][clip]
    long = generator.random(events) < 1.0 / (1.0 + np.exp(-logit))
    rows = Showings.of(viewer=viewer, clip=clip, time_s=1.79e9 + np.arange(events))
    forecast = OutcomeModel().follow(rows, outcome_labels(events, FINISH=long))
    late = slice(events // 2, events)
    ours = gauc(viewer[late], long[late], forecast.order[late, Outcome.FINISH])
    best = gauc(viewer[late], long[late], logit[late])
    assert ours > best - 0.03
    assert best > 0.75  # and there was something to find


def test_doubt_shrinks_with_what_is_known():
    rows, outcomes = showings()
    model = OutcomeModel()
    model.learn(rows, outcomes)
    last = Showings.of(viewer=rows.viewer[-1:], clip=rows.clip[-1:], maker=rows.maker[-1:])
    known, unknown = (
        model.predict(last),
        model.predict(Showings.of(viewer=999, clip=999, maker=999)),
    )
    assert known.doubt[0] < unknown.doubt[0]


def test_memory_is_bounded_and_what_is_met_often_stays():
    generator = np.random.default_rng(2)
    model = OutcomeModel(slots_max=2**13)
    rows, outcomes = showings(viewers=40, clips=20)
    model.learn(rows, outcomes)
    mine = Showings.of(viewer=0, clip=np.arange(20), maker=np.arange(20) % 7)
    before = model.predict(mine).live
    once = 6000
    strangers = Showings.of(
        viewer=1000 + np.arange(once),
        clip=20 + generator.integers(10**5, size=once),
        maker=generator.integers(10**5, size=once),
        time_s=1.8e9 + np.arange(once),
    )
    model.learn(strangers, outcome_labels(once, LIKE=generator.integers(2, size=once)))
    assert len(model.state()["words"]) <= 0.7 * 2**13
    after = model.predict(mine).live
    # what strangers like tells nothing of who watches what long
    assert np.abs(after - before)[:, Outcome.FINISH].max() < 0.05


def test_unknown_outcomes_teach_nothing():
    rows, _ = showings(events=100)
    model = OutcomeModel()
    model.learn(rows, outcome_labels(100))
    untaught = OutcomeModel().predict(rows).live
    assert np.allclose(model.predict(rows).live, untaught, atol=1e-2)  # doubt alone has changed


def test_where_nothing_can_be_kept_on_disk_the_loops_are_compiled_all_the_same(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert compiled(_twice)(21) == 42


def _twice(number):
    return 2 * number


def test_showings_that_cannot_be_are_refused():
    with pytest.raises(InvalidEvent, match="viewer"):
        Showings.of(viewer=-1, clip=[1])
    with pytest.raises(InvalidEvent, match="does not fit"):
        Showings.of(viewer=[1, 2, 3], clip=[1, 2])
    with pytest.raises(InvalidEvent, match="codes"):
        Showings.of(viewer=1, clip=[1], maker=2**28)
    with pytest.raises(InvalidEvent, match="outcomes of shape"):
        OutcomeModel().learn(
            Showings.of(viewer=1, clip=[1, 2]), np.zeros((1, OUTCOMES), np.float32)
        )


def test_a_state_of_something_else_is_refused():
    model = OutcomeModel()
    state = model.state()
    with pytest.raises(SnapshotUnreadable, match="fields"):
        OutcomeModel.restore(state | {"slots": np.array([4096, 4096, 3])})
    del state["words"]
    with pytest.raises(SnapshotUnreadable, match="words"):
        OutcomeModel.restore(state)
