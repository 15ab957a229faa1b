"""What is watched together comes together, with nothing else to go by."""

from __future__ import annotations

import pytest

from filoscope.recommend import (
    CatalogueEntry,
    Event,
    EventKind,
    Reason,
    ReasonKind,
    Recommender,
    Settings,
    Source,
    say,
)

from .community import ALICE, NOW_S

CAMPS, CLIPS = 4, 800
QUIET = Settings(explore_share=0.0)


def meet(recommender: Recommender, viewer_id: int, clip_id: int, share: float = 1.0) -> None:
    """Watch a share of a clip of ten seconds."""
    recommender.observe(
        Event(
            EventKind.WATCH,
            viewer_id=viewer_id,
            clip_id=clip_id,
            time_s=NOW_S,
            watched_s=10.0 * share,
        )
    )


@pytest.fixture
def camps():
    """Clips without tags or sounds, each by a maker of its own, and 80 viewers of four camps."""
    recommender = Recommender(QUIET, seed=1)
    for clip_id in range(CLIPS):
        recommender.add(CatalogueEntry(clip_id, clip_id, 10.0, NOW_S - 86400.0 * 9))
    for viewer in range(100, 180):
        for turn in range(60):
            clip_id = (viewer * 37 + turn * 13) % 320
            own = clip_id % CAMPS == viewer % CAMPS
            meet(recommender, viewer, clip_id, 1.0 if own else 0.02)
    return recommender


def test_a_camp_is_found_after_three_clips_and_the_reason_names_one_of_them(camps):
    for clip_id in (1, 13, 25):
        meet(camps, ALICE, clip_id)
    page = camps.recommend(ALICE, 10, now_s=NOW_S)
    assert [pick.clip_id % CAMPS for pick in page] == [1] * 10
    assert {pick.source for pick in page} == {Source.COWATCH}
    told = [reason for pick in page for reason in pick.reasons]
    of_company = [reason for reason in told if reason.kind is ReasonKind.CO_WATCHED]
    assert of_company
    assert {reason.subject for reason in of_company} <= {1, 13, 25}
    assert all(reason.count >= 3 for reason in of_company)


def test_a_reason_names_a_clip_and_no_person():
    reason = Reason(ReasonKind.CO_WATCHED, 5, count=4)
    assert say(reason, title_of={5: "Bread"}.__getitem__) == (
        "people who finished “Bread” finished this too"
    )


def test_what_fewer_than_three_did_is_not_told():
    recommender = Recommender(QUIET)
    for clip_id in range(20):
        recommender.add(CatalogueEntry(clip_id, clip_id, 10.0, NOW_S))
    for viewer in (50, 51):
        for clip_id in (0, 1, 2):
            meet(recommender, viewer, clip_id)
    meet(recommender, ALICE, 0)
    reasons = [
        reason for pick in recommender.recommend(ALICE, 20, now_s=NOW_S) for reason in pick.reasons
    ]
    assert ReasonKind.CO_WATCHED not in {reason.kind for reason in reasons}


def test_nothing_leads_over_a_viewer_who_is_forgotten(camps):
    for viewer in range(100, 180):
        camps.forget(viewer)
    for clip_id in (1, 13, 25):
        meet(camps, ALICE, clip_id)
    assert Source.COWATCH not in {pick.source for pick in camps.recommend(ALICE, 10, now_s=NOW_S)}


def test_what_is_not_wanted_leads_nowhere(camps):
    for clip_id in (1, 13, 25):
        meet(camps, ALICE, clip_id)
    for clip_id in (1, 13, 25):
        camps.observe(
            Event(EventKind.NOT_INTERESTED, viewer_id=ALICE, clip_id=clip_id, time_s=NOW_S)
        )
    assert Source.COWATCH not in {pick.source for pick in camps.recommend(ALICE, 10, now_s=NOW_S)}


def test_a_crowd_of_newcomers_does_not_hide_where_others_went_on_to():
    recommender = Recommender(QUIET, seed=1)
    for clip_id in range(CLIPS):
        recommender.add(CatalogueEntry(clip_id, clip_id, 10.0, NOW_S - 86400.0 * 9))
    openers, loved = range(6), range(100, 112)

    def leave_some(viewer: int) -> None:
        for turn in range(30):
            meet(
                recommender, viewer, 300 + (viewer * 7 + turn * 31) % 400, 0.02
            )  # as most people do

    for viewer in range(200, 260):
        leave_some(viewer)
        for clip_id in (*loved, *openers):
            meet(recommender, viewer, clip_id)
    for viewer in range(400, 490):  # of another taste, and more of them
        leave_some(viewer)
        for clip_id in range(700, 712):
            meet(recommender, viewer, clip_id)
    for newcomer in range(1000, 1400):
        for clip_id in openers:
            meet(recommender, newcomer, clip_id)
        leave_some(newcomer)
    for clip_id in openers:
        meet(recommender, ALICE, clip_id)

    page = recommender.recommend(ALICE, 10, now_s=NOW_S)

    assert {pick.clip_id for pick in page} <= set(loved)
    assert {pick.source for pick in page} == {Source.COWATCH}
