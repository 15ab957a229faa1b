"""What browsers tell: kept once, believed little, learned at once."""

from __future__ import annotations

import re
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions, rates
from filoscope.server.feed.beacon import Told
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.social.models import Block
from filoscope.server.videos.models import Clip, Visibility
from tests.server.feed.conftest import account, publish, signed_in
from tests.server.feed.test_tabs import slugs

pytestmark = pytest.mark.django_db
OURS = {"Sec-Fetch-Site": "same-origin"}


def event(clip: Clip | str, kind: str = "shown", **more: Any) -> dict[str, Any]:
    slug = clip if isinstance(clip, str) else clip.slug
    return {"key": str(uuid.uuid4()), "clip": slug, "kind": kind, "at_ms_ago": 0, **more}


def tell(client: Client, *events: Any, headers: dict[str, str] = OURS) -> Any:
    return client.post(
        "/feed/events", {"events": list(events)}, content_type="application/json", headers=headers
    )


def test_the_very_next_page_does_not_show_what_was_just_seen(client: Client, bob: Account) -> None:
    seen, unseen = publish(bob), publish(account("dora"))
    assert set(slugs(client, "/")) == {seen.slug, unseen.slug}
    assert tell(client, event(seen)).status_code == 204
    assert slugs(client, "/") == [unseen.slug]


def test_what_was_seen_in_another_tab_is_not_shown_in_for_you(
    alice: Account, as_alice: Client, bob: Account
) -> None:
    seen, unseen = publish(bob), publish(account("dora"))
    tell(as_alice, event(seen, tab="latest", position=0))
    assert slugs(signed_in(alice), "/") == [unseen.slug]


def test_a_batch_sent_twice_counts_once(as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    events = [event(clip, "started"), event(clip, "watched", watched_s=3.5)]
    for _ in range(2):
        assert tell(as_alice, *events).status_code == 204
    assert ViewingEvent.objects.count() == 2
    clip.refresh_from_db()
    assert clip.view_count == 1


def test_one_key_twice_in_a_batch_counts_once(as_alice: Client, bob: Account) -> None:
    told = event(publish(bob))
    assert tell(as_alice, told, told).status_code == 204
    assert ViewingEvent.objects.count() == 1


def test_a_viewer_counts_as_one_view_a_day_and_the_maker_as_none(
    as_alice: Client, bob: Account
) -> None:
    clip = publish(bob)
    for client in (as_alice, as_alice, signed_in(bob), Client()):
        tell(client, event(clip, "started"), event(clip, "started"))
    clip.refresh_from_db()
    assert clip.view_count == 2


def test_place_and_chance_come_from_the_server_not_from_the_browser(
    as_alice: Client, bob: Account
) -> None:
    clip = publish(bob)
    page = as_alice.get("/")
    card = page.context["cards"][0]
    tell(as_alice, event(clip, served=card.place.served, tab="latest", position=99))
    kept = ViewingEvent.objects.get()
    assert (kept.tab, kept.position) == ("for-you", 0)
    assert kept.propensity == pytest.approx(card.place.propensity)


def test_a_forged_token_tells_no_chance(as_alice: Client, bob: Account) -> None:
    clip, other = publish(bob), publish(account("dora"))
    cards = {card.facts.slug: card for card in as_alice.get("/").context["cards"]}
    tell(as_alice, event(clip, served=cards[other.slug].place.served, tab="latest", position=4))
    kept = ViewingEvent.objects.get()
    assert (kept.tab, kept.position, kept.propensity) == ("latest", 4, None)


def test_nobody_watches_longer_than_a_hundred_loops(as_alice: Client, bob: Account) -> None:
    clip = publish(bob, duration_s=2.0)
    tell(as_alice, event(clip, "watched", watched_s=80_000))
    assert ViewingEvent.objects.get().watched_s == 201.0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"events": 1}',
        b'{"events": [1]}',
        b'{"events": [{"key": "x", "clip": "AbCdEfGhJkm", "kind": "shown"}]}',
    ],
)
def test_what_is_no_batch_is_refused_with_its_reason(client: Client, body: bytes) -> None:
    answer = client.post("/feed/events", body, content_type="application/json", headers=OURS)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "bought"},
        {"kind": None},
        {"clip": "../../etc"},
        {"clip": 7},
        {"watched_s": -1},
        {"watched_s": float("nan")},
        {"watched_s": float("inf")},
        {"watched_s": "7"},
        {"watched_s": True},
        {"at_ms_ago": -5},
        {"position": "one"},
        {"tab": "secret"},
        {"key": 12},
    ],
)
def test_an_event_that_our_page_would_not_send_is_refused(
    as_alice: Client, bob: Account, wrong: dict[str, Any]
) -> None:
    assert tell(as_alice, event(publish(bob)) | wrong).status_code == 400
    assert not ViewingEvent.objects.exists()


def test_a_batch_takes_a_hundred_events(as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    assert tell(as_alice, *(event(clip) for _ in range(100))).status_code == 204
    assert tell(as_alice, *(event(clip) for _ in range(101))).status_code == 400


def test_events_about_clips_that_are_gone_or_not_theirs_to_see_are_left_out(
    alice: Account, as_alice: Client, bob: Account, charlie: Account
) -> None:
    Block.objects.create(blocker=charlie, blocked=alice)
    private, blocked, seen = (
        publish(bob, visibility=Visibility.PRIVATE),
        publish(charlie),
        publish(bob),
    )
    answer = tell(as_alice, *(event(clip) for clip in ("AbCdEfGhJkm", private, blocked, seen)))
    assert answer.status_code == 204
    assert ViewingEvent.objects.get().clip == seen


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 204),
        ({"Origin": "http://testserver"}, 204),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_events_come_from_our_own_pages(
    client: Client, bob: Account, headers: dict[str, str], status: int
) -> None:
    assert tell(client, event(publish(bob)), headers=headers).status_code == status


