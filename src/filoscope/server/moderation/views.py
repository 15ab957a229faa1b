"""Reporting, and the moderators' queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filoscope.server.accounts.models import Account
from filoscope.server.moderation import actions, queries
from filoscope.server.moderation.errors import ModerationError
from filoscope.server.moderation.forms import DecisionForm, ReportForm
from filoscope.server.moderation.models import Decision
from filoscope.server.moderation.subjects import KINDS, Subject, find
from filoscope.server.social.answers import safe_next, sign_in_first, viewer_of, wants_json
from filoscope.server.social.queries import seen_comments, without_blocked
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.queries import watchable

ID_DIGITS_MAX = 18  # within PostgreSQL's bigint


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a clip, a comment or an account; one has to be signed in, so that it is one voice."""
    account = viewer_of(request)
    if account is None:
        back = request.get_full_path() if request.method == "GET" else None
        return sign_in_first(request, back=back)
    subject = _reported(request, account)
    if subject is None:
        raise Http404
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.report(account, subject, **form.cleaned_data)
        except ModerationError as refusal:
            return _refused(request, form, subject, refusal.words)
        if wants_json(request):
            return JsonResponse({"reported": True}, status=201)
        messages.success(request, "Thank you. A moderator will look at it.")
        return HttpResponseRedirect(_after(request))
    if request.method == "POST" and wants_json(request):
        return JsonResponse({"code": "not_valid", "error": "Choose a reason."}, status=422)
    return _form(request, form, subject)


def _form(request: HttpRequest, form: ReportForm, subject: Subject) -> HttpResponse:
    return render(
        request,
        "moderation/report.html",
        {"form": form, "subject": subject, "next": _after(request)},
    )


def _refused(request: HttpRequest, form: ReportForm, subject: Subject, words: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"code": "refused", "error": words}, status=403)
    form.add_error(None, words)
    return _form(request, form, subject)


def _after(request: HttpRequest) -> str:
    """Return where to go after a report: never back to its form."""
    back = safe_next(request)
    return "/" if "/report" in back else back


def _reported(request: HttpRequest, viewer: Account) -> Subject | None:
    """Return what is reported, if this viewer can see it at all."""
    given = {kind: request.POST.get(kind) or request.GET.get(kind, "") for kind in KINDS}
    named = [kind for kind in KINDS if given[kind]]
    if len(named) != 1:
        return None
    kind, value = named[0], given[named[0]]
    if "\0" in value:  # no text of PostgreSQL has one
        return None
    if kind == "clip":
        clips = watchable(viewer).select_related("account")
        clip = clips.filter(slug=value).first()
        return Subject(kind, clip) if clip else None
    if kind == "comment":
        if not (value.isascii() and value.isdigit()) or len(value) > ID_DIGITS_MAX:
            return None
        comments = seen_comments(viewer).filter(clip__in=watchable(viewer))
        comment = comments.filter(pk=value).first()
        return Subject(kind, comment) if comment else None
    people = without_blocked(Account.objects.filter(is_active=True), viewer, path="pk")
    person = people.filter(handle__iexact=value.removeprefix("@")).first()
    return Subject(kind, person) if person else None


@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """Show moderators what waits, and what was decided lately."""
    if (away := _not_for(request)) is not None:
        return away
    return render(
        request,
        "moderation/queue.html",
        {
            "cases": queries.open_cases(),
            "waiting": queries.open_case_count(),
            "decisions": queries.decisions_made(),
            "active": "moderation",
        },
    )


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Do what a moderator decided."""
    if (away := _not_for(request)) is not None:
        return away
    moderator = viewer_of(request)
    assert moderator is not None
    subject = find(request.POST.get("subject", ""))
    form = DecisionForm(request.POST)
    if subject is None:
        messages.error(request, "This is not there any more.")
    elif not form.is_valid():
        words = [str(error) for errors in form.errors.values() for error in errors]
        messages.error(request, " ".join(words))
    else:
        try:
            actions.decide(moderator, subject, **form.cleaned_data)
        except ModerationError as refusal:
            messages.error(request, refusal.words)
        else:
            messages.success(request, "Done.")
    return HttpResponseRedirect("/moderation")


@require_POST
def hide_sound(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a sound away from everybody, and mute the clips to it."""
    words = "The sound is hidden: nobody can hear or use it, and clips to it are muted."
    return _about_sound(request, slug, kind=Decision.Kind.HIDE, words=words)


@require_POST
def show_sound(request: HttpRequest, slug: str) -> HttpResponse:
    """Give a hidden sound back, to its clips too."""
    words = "The sound is shown again, and clips to it have it again."
    return _about_sound(request, slug, kind=Decision.Kind.SHOW, words=words)


def _about_sound(request: HttpRequest, slug: str, *, kind: str, words: str) -> HttpResponse:
    if (away := _not_for(request)) is not None:
        return away
    moderator = viewer_of(request)
    assert moderator is not None
    sound = Sound.objects.filter(slug=slug).first()
    if sound is None:
        raise Http404("There is no such sound.")
    form = DecisionForm({"kind": kind, "note": request.POST.get("note", "")})
    if not form.is_valid():
        messages.error(request, "Say why: its maker reads it, and those whose clips have it.")
        return HttpResponseRedirect(sound.get_absolute_url())
    try:
        actions.decide_about_sound(moderator, sound, **form.cleaned_data)
    except ModerationError as refusal:
        messages.error(request, refusal.words)
    else:
        messages.success(request, words)
    return HttpResponseRedirect(sound.get_absolute_url())


def _not_for(request: HttpRequest) -> HttpResponse | None:
    """Send away who is no moderator, as if there were nothing here."""
    viewer = viewer_of(request)
    if viewer is None:
        return sign_in_first(request, back="/moderation")
    if not viewer.is_moderator:
        raise Http404
    return None
