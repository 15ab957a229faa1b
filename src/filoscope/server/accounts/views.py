"""Settings of one's own account, and whether a handle is free."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from filoscope.server.accounts import actions
from filoscope.server.accounts.errors import HandleRefused, PictureRefused
from filoscope.server.accounts.forms import HandleForm, ProfileForm
from filoscope.server.accounts.models import Account
from filoscope.server.accounts.queries import handle_refusal

CHECKS_RATE = {"handle_check": "60/m/ip"}  # typing one handle asks some ten times


@require_GET
def handle_check(request: HttpRequest) -> HttpResponse:
    """Say whether a handle is free, while it is being typed."""
    allowed = ratelimit.consume(
        request, app="filoscope", action="handle_check", config=CHECKS_RATE, limit_get=True
    )
    if not allowed:
        return JsonResponse({"error": "Too many questions at once."}, status=429)
    handle = request.GET.get("handle", "").strip().removeprefix("@")
    asker = request.user if isinstance(request.user, Account) else None
    refusal = handle_refusal(handle, asker=asker)
    return JsonResponse({"available": not refusal, "words": refusal or "This handle is free."})


@login_required
@require_http_methods(["GET", "POST"])
def profile_settings(request: HttpRequest) -> HttpResponse:
    """Edit what others see of oneself; the way to all other settings."""
    account = _account(request)
    form = ProfileForm(request.POST or None, request.FILES or None, instance=account)
    if request.method == "POST" and form.is_valid() and _save_profile(account, form):
        messages.success(request, "Saved.")
        return HttpResponseRedirect("/settings")
    fresh = Account.objects.get(pk=account.pk)  # what is shown as one's own, not what was typed
    return render(
        request,
        "accounts/settings.html",
        {
            "form": form,
            "account": fresh,
            "active": "settings",
            "community": settings.COMMUNITY_NAME,
        },
    )


def _save_profile(account: Account, form: ProfileForm) -> bool:
    """Write the form; False: the picture was refused, and the form says why."""
    fields = form.cleaned_data
    try:
        if fields["avatar_file"]:
            actions.set_avatar(account, fields["avatar_file"])
        elif fields["avatar_gone"]:
            actions.remove_avatar(account)
    except PictureRefused as refusal:
        form.add_error("avatar_file", str(refusal))
        return False
    actions.edit_profile(account, display_name=fields["display_name"], bio=fields["bio"])
    return True


@login_required
@require_http_methods(["GET", "POST"])
def handle_settings(request: HttpRequest) -> HttpResponse:
    """Take another handle."""
    account = _account(request)
    form = HandleForm(request.POST or None, initial={"handle": account.handle})
    if request.method == "POST" and form.is_valid():
        try:
            changed = actions.change_handle(account, form.cleaned_data["handle"])
        except HandleRefused as refusal:
            form.add_error("handle", str(refusal))
        else:
            messages.success(request, f"You are @{changed.handle} now.")
            return HttpResponseRedirect("/settings")
    context = {"form": form, "active": "settings", "rest_days": actions.HANDLE_REST_DAYS}
    return render(request, "accounts/handle.html", context)


def _account(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # login_required lets nobody else through
    return request.user
