"""How allauth lets people in here: handles, the minimum age on every path, our words."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from filoscope.server.accounts.actions import hold_handles
from filoscope.server.accounts.age import is_old_enough
from filoscope.server.accounts.errors import HandleRefused, TooYoung
from filoscope.server.accounts.models import Account
from filoscope.server.accounts.queries import handle_refusal

AGE_REFUSED = "age_refused"  # in the session: another date changes nothing


class Adapter(DefaultAccountAdapter):
    """Every account that allauth makes passes through `save_user`: age and handle are held there."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_taken": "Somebody else has this handle.",
        "username_password_mismatch": "The handle or the password is not right.",
        "email_password_mismatch": "The email address or the password is not right.",
        "too_many_login_attempts": "Too many failed attempts. Try again in a few minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN) and not request.session.get(AGE_REFUSED)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        if refusal := handle_refusal(username):
            raise ValidationError(refusal)
        return username

    def save_user(
        self, request: HttpRequest, user: Account, form: Any, commit: bool = True
    ) -> Account:
        """Make the account; raise `TooYoung` or `HandleRefused` whichever form it came by."""
        birth_date = form.cleaned_data.get("birth_date")
        today = timezone.localdate()
        if not isinstance(birth_date, date) or not is_old_enough(
            birth_date, today=today, min_years=settings.AGE_MIN_YEARS
        ):
            raise TooYoung("An account needs a birth date that allows it.")
        user.birth_date = birth_date
        handle = form.cleaned_data["username"]
        with transaction.atomic():
            hold_handles(handle)
            if refusal := handle_refusal(handle):
                raise HandleRefused(refusal)
            super().save_user(request, user, form, commit=commit)
        return user

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.COMMUNITY_NAME}: {subject}"
