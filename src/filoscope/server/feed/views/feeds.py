"""The three tabs, and what follows when one swipes on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from filoscope.server.feed import cursors, pages, rendering
from filoscope.server.feed.breaks import Turn, caught_up, turn
from filoscope.server.feed.engine import engine
from filoscope.server.feed.models import Viewer
from filoscope.server.feed.pages import Page
from filoscope.server.feed.queries import suggestions
from filoscope.server.feed.viewers import account_of, key_of


def _for_you(request: HttpRequest, after: str) -> Page:
    return pages.for_you(account_of(request), who=key_of(request), cursor=cursors.read_held(after))


def _following(request: HttpRequest, after: str) -> Page:
    return pages.following(account_of(request), cursors.read_time(after))


def _latest(request: HttpRequest, after: str) -> Page:
    return pages.latest(account_of(request), cursors.read_time(after))


def _behind_clip(request: HttpRequest, after: str) -> Page:
    return pages.for_you(
        account_of(request), who=key_of(request), cursor=cursors.read_held(after), tab="clip"
    )


TABS: dict[str, Callable[[HttpRequest, str], Page]] = {
    "for-you": _for_you,
    "following": _following,
    "latest": _latest,
    "clip": _behind_clip,
}


HOME = {Viewer.Feed.LATEST: "/latest", Viewer.Feed.FOLLOWING: "/following"}


def _turn(request: HttpRequest, tab: str) -> Turn:
    try:
        return turn(request, lambda: TABS[tab](request, request.GET.get("after", "")))
    except cursors.BadCursor as error:
        raise Http404(str(error)) from error


def _whole(request: HttpRequest, tab: str) -> HttpResponse:
    shown = _turn(request, tab)
    context = context_of(shown.page, tab) | {
        "pause": shown.pause,
        "is_profiled": feed_of(request) == Viewer.Feed.FOR_YOU,
    }
    if tab == "following" and not shown.page.placed:
        context["suggestions"] = suggestions(account_of(request))
    return kept_private(render(request, "feed/feed.html", context))


def feed_of(request: HttpRequest) -> str:
    """Return which feed whoever asks has chosen."""
    return engine().wishes.of(key_of(request)).feed


def context_of(page: Page, tab: str) -> dict[str, object]:
    """Return what the templates of feeds are given."""
    return {
        "tab": tab,
        "cards": page.placed,
        "cards_html": rendering.html(page.placed, begins_page=True),
        "next": page.next,
        "active": "home",
        "is_profiled": True,
    }


def kept_private(response: HttpResponse) -> HttpResponse:
    """Keep shared caches from giving one person's feed to another."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
@caught_up
def for_you(request: HttpRequest) -> HttpResponse:
    """/: For You, or the feed by time that was chosen instead (DSA, art. 38)."""
    if (chosen := HOME.get(feed_of(request))) is not None:  # type: ignore[call-overload]
        return kept_private(HttpResponseRedirect(chosen))
    return _whole(request, "for-you")


@require_safe
@caught_up
def following(request: HttpRequest) -> HttpResponse:
    """/following"""
    return _whole(request, "following")


@require_safe
@caught_up
def latest(request: HttpRequest) -> HttpResponse:
    """/latest"""
    return _whole(request, "latest")


@require_safe
@caught_up
def more(request: HttpRequest, tab: str) -> HttpResponse:
    """/feed/<tab>/more?after=: further cards as a fragment; 204 when these were all."""
    shown = _turn(request, tab)
    page = shown.page
    if shown.pause is not None:
        end = render_to_string("feed/break.html", {"pause": shown.pause}, request)
        return kept_private(HttpResponse(rendering.html(page.placed, begins_page=False) + end))
    if not page.placed:
        return kept_private(HttpResponse(status=204))
    cards = rendering.html(page.placed, begins_page=False)
    return kept_private(HttpResponse(cards + _link_to_more(tab, page.next)))


def _link_to_more(tab: str, after: str) -> str:
    """Return what `feed/more.html` ends with; cursors are made of letters that need no quoting."""
    if not after:
        return ""
    return format_html(
        '<a class="more" rel="next" href="?after={after}" '
        'data-more="/feed/{tab}/more?after={after}">More clips</a>',
        tab=tab,
        after=after,
    )
