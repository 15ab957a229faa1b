"""The three tabs, and what follows when one swipes on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from filoscope.server.feed import cursors, pages, rendering
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


def _page(request: HttpRequest, tab: str) -> Page:
    try:
        return TABS[tab](request, request.GET.get("after", ""))
    except cursors.BadCursor as error:
        raise Http404(str(error)) from error


def _whole(request: HttpRequest, tab: str) -> HttpResponse:
    page = _page(request, tab)
    context = context_of(page, tab)
    if tab == "following" and not page.placed:
        context["suggestions"] = suggestions(account_of(request))
    return kept_private(render(request, "feed/feed.html", context))


def context_of(page: Page, tab: str) -> dict[str, object]:
    """Return what the templates of feeds are given."""
    return {
        "tab": tab,
        "cards": [one.card() for one in page.placed],
        "cards_html": rendering.html(page.placed, begins_page=True),
        "next": page.next,
        "active": "home",
    }


def kept_private(response: HttpResponse) -> HttpResponse:
    """Keep shared caches from giving one person's feed to another."""
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def for_you(request: HttpRequest) -> HttpResponse:
    """/"""
    return _whole(request, "for-you")


@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """/following"""
    return _whole(request, "following")


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """/latest"""
    return _whole(request, "latest")


@require_safe
def more(request: HttpRequest, tab: str) -> HttpResponse:
    """/feed/<tab>/more?after=: further cards as a fragment; 204 when these were all."""
    page = _page(request, tab)
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
