"""What a maker, a listener and a moderator do to a sound; its page itself is the feed's."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from filoscope.server.accounts.errors import PictureRefused
from filoscope.server.accounts.models import Account
from filoscope.server.accounts.pictures import FILE_BYTES_MAX
from filoscope.server.sounds import actions
from filoscope.server.sounds.errors import SoundRefused
from filoscope.server.sounds.forms import NewSoundForm, SoundForm
from filoscope.server.sounds.models import Sound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Take in a sound by itself."""
    try:
        form = NewSoundForm(request.POST or None, request.FILES or None)
    except RequestDataTooBig as error:
        return HttpResponse(str(error), status=413, content_type="text/plain")
    if request.method == "POST" and form.is_valid():
        sound = _receive(_person(request), form)
        if sound is not None:
            messages.success(request, "Your sound was received. It is being made ready.")
            return redirect(sound)
    status = 400 if form.errors else 200
    return render(request, "sounds/new.html", {"form": form, "active": "upload"}, status=status)


def _receive(maker: Account, form: NewSoundForm) -> Sound | None:
    """Keep what was sent; say in the form what could not be."""
    said: dict[str, Any] = {name: form.cleaned_data[name] for name in SoundForm.Meta.fields}
    try:
        cover = _picture(form.cleaned_data["cover"])
        chunks = form.cleaned_data["file"].chunks()
        return actions.receive(maker, actions.SoundWish(**said), chunks, cover=cover)
    except PictureRefused as error:
        form.add_error("cover", str(error))
    except SoundRefused as error:
        form.add_error("file", str(error))
    return None


def _picture(file: Any) -> bytes:
    """Read a picture, and no more than one can have."""
    return b"" if file is None else bytes(file.read(FILE_BYTES_MAX + 1))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is said of one's own sound, and keep what is said now."""
    sound = _own(request, slug)
    form = SoundForm(request.POST or None, request.FILES or None, instance=sound)
    if request.method == "POST" and form.is_valid() and _keep(sound, form):
        messages.success(request, "Saved.")
        return redirect(sound)
    context = {"form": form, "sound": _own(request, slug), "active": "profile"}
    return render(request, "sounds/edit.html", context, status=400 if form.errors else 200)


def _keep(sound: Sound, form: SoundForm) -> bool:
    said: dict[str, Any] = {
        name: form.cleaned_data.get(name, getattr(sound, name)) for name in SoundForm.Meta.fields
    }
    try:
        if picture := _picture(form.cleaned_data.get("cover")):
            actions.set_cover(sound, picture)
    except PictureRefused as error:
        form.add_error("cover", str(error))
        return False
    actions.edit(sound, **said)
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether a sound shall go, and remove it; a clip's own sound goes with its clip."""
    sound = _own(request, slug)
    if sound.is_original:
        raise Http404("The own sound of a clip goes with the clip.")
    if request.method == "POST":
        is_gone = actions.delete(sound)
        messages.success(request, "The sound is deleted.")
        return redirect("sounds") if is_gone else redirect(sound)
    return render(request, "sounds/delete.html", {"sound": sound, "active": "profile"})


@login_required
@require_POST
def save(request: HttpRequest, slug: str) -> HttpResponse:
    """Save a sound, to find it again."""
    sound = _found(slug)
    actions.save(_person(request), sound)
    return redirect(sound)


@login_required
@require_POST
def unsave(request: HttpRequest, slug: str) -> HttpResponse:
    """Forget a saved sound."""
    sound = _found(slug)
    actions.unsave(_person(request), sound)
    return redirect(sound)


def _person(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # `login_required` stands before every caller
    return request.user


def _found(slug: str) -> Sound:
    sound = Sound.objects.filter(slug=slug).first()
    if sound is None:
        raise Http404("There is no such sound.")
    return sound


def _own(request: HttpRequest, slug: str) -> Sound:
    sound = _found(slug)
    if sound.maker_id != _person(request).pk:
        raise Http404("You have no such sound.")
    return sound
