"""Likes, saves, shares, follows and blocks, through their addresses."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block, Follow, Like, Notification
from filoscope.server.videos.models import Clip, Visibility
from tests.server.cast import JSON, at_once, browser, publish

pytestmark = pytest.mark.django_db


def test_a_like_is_counted_once_however_often_it_is_pressed(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    phone = browser(bob)
    answers = [phone.post(f"/v/{clip.slug}/like", **JSON).json() for _ in range(3)]
    assert [{"liked": True, "like_count": 1}] * 3 == answers
    assert {"liked": False, "like_count": 0} == phone.post(f"/v/{clip.slug}/unlike", **JSON).json()
    assert {"liked": False, "like_count": 0} == phone.post(f"/v/{clip.slug}/unlike", **JSON).json()


def test_a_like_without_script_leads_back_to_where_it_was_pressed(
    alice: Account, bob: Account
) -> None:
    clip = publish(alice)
    answer = browser(bob).post(f"/v/{clip.slug}/like", {"next": "/latest"})
    assert (302, "/latest") == (answer.status_code, answer["Location"])


def test_a_press_never_leads_to_another_site(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = browser(bob).post(f"/v/{clip.slug}/like", {"next": elsewhere})
        assert "/" == answer["Location"]


def test_who_is_signed_out_is_asked_to_sign_in_and_led_back(alice: Account) -> None:
    clip = publish(alice)
    answer = browser().post(f"/v/{clip.slug}/like", {"next": "/latest"}, **JSON)
    assert (401, {"sign_in": "/accounts/login/?next=/latest"}) == (
        answer.status_code,
        answer.json(),
    )


def test_a_press_needs_the_token_that_only_our_pages_have(alice: Account, bob: Account) -> None:
    from django.test import Client

    clip = publish(alice)
    other_site = Client(enforce_csrf_checks=True)
    other_site.force_login(bob)
    assert 403 == other_site.post(f"/v/{clip.slug}/like").status_code
    assert 0 == Like.objects.count()


@pytest.mark.parametrize("act", ["like", "save", "share", "unlike", "unsave"])
def test_what_one_may_not_watch_one_can_do_nothing_to(
    alice: Account, bob: Account, act: str
) -> None:
    clip = publish(alice, visibility=Visibility.PRIVATE)
    assert 404 == browser(bob).post(f"/v/{clip.slug}/{act}", **JSON).status_code
    assert 200 == browser(alice).post(f"/v/{clip.slug}/{act}", **JSON).status_code


def test_what_one_did_can_be_undone_when_the_clip_is_private_by_now(
    alice: Account, bob: Account
) -> None:
    clip, phone = publish(alice), browser(bob)
    phone.post(f"/v/{clip.slug}/like", **JSON)
    Clip.objects.update(visibility=Visibility.PRIVATE)
    answers = [phone.post(f"/v/{clip.slug}/unlike", **JSON).status_code for _ in range(2)]
    assert [200, 404] == answers


def test_a_like_takes_few_queries(
    alice: Account, bob: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    clip, phone = publish(alice), browser(bob)
    with django_assert_max_num_queries(15):  # session, person, clip, lock, like, counter, inbox
        phone.post(f"/v/{clip.slug}/like", **JSON)


def test_a_share_counts_once_a_session_and_needs_no_account(alice: Account) -> None:
    clip, phone = publish(alice), browser()
    assert 1 == phone.post(f"/v/{clip.slug}/share", **JSON).json()["share_count"]
    assert 1 == phone.post(f"/v/{clip.slug}/share", **JSON).json()["share_count"]
    assert 2 == browser().post(f"/v/{clip.slug}/share", **JSON).json()["share_count"]


def test_following_counts_on_both_sides_and_is_undone(alice: Account, bob: Account) -> None:
    phone = browser(bob)
    for _ in range(2):
        answer = phone.post("/@Alice/follow", **JSON).json()
        assert {"followed": True, "follower_count": 1} == answer
    bob.refresh_from_db()
    assert 1 == bob.following_count
    assert {"followed": False, "follower_count": 0} == phone.post("/@alice/unfollow", **JSON).json()


def test_nobody_follows_themselves(alice: Account) -> None:
    assert 403 == browser(alice).post("/@alice/follow", **JSON).status_code


def test_a_block_parts_two_people(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    browser(bob).post("/@alice/follow")
    browser(alice).post("/@bob/follow")
    browser(bob).post(f"/v/{clip.slug}/like")
    browser(alice).post("/@bob/block")
    for person in (alice, bob):
        person.refresh_from_db()
        assert (0, 0) == (person.follower_count, person.following_count)
    assert 0 == Follow.objects.count() == Notification.objects.count()
    phone = browser(bob)
    assert 404 == phone.post("/@alice/follow", **JSON).status_code
    assert 404 == phone.post(f"/v/{clip.slug}/save", **JSON).status_code
    assert 404 == phone.post(f"/v/{clip.slug}/comments", {"body": "hey"}, **JSON).status_code
    assert 404 == phone.get("/@alice").status_code
    assert "You have blocked @bob" in browser(alice).get("/@bob").content.decode()
    browser(alice).post("/@bob/unblock")
    assert 0 == Block.objects.count()
    assert 200 == phone.get("/@alice").status_code


@pytest.mark.django_db(transaction=True)
def test_likes_pressed_at_the_same_moment_are_counted_right(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    phones = [browser(person) for person in (alice, bob, bob, bob, bob)]
    answers = at_once(*(lambda p=p: p.post(f"/v/{clip.slug}/like", **JSON) for p in phones))
    assert [200] * 5 == [answer.status_code for answer in answers]
    clip.refresh_from_db()
    assert 2 == clip.like_count == Like.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_each_other_at_once_do_not_wait_for_ever(
    alice: Account, bob: Account
) -> None:
    phones = ((browser(alice), "bob"), (browser(bob), "alice")) * 3
    answers = at_once(*(lambda p=p, h=h: p.post(f"/@{h}/follow", **JSON) for p, h in phones))
    assert [200] * 6 == [answer.status_code for answer in answers]
    for person in (alice, bob):
        person.refresh_from_db()
        assert (1, 1) == (person.follower_count, person.following_count)
    at_once(*(lambda p=p, h=h: p.post(f"/@{h}/unfollow", **JSON) for p, h in phones))
    for person in (alice, bob):
        person.refresh_from_db()
        assert (0, 0) == (person.follower_count, person.following_count)


@pytest.mark.django_db(transaction=True)
def test_a_like_and_its_undoing_at_once_leave_counter_and_row_at_one(
    alice: Account, bob: Account
) -> None:
    clip = publish(alice)
    acts = ["like", "unlike"] * 3
    at_once(*(lambda a=a: browser(bob).post(f"/v/{clip.slug}/{a}") for a in acts))
    clip.refresh_from_db()
    assert Like.objects.count() == clip.like_count
