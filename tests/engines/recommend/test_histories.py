"""What holds for every history, in a catalogue too large to score as a whole."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from filoscope.recommend import CatalogueEntry, Event, EventKind, Recommender, Settings
from filoscope.recommend.engine import WHOLE
from filoscope.recommend.events import CORRECTIONS

from .community import NOW_S, clip, community, watch

CLIPS = WHOLE + 200
HISTORIES = 10_000
KINDS = [kind for kind in EventKind if kind not in CORRECTIONS]


def deeds(generator: np.random.Generator, viewer_id: int, count: int) -> list[Event]:
    """What a viewer did with clips by chance."""
    return [
        Event(
            KINDS[int(generator.integers(len(KINDS)))],
            viewer_id=viewer_id,
            clip_id=int(generator.integers(CLIPS)),
            time_s=NOW_S + step,
            watched_s=float(generator.random() * 20),
        )
        for step in range(count)
    ]


@pytest.mark.slow
def test_nothing_forbidden_comes_in_ten_thousand_histories():
    generator = np.random.default_rng(7)
    recommender = community(CLIPS)
    removed: set[int] = set()
    served = 0
    for viewer in range(HISTORIES):
        met = set()
        for event in deeds(generator, viewer, int(generator.integers(7))):
            recommender.observe(event)
            met.add(event.clip_id)
        if viewer % 50 == 0:
            gone, back = generator.integers(CLIPS, size=2).tolist()
            recommender.remove(gone)
            removed.add(gone)
            recommender.add(clip(back))
            removed.discard(back)
        held = generator.integers(CLIPS, size=3).tolist()
        blocked = generator.integers(1000, 1023, size=2).tolist()
        banned = int(generator.integers(2, 5))
        page = recommender.recommend(
            viewer,
            5,
            now_s=NOW_S + viewer,
            exclude=held,
            blocked_makers=blocked,
            allowed=lambda clips, banned=banned: clips % banned != 0,
        )
        came = {pick.clip_id for pick in page}
        assert len(came) == len(page) == 5
        assert not came & (met | removed | set(held))
        assert not {clip(clip_id).maker_id for clip_id in came} & set(blocked)
        assert all(clip_id % banned for clip_id in came)
        served += len(page)
    assert served == 5 * HISTORIES


def test_whoever_has_seen_nearly_everything_still_gets_the_rest_and_nothing_twice():
    recommender = community(CLIPS)
    met: list[int] = []
    while page := recommender.recommend(1, 50, now_s=NOW_S):
        for pick in page:
            met.append(pick.clip_id)
            recommender.observe(
                Event(EventKind.IMPRESSION, viewer_id=1, clip_id=pick.clip_id, time_s=NOW_S)
            )
    assert sorted(met) == list(range(CLIPS))


def test_the_only_clips_allowed_are_found_wherever_they_are():
    recommender = community(CLIPS)
    for few in ({3, 4}, {5, CLIPS - 1}, set(range(0, CLIPS, 100))):
        for allowed in (few, lambda clips, few=few: np.isin(clips, list(few))):
            page = recommender.recommend(1, 10, now_s=NOW_S, allowed=allowed)
            assert {pick.clip_id for pick in page} == few


def lived(names: list[int] | None = None, *, shift: int = 0) -> Recommender:
    """A large community after some days, its clips by other names if told so."""
    recommender = Recommender(seed=4)
    names = names or list(range(CLIPS))
    for clip_id in range(CLIPS):
        entry = clip(clip_id)
        recommender.add(
            CatalogueEntry(
                names[clip_id],
                entry.maker_id + shift,
                entry.duration_s,
                entry.published_s,
                entry.sound_id + shift,
                tuple(tag[::-1] if shift else tag for tag in entry.tags),
                entry.language,
            )
        )
    generator = np.random.default_rng(3)
    for viewer in range(80):
        for event in deeds(generator, viewer, 25):
            recommender.observe(
                Event(
                    event.kind,
                    viewer_id=viewer + shift,
                    clip_id=names[event.clip_id],
                    time_s=event.time_s,
                    watched_s=event.watched_s,
                )
            )
    return recommender


def test_other_ids_give_the_same_feed_by_other_names_in_a_large_catalogue():
    names = (np.random.default_rng(1).permutation(CLIPS) + 10**12).tolist()
    plain, renamed = lived(), lived(names, shift=5000)
    for viewer in range(0, 100, 7):
        ours = plain.recommend(viewer, 10, now_s=NOW_S, following=[1003, 1004])
        theirs = renamed.recommend(viewer + 5000, 10, now_s=NOW_S, following=[6004, 6003])
        assert [names[pick.clip_id] for pick in ours] == [pick.clip_id for pick in theirs]
        assert [pick.propensity for pick in ours] == [pick.propensity for pick in theirs]


@pytest.mark.parametrize("cut", [0, 700, 1999])
def test_a_restart_anywhere_changes_nothing_to_the_bit(cut):
    generator = np.random.default_rng(cut)
    log = [event for viewer in range(80) for event in deeds(generator, viewer, 25)]
    generator.shuffle(log)
    going_on = community(CLIPS)
    for event in log[:cut]:
        going_on.observe(event)
    going_on.remove(CLIPS - 5)
    restarted = Recommender.restore(going_on.snapshot(), seed=1)
    for recommender in (going_on, restarted):
        for event in log[cut:]:
            recommender.observe(event)
        recommender.add(clip(CLIPS - 5, maker_id=4))
        recommender.add(clip(CLIPS + 1))
    restarted.recommend(3, 10, now_s=NOW_S)
    assert going_on.snapshot() == restarted.snapshot()
    for viewer in range(0, 80, 9):
        asked = {"now_s": NOW_S + 100, "following": [1001]}
        assert going_on.recommend(viewer, 10, **asked) == restarted.recommend(viewer, 10, **asked)


def test_pages_leave_no_trace_in_what_was_learned():
    recommender = community(CLIPS)
    recommender.observe(watch(1, 3))
    before = recommender.snapshot()
    for viewer in (1, 2):
        recommender.recommend(viewer, 20, now_s=NOW_S, following=[1001], allowed=lambda c: c > 500)
    assert before == recommender.snapshot()
    assert before == Recommender.restore(before).snapshot()


def test_the_chances_of_all_that_may_come_first_add_up_to_one():
    recommender = Recommender(Settings(freshness_half_life_s=1e12), seed=2)
    for clip_id in range(20):
        recommender.add(clip(clip_id))
    chances: dict[int, set[float]] = defaultdict(set)
    for moment in range(3000):
        pick = recommender.recommend(1, 1, now_s=NOW_S + moment)[0]
        chances[pick.clip_id].add(round(pick.propensity, 9))
    assert sorted(chances) == list(range(20))
    assert all(len(of_one) == 1 for of_one in chances.values())
    assert sum(next(iter(of_one)) for of_one in chances.values()) == pytest.approx(1.0)
