"""Search, and the page of a hashtag."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filoscope.server.feed import cursors
from filoscope.server.feed.cursors import TimeCursor
from filoscope.server.feed.queries import search, thumbs
from filoscope.server.feed.viewers import account_of
from filoscope.server.kit.captions import tag_name

KINDS = ("clips", "people", "tags", "sounds")
PAGES_MAX = 20  # of a search: whoever wants more types another word


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """/search?q=&in=&page="""
    words = search.clean(request.GET.get("q", ""))
    kind = request.GET.get("in", "clips")
    if kind not in KINDS:
        raise Http404("There are clips, people, tags and sounds.")
    page = _number(request.GET.get("page", "1"))
    context: dict[str, Any] = {"q": words, "kind": kind, "kinds": KINDS, "active": "search"}
    if words:
        found, is_more = _find(request, kind, words, page)
        context |= {"found": found, "thumbs": found if kind == "clips" else []}
        if is_more and page < PAGES_MAX:
            context["next"] = "?" + urlencode({"q": words, "in": kind, "page": page + 1})
    else:
        context["trending"] = search.trending()
        context["thumbs"], _ = thumbs.thumbs(thumbs.shown(account_of(request)), cursors.FIRST)
    return render(request, "feed/search.html", context)


def _find(request: HttpRequest, kind: str, words: str, page: int) -> tuple[Any, bool]:
    viewer = account_of(request)
    if kind == "clips":
        return search.clips(viewer, words, offset=(page - 1) * thumbs.THUMBS_A_PAGE)
    offset = (page - 1) * search.FOUND_A_PAGE
    if kind == "people":
        return search.people(viewer, words, offset=offset)
    return (search.tags if kind == "tags" else search.sounds)(words, offset=offset)


def _number(text: str) -> int:
    return min(max(int(text), 1), PAGES_MAX) if text.isdecimal() and len(text) < 5 else 1


@require_safe
def tag(request: HttpRequest, name: str) -> HttpResponse:
    """/tag/<name>: clips with this hashtag, newest first."""
    known = tag_name(name)
    if not known:
        raise Http404("This is no hashtag.")
    if known != name:
        return HttpResponseRedirect(f"/tag/{quote(known, safe='')}")
    clips = thumbs.shown(account_of(request)).filter(hashtags__name=known)
    return _grid(request, "feed/tag.html", clips, {"name": known})


def _grid(request: HttpRequest, template: str, clips: Any, context: dict[str, Any]) -> HttpResponse:
    try:
        cursor = cursors.read_time(request.GET.get("after", ""))
    except cursors.BadCursor as error:
        raise Http404(str(error)) from error
    found, is_more = thumbs.thumbs(clips, cursor.after)
    context |= {"thumbs": found, "active": "search", "is_first": not cursor.position}
    if is_more:
        behind = TimeCursor(found[-1].after, cursor.position + len(found))
        context["next"] = "?" + urlencode({"after": str(behind)})
    return render(request, template, context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """/robots.txt: pages of clips and people may be found; what is personal or endless may not."""
    closed = ("/feed/", "/search", "/accounts/", "/settings", "/notifications", "/moderation",
              "/report", "/api/", "/upload", "/following")  # fmt: skip
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    lines.append(f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


SITEMAP_MAX = 5_000  # newest clips; the protocol allows 50,000, nobody reads as many


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """/sitemap.xml (sitemaps.org 0.9): the newest public clips."""
    rows = thumbs.shown(None).order_by("-published_at").values_list("slug", "published_at")
    entries = "".join(
        f"<url><loc>{request.build_absolute_uri(f'/v/{slug}')}</loc>"
        f"<lastmod>{published_at.date().isoformat()}</lastmod></url>"
        for slug, published_at in rows[:SITEMAP_MAX]
        if published_at is not None
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    )
    return HttpResponse(text, content_type="application/xml")
