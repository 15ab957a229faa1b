"""Whether somebody's feed goes on: asked before every page, and answered by the server alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from filoscope.server.feed import actions
from filoscope.server.feed.engine import NOBODY, engine
from filoscope.server.feed.kindness import Break, BreakKind
from filoscope.server.feed.pages import Page
from filoscope.server.feed.viewers import account_of, key_of, viewer_of

View = Callable[..., HttpResponse]


def caught_up(view: View) -> View:
    """Let a view begin with all that was committed: what was watched, chosen, set anywhere."""

    @wraps(view)
    def fresh(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        key_of(request)  # an account takes over what was watched signed out: that is news too
        engine().catch_up()
        return view(request, *args, **named)

    return fresh


@dataclass(frozen=True, slots=True)
class Turn:
    """A page, and the break it ends with; None: it goes on."""

    page: Page
    pause: Break | None = None


def turn(request: HttpRequest, make: Callable[[], Page]) -> Turn:
    """Return the next page of a feed, as far as the limits of whoever asks allow it."""
    account, who = account_of(request), key_of(request)
    limits = engine().wishes.limits_of(account, who)
    if who == NOBODY or not limits.are_any:
        return Turn(make())
    viewer = viewer_of(request)
    pause = actions.ask_for_page(viewer, limits)
    if pause is not None and pause.kind is not BreakKind.REMINDER:
        return Turn(Page(()), pause)
    page = make()
    allowed, rest = actions.serve_page(viewer, limits, len(page.placed))
    if pause is None and rest is None:
        return Turn(page)
    return Turn(replace(page, placed=page.placed[:allowed], next=""), rest or pause)
