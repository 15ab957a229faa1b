"""For You, Following and Latest, through HTTP."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block, Follow
from filoscope.server.videos.models import Clip, Visibility
from tests.server.feed.conftest import NOW, account, publish

pytestmark = pytest.mark.django_db


def slugs(client: Client, address: str) -> list[str]:
    """Return the clips on a page, in order."""
    answer = client.get(address)
    assert answer.status_code in (200, 204)
    return re.findall(r'data-slug="(\w+)"', answer.content.decode())


def walk(client: Client, tab: str, address: str) -> list[list[str]]:
    """Swipe to the end; return the clips page by page."""
    pages, text = [], client.get(address).content.decode()
    while True:
        pages.append(re.findall(r'data-slug="(\w+)"', text))
        onward = re.search(r'data-more="([^"]+)"', text)
        if onward is None:
            return pages
        text = client.get(onward[1].replace("&amp;", "&")).content.decode()


def test_latest_shows_everyones_clips_newest_first(client: Client, alice: Account) -> None:
    old = publish(alice, published_at=NOW - timedelta(days=2))
    new = publish(alice, published_at=NOW - timedelta(days=1))
    assert [new.slug, old.slug] == slugs(client, "/latest")


def test_latest_goes_on_where_it_was_while_clips_come_and_go(client: Client, bob: Account) -> None:
    clips = [publish(bob, published_at=NOW - timedelta(hours=hour)) for hour in range(20)]
    first = client.get("/latest").content.decode()
    onward = re.search(r'data-more="([^"]+)"', first)
    assert onward
    publish(bob, published_at=NOW + timedelta(seconds=1))
    clips[7].delete()
    assert [clip.slug for clip in clips[8:16]] == slugs(client, onward[1])


def test_each_tab_walks_to_its_end_and_shows_every_clip_once(
    alice: Account, as_alice: Client, bob: Account
) -> None:
    Follow.objects.create(follower=alice, followed=bob)
    makers = [bob, account("dora"), account("emil"), account("fred")]
    made = [publish(makers[number % 4]) for number in range(30)]
    bobs = {clip.slug for clip in made if clip.account_id == bob.pk}
    expected = {"for-you": {clip.slug for clip in made}, "latest": {clip.slug for clip in made}}
    for tab, address in (("for-you", "/"), ("latest", "/latest"), ("following", "/following")):
        seen = [slug for page in walk(as_alice, tab, address) for slug in page]
        assert sorted(expected.get(tab, bobs)) == sorted(seen)


def test_the_end_is_an_empty_answer(client: Client, alice: Account) -> None:
    clip = publish(alice)
    answer = client.get(f"/feed/latest/more?after=1.{1:d}.{clip.slug}")
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize(
    "after", ["x", "1.2", "-1.0.aaaaaaaaaaa", "%00", "A" * 5000, "1.99999999999999999.aaaaaaaaaaa"]
)
@pytest.mark.parametrize("tab", ["for-you", "latest", "following", "clip"])
def test_a_cursor_that_we_did_not_write_is_not_found(
    as_alice: Client, tab: str, after: str
) -> None:
    assert as_alice.get(f"/feed/{tab}/more?after={after}").status_code in (204, 404)


def test_following_without_anybody_suggests_people(
    as_alice: Client, alice: Account, bob: Account
) -> None:
    publish(bob)
    publish(alice)
    answer = as_alice.get("/following")
    assert [bob] == answer.context["suggestions"]


def test_a_blocked_account_never_appears_in_the_feed(
    as_alice: Client, alice: Account, bob: Account, charlie: Account
) -> None:
    mine, theirs = publish(charlie), publish(bob)
    assert {mine.slug, theirs.slug} == set(slugs(as_alice, "/"))
    Block.objects.create(blocker=bob, blocked=alice)
    for address in ("/", "/latest"):
        assert [mine.slug] == slugs(as_alice, address)


def test_a_clip_that_is_hidden_disappears_at_once_and_comes_back(
    client: Client, bob: Account
) -> None:
    clip = publish(bob)
    assert [clip.slug] == slugs(client, "/")
    Clip.objects.filter(pk=clip.pk).update(hidden_at=NOW)
    assert slugs(client, "/") == []
    Clip.objects.filter(pk=clip.pk).update(hidden_at=None)
    assert [clip.slug] == slugs(client, "/")


def test_a_suspended_makers_clips_are_not_shown(client: Client, bob: Account) -> None:
    clip = publish(bob)
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    assert slugs(client, "/") == []
    Account.objects.filter(pk=bob.pk).update(is_active=True)
    assert [clip.slug] == slugs(client, "/")


@pytest.mark.parametrize(
    "visibility", [Visibility.PRIVATE, Visibility.UNLISTED, Visibility.FOLLOWERS]
)
def test_what_is_not_public_is_in_no_strangers_feed(
    as_alice: Client, bob: Account, visibility: str
) -> None:
    publish(bob, visibility=visibility)
    for address in ("/", "/latest", "/following"):
        assert slugs(as_alice, address) == []


def test_followers_only_clips_reach_followers(
    as_alice: Client, alice: Account, bob: Account
) -> None:
    Follow.objects.create(follower=alice, followed=bob)
    clip = publish(bob, visibility=Visibility.FOLLOWERS)
    assert [clip.slug] == slugs(as_alice, "/following")


def test_no_session_is_made_for_somebody_who_only_looks(client: Client, bob: Account) -> None:
    from filoscope.server.feed.models import Viewer

    publish(bob)
    client.get("/")
    client.head("/")
    assert Viewer.objects.count() == 0
    assert "sessionid" not in client.cookies
