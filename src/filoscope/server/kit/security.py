"""What every page says to the browser: nothing inline or third-party runs here, and no cache shares it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
EMBED_POLICY = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


class ContentSecurityPolicy:
    """Middleware that works for both sync and async views and blocks neither."""

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
    ) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        response = self.get_response(request)
        if isinstance(response, HttpResponseBase):
            return _with_policy(response)
        return self._later(response)

    async def _later(self, response: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return _with_policy(await response)


def _with_policy(response: HttpResponseBase) -> HttpResponseBase:
    """Set the headers; a view that may be embedded elsewhere says so with `xframe_options_exempt`."""
    embeddable = getattr(response, "xframe_options_exempt", False)
    response.headers.setdefault("Content-Security-Policy", EMBED_POLICY if embeddable else POLICY)
    response.headers.setdefault(
        "Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), interest-cohort=()"
    )
    # What most pages say depends on who asks, and what is hidden must be gone at once.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


content_security_policy = ContentSecurityPolicy
