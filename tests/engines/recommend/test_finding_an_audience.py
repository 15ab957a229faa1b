"""New viewers, new clips, new tastes: days of a community played from one seed."""

from __future__ import annotations

import pytest

from filoscope.recommend import CatalogueEntry, Recommender, Source

from .community import ALICE, BOB, DAY_S, NOW_S, TOPICS, community, topic_of, watch

CLIPS, VIEWERS, MET = 600, 80, 240
NEW = 5000


def loves(viewer_id: int) -> str:
    """The one topic that a viewer watches to its end."""
    return TOPICS[viewer_id % len(TOPICS)]


def lived(clips: int = CLIPS) -> Recommender:
    """A community in which each clip has had its first audience."""
    recommender = community(clips)
    for turn in range(MET):
        for viewer in range(100, 100 + VIEWERS):
            clip_id = (viewer * 37 + turn * 101) % clips
            share = 1.0 if topic_of(clip_id) == loves(viewer) else 0.04
            recommender.observe(
                watch(viewer, clip_id, share=share, time_s=NOW_S - DAY_S + turn * 60)
            )
    return recommender


@pytest.mark.parametrize("loved", TOPICS)
def test_ten_swipes_are_enough_in_a_large_community(loved):
    recommender = lived()
    topics = []
    for swipe in range(30):
        pick = recommender.recommend(ALICE, 1, now_s=NOW_S + 15.0 * swipe)[0]
        topics.append(topic_of(pick.clip_id))
        share = 1.0 if topics[-1] == loved else 0.04
        recommender.observe(watch(ALICE, pick.clip_id, share=share, time_s=NOW_S + 15.0 * swipe))
    assert topics[10:].count(loved) >= 16  # of 20; chance alone gives 5


def showings_of_a_new_clip(worth: dict[str, float], *, swipes: int) -> list[tuple[int, Source]]:
    """Publish a clip about cats; return who was shown it, and why, while everybody swipes."""
    recommender = lived()
    recommender.add(CatalogueEntry(NEW, 77, 12.0, NOW_S, tags=("cats", "rare7"), language="en"))
    shown = []
    for swipe in range(swipes):
        viewer = 100 + (swipe * 29) % VIEWERS
        now_s = NOW_S + 4.0 * swipe
        pick = recommender.recommend(viewer, 1, now_s=now_s)[0]
        share = 1.0 if topic_of(pick.clip_id) == loves(viewer) else 0.04
        if pick.clip_id == NEW:
            shown.append((viewer, pick.source))
            share = worth[loves(viewer)]
        recommender.observe(watch(viewer, pick.clip_id, share=share, time_s=now_s))
    return shown


def test_a_good_new_clip_finds_its_audience_within_its_first_hundred_showings():
    worth = dict.fromkeys(TOPICS, 0.04) | {"cats": 1.6}
    shown = showings_of_a_new_clip(worth, swipes=2500)
    lovers = [viewer for viewer, _ in shown if loves(viewer) == "cats"]
    assert len(shown) <= 100
    assert len(set(lovers)) == VIEWERS // len(TOPICS)  # each of those who love cats has met it
    brought = [viewer for viewer, source in shown if source is not Source.EXPLORE]
    assert len(brought) >= 15
    # By chance it would be a quarter.
    assert sum(loves(viewer) == "cats" for viewer in brought) >= 0.8 * len(brought)


def test_a_new_clip_that_nobody_likes_gets_its_first_audience_and_no_more():
    shown = showings_of_a_new_clip(dict.fromkeys(TOPICS, 0.02), swipes=2500)
    assert 10 <= len(shown) <= 40


def test_tastes_drift():
    recommender = community(CLIPS)
    for clip_id in range(0, 80, 4):
        recommender.observe(watch(BOB, clip_id, time_s=NOW_S - 200 * DAY_S))  # cats, long ago
    for clip_id in range(1, 33, 4):
        recommender.observe(watch(BOB, clip_id, time_s=NOW_S - DAY_S))  # bikes, yesterday
    topics = [topic_of(pick.clip_id) for pick in recommender.recommend(BOB, 10, now_s=NOW_S)]
    assert topics.count("bikes") > topics.count("cats")
