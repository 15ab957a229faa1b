"""One's own feed: what it believes, what it is made of, when it pauses; and how it ranks, for everyone."""

from __future__ import annotations

import time
from dataclasses import asdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from filoscope.recommend import OutcomeWeights
from filoscope.server.feed import actions, policies, rates
from filoscope.server.feed.breaks import caught_up
from filoscope.server.feed.engine import engine
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.feed.queries import beliefs as queries
from filoscope.server.feed.queries.wishes import guardianship_of, wards_of
from filoscope.server.feed.viewers import account_of, key_of, viewer_of
from filoscope.server.feed.views.beacons import SLOW_DOWN_S
from filoscope.server.feed.views.choices import one_of
from filoscope.server.feed.views.feeds import kept_private
from filoscope.server.feed.views.guardians import DAYS_MIN, SITTINGS_MIN
from filoscope.server.feed.wishes import is_minor

PAGE = "/settings/feed"
SHOWN = 12  # of likes and of dislikes at first; the others behind "Show all"
REMINDERS_MIN = (0, 10, 20, 30, 45, 60, 90, 120)
Kind = ViewingEvent.Kind
WORDS = {
    Kind.MORE: "You will see more of {}.",
    Kind.LESS: "You will see less of {}.",
    Kind.FORGET: "Forgotten: what you did with clips of {}.",
}
# What one viewer's doing is worth, in words; the numbers are the engine's.
OUTCOMES = {
    "watch": "watched longer than people watch clips of its length (left at once: as much less)",
    "like": "liked",
    "save": "saved",
    "share": "shared",
    "comment": "commented on",
    "use_sound": "its sound used for a clip of one's own",
    "follow": "its maker followed from it",
    "reject": "“not interested”, or reported",
}


@require_safe
@caught_up
def believes(request: HttpRequest) -> HttpResponse:
    """/settings/feed: what the feed believes of whoever asks, and every way to change it."""
    account, who = account_of(request), key_of(request)
    learned, now_s = engine(), time.time()
    found = queries.said(learned.recommender.beliefs(who, now_s=now_s), account)
    wish, kindness = learned.wishes.of(who), learned.wishes.policy.kindness
    liked = [one for one in found if not one.asked and one.liking > 0]
    disliked = [one for one in found if not one.asked and one.liking < 0]
    shown = None if "all" in request.GET else SHOWN
    context = {
        "active": "settings",
        "asked": [one for one in found if one.asked],
        "lists": [
            ("You seem to like", liked[:shown], "liked"),
            ("You seem to like less", disliked[:shown], "disliked"),
        ],
        "is_more": shown is not None and max(len(liked), len(disliked)) > shown,
        "is_learning": learned.recommender.is_learning(who, now_s=now_s),
        "seen": learned.recommender.seen(who),
        "wish": wish,
        "feeds": Viewer.Feed.choices,
        "reminders": REMINDERS_MIN,
        "remind_min": kindness.remind_min or 0 if wish.remind_min is None else wish.remind_min,
        "days": DAYS_MIN,
        "kindness": kindness,
        "is_minor": account is not None and is_minor(account, kindness),
        "limits": learned.wishes.limits_of(account, who),
        "guardianship": guardianship_of(account) if account is not None else None,
        "wards": wards_of(account) if account is not None else [],
        "sittings": SITTINGS_MIN,
        "hours": range(24),
    }
    return kept_private(render(request, "feed/beliefs.html", context))


def _changed(request: HttpRequest, words: str, anchor: str = "") -> HttpResponse:
    """Learn what was just said, say so, and go back to the page."""
    engine().catch_up(at_once=True)
    messages.success(request, words)
    return HttpResponseRedirect(PAGE + (f"#{anchor}" if anchor else ""))


def _too_fast(request: HttpRequest) -> HttpResponse | None:
    if rates.events.take(("corrections", key_of(request) or request.META.get("REMOTE_ADDR"))):
        return None
    return HttpResponse(status=429, headers={"Retry-After": str(SLOW_DOWN_S)})


