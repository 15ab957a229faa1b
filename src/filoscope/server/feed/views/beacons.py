"""What browsers tell: batches of events, and "not interested"."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from filoscope.server.feed import actions, beacon, rates
from filoscope.server.feed.engine import engine
from filoscope.server.feed.models import ViewingEvent
from filoscope.server.feed.viewers import (
    SESSION_KEY,
    account_of,
    is_unknown,
    remember,
    viewer_of,
)
from filoscope.server.kit.origin import is_host_of
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.queries import watchable

SLOW_DOWN_S = 60


def _is_same_origin(request: HttpRequest) -> bool:
    """Whether our own page sends this: browsers say so, and no page can forge it.

    `navigator.sendBeacon` cannot carry a CSRF token; Fetch Metadata and Origin (RFC 6454) take
    its place. A request with neither comes from no browser of today.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    return is_host_of(origin, request.get_host()) or origin in settings.CSRF_TRUSTED_ORIGINS


@csrf_exempt
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """POST /feed/events: 204 once the batch is in the log and learned."""
    if not _is_same_origin(request):
        return HttpResponse(
            "Events come from our own pages.", status=403, content_type="text/plain"
        )
    if int(request.headers.get("Content-Length") or 0) > beacon.BODY_BYTES_MAX:
        return HttpResponse("A batch is smaller.", status=413, content_type="text/plain")
    try:
        told = beacon.read(request.body)
    except beacon.BadBatch as error:
        return JsonResponse({"error": str(error)}, status=400)
    if not told:
        return HttpResponse(status=204)
    if _is_too_fast(request, len(told)):
        return HttpResponse(status=429, headers={"Retry-After": str(SLOW_DOWN_S)})
    _record(request, told)
    return HttpResponse(status=204)


def _is_too_fast(request: HttpRequest, count: int) -> bool:
    account = account_of(request)
    if account is not None:
        return not rates.events.take(("account", account.pk), count)
    if (viewer := request.session.get(SESSION_KEY)) is not None:
        return not rates.events.take(("viewer", viewer), count)
    return not rates.viewers.take(_address(request))


def _address(request: HttpRequest) -> str:
    """Return the address that asks, kept nowhere but in the bucket."""
    if settings.USE_X_FORWARDED_HOST:  # behind our own proxy, which appends the last entry
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _record(request: HttpRequest, told: tuple[beacon.Told, ...]) -> None:
    if is_unknown(request):
        remember(request, actions.record_unknown(told))
    else:
        actions.record(viewer_of(request), account_of(request), told)
    engine().catch_up(at_once=True)


@require_POST
def not_interested(request: HttpRequest, slug: str) -> HttpResponse:
    """POST /v/<slug>/not-interested, as a form or for script."""
    account = account_of(request)
    if not without_blocked(watchable(account), account).filter(slug=slug).exists():
        raise Http404("There is no such clip.")
    if _is_too_fast(request, 1):
        return HttpResponse(status=429, headers={"Retry-After": str(SLOW_DOWN_S)})
    kind = ViewingEvent.Kind.NOT_INTERESTED
    _record(request, (beacon.Told(uuid.uuid4(), slug, kind, None, "", None, None, 0.0),))
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"not_interested": True})
    then = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(then, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(then if is_ours else "/")
