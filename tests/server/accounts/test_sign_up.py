"""Into an account: sign-up with its age, sign-in, a lost password."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.forms import Form
from django.test import Client, RequestFactory
from django.utils import timezone

from filoscope.server.accounts.age import age_years
from filoscope.server.accounts.errors import TooYoung
from filoscope.server.accounts.models import Account
from filoscope.server.accounts.sign_in import Adapter
from tests.server.cast import PASSWORD, at_once, browser

pytestmark = pytest.mark.django_db


def years_ago(years: int, *, days: int = 0) -> str:
    today = timezone.localdate()
    return (
        date(today.year - years, today.month, min(today.day, 28)).isoformat()
        if not days
        else (
            date.fromordinal(
                date(today.year - years, today.month, min(today.day, 28)).toordinal() + days
            ).isoformat()
        )
    )


def fill(**changes: str) -> dict[str, str]:
    return {
        "username": "dora",
        "email": "dora@example.org",
        "password1": PASSWORD,
        "birth_date": years_ago(30),
    } | changes


def sign_up(phone: Client, **changes: str) -> Any:
    return phone.post("/accounts/signup/", fill(**changes))


def test_signing_up_makes_an_account_and_signs_in() -> None:
    phone = browser()
    answer = sign_up(phone, next="/latest")
    assert (302, "/latest") == (answer.status_code, answer["Location"])
    dora = Account.objects.get()
    assert ("dora", "dora@example.org", years_ago(30)) == (
        dora.handle,
        dora.email,
        f"{dora.birth_date}",
    )
    assert str(dora.pk) == phone.session["_auth_user_id"]


def test_the_birth_date_is_shown_on_no_page_of_ones_own(alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(birth_date=date(1987, 6, 5))
    for address in ("/settings", "/@alice", "/settings/handle"):
        text = browser(alice).get(address).content.decode()
        assert "1987" not in text


def test_who_is_too_young_is_refused_and_another_date_changes_nothing() -> None:
    phone = browser()
    text = sign_up(phone, birth_date=years_ago(15)).content.decode()
    assert "You cannot have an account here" in text
    text = sign_up(phone).content.decode()
    assert "You cannot have an account here" in text
    assert 0 == Account.objects.count()


def test_an_early_refusal_is_remembered_though_other_fields_were_wrong_too() -> None:
    phone = browser()
    sign_up(phone, birth_date=years_ago(10), password1="short", username="admin")
    sign_up(phone)
    phone.post("/accounts/logout/")
    sign_up(phone)
    assert 0 == Account.objects.count()


def test_one_may_join_on_the_very_birthday(settings: LazySettings) -> None:
    settings.AGE_MIN_YEARS = 16
    born = date(2010, 11, 21)
    assert [15, 16] == [age_years(born, today=date(2026, 11, day)) for day in (20, 21)]
    leap = date(2008, 2, 29)
    assert [15, 16] == [age_years(leap, today=date(2024, *day)) for day in ((2, 28), (2, 29))]
    assert [16, 17] == [age_years(leap, today=date(2025, *day)) for day in ((2, 28), (3, 1))]


@pytest.mark.parametrize("when", ["", "yesterday", "1850-01-01", "2999-01-01", "2020-13-40"])
def test_what_is_no_birth_date_makes_no_account_and_may_be_mended(when: str) -> None:
    phone = browser()
    assert 200 == sign_up(phone, birth_date=when).status_code
    assert 302 == sign_up(phone).status_code


@pytest.mark.parametrize("given", [{}, {"birth_date": date(2020, 1, 1)}, {"birth_date": "1990"}])
def test_no_other_form_gets_past_the_age(given: dict[str, Any]) -> None:
    form = Form()
    form.cleaned_data = {"username": "dora", "password1": PASSWORD, **given}
    request = RequestFactory().post("/accounts/signup/passkey/")
    with pytest.raises(TooYoung):
        Adapter(request).save_user(request, Account(), form)
    assert 0 == Account.objects.count()


def test_no_other_address_makes_an_account() -> None:
    for address in ("/accounts/signup/passkey/", "/_allauth/browser/v1/auth/signup"):
        assert 404 == browser().post(address, fill(), content_type="application/json").status_code


def test_a_closed_community_takes_nobody(settings: LazySettings) -> None:
    settings.SIGNUP_OPEN = False
    assert "Sign-up is closed" in sign_up(browser()).content.decode()
    assert 0 == Account.objects.count()


@pytest.mark.parametrize("handle", ["admin", "ALICE", "a b", "alice@example.org"])
def test_a_handle_one_cannot_have_is_refused_with_its_reason(alice: Account, handle: str) -> None:
    answer = sign_up(browser(), username=handle)
    assert "username" in answer.context["form"].errors
    assert 1 == Account.objects.count()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_up_with_one_handle_at_once_one_is_asked_for_another() -> None:
    answers = at_once(
        lambda: sign_up(browser()),
        lambda: sign_up(browser(), username="Dora", email="other@example.org"),
    )
    assert 1 == Account.objects.count()
    assert {200, 302} >= {answer.status_code for answer in answers}


@pytest.mark.parametrize("name", ["alice", "@ALICE", "alice@example.org"])
def test_one_signs_in_by_handle_or_email(alice: Account, name: str) -> None:
    phone = browser()
    answer = phone.post("/accounts/login/?next=/latest", {"login": name, "password": PASSWORD})
    assert (302, "/latest") == (answer.status_code, answer["Location"])
    assert str(alice.pk) == phone.session["_auth_user_id"]


def test_failed_attempts_have_an_end(alice: Account) -> None:
    phone = browser()
    for _ in range(6):
        answer = phone.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    text = answer.content.decode()
    assert "Too many failed attempts." in text
    phone.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert "_auth_user_id" not in phone.session


def test_who_is_suspended_cannot_sign_in_and_is_told_so(alice: Account) -> None:
    Account.objects.filter(pk=alice.pk).update(is_active=False)
    phone = browser()
    answer = phone.post("/accounts/login/", {"login": "alice", "password": PASSWORD}, follow=True)
    assert "_auth_user_id" not in phone.session
    assert b"uspended" in answer.content or b"not right" in answer.content


def test_a_lost_password_is_replaced_through_the_mail(alice: Account) -> None:
    phone = browser()
    phone.post("/accounts/password/reset/", {"email": "alice@example.org"})
    assert ["alice@example.org"] == mail.outbox[0].to
    address = re.search(r"http://testserver(/\S+)", str(mail.outbox[0].body))
    assert address is not None
    page = phone.get(address[1], follow=True)
    new = "another calm river"
    phone.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere(alice: Account) -> None:
    here, elsewhere = browser(), browser()
    for phone in (here, elsewhere):
        phone.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert 2 == here.get("/accounts/sessions/").context["session_count"]
    here.post("/accounts/sessions/")
    assert [200, 302] == [phone.get("/settings").status_code for phone in (here, elsewhere)]


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
        "/accounts/password/reset/done/", "/accounts/inactive/",
    ],
)  # fmt: skip
def test_every_page_on_the_way_in_keeps_the_policy(address: str) -> None:
    answer = browser().get(address)
    assert 200 == answer.status_code
    assert_keeps_policy(answer.content.decode())


@pytest.mark.parametrize(
    "address",
    [
        "/settings", "/settings/handle", "/settings/blocked", "/accounts/email/",
        "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/webauthn/",
        "/accounts/sessions/", "/accounts/logout/", "/accounts/reauthenticate/",
    ],
)  # fmt: skip
def test_every_page_of_the_settings_keeps_the_policy(alice: Account, address: str) -> None:
    answer = browser(alice).get(address)
    assert 200 == answer.status_code
    assert_keeps_policy(answer.content.decode())


def assert_keeps_policy(page: str) -> None:
    """Nothing inline that a strict policy would stop: no code, no style, no handlers."""
    assert 'class="nav"' in page  # our frame, not allauth's
    for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, body
    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)
