"""The feed that a viewer gets, through the public door."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filoscope.recommend import (
    CatalogueEntry,
    Context,
    Event,
    EventKind,
    InvalidEntry,
    InvalidEvent,
    Reason,
    ReasonKind,
    Recommender,
    Settings,
    SnapshotUnreadable,
    Source,
    say,
)
from filoscope.recommend.events import CORRECTIONS

from .community import (
    ALICE,
    BOB,
    CHARLIE,
    DAY_S,
    NOW_S,
    TOPICS,
    clip,
    community,
    topic_of,
    watch,
)

NO_EXPLORING = Settings(explore_share=0.0)


def ids(recommender: Recommender, viewer_id: int = ALICE, n: int = 10, **question: object) -> list:
    """The clips of a page."""
    return [
        pick.clip_id
        for pick in recommender.recommend(viewer_id, n, now_s=NOW_S, **question)  # type: ignore[arg-type]
    ]


def swipe_through(recommender: Recommender, viewer_id: int, swipes: int, loved: str) -> list[str]:
    """Swipe one clip at a time, watching a topic to its end and leaving the rest at once."""
    topics = []
    for swipe in range(swipes):
        now_s = NOW_S + 15.0 * swipe
        clip_id = recommender.recommend(viewer_id, 1, now_s=now_s)[0].clip_id
        topics.append(topic_of(clip_id))
        share = 1.0 if topics[-1] == loved else 0.05
        recommender.observe(watch(viewer_id, clip_id, share=share, time_s=now_s))
    return topics


@pytest.mark.parametrize("loved", TOPICS)
def test_a_planted_taste_is_found_within_ten_swipes(loved):
    recommender = community()
    topics = swipe_through(recommender, ALICE, 30, loved)
    assert topics[10:].count(loved) >= 14  # of 20; chance alone gives 5


def test_not_interested_is_obeyed_on_the_next_page():
    recommender = community(seed=3)
    for clip_id in range(0, 40, 4):  # cats
        recommender.observe(watch(ALICE, clip_id))
    before = [topic_of(clip_id) for clip_id in ids(recommender)]
    for clip_id in range(40, 56, 4):
        recommender.observe(
            Event(EventKind.NOT_INTERESTED, viewer_id=ALICE, clip_id=clip_id, time_s=NOW_S)
        )
    after = [topic_of(clip_id) for clip_id in ids(recommender)]
    assert before.count("cats") > after.count("cats")


def test_everything_seen_leaves_an_empty_page_and_never_a_repeat():
    recommender = community(clips=40)
    met = []
    while page := ids(recommender):
        met += page
        for clip_id in page:
            recommender.observe(
                Event(EventKind.IMPRESSION, viewer_id=ALICE, clip_id=clip_id, time_s=NOW_S)
            )
    assert len(met) == len(set(met))
    assert len(met) >= 38  # the last may all be by one maker


def test_makers_never_follow_themselves_even_across_pages():
    recommender = community()
    makers = []
    held: list[int] = []
    for _ in range(15):
        page = ids(recommender, exclude=held)
        held += page
        makers += [clip(clip_id).maker_id for clip_id in page]
    assert all(one != next_ for one, next_ in pairwise(makers))


def test_a_community_of_one_maker_still_has_a_feed():
    recommender = Recommender()
    for clip_id in range(5):
        recommender.add(clip(clip_id, maker_id=BOB))
    assert sorted(ids(recommender)) == [0, 1, 2, 3, 4]


def test_a_maker_who_is_alone_for_this_viewer_still_has_a_feed():
    recommender = Recommender()
    for clip_id in range(6):
        recommender.add(clip(clip_id, maker_id=BOB if clip_id < 4 else ALICE))
    assert sorted(ids(recommender, blocked_makers=[ALICE])) == [0, 1, 2, 3]


def test_a_followed_maker_comes_first_and_the_reason_says_so():
    recommender = community()
    recommender.observe(Event(EventKind.FOLLOW, viewer_id=ALICE, maker_id=1007, time_s=NOW_S))
    first = Recommender.restore(recommender.snapshot(), NO_EXPLORING).recommend(
        ALICE, 1, now_s=NOW_S
    )[0]
    assert first.source is Source.FOLLOWING
    assert say(first.reasons[0], handle_of={1007: "@bob"}.__getitem__) == "you follow @bob"
    recommender.observe(Event(EventKind.UNFOLLOW, viewer_id=ALICE, maker_id=1007, time_s=NOW_S))
    sources = {pick.source for pick in recommender.recommend(ALICE, 20, now_s=NOW_S)}
    assert Source.FOLLOWING not in sources


def test_reasons_count_what_the_viewer_enjoyed():
    recommender = community()
    for clip_id in (0, 4, 8):
        recommender.observe(watch(ALICE, clip_id))
    for clip_id in (1, 2, 3):
        recommender.observe(watch(ALICE, clip_id, share=0.02))
    reasons = [
        reason for pick in recommender.recommend(ALICE, 20, now_s=NOW_S) for reason in pick.reasons
    ]
    cats = next(reason for reason in reasons if reason.subject == "cats")
    assert say(cats) == "you enjoyed 3 clips about #cats"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(ReasonKind.SOUND, 5, count=1), "you enjoyed a clip with this sound"),
        (Reason(ReasonKind.MAKER, 5, count=2), "you enjoyed 2 clips by person 5"),
        (Reason(ReasonKind.FRESH), "it has just been published"),
        (Reason(ReasonKind.EXPLORE), "it is waiting for its first viewers"),
        (Reason(ReasonKind.POPULAR), "people watch it longer than other clips of its length"),
    ],
)
def test_a_reason_is_put_into_words(reason, words):
    assert say(reason) == words


def test_a_clip_watched_longer_than_its_length_suggests_rises_above_one_left_at_once():
    recommender = Recommender(NO_EXPLORING)
    recommender.add(CatalogueEntry(1, 10, duration_s=10.0, published_s=NOW_S))
    recommender.add(CatalogueEntry(2, 20, duration_s=300.0, published_s=NOW_S))
    for viewer in range(100, 120):  # 12 s of 10 s is long, 25 s of 300 s is not
        for clip_id, watched_s in ((1, 12.0), (2, 25.0)):
            recommender.observe(
                Event(
                    EventKind.WATCH,
                    viewer_id=viewer,
                    clip_id=clip_id,
                    time_s=NOW_S,
                    watched_s=watched_s,
                )
            )
    assert ids(recommender) == [1, 2]


def test_a_new_clip_gets_its_first_viewers():
    recommender = community()
    for viewer in range(100, 200):
        for clip_id in range(0, 200, 5):
            recommender.observe(watch(viewer, clip_id))
    recommender.add(CatalogueEntry(999, 5, duration_s=12.0, published_s=NOW_S - 30 * DAY_S))
    for clip_id in range(200):
        if clip_id % 5:
            recommender.remove(clip_id)
    pages = [recommender.recommend(viewer, 10, now_s=NOW_S + viewer) for viewer in range(300, 330)]
    explored = [pick for page in pages for pick in page if pick.source is Source.EXPLORE]
    assert {pick.clip_id for pick in explored} == {999}
    assert len(explored) >= 10  # 30 pages of 10 places, 15 % of them


def test_propensities_are_the_true_chances():
    recommender = community(clips=12)
    shown = {}
    pages = 4000
    for page in range(pages):
        pick = recommender.recommend(ALICE, 1, now_s=NOW_S + page)[0]
        shown.setdefault(pick.clip_id, []).append(pick.propensity)
    for propensities in shown.values():
        assert np.ptp(propensities) < 1e-3  # freshness moves a hair in 4,000 s
        expected = pages * np.mean(propensities)
        assert abs(len(propensities) - expected) < 5 * np.sqrt(expected)


def test_without_profiling_nothing_but_what_was_seen_counts():
    recommender = community()
    strangers = ids(recommender, viewer_id=CHARLIE, context=Context(profiling=False))
    for clip_id in (100, 104, 108):
        recommender.observe(Event(EventKind.LIKE, viewer_id=ALICE, clip_id=clip_id, time_s=NOW_S))
    picks = recommender.recommend(ALICE, 10, now_s=NOW_S, context=Context(profiling=False))
    assert strangers
    assert not {pick.clip_id for pick in picks} & {100, 104, 108}
    assert Source.INTEREST not in {pick.source for pick in picks}


def test_a_foreign_language_weighs_against_a_clip():
    recommender = Recommender(NO_EXPLORING)
    for clip_id, language in enumerate(("pt-BR", "en", "pt")):
        recommender.add(CatalogueEntry(clip_id, clip_id, 10.0, NOW_S, language=language))
    assert ids(recommender, context=Context(languages=("en-GB",)))[0] == 1
    assert set(ids(recommender, context=Context(languages=("pt",)))[:2]) == {0, 2}


def test_one_viewer_counts_once_however_often_they_press():
    recommender = community()
    recommender.observe(watch(ALICE, 7))
    like = Event(EventKind.LIKE, viewer_id=ALICE, clip_id=7, time_s=NOW_S)
    recommender.observe(like)
    once = ids(recommender, viewer_id=BOB, n=50)
    for _ in range(20):
        recommender.observe(like)
    assert once == ids(recommender, viewer_id=BOB, n=50)


def test_a_forgotten_viewer_is_a_stranger():
    recommender = community()
    stranger = ids(recommender)
    recommender.observe(watch(ALICE, stranger[0], share=0.5))
    assert recommender.seen(ALICE) == 1
    assert recommender.forget(ALICE)
    assert not recommender.forget(ALICE)
    assert recommender.seen(ALICE) == 0
    assert stranger[0] in ids(recommender, n=200)


def test_an_event_about_an_unknown_clip_teaches_nothing():
    recommender = community()
    before = recommender.snapshot()
    assert not recommender.observe(watch(ALICE, 123456))
    assert recommender.snapshot() == before


@pytest.mark.parametrize(
    "facts",
    [
        {"time_s": -1.0},
        {"time_s": float("nan")},
        {"watched_s": float("inf")},
        {"duration_s": -3.0},
        {"loops": -1},
        {"propensity": 0.0},
        {"clip_id": None},
    ],
)
def test_an_event_that_cannot_be_true_is_refused(facts):
    with pytest.raises(InvalidEvent):
        Event(EventKind.WATCH, **{"viewer_id": 1, "clip_id": 2, "time_s": NOW_S, **facts})


def test_an_entry_that_cannot_be_true_is_refused():
    with pytest.raises(InvalidEntry, match="clip 3: duration_s is nan"):
        CatalogueEntry(3, 1, float("nan"), NOW_S)


@pytest.mark.parametrize("n", [-1, 201])
def test_a_page_has_a_limit(n):
    with pytest.raises(ValueError, match="n must be 0 to 200"):
        community(clips=1).recommend(ALICE, n, now_s=NOW_S)


@pytest.mark.parametrize("wrong", [{"explore_share": 1.0}, {"taste_half_life_s": 0.0}])
def test_settings_that_no_feed_can_follow_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Settings(**wrong)


def test_a_torn_snapshot_is_refused_with_its_reason():
    whole = community().snapshot()
    for torn in (b"", whole[: len(whole) // 2], b"no snapshot at all"):
        with pytest.raises(SnapshotUnreadable, match="replay the event log"):
            Recommender.restore(torn)


def test_threads_that_read_and_write_at_once_lose_nothing():
    recommender = community()

    def swipe(viewer_id: int) -> None:
        for clip_id in range(0, 200, 2):
            recommender.recommend(viewer_id, 5, now_s=NOW_S)
            recommender.observe(watch(viewer_id, clip_id))

    threads = [threading.Thread(target=swipe, args=(viewer,)) for viewer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [recommender.seen(viewer) for viewer in range(4)] == [100] * 4


KINDS = st.sampled_from(list(EventKind))
STEPS = st.lists(
    st.tuples(KINDS, st.integers(1, 3), st.integers(0, 29), st.floats(0, 40)), max_size=60
)


def event_of(step: tuple, order: int, *, tag: str = "") -> Event:
    """The event that a drawn step stands for; a correction is about a tag."""
    kind, viewer_id, clip_id, watched_s = step
    about = {"clip_id": clip_id, "topic": ("tag", tag or topic_of(clip_id))}
    return Event(kind, viewer_id=viewer_id, time_s=NOW_S + order, watched_s=watched_s, **about)


@settings(max_examples=60, deadline=None)
@given(
    STEPS,
    st.sets(st.integers(0, 29)),
    st.sets(st.integers(1000, 1022)),
    st.sets(st.integers(0, 29)),
    st.sets(st.integers(0, 29)),
)
def test_what_must_not_appear_never_does(steps, removed, blocked, excluded, allowed):
    recommender = community(clips=30)
    for order, step in enumerate(steps):
        recommender.observe(event_of(step, order))
    for clip_id in removed:
        recommender.remove(clip_id)
    met = {step[2] for step in steps if step[1] == ALICE and step[0] not in CORRECTIONS}
    for permitted in (allowed, lambda clips: np.isin(clips, list(allowed))):
        page = ids(
            recommender,
            n=30,
            exclude=sorted(excluded),
            blocked_makers=blocked,
            allowed=permitted,
        )
        assert not set(page) & (met | removed | excluded)
        assert set(page) <= allowed
        assert not {clip(clip_id).maker_id for clip_id in page} & blocked


@settings(max_examples=40, deadline=None)
@given(STEPS, st.integers(0, 60))
def test_a_snapshot_and_the_rest_of_the_log_equal_never_having_stopped(steps, cut):
    going_on = community(clips=30)
    for order, step in enumerate(steps[:cut]):
        going_on.observe(event_of(step, order))
    restarted = Recommender.restore(going_on.snapshot(), seed=1)
    for recommender in (going_on, restarted):
        for order, step in enumerate(steps[cut:], start=cut):
            recommender.observe(event_of(step, order))
            recommender.recommend(ALICE, 3, now_s=NOW_S + order)
    assert going_on.snapshot() == restarted.snapshot()
    assert going_on.recommend(ALICE, 10, now_s=NOW_S) == restarted.recommend(ALICE, 10, now_s=NOW_S)


@settings(max_examples=25, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_other_ids_give_the_same_feed_by_other_names(steps, chance):
    names = list(range(5000, 5030))
    chance.shuffle(names)
    plain, renamed = Recommender(seed=5), Recommender(seed=5)
    for clip_id in range(30):
        entry = clip(clip_id)
        plain.add(entry)
        renamed.add(
            CatalogueEntry(
                names[clip_id],
                -entry.maker_id,
                entry.duration_s,
                entry.published_s,
                entry.sound_id + 77,
                tuple(tag[::-1] for tag in entry.tags),
                entry.language,
            )
        )
    for order, step in enumerate(steps):
        plain.observe(event_of(step, order))
        tag = topic_of(step[2])[::-1]
        renamed.observe(event_of((step[0], step[1] + 900, names[step[2]], step[3]), order, tag=tag))
    assert [names[clip_id] for clip_id in ids(plain)] == ids(renamed, viewer_id=ALICE + 900)
