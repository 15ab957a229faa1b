"""Who may sign in and who a session belongs to: allauth's backend and Django's rules, by plain SQL.

Every page of somebody signed in begins with this. The ORM takes three times as long to write the query
and make the object as PostgreSQL takes to answer.
"""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared


class Backend(AuthenticationBackend):
    """Signs in by handle or email address and password; permissions as Django's `ModelBackend`."""

    def get_user(self, user_id: int | str) -> Account | None:
        """Return the account of a session, or None when it is gone or suspended."""
        found = prepared.objects(Account, "id = %s", [int(user_id)])
        return next((one for one in found if self.user_can_authenticate(one)), None)


class WhoAsks(AuthenticationMiddleware):
    """Django's middleware, spared its query where the session has brought the account along."""

    def process_request(self, request: HttpRequest) -> None:
        """Set `request.user`, found when it is asked for."""
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]


def _user(request: HttpRequest) -> object:
    if not hasattr(request, "_cached_user") and (account := _brought(request)) is not None:
        request._cached_user = account  # type: ignore[attr-defined]
    return get_user(request)


def _brought(request: HttpRequest) -> Account | None:
    """Return the account that came with the session, if Django would find just this one."""
    session = request.session
    said = session.get(auth.SESSION_KEY)  # reads the session
    account: Account | None = getattr(session, "account", None)
    is_the_one = (
        account is not None
        and account.is_active
        and said == str(account.pk)
        and session.get(auth.BACKEND_SESSION_KEY) == settings.AUTHENTICATION_BACKENDS[0]
        and constant_time_compare(
            session.get(auth.HASH_SESSION_KEY) or "", account.get_session_auth_hash()
        )
    )
    return account if is_the_one else None
