"""Profiles, and the list of those one has blocked."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from filoscope.server.accounts.models import Account
from filoscope.server.accounts.queries import account_at, moved_to
from filoscope.server.social import profiles
from filoscope.server.social.answers import viewer_of
from filoscope.server.social.models import Like, Save
from filoscope.server.social.profiles import Standing, Thumbs
from filoscope.server.social.queries import blocked_by

BLOCKED_SHOWN_MAX = 500  # of whom one has blocked, the latest first
OWN_TABS: dict[str, type[Like] | type[Save]] = {"liked": Like, "saved": Save}


@require_safe
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    """Show who somebody is and what they made; a former handle leads to the new one."""
    viewer = viewer_of(request)
    account = account_at(handle) or moved_to(handle)
    if account is None:
        return _absent(request, f"Nobody here is called @{handle}.", status=404)
    if account.handle != handle:
        query = f"?{urlencode(request.GET, doseq=True)}" if request.GET else ""
        return HttpResponsePermanentRedirect(f"{account.get_absolute_url()}{query}")
    stands = profiles.standing(viewer, account)
    if stands.blocks_me:
        return _absent(request, f"Nobody here is called @{handle}.", status=404)
    if stands.is_blocked:
        return _absent(request, f"You have blocked @{handle}.", status=404, blocked=account)
    if not account.is_active and not (viewer is not None and viewer.is_moderator):
        return _absent(request, f"The account @{handle} is suspended.", status=410)
    tab = request.GET.get("tab", "clips")
    if tab != "clips" and not (stands.is_me and tab in OWN_TABS):
        return _absent(request, "This list is private.", status=404)
    return _shown(request, viewer, account, stands, tab)


def _shown(
    request: HttpRequest, viewer: Account | None, account: Account, stands: Standing, tab: str
) -> HttpResponse:
    after = request.GET.get("after", "")
    thumbs = _thumbs(viewer, account, tab, after)
    is_fragment = request.headers.get("X-Requested-With") == "fetch"
    first_own = stands.is_me and tab == "clips" and not after and not is_fragment
    context = {
        "account": account,
        "standing": stands,
        "tab": tab,
        "thumbs": thumbs,
        "unpublished": profiles.unpublished(account) if first_own else (),
        "active": "profile" if stands.is_me else "",
    }
    response = render(request, f"social/{'thumbs' if is_fragment else 'profile'}.html", context)
    response["Vary"] = "X-Requested-With, Cookie"
    return response


def _thumbs(viewer: Account | None, account: Account, tab: str, after: str) -> Thumbs:
    if tab == "clips" or viewer is None:
        return profiles.published(viewer, account, after=after)
    return profiles.marked(viewer, OWN_TABS[tab], after=after)


def _absent(
    request: HttpRequest, words: str, *, status: int, blocked: Account | None = None
) -> HttpResponse:
    return render(
        request, "social/absent.html", {"words": words, "blocked": blocked}, status=status
    )


@login_required
@require_safe
def blocked(request: HttpRequest) -> HttpResponse:
    """Show whom one has blocked, each with a way back."""
    account = viewer_of(request)
    assert account is not None  # login_required lets nobody else through
    context = {"people": blocked_by(account)[:BLOCKED_SHOWN_MAX], "active": "settings"}
    return render(request, "social/blocked.html", context)
