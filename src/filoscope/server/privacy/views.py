"""Deleting one's account."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from filoscope.server.accounts.models import Account
from filoscope.server.privacy.actions import erase_account
from filoscope.server.privacy.forms import FarewellForm


@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what will be gone, and erase it; who asks has just shown password or passkey."""
    account = request.user
    assert isinstance(account, Account)  # login_required lets nobody else through
    form = FarewellForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        if (leaving := Account.objects.filter(pk=account.pk).first()) is not None:
            erase_account(leaving)
        logout(request)
        messages.success(request, "Your account and everything in it is gone. Farewell.")
        return HttpResponseRedirect("/")
    counts = {
        "clips": account.clips.count(),
        "comments": account.comments.count(),
        "likes": account.likes.count(),
    }
    return render(
        request, "privacy/delete.html", {"form": form, "counts": counts, "active": "settings"}
    )
