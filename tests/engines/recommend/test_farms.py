"""Hired accounts: what one may move, and what a farm moves once it is found."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.recommend import CatalogueEntry, Event, EventKind, Recommender, Settings
from filoscope.recommend.influence import FULL, Influence

PEOPLE, CLIPS, TARGETS = 600, 120, 12
FARM = range(10_000, 10_000 + PEOPLE // 100)  # 1 % of the accounts
DAY_S = 86_400.0
NOW_S = 20.0 * DAY_S
PLACES_MAX = 2  # of 120: the bound that docs/engines/recommend.md states
PUSH = (EventKind.LIKE, EventKind.SHARE, EventKind.SAVE)
BY_POPULARITY = Settings(explore_share=0.0, variety=0.0)


def community() -> Recommender:
    recommender = Recommender(BY_POPULARITY, seed=1)
    for clip in range(CLIPS):
        recommender.add(CatalogueEntry(clip, 5000 + clip, 10.0, published_s=10.0 * DAY_S))
    return recommender


def people() -> list[Event]:
    """Everybody watches some clips for as long as these are good, and likes what they finish."""
    generator = np.random.default_rng(3)
    goodness = generator.random(CLIPS)
    events = []
    for person in range(PEOPLE):
        for clip in generator.choice(CLIPS, 20, replace=False).tolist():
            time_s = (10.0 + 9.0 * generator.random()) * DAY_S
            share = min(1.0, 1.3 * goodness[clip] * generator.random())
            events.append(watch(person, clip, time_s, watched_s=10.0 * share))
            if share > 0.6:
                events.append(deed(EventKind.LIKE, person, clip, time_s + 11.0))
    return events


def farm(targets: list[int]) -> list[Event]:
    """Each account finishes, likes, shares and saves each target, minutes apart."""
    generator = np.random.default_rng(4)
    events = []
    for clip in targets:
        begun_s = (10.0 + 9.0 * generator.random()) * DAY_S
        for account in FARM:
            time_s = begun_s + generator.exponential(300.0)
            events.append(watch(account, clip, time_s, watched_s=10.0))
            events += [deed(kind, account, clip, time_s + 11.0) for kind in PUSH]
    return events


def watch(viewer: int, clip: int, time_s: float, *, watched_s: float) -> Event:
    return Event(
        EventKind.WATCH, viewer_id=viewer, clip_id=clip, time_s=time_s, watched_s=watched_s
    )


def deed(kind: EventKind, viewer: int, clip: int, time_s: float) -> Event:
    return Event(kind, viewer_id=viewer, clip_id=clip, time_s=time_s)


def places_after(events: list[Event]) -> dict[int, int]:
    """Return the place of each clip in the feed of somebody new."""
    recommender = community()
    for event in sorted(events, key=lambda event: event.time_s):
        recommender.observe(event)
    page = recommender.recommend(99_999, CLIPS, now_s=NOW_S)
    assert len(page) == CLIPS
    return {pick.clip_id: place for place, pick in enumerate(page)}


@pytest.fixture(scope="module")
def honest() -> dict[int, int]:
    return places_after(people())


def test_a_farm_of_one_in_a_hundred_moves_no_clip_by_more_than_the_stated_bound(
    honest: dict[int, int],
) -> None:
    worst = sorted(honest, key=lambda clip: honest[clip])[-TARGETS:]
    pushed = places_after(people() + farm(worst))
    assert max(abs(pushed[clip] - honest[clip]) for clip in honest) <= PLACES_MAX


def test_the_same_accounts_would_move_much_if_they_were_not_found(
    honest: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filoscope.recommend.lockstep.MATCHES_MIN", np.inf)
    worst = sorted(honest, key=lambda clip: honest[clip])[-TARGETS:]
    pushed = places_after(people() + farm(worst))
    assert max(honest[clip] - pushed[clip] for clip in worst) > 5 * PLACES_MAX


def test_an_account_that_never_sleeps_weighs_little_more_than_a_busy_one() -> None:
    def moved(clips_met: int) -> float:
        influence = Influence()
        return sum(influence.spend(0, met, met * 8.0) for met in range(1, clips_met + 1)) / FULL

    assert moved(600) > 500
    assert moved(6000) < 4 * moved(600)


def test_what_a_farm_likes_comes_to_its_own_feed_all_the_same() -> None:
    """Found accounts lose their say about others, not their own feed."""
    recommender = community()
    for event in farm(list(range(TARGETS))):
        recommender.observe(event)
    assert recommender.seen(FARM[0]) == TARGETS
    assert len(recommender.recommend(FARM[0], 10, now_s=NOW_S)) == 10
