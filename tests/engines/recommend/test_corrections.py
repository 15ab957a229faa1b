"""What a viewer says about what is believed of them is obeyed at once, and for good."""

from __future__ import annotations

import pytest

from filoscope.recommend import Event, EventKind, InvalidEvent, Recommender, Settings
from filoscope.recommend import say as in_words

from .community import ALICE, NOW_S, community, topic_of, watch

NO_EXPLORING = Settings(explore_share=0.0)


def taught(*, cats: int = 10) -> Recommender:
    """A recommender that has seen alice watch cats to their end and leave bikes at once."""
    recommender = community()
    for number in range(cats):
        time_s = NOW_S - 1000 + 10 * number
        recommender.observe(watch(ALICE, 4 * number, time_s=time_s))
        recommender.observe(watch(ALICE, 4 * number + 1, share=0.02, time_s=time_s + 5))
    recommender.settings = NO_EXPLORING
    return recommender


def say(recommender: Recommender, kind: EventKind, tag: str | None = None, at_s: float = NOW_S):
    topic = None if tag is None else ("tag", tag)
    recommender.observe(Event(kind, viewer_id=ALICE, time_s=at_s, topic=topic))


def topics(recommender: Recommender) -> list[str]:
    page = recommender.recommend(ALICE, 10, now_s=NOW_S + 1)
    return [topic_of(pick.clip_id) for pick in page]


def belief(recommender: Recommender, tag: str):
    beliefs = recommender.beliefs(ALICE, now_s=NOW_S + 1)
    return next((one for one in beliefs if one.topic == ("tag", tag)), None)


def test_beliefs_say_what_is_liked_and_disliked_and_how_many_clips_speak_for_it():
    cats, bikes = belief(taught(), "cats"), belief(taught(), "bikes")
    assert (cats.enjoyed, cats.disliked, cats.asked) == (10, 0, 0)
    assert (bikes.enjoyed, bikes.disliked) == (0, 10)
    assert cats.liking > 0.2 > -0.2 > bikes.liking


def test_nothing_is_believed_of_somebody_unknown():
    assert taught().beliefs(999, now_s=NOW_S) == ()


def test_less_of_a_topic_is_obeyed_on_the_next_page():
    recommender = taught()
    assert topics(recommender).count("cats") >= 4
    say(recommender, EventKind.LESS, "cats")
    assert topics(recommender).count("cats") == 0
    assert belief(recommender, "cats").asked == -1


def test_more_of_a_topic_is_obeyed_on_the_next_page_and_by_somebody_new_too():
    recommender = community()
    recommender.settings = NO_EXPLORING
    say(recommender, EventKind.MORE, "chess")
    assert topics(recommender)[:3] == ["chess"] * 3  # then others in between, for variety
    first = recommender.recommend(ALICE, 1, now_s=NOW_S + 1)[0]
    assert "you asked for more clips about #chess" in [in_words(one) for one in first.reasons]


def test_the_last_word_counts_whatever_the_order_of_arrival():
    recommender = taught()
    say(recommender, EventKind.MORE, "bikes", NOW_S + 9)
    say(recommender, EventKind.LESS, "bikes", NOW_S)
    assert belief(recommender, "bikes").asked == 1


def test_a_forgotten_topic_is_no_longer_believed_but_its_clips_stay_seen():
    recommender = taught()
    say(recommender, EventKind.FORGET_TOPIC, "cats")
    assert belief(recommender, "cats") is None
    assert belief(recommender, "bikes") is not None
    assert recommender.seen(ALICE) == 20
    late = Event(EventKind.LIKE, viewer_id=ALICE, clip_id=0, time_s=NOW_S - 900)
    recommender.observe(late)  # read again by a rebuild
    assert belief(recommender, "cats") is None
    recommender.observe(watch(ALICE, 80, time_s=NOW_S + 1))
    assert belief(recommender, "cats").enjoyed == 1


def test_a_reset_leaves_nothing_but_what_was_seen():
    recommender = taught()
    say(recommender, EventKind.LESS, "chess", NOW_S - 1)
    say(recommender, EventKind.RESET)
    assert recommender.beliefs(ALICE, now_s=NOW_S + 1) == ()
    recommender.observe(Event(EventKind.LIKE, viewer_id=ALICE, clip_id=60, time_s=NOW_S - 500))
    assert recommender.beliefs(ALICE, now_s=NOW_S + 1) == ()
    assert recommender.seen(ALICE) == 21


