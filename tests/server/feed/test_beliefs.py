"""What the feed believes is shown to its viewer, and every correction holds from the next page on."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.feed import engine
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.privacy.actions import erase_account
from filoscope.server.videos.models import Clip
from tests.server.feed.conftest import NOW, account, publish, signed_in
from tests.server.feed.test_events import event, tell
from tests.server.feed.test_tabs import slugs

pytestmark = pytest.mark.django_db
PAGE = "/settings/feed"


def page(client: Client) -> str:
    """The words of the page, without its markup and what was said of the last press."""
    body = client.get(PAGE).content.decode().partition('<div class="toasts')[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def planted(client: Client, topic: str = "cats", others: str = "bikes") -> list[Clip]:
    """Let somebody watch one topic to its end and leave another; return fresh clips of both."""
    makers = [account(f"maker{number}") for number in range(6)]
    for number in range(10):
        clip = publish(makers[number % 6], f"#{topic if number % 2 else others}")
        share = 10.0 if number % 2 else 0.2
        tell(client, event(clip), event(clip, "watched", watched_s=share))
    return [publish(makers[n % 6], f"#{topic if n % 2 else others}") for n in range(12)]


def say(client: Client, kind: str, topic: str = "tag:cats") -> None:
    answer = client.post(f"{PAGE}/correct", {"topic": topic, "kind": kind, "name": "#cats"})
    assert (302, f"{PAGE}#beliefs") == (answer.status_code, answer["Location"])


def cats_first(client: Client) -> int:
    """How many of the first four clips of For You are of cats."""
    captions = [card.facts.caption for card in client.get("/").context["cards"][:4]]
    return captions.count("#cats")


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_beliefs_are_told_with_how_many_clips_speak_for_them(
    alice: Account, is_signed_in: bool
) -> None:
    client = signed_in(alice) if is_signed_in else Client()
    planted(client)
    words = page(client)
    assert "You seem to like #cats" in words
    assert "you enjoyed 5 clips" in words
    assert "You seem to like less #bikes" in words
    assert "passed over 5" in words
    assert "Your feed has learned from 10 clips" in words


def test_somebody_new_is_told_that_there_is_nothing(client: Client) -> None:
    assert "Nothing yet" in page(client)
    assert not Viewer.objects.exists()  # looking leaves no trace


def test_less_of_a_topic_is_obeyed_on_the_next_page_and_after_a_restart(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(as_alice)
    assert cats_first(as_alice) >= 3
    say(as_alice, "less")
    assert cats_first(as_alice) == 0
    assert "You asked for less" in page(as_alice)
    monkeypatch.setattr(engine, "_current", None)  # another process, or this one after a restart
    assert cats_first(as_alice) == 0
    say(as_alice, "more")
    assert cats_first(as_alice) >= 3


def test_another_process_hears_of_a_correction_by_the_tail_of_the_log(
    alice: Account, as_alice: Client
) -> None:
    planted(as_alice)
    other = engine.FeedEngine()
    other.load()
    say(as_alice, "less")
    other.catch_up(at_once=True)
    first = other.recommender.beliefs(alice.pk, now_s=NOW.timestamp() + 60)[0]
    assert (("tag", "cats"), -1) == (first.topic, first.asked)


def test_a_forgotten_topic_is_gone_also_after_everything_is_rebuilt(
    alice: Account, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = planted(as_alice)
    as_alice.post(f"/v/{clips[1].slug}/like")
    say(as_alice, "forget")
    assert "#cats" not in page(as_alice)
    assert "#bikes" in page(as_alice)
    monkeypatch.setattr(engine, "_current", None)
    assert "#cats" not in page(as_alice)


def test_a_reset_forgets_all_but_what_was_seen(
    as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(as_alice)
    before = set(slugs(as_alice, "/"))
    as_alice.post(f"{PAGE}/reset")
    for _ in range(2):
        assert "Nothing yet" in page(as_alice)
        assert set(slugs(as_alice, "/")) <= before | set(
            Clip.objects.exclude(events__viewer__isnull=False).values_list("slug", flat=True)
        )
        monkeypatch.setattr(engine, "_current", None)


def test_while_learning_is_paused_nothing_is_learned(as_alice: Client) -> None:
    as_alice.post(f"{PAGE}/pause")
    planted(as_alice)
    words = page(as_alice)
    assert "Learning is paused" in words and "Nothing yet" in words
    as_alice.post(f"{PAGE}/resume")
    assert "Learning is on" in page(as_alice)


@pytest.mark.parametrize(
    ("chosen", "home"), [("latest", "/latest"), ("following", "/following"), ("for-you", None)]
)
def test_another_feed_than_for_you_can_be_chosen(
    as_alice: Client, bob: Account, chosen: str, home: str | None
) -> None:
    publish(bob)
    as_alice.post(f"{PAGE}/choice", {"feed": chosen})
    answer = as_alice.get("/")
    assert (home or answer.get("Location")) == answer.get("Location")
    page_of_latest = as_alice.get("/latest").content.decode()
    assert ("For You</a>" in page_of_latest) is (home is None)


def test_the_feed_for_everyone_uses_nothing_of_what_was_watched(as_alice: Client) -> None:
    planted(as_alice)
    as_alice.post(f"{PAGE}/choice", {"feed": "same"})
    cards = as_alice.get("/").context["cards"]
    assert cards
    assert not [card for card in cards if "you enjoyed" in card.place.reason]
    assert "For everyone" in as_alice.get("/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": "tag:", "kind": "more"},
        {"topic": "maker:x", "kind": "more"},
        {"topic": "maker:999999999999999999999", "kind": "more"},
        {"topic": "sound:1", "kind": "more"},
        {"topic": "tag:cats", "kind": "reset"},
        {"topic": "cats", "kind": "less"},
        {},
    ],
)
def test_what_is_no_topic_or_no_word_is_refused(as_alice: Client, wrong: dict[str, str]) -> None:
    assert as_alice.post(f"{PAGE}/correct", wrong).status_code == 404
    assert not ViewingEvent.objects.exists()


def test_a_browser_cannot_slip_a_correction_into_a_batch(as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    answer = tell(as_alice, event(clip, "reset"))
    assert answer.status_code == 400


def test_what_is_kept_can_be_taken_along_and_goes_with_the_account(
    alice: Account, as_alice: Client
) -> None:
    planted(as_alice)
    say(as_alice, "less")
    kept = json.loads(as_alice.get(f"{PAGE}/download").content)
    assert kept["events"][-1]["kind"] == "less" and kept["events"][-1]["topic"] == "cats"
    assert {one["name"] for one in kept["beliefs"]} >= {"#cats", "#bikes"}
    erase_account(alice)
    assert not ViewingEvent.objects.exists()
    engine.engine().catch_up(at_once=True)
    assert engine.engine().recommender.beliefs(alice.pk or 1, now_s=2e9) == ()


def test_nothing_is_said_of_people_who_block(
    alice: Account, as_alice: Client, bob: Account
) -> None:
    for number in range(4):
        clip = publish(bob, f"clip {number}")
        tell(as_alice, event(clip), event(clip, "watched", watched_s=10.0))
    for number in range(4):
        clip = publish(account(f"other{number}"))
        tell(as_alice, event(clip), event(clip, "watched", watched_s=0.2))
    assert "/@bob" in as_alice.get(PAGE).content.decode()
    signed_in(bob).post("/@alice/block")
    assert "/@bob" not in as_alice.get(PAGE).content.decode()


def test_limits_are_chosen_among_those_offered(alice: Account, as_alice: Client) -> None:
    as_alice.post(f"{PAGE}/limits", {"remind_min": "20", "day_min": "60"})
    viewer = Viewer.objects.get(account=alice)
    assert (20, 60) == (viewer.remind_min, viewer.day_min)
    as_alice.post(f"{PAGE}/limits", {"remind_min": "0", "day_min": ""})
    viewer.refresh_from_db()
    assert (0, None) == (viewer.remind_min, viewer.day_min)
    wrong = as_alice.post(f"{PAGE}/limits", {"remind_min": "7", "day_min": ""})
    assert 404 == wrong.status_code


def test_how_the_feed_ranks_is_told_with_its_numbers(client: Client) -> None:
    body = client.get("/about/feed").content.decode()
    for words in ("Watched long", "15 of 100 places", "Newest first", "What does not count"):
        assert words in body
