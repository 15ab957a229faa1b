"""A long log learned at once leaves what one event after the other leaves."""

from __future__ import annotations

import numpy as np

from filoscope.recommend import Event, EventKind, Recommender, relearn
from filoscope.recommend.events import ABOUT_TOPICS, CORRECTIONS

from .community import DAY_S, NOW_S, TOPICS, community, watch

CLIPS, PEOPLE, EVENTS = 120, 40, 3000
FARM = range(900, 908)
RARE = [kind for kind in EventKind if kind is not EventKind.WATCH]


def log() -> list[Event]:
    """Everything that can happen, in the order of time, with a farm that acts in step."""
    generator = np.random.default_rng(5)
    events: list[Event] = []
    for step in range(EVENTS):
        viewer, clip = int(generator.integers(PEOPLE)), int(generator.integers(CLIPS + 2))
        moment_s = NOW_S + 60.0 * (step // 2)  # two things at a time, now and then by one viewer
        if generator.random() < 0.6:
            events.append(watch(viewer, clip, share=generator.random() * 2, time_s=moment_s))
        else:
            kind = RARE[int(generator.integers(len(RARE)))]
            events.append(_deed(kind, viewer, clip, moment_s, generator))
        if step % 300 == 299:
            clip = step // 300
            events += [_like(account, clip, moment_s + n) for n, account in enumerate(FARM)]
    late_s = NOW_S + 400.0 * DAY_S  # sums that fade are counted from a new landmark there
    return [*events, *(watch(viewer, 7, time_s=late_s + viewer) for viewer in range(PEOPLE))]


def _like(viewer: int, clip: int, time_s: float) -> Event:
    return Event(EventKind.LIKE, viewer_id=viewer, clip_id=clip, time_s=time_s)


def _deed(
    kind: EventKind, viewer: int, clip: int, time_s: float, generator: np.random.Generator
) -> Event:
    topic = ("tag", TOPICS[int(generator.integers(4))]) if kind in ABOUT_TOPICS else None
    about = None if kind in CORRECTIONS else clip
    return Event(kind, viewer_id=viewer, clip_id=about, time_s=time_s, watched_s=4.0, topic=topic)


def observed(events: list[Event]) -> tuple[Recommender, int]:
    recommender = community(CLIPS)
    return recommender, sum(map(recommender.observe, events))


def test_a_log_learned_at_once_leaves_the_same_state_to_the_bit():
    events = log()
    one_by_one, known = observed(events)
    at_once = community(CLIPS)
    assert known == relearn(at_once, events)
    assert one_by_one.snapshot() == at_once.snapshot()


def test_the_log_holds_a_farm_that_is_found_and_events_that_are_not_known():
    events = log()
    recommender, known = observed(events)
    assert 0 < len(events) - known
    found = recommender._learned.influence.lockstep.caught
    numbers = {recommender._learned.viewers[account].number for account in FARM}
    assert numbers == found


def test_the_feed_goes_on_learning_after_a_log_was_learned_at_once():
    events = log()
    one_by_one, _ = observed(events)
    at_once = community(CLIPS)
    relearn(at_once, events[:1000])
    for event in events[1000:1500]:
        at_once.observe(event)
    relearn(at_once, iter(events[1500:]))
    assert one_by_one.snapshot() == at_once.snapshot()


def test_a_log_of_nothing_changes_nothing():
    recommender = community(CLIPS)
    before = recommender.snapshot()
    assert relearn(recommender, []) == 0
    assert before == recommender.snapshot()
