"""Profiles: whose clips are shown to whom, and who is told of a clip."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions import announce_clips
from filoscope.server.social.models import Notification
from filoscope.server.social.profiles import THUMBS_A_PAGE
from filoscope.server.videos.models import Clip, Visibility
from tests.server.cast import browser, publish

pytestmark = pytest.mark.django_db
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}


def test_others_see_what_is_published_and_only_oneself_the_rest(
    alice: Account, bob: Account
) -> None:
    shown = publish(alice, "shown")
    others = [
        publish(alice, "private", visibility=Visibility.PRIVATE),
        publish(alice, "unlisted", visibility=Visibility.UNLISTED),
        publish(alice, "draft", posted_at=None, published_at=None),
        publish(alice, "hidden", hidden_at=timezone.now()),
    ]
    failed = Clip.objects.create(
        account=alice, state=Clip.State.FAILED, failure="The file is torn."
    )
    page = browser(bob).get("/@alice").content.decode()
    assert shown.slug in page
    assert [] == [clip.caption for clip in (*others, failed) if clip.slug in page]
    mine = browser(alice).get("/@alice").content.decode()
    assert "The file is torn." in mine and others[2].slug in mine and "Draft" in mine


def test_likes_and_saves_are_lists_of_ones_own(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    phone = browser(bob)
    for act, tab in (("like", "liked"), ("save", "saved")):
        phone.post(f"/v/{clip.slug}/{act}")
        assert clip.slug in phone.get(f"/@bob?tab={tab}").content.decode()
        assert 404 == browser(alice).get(f"/@bob?tab={tab}").status_code
        assert 404 == browser().get(f"/@bob?tab={tab}").status_code
    assert 404 == phone.get("/@bob?tab=else").status_code


def test_what_one_liked_and_may_see_no_more_is_not_listed(alice: Account, bob: Account) -> None:
    clip, phone = publish(alice), browser(bob)
    phone.post(f"/v/{clip.slug}/like")
    Clip.objects.filter(pk=clip.pk).update(visibility=Visibility.PRIVATE)
    assert clip.slug not in phone.get("/@bob?tab=liked").content.decode()


def test_a_long_profile_is_read_to_its_end_with_each_clip_once(alice: Account) -> None:
    now = timezone.now()
    slugs = [
        publish(alice, published_at=now - timedelta(minutes=i // 3)).slug
        for i in range(THUMBS_A_PAGE * 2 + 1)
    ]
    seen: list[str] = []
    address: str | None = "/@alice"
    while address:
        text = browser().get(address, **FETCH).content.decode()
        seen += [part.partition('"')[0] for part in text.split('href="/v/')[1:]]
        more = text.partition("?after=")[2].partition('"')[0]
        address = f"/@alice?after={more}" if more else None
    assert sorted(slugs) == sorted(seen)


@pytest.mark.parametrize("after", ["x", "-", "1-", "-1", "9" * 40 + "-1", "1-" + "9" * 40, "²-²"])
def test_a_place_that_is_none_is_the_beginning(alice: Account, after: str) -> None:
    clip = publish(alice)
    assert clip.slug in browser().get("/@alice", {"after": after}).content.decode()
    assert 200 == browser(alice).get("/@alice", {"tab": "liked", "after": after}).status_code


def test_a_profile_takes_few_queries(
    alice: Account, bob: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        publish(alice)
    reader = browser(bob)
    with django_assert_max_num_queries(6):  # session, person, profile, standing, clips, inbox
        reader.get("/@alice")


def test_who_is_nobody_is_not_found_with_a_word() -> None:
    answer = browser().get("/@nobody")
    assert 404 == answer.status_code
    assert "Nobody here is called @nobody." in answer.content.decode()


def told(person: Account) -> list[tuple[str, int | None]]:
    kept = Notification.objects.filter(recipient=person).order_by("id")
    return list(kept.values_list("kind", "clip_id"))


def test_maker_and_mentioned_hear_of_a_clip_once(
    alice: Account, bob: Account, charlie: Account
) -> None:
    clip = publish(alice, "with @bob and @charlie")
    clip.mentions.set([bob, charlie, alice])
    browser(charlie).post("/@alice/block")
    torn = Clip.objects.create(account=bob, state=Clip.State.FAILED, failure="The file is torn.")
    assert [2, 0] == [announce_clips(timezone.now()) for _ in range(2)]
    assert [("published", clip.pk)] == told(alice)
    assert {("mention", clip.pk), ("failed", torn.pk)} == set(told(bob))
    assert [] == told(charlie)
    page = browser(bob).get("/notifications").content.decode()
    assert "mentioned you in a clip" in page and "The file is torn." in page
