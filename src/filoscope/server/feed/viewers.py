"""Who watches: an account, or a session that is signed out. Nothing names a device.

Signed out, a `Viewer` row is made when the first event arrives (crawlers send none), and its key is
kept in the session. When somebody then makes an account, or signs in for the first time, the account
takes it over: they do not see again what they have just seen. An account that has a viewer of its
own leaves the other one alone, as another person may have sat here.
"""

from __future__ import annotations

from django.http import HttpRequest

from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions
from filoscope.server.feed.engine import NOBODY
from filoscope.server.feed.models import Viewer

SESSION_KEY = "viewer"


def account_of(request: HttpRequest) -> Account | None:
    """Return the signed-in account, or None."""
    user = request.user
    if not isinstance(user, Account):
        return None
    # Django's lazy object stands before the account: each look through it costs ten at the account.
    return user if type(user) is Account else request._cached_user  # type: ignore[attr-defined]


def key_of(request: HttpRequest) -> int:
    """Return the engine's key of whoever asks."""
    account = account_of(request)
    if account is None:
        return -int(request.session.get(SESSION_KEY, NOBODY))
    if SESSION_KEY in request.session:
        actions.take_over(request.session.pop(SESSION_KEY), account)
    return account.pk


def is_unknown(request: HttpRequest) -> bool:
    """Whether this is somebody signed out of whom nothing was heard in their session."""
    return account_of(request) is None and SESSION_KEY not in request.session


def remember(request: HttpRequest, viewer: Viewer) -> None:
    """Let the session of somebody signed out know their row."""
    request.session[SESSION_KEY] = viewer.pk


def viewer_of(request: HttpRequest) -> Viewer:
    """Return the row of whoever asks, made at need."""
    key_of(request)
    account = account_of(request)
    viewer = actions.viewer_for(account, request.session.get(SESSION_KEY))
    if account is None and request.session.get(SESSION_KEY) != viewer.pk:
        remember(request, viewer)
    return viewer
