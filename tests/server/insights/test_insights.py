"""The owner's page: figures that name nobody, weights that hold at once, estimates from the log."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from filoscope.recommend import Settings
from filoscope.server.accounts.models import Account
from filoscope.server.feed import engine
from filoscope.server.feed.models import Policy, Viewer, ViewingEvent
from filoscope.server.feed.policies import BY_NAME
from filoscope.server.insights import jobs, queries
from filoscope.server.insights.models import Trial
from filoscope.server.insights.queries import GROUP_MIN, figures, gini
from filoscope.server.videos.models import Clip
from tests import running
from tests.server.feed.conftest import account, publish, signed_in
from tests.server.feed.test_events import event, tell

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def olive(db: None) -> Account:
    return account("olive", role="owner")


@pytest.fixture
def desk(olive: Account) -> Client:
    return signed_in(olive)


def words(client: Client, address: str = "/insights") -> str:
    body = client.get(address).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def watch_feed(people: int, clips: int = 12, pages: int = 1) -> list[Clip]:
    """Let people watch For You as it is served to them: even ones like #cats, odd ones #bikes."""
    made = [publish(account(f"maker{n}"), "#cats" if n % 2 else "#bikes") for n in range(clips)]
    for person in range(people):
        client = signed_in(account(f"watcher{person}"))
        for _ in range(pages):
            for one in client.get("/").context["cards"]:
                loves = ("#cats" in one.facts.caption) is (person % 2 == 0)
                proof = {"tab": "for-you", "position": 0, "served": one.place.served}
                tell(
                    client,
                    event(one.facts.slug, **proof),
                    event(one.facts.slug, "watched", watched_s=10.0 if loves else 0.3, **proof),
                    *([event(one.facts.slug, "finished", **proof)] if loves else []),
                )
    return made


def test_only_the_owner_sees_it(as_alice: Client, desk: Client) -> None:
    assert 302 == Client().get("/insights").status_code
    moderator = signed_in(account("mona", role="moderator"))
    for address in ("/insights", "/insights/weights", "/insights/kindness"):
        method = "get" if address == "/insights" else "post"
        assert 403 == getattr(as_alice, method)(address).status_code
        assert 403 == getattr(moderator, method)(address).status_code
    assert 200 == desk.get("/insights").status_code
    assert not Policy.objects.exists()


def test_figures_say_where_clips_came_from_and_what_became_of_them(desk: Client) -> None:
    watch_feed(people=6)
    told = figures(7)
    assert (48, 6) == (told.impressions, told.people)
    assert {one.source for one in told.sources} <= set(map(str, _sources()))
    assert 1.0 == pytest.approx(sum(one.share for one in told.sources))
    assert told.total is not None
    assert 0.5 == pytest.approx(told.total.finished, abs=0.2)
    assert told.total.quick is not None and told.total.finished is not None
    assert 1.0 == pytest.approx(told.total.quick + told.total.finished)
    assert told.coverage is not None and told.gini_clips is not None
    assert 0 < told.coverage <= 1 and 0 <= told.gini_clips < 1
    assert (12, 0.0) == (told.fresh, told.fresh_met)
    assert "6 people" in words(desk)


def _sources() -> list[str]:
    from filoscope.recommend import Source

    return [str(source) for source in Source]


def test_nothing_is_told_of_fewer_people_than_a_group(desk: Client) -> None:
    watch_feed(people=GROUP_MIN - 1)
    told = figures(7)
    assert (None, None, None, None) == (
        told.people, told.exploring, told.gini_clips, told.coverage,
    )  # fmt: skip
    assert [None] * len(told.sources) == [one.finished for one in told.sources]
    assert told.total is not None and told.total.quick is None


def test_new_clips_are_counted_once_they_had_their_audience(bob: Account) -> None:
    met = publish(bob, published_at=NOW - timedelta(hours=30))
    publish(bob, published_at=NOW - timedelta(hours=30))
    for number in range(Settings().first_audience):
        ViewingEvent.objects.create(
            viewer=Viewer.objects.create(), clip=met, kind="shown", source="explore",
            created_at=NOW - timedelta(hours=28) + timedelta(minutes=number),
        )  # fmt: skip
    told = figures(7)
    assert (2, 0.5) == (told.fresh, told.fresh_met)
    assert 2.5 == pytest.approx(told.fresh_hours, abs=0.05)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25), ([], None), ([0, 0], None)],
)
def test_gini_of_known_shares(counts: list[int], expected: float | None) -> None:
    assert expected == (None if expected is None else pytest.approx(gini(counts)))
    assert (gini(counts) is None) is (expected is None)


def form_of(desk: Client, **changed: str) -> dict[str, str]:
    """What a browser sends: every field of the form, some of them changed."""
    form = desk.get("/insights").context["form"]
    return {name: str(field.initial) for name, field in form.fields.items()} | changed


