"""A minor asks for a guardian, and guardians set limits: forms of the page of one's own feed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions
from filoscope.server.feed.engine import engine
from filoscope.server.feed.queries.wishes import Guarded
from filoscope.server.feed.views.choices import one_of

PAGE = "/settings/feed"
SITTINGS_MIN = (10, 15, 20, 30, 45, 60, 90)
DAYS_MIN = (15, 30, 45, 60, 90, 120, 180, 240)
KEY_DIGITS_MAX = 18  # within PostgreSQL's bigint


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # login_required lets nobody else through
    return request.user


def _back(request: HttpRequest, words: str, anchor: str) -> HttpResponse:
    engine().catch_up(at_once=True)
    messages.success(request, words)
    return HttpResponseRedirect(f"{PAGE}#{anchor}")


@login_required
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """POST /settings/feed/guardian: ask somebody, or take the question back."""
    account = _account(request)
    if "withdraw" in request.POST:
        actions.withdraw_guardian(account)
        return _back(request, "The question is taken back.", "guardian")
    handle = request.POST.get("handle", "").strip().removeprefix("@")
    try:
        guardianship = actions.ask_guardian(account, handle)
    except actions.GuardianRefused as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(f"{PAGE}#guardian")
    words = f"Tell @{guardianship.guardian.handle} to open Settings and then Your feed."
    return _back(request, words, "guardian")


@login_required
@require_POST
def look_after(request: HttpRequest) -> HttpResponse:
    """POST /settings/feed/wards: agree, set limits, or end it."""
    guardian, ward_id = _account(request), _key(request)
    act = request.POST.get("act", "")
    if act == "accept" and actions.accept_ward(guardian, ward_id):
        return _back(request, "You set their limits from now on.", "care")
    if act == "end" and actions.end_ward(guardian, ward_id):
        return _back(request, "Done. The limits of this community hold for them.", "care")
    if act == "limit" and actions.limit_ward(guardian, ward_id, _limits(request)):
        return _back(request, "Their limits are set.", "care")
    raise Http404("You look after nobody of this name.")


def _key(request: HttpRequest) -> int:
    text = request.POST.get("ward", "")
    if not text.isdecimal() or len(text) > KEY_DIGITS_MAX:
        raise Http404("This is nobody.")
    return int(text)


def _limits(request: HttpRequest) -> Guarded:
    begin, end = one_of(request, "quiet_from", range(24)), one_of(request, "quiet_to", range(24))
    return Guarded(
        sitting_min=one_of(request, "sitting_min", SITTINGS_MIN),
        day_min=one_of(request, "day_min", DAYS_MIN),
        quiet=None if begin is None or end is None else (begin, end),
    )
