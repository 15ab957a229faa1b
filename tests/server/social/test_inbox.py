"""Notifications: grouped, live, and gone when what they told of is."""

from __future__ import annotations

import json

import psycopg
import psycopg.conninfo
import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Notification
from filoscope.server.social.queries import unread_count
from tests.server.cast import JSON, account, browser, publish

pytestmark = pytest.mark.django_db


def _address() -> str:
    database = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        dbname=database["NAME"], user=database["USER"], host=database["HOST"], port=database["PORT"]
    )


def lines(person: Account) -> str:
    text = browser(person).get("/notifications").content.decode()
    return " ".join(text.partition("data-inbox>")[2].partition("</ul>")[0].split())


def test_likes_of_one_clip_are_one_line(alice: Account) -> None:
    clip = publish(alice)
    for name in ("dora", "emil", "fred"):
        browser(account(name)).post(f"/v/{clip.slug}/like")
    assert '<span class="name">fred</span> and 2 others liked your clip' in lines(alice)


def test_reading_the_inbox_clears_the_badge(alice: Account, bob: Account) -> None:
    clip = publish(alice)
    browser(bob).post(f"/v/{clip.slug}/like")
    browser(bob).post("/@alice/follow")
    assert 2 == unread_count(alice.pk)
    page = browser(alice).get(f"/v/{clip.slug}/comments").content.decode()
    assert "<span data-count>2</span>" in page
    assert "New: " in lines(alice)
    assert 0 == unread_count(alice.pk)
    assert "New: " not in lines(alice)


def test_a_like_taken_back_is_told_no_more_and_a_second_one_is_not_told_again(
    alice: Account, bob: Account
) -> None:
    clip, phone = publish(alice), browser(bob)
    phone.post(f"/v/{clip.slug}/like")
    phone.post(f"/v/{clip.slug}/unlike")
    assert 0 == Notification.objects.count()
    phone.post(f"/v/{clip.slug}/like")
    lines(alice)
    for act in ("unlike", "like", "unlike", "like"):
        phone.post(f"/v/{clip.slug}/{act}")
    assert (1, 0) == (Notification.objects.count(), unread_count(alice.pk))


def test_nobody_is_told_of_what_they_did_themselves(alice: Account) -> None:
    clip = publish(alice)
    browser(alice).post(f"/v/{clip.slug}/like")
    browser(alice).post(f"/v/{clip.slug}/comments", {"body": "me @alice"})
    assert 0 == Notification.objects.count()


def test_who_is_suspended_vanishes_from_the_inbox(alice: Account, bob: Account) -> None:
    browser(bob).post("/@alice/follow")
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    assert "bob" not in lines(alice)


def test_the_inbox_takes_few_queries(
    alice: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(12):
        browser(account(f"fan{i}")).post(f"/v/{publish(alice).slug}/like")
    reader = browser(alice)
    with django_assert_max_num_queries(11):  # with marking as read and its news
        reader.get("/notifications")


def test_the_inbox_is_ones_own(alice: Account) -> None:
    answer = browser().get("/notifications")
    assert "/accounts/login/?next=/notifications" == answer["Location"]


@pytest.mark.django_db(transaction=True)
def test_a_notification_reaches_the_open_page_at_once(alice: Account, bob: Account) -> None:
    with psycopg.connect(_address(), autocommit=True) as ear:
        ear.execute("LISTEN live")
        answer = browser(bob).post("/@alice/follow", **JSON)
        assert 200 == answer.status_code
        heard = [json.loads(note.payload) for note in ear.notifies(timeout=5, stop_after=1)]
    news = heard[0]["news"]
    assert f"account:{alice.pk}" == heard[0]["topic"]
    assert ("notification", 1, "bob follows you now") == (
        news["kind"],
        news["unread_count"],
        news["text"],
    )