def test_weights_hold_at_once_and_it_is_kept_who_changed_what(desk: Client) -> None:
    learned = engine.engine()
    desk.post("/insights/weights", form_of(desk, interest="4.5", variety="0.11"))
    assert (4.5, 0.11) == (
        learned.recommender.settings.score.interest,
        learned.recommender.settings.variety,
    )
    told = words(desk)
    assert "Interest: usual → 4.5; Variety: usual → 0.11 @olive" in told
    desk.post("/insights/weights", form_of(desk, interest=str(BY_NAME["interest"].default)))
    assert "Interest: 4.5 → usual @olive" in words(desk)
    assert "4.5" not in words(Client(), "/about/feed")


def test_another_process_hears_of_new_weights_and_a_restart_knows_them(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = engine.FeedEngine()
    other.load()
    desk.post("/insights/weights", form_of(desk, freshness="0.9"))
    other.catch_up(at_once=True)
    assert 0.9 == other.recommender.settings.score.freshness
    monkeypatch.setattr(engine, "_current", None)
    assert 0.9 == engine.engine().recommender.settings.score.freshness


def test_the_first_audience_that_the_owner_sets_is_what_clips_wait_for(
    desk: Client, bob: Account
) -> None:
    clip = publish(bob)
    learned = engine.engine()
    waiting = learned.recommender._learned.popularity.waiting
    for _ in range(3):
        viewer = Viewer.objects.create()
        ViewingEvent.objects.create(viewer=viewer, clip=clip, kind="shown")
    desk.post("/insights/weights", form_of(desk, first_audience="2"))
    assert 2 == learned.recommender.settings.first_audience
    ViewingEvent.objects.create(viewer=Viewer.objects.create(), clip=clip, kind="shown")
    learned.catch_up(at_once=True)
    assert [] == waiting.rows().tolist()
    desk.post("/insights/weights", form_of(desk, first_audience="40"))
    assert 1 == len(waiting.rows())
    assert "first audience of 40 showings" in words(Client(), "/about/feed")


def test_the_same_weights_again_are_no_change(desk: Client) -> None:
    desk.post("/insights/weights", form_of(desk))
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"interest": "-1"}, {"explore_share": "0.9"}, {"trend": "nan"}, {"variety": "x"}]
)
def test_weights_that_no_feed_can_follow_are_refused(desk: Client, wrong: dict[str, str]) -> None:
    answer = desk.post("/insights/weights", form_of(desk, **wrong))
    assert 422 == answer.status_code
    assert not Policy.objects.exists()


def test_limits_for_minors_are_set_and_checked(desk: Client) -> None:
    form = desk.get("/insights").context["limits"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    assert 302 == desk.post("/insights/kindness", sent | {"minor_day_min": "45"}).status_code
    assert {"minor_day_min": 45} == Policy.objects.get().kindness
    assert 45 == engine.engine().wishes.policy.kindness.minor_day_min
    wrong = desk.post("/insights/kindness", sent | {"time_zone": "Mars/Olympus"})
    assert 422 == wrong.status_code
    assert "There is no time zone" in wrong.content.decode()


def test_an_estimate_is_made_from_the_log(desk: Client, olive: Account) -> None:
    watch_feed(people=GROUP_MIN + 1, pages=2)
    desk.post("/insights/weights", form_of(desk, interest="0", estimate="1"))
    trial = Trial.objects.get()
    assert "Under way" in words(desk) and not Policy.objects.exists()
    jobs.estimate(trial.pk)
    trial.refresh_from_db()
    assert (olive, "", {"interest": 0.0}) == (trial.asked_by, trial.refusal, trial.weights)
    assert GROUP_MIN + 1 == trial.result["people"]
    now, then = trial.result["rows"]
    assert (now["name"], then["name"]) == ("now", "then")
    assert now["covered"] > 0.6
    assert 0 <= now["snips"]["value"] <= 1 and now["dr"]["low"] < now["dr"]["high"]
    told = words(desk)
    assert "In force then" in told and "Interest 0" in told


def test_an_estimate_of_too_few_people_is_refused_with_its_reason(desk: Client) -> None:
    watch_feed(people=2)
    desk.post("/insights/weights", form_of(desk, estimate="1"))
    jobs.estimate(Trial.objects.get().pk)
    assert "There is not enough to go by yet" in words(desk)


@pytest.mark.django_db(transaction=True)
def test_the_worker_makes_the_estimate(desk: Client) -> None:
    desk.post("/insights/weights", form_of(desk, estimate="1"))
    running.work_off()
    assert Trial.objects.get().done_at is not None


def test_old_estimates_are_forgotten(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from filoscope.server.insights import actions

    monkeypatch.setattr(actions, "TRIALS_KEPT", 2)
    for _ in range(3):
        desk.post("/insights/weights", form_of(desk, estimate="1"))
    assert 2 == Trial.objects.count() == len(queries.trials())


def test_figures_leave_when_their_account_does(olive: Account, desk: Client) -> None:
    desk.post("/insights/weights", form_of(desk, interest="4.5"))
    olive.delete()
    assert Policy.objects.get().changed_by is None
