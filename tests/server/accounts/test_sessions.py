"""Who asks is found with the session, in one query, and never anybody whom the session does not name."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from tests.server.cast import PASSWORD, browser

pytestmark = pytest.mark.django_db


def _phone(person: Account) -> Client:
    """Return a browser in which somebody has signed in by the form."""
    phone = browser()
    assert 302 == phone.post(
        "/accounts/login/", {"login": person.handle, "password": PASSWORD}
    ).status_code  # fmt: skip
    return phone


def _asks(client: Client) -> str:
    """Return whom the frame of a page takes the asker for."""
    page = client.get("/search").content.decode()
    return page.partition('data-account="')[2].partition('"')[0]


def test_session_and_account_are_one_query(alice: Account) -> None:
    phone = _phone(alice)
    with CaptureQueriesContext(connection) as captured:
        assert "alice" == _asks(phone)
    about_who = [one["sql"] for one in captured if "django_session" in one["sql"]]
    about_alice = [one["sql"] for one in captured if "account.password" in one["sql"]]
    assert 1 == len(about_who)
    assert about_who == about_alice


def test_a_session_without_a_note_of_its_account_finds_it_all_the_same(alice: Account) -> None:
    phone = _phone(alice)
    UserSession.objects.all().delete()
    assert "alice" == _asks(phone)


def test_the_session_itself_says_whose_it_is_not_the_note(alice: Account, bob: Account) -> None:
    phone = _phone(alice)
    UserSession.objects.update(user=bob)
    assert "alice" == _asks(phone)


def test_a_suspended_account_is_signed_out_on_the_very_next_page(alice: Account) -> None:
    phone = _phone(alice)
    Account.objects.update(is_active=False)
    assert "" == _asks(phone)


def test_a_password_set_elsewhere_ends_the_session(alice: Account) -> None:
    phone = _phone(alice)
    alice.set_password("another-one-altogether")
    alice.save()
    assert "" == _asks(phone)


def test_an_account_that_is_gone_is_signed_out(alice: Account) -> None:
    phone = _phone(alice)
    alice.delete()
    assert "" == _asks(phone)


def test_a_role_given_elsewhere_holds_on_the_very_next_page(alice: Account) -> None:
    phone = _phone(alice)
    assert b'href="/moderation"' not in phone.get("/search").content
    Account.objects.update(role=Account.Role.MODERATOR)
    assert b'href="/moderation"' in phone.get("/search").content
