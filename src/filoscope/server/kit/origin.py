"""Who asks, for the ASGI apps that stand beside Django: the session's account, and same origin.

Browsers send Origin (RFC 6454) with every request that changes something, and pages cannot forge it:
a request with another origin is somebody else's page. Programs send none, and carry their cookie
knowingly.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest
from starlette.requests import Request

from filoscope.server.kit.threads import in_thread


def account_of(session_key: str | None) -> Any | None:
    """Return the account that a session belongs to, or None; must run in a thread."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    account = auth.get_user(request)
    return account if account.is_authenticated else None


async def signed_in(request: Request) -> Any | None:
    """Return the account that asks, or None."""
    return await in_thread(account_of, session_key_of(request))


def session_key_of(request: Request) -> str | None:
    """Return the session's key that came with a request."""
    return request.cookies.get(settings.SESSION_COOKIE_NAME)


def is_same_origin(request: Request) -> bool:
    """Whether a request was not made by another site's page."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    host = request.headers.get("host", "")
    if settings.USE_X_FORWARDED_HOST:
        host = request.headers.get("x-forwarded-host", host)
    return is_host_of(origin, host) or origin in settings.CSRF_TRUSTED_ORIGINS


def is_host_of(origin: str, host: str) -> bool:
    """Whether an Origin names this host; one that cannot be read ("http://[", "null") names none."""
    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(netloc) and netloc == host
