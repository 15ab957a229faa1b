"""One clip at its address, in a frame on another site, and as oEmbed describes it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from filoscope.server.feed import pages, sharing
from filoscope.server.feed.breaks import caught_up, turn
from filoscope.server.feed.models import Viewer
from filoscope.server.feed.pages import Page
from filoscope.server.feed.rendering import Placed
from filoscope.server.feed.viewers import account_of, key_of
from filoscope.server.feed.views.feeds import context_of, feed_of, kept_private

_CLIP_PATH = re.compile(r"/v/([A-Za-z0-9]{1,20})(?:/embed)?/?")
# Whoever may not see it is told no more than whoever mistyped.
NOT_FOUND = "There is no such clip here, or it is not for everyone."
EDGE_MAX = 4096  # pixels that an oEmbed consumer may ask for


def _public(slug: str) -> Placed:
    """Return a clip that plays for everyone."""
    placed = pages.watched(None, slug)
    if placed is None:
        raise Http404(NOT_FOUND)
    return placed


@require_safe
@caught_up
def watch(request: HttpRequest, slug: str) -> HttpResponse:
    """/v/<slug>: this clip, and then the feed."""
    if "after" in request.GET:  # "More clips", pressed without script
        return kept_private(HttpResponseRedirect(f"/?{request.GET.urlencode()}"))
    page = pages.from_clip(account_of(request), who=key_of(request), slug=slug)
    if page is None:
        raise Http404(NOT_FOUND)
    head, behind = page.placed[0], Page(page.placed[1:], page.next)
    shown = turn(request, lambda: behind)  # a clip whose address one was given plays in any case
    context = context_of(Page((head, *shown.page.placed), shown.page.next), "clip") | {
        "share": sharing.share(request, head.facts),
        "pause": shown.pause,
        "is_profiled": feed_of(request) == Viewer.Feed.FOR_YOU,
    }
    return kept_private(render(request, "feed/watch.html", context))


@require_safe
@xframe_options_exempt
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """/v/<slug>/embed: a player for other sites, the same whoever asks."""
    placed = _public(slug)
    context = {"clip": placed.facts, "share": sharing.share(request, placed.facts)}
    return render(request, "feed/embed.html", context)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """/oembed?url=: how to embed a clip of ours."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON.", status=501, content_type="text/plain")
    slug = _slug_in(request, request.GET.get("url", ""))
    said = sharing.share(request, _public(slug).facts)
    answer = sharing.oembed(
        said,
        community=settings.COMMUNITY_NAME,
        origin=request.build_absolute_uri("/"),
        within=sharing.Size(_edge(request, "maxwidth"), _edge(request, "maxheight")),
    )
    return JsonResponse(answer, headers={"Access-Control-Allow-Origin": "*"})


def _slug_in(request: HttpRequest, address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise Http404("This is no address.") from error
    ours = {request.get_host(), urlsplit(settings.ORIGIN).netloc} - {""}
    found = _CLIP_PATH.fullmatch(parts.path)
    if parts.scheme not in ("http", "https") or parts.netloc not in ours or found is None:
        raise Http404("This is no address of a clip here.")
    return found[1]


def _edge(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not text.isdecimal():
        return EDGE_MAX
    return min(max(int(text[:5]), sharing.EMBED_EDGE_MIN), EDGE_MAX)