@require_POST
def correct(request: HttpRequest) -> HttpResponse:
    """POST /settings/feed/correct: more, less or nothing of a topic."""
    topic = queries.topic_named(request.POST.get("topic", ""))
    kind = request.POST.get("kind", "")
    if topic is None or kind not in WORDS:
        raise Http404("There is no such topic.")
    if (refusal := _too_fast(request)) is not None:
        return refusal
    actions.correct(viewer_of(request), Kind(kind), topic_kind=topic[0], topic=topic[1])
    name = request.POST.get("name", "")[:120] or "it"
    return _changed(request, WORDS[Kind(kind)].format(name), "beliefs")


@require_POST
def correct_all(request: HttpRequest, kind: str) -> HttpResponse:
    """POST /settings/feed/reset, /pause, /resume."""
    if (refusal := _too_fast(request)) is not None:
        return refusal
    actions.correct(viewer_of(request), Kind(kind))
    words = {
        "reset": "Your feed has forgotten what it had learned of you.",
        "pause": "Learning is paused. What you watch from now on is only noted as seen.",
        "resume": "Your feed learns again.",
    }
    return _changed(request, words[kind], "beliefs")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """POST /settings/feed/choice: what the feed is made of."""
    chosen = request.POST.get("feed", "")
    if chosen not in Viewer.Feed.values:
        raise Http404("There is no such feed.")
    actions.choose_feed(viewer_of(request), Viewer.Feed(chosen))
    return _changed(request, "Your feed is chosen. It begins on the next page.", "choice")


@require_POST
def limit(request: HttpRequest) -> HttpResponse:
    """POST /settings/feed/limits: a reminder, and an end of the day."""
    remind_min = one_of(request, "remind_min", REMINDERS_MIN)
    day_min = one_of(request, "day_min", DAYS_MIN)
    actions.choose_limits(viewer_of(request), remind_min=remind_min, day_min=day_min)
    return _changed(request, "Your limits are set.", "limits")


@require_safe
@caught_up
def download(request: HttpRequest) -> HttpResponse:
    """/settings/feed/download: what is kept and believed, as JSON (GDPR, art. 15 and 20)."""
    account, who = account_of(request), key_of(request)
    if not who:
        raise Http404("Nothing is kept about you.")
    learned = engine()
    held = learned.recommender.beliefs(who, now_s=time.time())
    answer = JsonResponse(
        {
            "choices": asdict(learned.wishes.of(who)),
            "beliefs": [asdict(one) for one in queries.said(held, account)],
            "events": queries.kept_of(viewer_of(request)),
        },
        json_dumps_params={"indent": 1},
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="feed.json"'
    return kept_private(answer)


@require_safe
@caught_up
def ranking(request: HttpRequest) -> HttpResponse:
    """/about/feed: the main parameters of the feed in plain words (DSA, art. 27)."""
    weights = engine().wishes.policy.weights

    ordered = sorted(policies.SCORE, key=lambda weight: -weights[weight.name])
    worth = asdict(OutcomeWeights())
    context = {
        "active": "settings",
        "score": [
            (weight, _number(-value if weight.name in policies.TAKEN_OFF else value))
            for weight in ordered
            if (value := weights[weight.name])
        ],
        "taste_days": _number(weights["taste_days"]),
        "first_audience": round(weights["first_audience"]),
        "explore_percent": round(100 * weights["explore_share"]),
        "outcomes": [
            (words, _number(worth[name], signed=True))
            for name, words in OUTCOMES.items()
            if name in worth
        ],
        "is_changed": bool(weights.changed()),
    }
    return kept_private(render(request, "feed/ranking.html", context))


def _number(value: float, *, signed: bool = False) -> str:
    """Write a weight as people do: no idle zeros, and a true minus."""
    return f"{value:{'+' if signed else ''}g}".replace("-", "−")