def test_more_than_a_person_can_do_is_slowed_down(
    as_alice: Client, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "events", rates.Buckets(a_minute=5))
    clip = publish(bob)
    assert tell(as_alice, *(event(clip) for _ in range(5))).status_code == 204
    answer = tell(as_alice, *(event(clip) for _ in range(5)))
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_a_batch_sent_twice_before_the_first_cookie_is_of_one_viewer(bob: Account) -> None:
    seen, unseen = publish(bob), publish(account("dora"))
    again, later = event(seen), event(unseen)
    leaving, left = Client(), Client()
    assert tell(leaving, again).status_code == 204
    assert tell(left, again, later).status_code == 204
    assert 1 == Viewer.objects.count()
    assert slugs(leaving, "/") == slugs(left, "/") == []


def test_others_who_were_never_heard_of_are_viewers_of_their_own(bob: Account) -> None:
    seen, unseen = publish(bob), publish(account("dora"))
    tell(Client(), event(seen))
    other = Client()
    tell(other, event(unseen))
    assert 2 == Viewer.objects.count()
    assert slugs(other, "/") == [seen.slug]


@pytest.mark.django_db(transaction=True)
def test_both_halves_of_a_page_that_is_left_may_arrive_at_once(bob: Account) -> None:
    told, start = event(publish(bob)), threading.Barrier(4)

    def arrive(_: int) -> int:
        start.wait()
        try:
            return int(tell(Client(), told).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert [204] * 4 == list(pool.map(arrive, range(4)))
    assert (1, 1) == (Viewer.objects.count(), ViewingEvent.objects.count())


def test_signed_out_a_viewer_is_made_by_the_first_event_and_names_no_device(
    client: Client, bob: Account
) -> None:
    clip = publish(bob)
    tell(client, event(clip))
    tell(client, event(clip))
    viewer = Viewer.objects.get()
    assert viewer.account is None
    chosen = {"feed", "remind_min", "day_min"}
    assert {field.name for field in Viewer._meta.fields} == {"id", "account", "created_at"} | chosen


def test_a_newcomer_does_not_see_again_what_they_saw_before_signing_in(
    alice: Account, client: Client, bob: Account
) -> None:
    seen, unseen = publish(bob), publish(account("dora"))
    tell(client, event(seen))
    client.force_login(alice)
    assert slugs(client, "/") == [unseen.slug]
    assert Viewer.objects.get().account == alice


def test_an_account_that_has_watched_before_does_not_take_over_strangers_viewing(
    alice: Account, as_alice: Client, client: Client, bob: Account
) -> None:
    first, second = publish(bob), publish(account("dora"))
    tell(as_alice, event(first))
    tell(client, event(second))
    client.force_login(alice)
    assert slugs(client, "/") == [second.slug]


def test_not_interested_works_without_script_and_with_it(as_alice: Client, bob: Account) -> None:
    clip, other = publish(bob), publish(account("dora"))
    plain = as_alice.post(f"/v/{clip.slug}/not-interested", {"next": "/latest"})
    assert (plain.status_code, plain["Location"]) == (302, "/latest")
    scripted = as_alice.post(
        f"/v/{other.slug}/not-interested", headers={"Accept": "application/json"}
    )
    assert scripted.json() == {"not_interested": True}
    assert slugs(as_alice, "/") == []


def test_not_interested_leads_to_no_other_site(as_alice: Client, bob: Account) -> None:
    answer = as_alice.post(
        f"/v/{publish(bob).slug}/not-interested", {"next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_a_batch_takes_few_queries(as_alice: Client, bob: Account) -> None:
    clips = [publish(bob) for _ in range(8)]
    tell(as_alice, event(clips[0]))
    events = [event(clip, kind) for clip in clips for kind in ("shown", "started", "watched")]
    with CaptureQueriesContext(connection) as captured:
        tell(as_alice, *events)
    asked = [
        query["sql"] for query in captured if not re.match("(RELEASE )?SAVEPOINT", query["sql"])
    ]
    assert len(asked) <= 7, asked  # who, viewer (found, held), clips, the log, its tail


def test_a_batch_of_somebody_erased_meanwhile_is_nothing(alice: Account, bob: Account) -> None:
    clip, viewer = publish(bob), actions.viewer_for(alice, None)
    Viewer.objects.all().delete()
    told = Told(uuid.uuid4(), clip.slug, "started", None, "", None, None, 0.0)
    assert 0 == actions.record(viewer, alice, [told])
    clip.refresh_from_db()
    assert 0 == clip.view_count


def test_events_stand_in_the_log_in_the_order_in_which_they_happened(
    as_alice: Client, bob: Account
) -> None:
    clip = publish(bob)
    kinds = ["watched", "shown", "started"]
    ago_ms = {"shown": 900, "started": 800, "watched": 100}
    tell(as_alice, *(event(clip, kind, at_ms_ago=ago_ms[kind]) for kind in kinds))
    found = ViewingEvent.objects.order_by("pk").values_list("kind", flat=True)
    assert ["shown", "started", "watched"] == list(found)