def test_while_learning_is_paused_clips_are_only_seen():
    recommender = community()
    say(recommender, EventKind.PAUSE)
    assert not recommender.is_learning(ALICE, now_s=NOW_S + 1)
    for clip_id in (0, 4, 8):
        recommender.observe(watch(ALICE, clip_id, time_s=NOW_S + 1))
    assert (recommender.beliefs(ALICE, now_s=NOW_S + 2), recommender.seen(ALICE)) == ((), 3)
    say(recommender, EventKind.RESUME, at_s=NOW_S + 10)
    assert recommender.is_learning(ALICE, now_s=NOW_S + 10)
    recommender.observe(watch(ALICE, 12, time_s=NOW_S + 11))
    recommender.observe(watch(ALICE, 16, time_s=NOW_S + 5))  # told late: it was paused then
    assert belief(recommender, "cats").enjoyed == 1


def test_forgetting_again_and_again_lifts_no_clip():
    patient, cunning = community(), community()
    for turn in range(5):
        for recommender in (patient, cunning):
            like = Event(EventKind.LIKE, viewer_id=ALICE, clip_id=3, time_s=NOW_S + 10 * turn)
            recommender.observe(like)
        say(cunning, EventKind.RESET, at_s=NOW_S + 10 * turn + 5)
    values = [
        dict(zip(range(200), _values(recommender), strict=True))[3]
        for recommender in (patient, cunning)
    ]
    assert values[0] == values[1]


def _values(recommender: Recommender) -> list[float]:
    """What everybody's pages know of each clip, as a newcomer is ranked."""
    page = recommender.recommend(999, 200, now_s=NOW_S + 100)
    scores = {pick.clip_id: round(pick.score, 9) for pick in page}
    return [scores.get(clip_id, 0.0) for clip_id in range(200)]


def test_corrections_survive_a_snapshot():
    recommender = taught()
    say(recommender, EventKind.LESS, "cats")
    say(recommender, EventKind.FORGET_TOPIC, "bikes")
    say(recommender, EventKind.PAUSE, at_s=NOW_S + 1)
    restored = Recommender.restore(recommender.snapshot(), NO_EXPLORING, seed=1)
    assert restored.snapshot() == recommender.snapshot()
    assert restored.beliefs(ALICE, now_s=NOW_S) == recommender.beliefs(ALICE, now_s=NOW_S)
    assert not restored.is_learning(ALICE, now_s=NOW_S + 2)


def test_who_is_forgotten_has_said_nothing():
    recommender = taught()
    say(recommender, EventKind.LESS, "cats")
    recommender.forget(ALICE)
    assert recommender.beliefs(ALICE, now_s=NOW_S) == ()


def test_a_word_about_no_topic_is_refused():
    with pytest.raises(InvalidEvent, match="names no topic"):
        Event(EventKind.MORE, viewer_id=ALICE, time_s=NOW_S)


def test_bait_that_people_leave_at_once_and_report_comes_last():
    """Its first second draws a crowd, who leave, and one in ten reports it."""
    recommender = community(clips=40)
    bait = 7
    for viewer_id in range(100, 160):
        for clip_id in (bait, viewer_id % 40):
            share = 0.03 if clip_id == bait else 0.7
            recommender.observe(watch(viewer_id, clip_id, share=share))
        if viewer_id % 10 == 0:
            report = Event(EventKind.REPORT, viewer_id=viewer_id, clip_id=bait, time_s=NOW_S)
            recommender.observe(report)
    recommender.settings = NO_EXPLORING
    page = recommender.recommend(ALICE, 40, now_s=NOW_S + 60)
    assert min(page, key=lambda pick: pick.score).clip_id == bait
    assert next(pick.score for pick in page if pick.clip_id == bait) < -0.3


def test_less_of_a_topic_outweighs_what_everybody_like_them_watches():
    """All who watched what alice watched went on to cats: she asked for none of them."""
    recommender = community()
    for viewer_id in range(100, 140):
        for clip_id in (1, 2, 3, 40, 44, 48, 52, 56):  # of which the last five are cats
            recommender.observe(watch(viewer_id, clip_id, time_s=NOW_S - 500))
    for clip_id in (1, 2, 3):
        recommender.observe(watch(ALICE, clip_id, time_s=NOW_S - 100))
    recommender.settings = NO_EXPLORING
    assert topics(recommender)[:2] == ["cats", "cats"]
    say(recommender, EventKind.LESS, "cats")
    assert topics(recommender).count("cats") == 0
