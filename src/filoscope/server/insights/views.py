"""The owner's page: figures, weights, estimates, limits for minors, and who changed what."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from filoscope.server.accounts.models import Account
from filoscope.server.feed.actions import set_policy
from filoscope.server.feed.engine import engine
from filoscope.server.feed.models import Policy
from filoscope.server.feed.policies import BY_NAME, MIX, SCORE
from filoscope.server.feed.queries.wishes import policies, rules
from filoscope.server.insights import actions, queries
from filoscope.server.insights.forms import KindnessForm, WeightsForm
from filoscope.server.insights.models import Trial


def _owner(request: HttpRequest) -> Account:
    """Return the owner who asks, or refuse."""
    account = request.user
    if not isinstance(account, Account) or not account.is_staff:
        raise PermissionDenied("Only the owner of this community sees its figures.")
    return account


@login_required
@require_safe
def insights(request: HttpRequest) -> HttpResponse:
    """/insights?days=: how the feed fares."""
    _owner(request)
    now = rules()
    return _page(
        request,
        WeightsForm(weights=now.weights),
        KindnessForm(initial=asdict(now.kindness)),
    )


@login_required
@require_POST
def weights(request: HttpRequest) -> HttpResponse:
    """POST /insights/weights: use these, or only estimate what they would have done."""
    owner, now = _owner(request), rules()
    form = WeightsForm(request.POST, weights=now.weights)
    if not form.is_valid():
        return _page(request, form, KindnessForm(initial=asdict(now.kindness)), status=422)
    if "estimate" in request.POST:
        actions.ask_for_trial(owner, form.cleaned_data["weights"])
        messages.success(request, "The estimate is under way. Reload in a minute.")
        return HttpResponseRedirect("/insights#estimates")
    set_policy(owner, weights=form.cleaned_data["weights"])
    engine().catch_up(at_once=True)
    messages.success(request, "These weights hold from the next page on, everywhere.")
    return HttpResponseRedirect("/insights#weights")


@login_required
@require_POST
def kindness(request: HttpRequest) -> HttpResponse:
    """POST /insights/kindness: reminders, and limits for minors."""
    owner, now = _owner(request), rules()
    form = KindnessForm(request.POST)
    if not form.is_valid():
        return _page(request, WeightsForm(weights=now.weights), form, status=422)
    set_policy(owner, kindness=form.cleaned_data["kindness"])
    engine().catch_up(at_once=True)
    messages.success(request, "These limits hold from the next page on.")
    return HttpResponseRedirect("/insights#kindness")


def _page(
    request: HttpRequest, form: WeightsForm, limits: KindnessForm, *, status: int = 200
) -> HttpResponse:
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, queries.DAYS) else queries.DAYS[0]
    context = {
        "active": "settings",
        "days": days,
        "offered": queries.DAYS,
        "figures": queries.figures(days),
        "group_min": queries.GROUP_MIN,
        "form": form,
        "score_fields": [form[weight.name] for weight in SCORE],
        "mix_fields": [form[weight.name] for weight in MIX],
        "limits": limits,
        "trials": [_trial(trial) for trial in queries.trials()],
        "changes": changes(list(policies())),
    }
    response = render(request, "insights/insights.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _trial(trial: Trial) -> dict[str, Any]:
    """Return an estimate with its weights in words."""
    words = ", ".join(
        f"{BY_NAME[name].label} {value:g}"
        for name, value in trial.weights.items()
        if name in BY_NAME
    )
    return {"trial": trial, "words": words or "Filoscope’s own weights"}


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed what."""

    policy: Policy
    words: str


def changes(latest_first: list[Policy]) -> list[Change]:
    """Return what each policy changed, against the one before it."""
    before_all = Policy()
    told = []
    for after, before in pairwise([*latest_first, before_all]):
        words = _differences(before.weights, after.weights) + _differences(
            before.kindness, after.kindness
        )
        told.append(Change(after, "; ".join(words) or "nothing"))
    return told


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    def value(of: dict[str, Any], name: str) -> str:
        return f"{of[name]}" if name in of else "usual"

    return [
        f"{BY_NAME[name].label if name in BY_NAME else name.replace('_', ' ').capitalize()}: "
        f"{value(before, name)} → {value(after, name)}"
        for name in sorted(before.keys() | after.keys())
        if before.get(name, "usual") != after.get(name, "usual")
    ]
