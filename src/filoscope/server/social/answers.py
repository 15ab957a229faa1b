"""How a press of a button is answered: JSON for scripts, a way back for forms."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from filoscope.server.accounts.models import Account
from filoscope.server.social.errors import NotThere, SocialError

P = ParamSpec("P")
Answer = dict[str, Any]
Action = Callable[Concatenate[HttpRequest, Account, P], Answer]
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def viewer_of(request: HttpRequest) -> Account | None:
    """Return who asks; None: nobody is signed in."""
    return request.user if isinstance(request.user, Account) else None


def wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def safe_next(request: HttpRequest) -> str:
    """Return the page to go back to: `next`, else where one came from, else the front page."""
    candidates = (request.POST.get("next"), request.GET.get("next"), request.headers.get("Referer"))
    for candidate in candidates:
        if candidate and url_has_allowed_host_and_scheme(
            candidate, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return candidate
    return "/"


def sign_in_first(request: HttpRequest, *, back: str | None = None) -> HttpResponse:
    """Send somebody who is not signed in to do so, and then back to the page they were on."""
    login = resolve_url(settings.LOGIN_URL)
    address = f"{login}?next={quote(back or safe_next(request))}"
    if wants_json(request):
        return JsonResponse({"sign_in": address}, status=401)
    return HttpResponseRedirect(address)


def refuse(request: HttpRequest, refusal: SocialError) -> HttpResponse:
    """Say why not: JSON with its status, or a message on the page one goes back to."""
    if wants_json(request):
        return JsonResponse({"code": refusal.code, "error": refusal.words}, status=refusal.status)
    messages.error(request, refusal.words)
    return HttpResponseRedirect("/" if isinstance(refusal, NotThere) else safe_next(request))


def press(action: Action[P]) -> View[P]:
    """Make a view of an action that a signed-in person does by POST."""

    @require_POST
    @wraps(action)
    def view(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = viewer_of(request)
        if account is None:
            return sign_in_first(request)
        try:
            answer = action(request, account, *args, **kwargs)
        except SocialError as refusal:
            return refuse(request, refusal)
        return answered(request, answer)

    return view


def answered(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Say what is now so."""
    return JsonResponse(answer) if wants_json(request) else HttpResponseRedirect(safe_next(request))
