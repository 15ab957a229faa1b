"""Search, hashtags and sounds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Visibility
from tests.server.feed.conftest import NOW, account, publish

pytestmark = pytest.mark.django_db


def links(client: Client, address: str, begin: str = "/v/") -> list[str]:
    """Return what a page's main part leads to, below an address."""
    answer = client.get(address)
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2]
    return re.findall(rf'href="{re.escape(begin)}([^"/?]+)"', main)


def test_clips_are_found_by_words_in_any_order_and_by_unfinished_ones(
    client: Client, bob: Account
) -> None:
    bread = publish(bob, "Morning bread with Straße #baking")
    publish(bob, "Evening cake")
    for words in (
        "bread morning",
        "morn",
        "Straße",
        "bak",
        "%23baking",
        "bob bread",
        '"morning bread"',
    ):
        assert links(client, f"/search?q={words}")[:1] == [bread.slug], words


def test_people_are_found_by_the_start_of_handle_or_name(client: Client) -> None:
    account("zoe", display_name="Maria Bell")
    account("bella")
    account("gone_bell", is_active=False)
    assert sorted(links(client, "/search?in=people&q=bel", "/@")) == ["bella", "zoe"]
    assert links(client, "/search?in=people&q=@ZOE", "/@") == ["zoe"]


def test_tags_and_sounds_of_public_clips_are_found(client: Client, bob: Account) -> None:
    heard, unheard = (
        Sound.objects.create(title="River song"),
        Sound.objects.create(title="River two"),
    )
    publish(bob, "#bread", sound=heard)
    publish(bob, "#breadless", sound=unheard, visibility=Visibility.PRIVATE)
    assert links(client, "/search?in=tags&q=%23Bre", "/tag/") == ["bread"]
    assert links(client, "/search?in=sounds&q=river", "/sound/") == [heard.slug]


def test_the_very_tag_that_was_typed_comes_before_those_used_more(
    client: Client, bob: Account
) -> None:
    publish(bob, "#sea #seaside")
    publish(bob, "#seaside")
    assert links(client, "/search?in=tags&q=sea", "/tag/") == ["sea", "seaside"]


def test_an_empty_search_shows_what_trends(client: Client, bob: Account) -> None:
    publish(bob, "#rain #bread")
    publish(bob, "#bread")
    publish(bob, "#old", published_at=NOW - timedelta(days=60))
    assert links(client, "/search", "/tag/") == ["bread", "rain"]


def test_a_search_goes_on_page_by_page(client: Client, bob: Account) -> None:
    made = {publish(bob, "bread").slug for _ in range(35)}
    first = links(client, "/search?q=bread")
    second = links(client, "/search?q=bread&page=2")
    assert (len(first), set(first + second)) == (30, made)


def test_a_hashtag_has_a_page_in_whatever_case_and_script(client: Client, bob: Account) -> None:
    clip = publish(bob, "#Straße")
    assert client.get("/tag/Straße")["Location"] == "/tag/strasse"
    assert links(client, "/tag/strasse") == [clip.slug]
    assert client.get("/tag/123").status_code == 404


def test_a_sound_has_a_page_with_its_clips_newest_first(client: Client, bob: Account) -> None:
    sound = Sound.objects.create(title="River song", artist="The Banks")
    old = publish(bob, sound=sound, published_at=NOW - timedelta(days=2))
    new = publish(bob, sound=sound)
    publish(bob)
    assert links(client, sound.get_absolute_url()) == [new.slug, old.slug]
    assert client.get("/sound/AbCdEfGhJkm").status_code == 404


def test_a_grid_goes_on_behind_its_last_clip(client: Client, bob: Account) -> None:
    made = [publish(bob, "#sea", published_at=NOW - timedelta(minutes=n)).slug for n in range(32)]
    onward = re.search(r'rel="next" href="([^"]+)"', client.get("/tag/sea").content.decode())
    assert onward is not None
    assert links(client, "/tag/sea") + links(client, f"/tag/sea{onward[1]}") == made


def test_nothing_of_a_blocked_account_is_found(
    alice: Account, as_alice: Client, bob: Account
) -> None:
    publish(bob, "bread #sea")
    Block.objects.create(blocker=bob, blocked=alice)
    assert links(as_alice, "/search?q=bread") == []
    assert links(as_alice, "/search?q=bob&in=people", "/@") == []
    assert links(as_alice, "/tag/sea") == []


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=80), kind=st.sampled_from(["clips", "people", "tags", "sounds"]))
def test_any_input_is_a_search(client: Client, words: str, kind: str) -> None:
    answer = client.get("/search", {"q": words.encode("utf-8", "replace").decode(), "in": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "words",
    ["'", "\\", "%", "_", "a:*b", "!!", "((", "<->", "\0", "a & | b", "'':*", "x" * 5000, "🍞"],
)
def test_what_databases_stumble_over_is_a_search_too(client: Client, words: str) -> None:
    for kind in ("clips", "people", "tags", "sounds"):
        assert client.get("/search", {"q": words, "in": kind}).status_code == 200


@pytest.mark.parametrize(
    "query", ["in=all", "page=0", "page=x", "page=-1", "page=99999999", "page=²"]
)
def test_odd_parameters_make_no_error(client: Client, query: str) -> None:
    assert client.get(f"/search?q=a&{query}").status_code in (200, 404)
