"""The page of a sound, and shelves of sounds to find, save and use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from filoscope.server.feed import cursors
from filoscope.server.feed.cursors import TimeCursor
from filoscope.server.feed.queries import search, sounds, thumbs
from filoscope.server.feed.viewers import account_of
from filoscope.server.sounds.isrc import show_isrc
from filoscope.server.sounds.models import Sound
from filoscope.server.sounds.waveform import HEIGHT, wave_path, wave_width

PAGES_MAX = 40  # of clips by views, or of a shelf: what lies behind is found by newest or by search


@require_safe
def sound(request: HttpRequest, slug: str) -> HttpResponse:
    """/sound/<slug>?by=watched: what it is, who made it, and the clips to it."""
    viewer = account_of(request)
    seen = sounds.found(slug, viewer)
    if seen is None:
        raise Http404("There is no such sound.")
    found = seen.sound
    by_views = request.GET.get("by") == "watched"
    context = _by_views(request, found) if by_views else _newest(request, found)
    context |= {
        "sound": found,
        "by_views": by_views,
        "clip_slug": seen.clip_slug,
        "clip_caption": seen.clip_caption,
        "chart": sounds.uses(found, timezone.localdate()),
        "chart_box": f"0 0 {sounds.CHART_WIDTH} {sounds.CHART_HEIGHT}",
        "isrc": show_isrc(found.isrc),
        "is_mine": viewer is not None and found.maker_id == viewer.pk,
        "is_saved": seen.is_saved,
        "is_usable": seen.is_usable,
        "wave": wave_path(found.waveform or []),
        "wave_box": f"0 0 {wave_width(found.waveform or [])} {HEIGHT}",
        "active": "search",
    }
    return render(request, "feed/sound.html", context)


def _newest(request: HttpRequest, found: Sound) -> dict[str, Any]:
    try:
        cursor = cursors.read_time(request.GET.get("after", ""))
    except cursors.BadCursor as error:
        raise Http404(str(error)) from error
    clips = sounds.clips_to(found, account_of(request))
    page, is_more = thumbs.thumbs(clips, cursor.after)
    context = {"thumbs": page, "is_first": not cursor.position}
    if is_more:
        behind = TimeCursor(page[-1].after, cursor.position + len(page))
        context["next"] = "?" + urlencode({"after": str(behind)})
    return context


def _by_views(request: HttpRequest, found: Sound) -> dict[str, Any]:
    number = _number(request.GET.get("page", "1"))
    clips = sounds.clips_to(found, account_of(request)).order_by("-view_count", "-pk")
    page, is_more = thumbs.cut(clips, offset=(number - 1) * thumbs.THUMBS_A_PAGE)
    context = {"thumbs": page, "is_first": number == 1, "shows_views": True}
    if is_more and number < PAGES_MAX:
        context["next"] = "?" + urlencode({"by": "watched", "page": number + 1})
    return context


@require_safe
def shelves(request: HttpRequest) -> HttpResponse:
    """/sounds?tab=popular: sounds to hear, save and use."""
    viewer = account_of(request)
    tab = request.GET.get("tab", "popular")
    if tab not in sounds.SHELVES:
        raise Http404(f"There are {', '.join(sounds.SHELVES)}.")
    if viewer is None and tab in ("saved", "yours"):
        return redirect(f"/accounts/login/?{urlencode({'next': f'/sounds?tab={tab}'})}")
    words, number = search.clean(request.GET.get("q", "")), _number(request.GET.get("page", "1"))
    page, is_more = sounds.shelf(
        tab, viewer, words=words, offset=(number - 1) * sounds.SOUNDS_A_PAGE
    )
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": sounds.SHELVES if viewer is not None else sounds.SHELVES[:2],
        "q": words,
        "found": page,
        "is_first": number == 1,
        "active": "search",
    }
    if is_more and number < PAGES_MAX:
        context["next"] = "?" + urlencode({"tab": tab, "q": words, "page": number + 1})
    return render(request, "feed/sounds.html", context)


def _number(text: str) -> int:
    return min(max(int(text), 1), PAGES_MAX) if text.isdecimal() and len(text) < 5 else 1
