"""Cards filled into outlines are, letter for letter, what their template renders."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.template.loader import get_template
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from filoscope.server.feed import engine, rendering, words
from filoscope.server.feed.card import Counts, Facts, Place, Rung, SoundLink, Standing, Track
from filoscope.server.feed.rendering import Placed
from tests.server.feed.conftest import account, publish

HOSTILE = "<script>alert('1')</script> \" ' & &amp; %(slug)s %s {0} {{ card.slug }} \ue000\ue001 #sea @bob"
TEXTS = some.one_of(some.just(HOSTILE), some.just(""), some.text(max_size=90))
COUNT = some.integers(0, 10**6)
EDGE = some.integers(1, 4000)


def _facts(**fields: Any) -> Facts:
    return Facts(
        **{
            "clip_id": 1, "account_id": 2, "version": "a", "slug": "AbCdEfGhJkm", "url": "/v/AbCdEfGhJkm",
            "handle": "alice", "name": "Alice", "avatar_url": "", "caption": "", "alt_text": "",
            "language": "", "sound": None, "cut_url": "", "duration_s": 9.5, "width": 720, "height": 1280,
            "poster_url": "", "preview_url": "", "placeholder": "", "colour": "", "hls_url": "",
            "renditions": (), "caption_tracks": (), "counts": Counts(0, 0, 0, 0, 0),
            "published_at": datetime(2026, 11, 21, 7, 30, 5, 123, UTC),
        }
        | fields
    )  # fmt: skip


def _by_template(one: Placed, *, is_first: bool) -> str:
    """Render a card by Django alone, which escapes what it is given."""
    texts = words.of_clip(one.facts) | words.of_place(one.place, one.facts, now=timezone.now())
    look = rendering.Look(
        words.shape(one.facts), len(one.facts.caption_tracks), tuple(texts), is_first,
        one.standing.is_me, one.standing.followed, one.standing.liked, one.standing.saved,
    )  # fmt: skip
    return get_template(rendering.TEMPLATE).render(rendering.context(look, texts))


RUNGS = some.builds(Rung, EDGE, EDGE, EDGE, EDGE, some.just("/media/1.mp4"))
TRACKS = some.builds(Track, some.just("en"), TEXTS, some.just("/v/a/captions/en.vtt"))
FACTS = some.builds(
    _facts,
    handle=some.just("bob_2"),
    name=some.one_of(some.just(HOSTILE), some.text(min_size=1, max_size=60)),
    avatar_url=some.sampled_from(["", "/media/avatars/1.webp"]),
    caption=TEXTS,
    alt_text=TEXTS,
    sound=some.none() | some.builds(SoundLink, title=TEXTS, url=some.sampled_from(["", "/sound/1"])),
    cut_url=some.sampled_from(["", "/v/a/cut"]),
    width=EDGE,
    height=EDGE,
    colour=some.sampled_from(["", "#806040"]),
    poster_url=some.sampled_from(["", "/media/clips/a/b/poster.webp"]),
    renditions=some.lists(RUNGS, max_size=3).map(tuple),
    caption_tracks=some.lists(TRACKS, max_size=3).map(tuple),
    counts=some.builds(Counts, COUNT, COUNT, COUNT, COUNT, COUNT),
)  # fmt: skip
STANDINGS = some.builds(
    Standing,
    clip_id=some.just(1),
    version=some.just("a"),
    **{name: some.booleans() for name in ("is_me", "followed", "liked", "saved")},
)
PLACES = some.builds(
    Place,
    tab=some.sampled_from(["for-you", "clip"]),
    position=some.integers(0, 10**5),
    reason=TEXTS,
    served=some.sampled_from(["", "aB-_" * 5]),
)


@settings(max_examples=100, deadline=None)
@given(some.builds(Placed, FACTS, STANDINGS, PLACES), some.booleans())
def test_a_card_is_what_its_template_renders_whatever_people_wrote(
    one: Placed, begins_page: bool
) -> None:
    rendering._sheets.clear()  # all these say to be one version of one clip
    assert _by_template(one, is_first=begins_page) == rendering.html([one], begins_page=begins_page)


def test_only_the_first_card_of_a_page_loads_its_poster_at_once() -> None:
    cards = [
        Placed(_facts(version="b"), Standing(1, "b"), Place("latest", number))
        for number in range(3)
    ]
    expected = [_by_template(one, is_first=number == 0) for number, one in enumerate(cards)]
    assert "".join(expected) == rendering.html(cards, begins_page=True)


@pytest.mark.parametrize("field", ["name", "caption", "alt_text", "handle", "colour"])
def test_nothing_that_a_person_wrote_becomes_a_tag(field: str) -> None:
    one = Placed(_facts(version=field, **{field: HOSTILE}), Standing(1, field), Place("latest", 0))
    assert "<script" not in rendering.html([one], begins_page=True)


def test_a_card_of_a_new_version_shows_what_is_new() -> None:
    standing, place = Standing(1, "new"), Place("latest", 0)
    before = Placed(_facts(version="old", caption="before"), standing, place)
    after = Placed(_facts(version="new", caption="after"), standing, place)
    shown = [rendering.html([one], begins_page=False) for one in (before, after)]
    assert [True, False] == ["before" in html for html in shown]
    assert [False, True] == ["after" in html for html in shown]


def test_cards_seen_before_are_not_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Placed(_facts(version="kept"), Standing(1, "kept"), Place("latest", 0))
    first = rendering.html([one], begins_page=False)
    monkeypatch.setattr(words, "of_clip", lambda _: pytest.fail("written again"))
    assert first == rendering.html([one], begins_page=False)


@pytest.mark.django_db
def test_a_process_that_begins_has_read_the_cards_of_the_newest_clips(
    client: Client, django_assert_num_queries: Any
) -> None:
    publish(account("bob"), "by the sea")
    engine.engine()
    with django_assert_num_queries(2):  # the tail of the log, and which clips there are
        assert b"by the sea" in client.get("/feed/latest/more").content
