"""The second factor: an app's code after the password, and codes for the day the phone is lost."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from filoscope.server.accounts.models import Account
from tests.server.cast import PASSWORD

pytestmark = pytest.mark.django_db
STEP_S = 30  # RFC 6238


def code(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // STEP_S)))


def sign_in(person: Account) -> Client:
    phone = Client()
    phone.post("/accounts/login/", {"login": person.handle, "password": PASSWORD})
    return phone


def turn_on(person: Account) -> str:
    """Turn the app on as its page asks; return one recovery code."""
    phone = sign_in(person)
    phone.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = phone.get("/accounts/2fa/totp/activate/").context["form"].secret
    phone.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    shown = phone.get("/accounts/2fa/recovery-codes/")
    return str(shown.context["unused_codes"][0])


def test_after_the_password_the_code_is_asked_for(alice: Account) -> None:
    turn_on(alice)
    phone = sign_in(alice)
    assert "_auth_user_id" not in phone.session
    assert 302 == phone.get("/settings").status_code
    page = phone.get("/accounts/2fa/authenticate/").content.decode()
    assert 'class="nav"' in page
    phone.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in phone.session


def test_a_recovery_code_lets_in_once(alice: Account) -> None:
    recovery = turn_on(alice)
    for expected in (True, False):
        phone = sign_in(alice)
        phone.post("/accounts/2fa/authenticate/", {"code": recovery})
        assert expected == ("_auth_user_id" in phone.session)


def test_a_wrong_code_turns_nothing_on(alice: Account) -> None:
    phone = sign_in(alice)
    phone.post("/accounts/reauthenticate/", {"password": PASSWORD})
    phone.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "_auth_user_id" in sign_in(alice).session
