"""The pages of a maker: upload, edit, delete. The bytes of an upload go by `tus`, not by here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filoscope.enhance.improving import AFTER, BEFORE
from filoscope.server.accounts.models import Account
from filoscope.server.sounds.waveform import HEIGHT, wave_path, wave_width
from filoscope.server.videos import actions, queries
from filoscope.server.videos.errors import BadCaptions, UploadRefused
from filoscope.server.videos.forms import ClipForm
from filoscope.server.videos.models import Clip, OwnSound


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Show the upload page; take one file by a plain form from who has no script."""
    error = ""
    if request.method == "POST":
        try:
            clip = _receive_form(request)
        except (UploadRefused, RequestDataTooBig) as refusal:
            error = str(refusal)
        else:
            messages.success(request, "Your clip was received. It is being made ready.")
            return redirect("clip_edit", clip.slug)
    seconds = settings.UPLOAD_SECONDS_MAX
    limits = {
        "bytes": settings.UPLOAD_BYTES_MAX,
        "seconds": seconds,
        "pixels": settings.UPLOAD_PIXELS_MAX,
        "minutes": f"{seconds // 60} minutes" if seconds % 60 == 0 else f"{seconds} seconds",
    }
    slug = request.POST.get("sound") or request.GET.get("sound", "")
    sound = queries.usable_sounds(_maker(request)).filter(slug=slug).first() if slug else None
    if slug and sound is None and not error:
        error = "This sound is not there any more, or its maker keeps it for themselves."
    wave = (sound and sound.waveform) or []
    context = {
        "limits": limits,
        "error": error,
        "sound": sound,
        "wave": wave_path(wave),
        "wave_box": f"0 0 {wave_width(wave)} {HEIGHT}",
        "active": "upload",
    }
    return render(request, "videos/upload.html", context, status=400 if error else 200)


def _receive_form(request: HttpRequest) -> Clip:
    """Make an upload of a form's file, within the same limits as any other."""
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        raise UploadRefused("empty", "Choose a video that is not empty.", status=400)
    wish = actions.UploadWish(
        size_bytes=file.size,
        file_name=(file.name or "")[:255],
        caption=request.POST.get("caption", "").replace("\0", ""),
        visibility=request.POST.get("visibility", "public"),
        improve="improve" in request.POST,
        sound=request.POST.get("sound", "").replace("\0", ""),
        sound_start_s=_seconds(request.POST.get("sound_start") or "0"),
        own_sound=request.POST.get("own_sound") or OwnSound.REMOVED,
    )
    return actions.receive_chunks(_maker(request), wish, file.chunks())


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise UploadRefused("bad_sound", "Say in seconds where to begin.", status=400) from error


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one's clip with what can be said about it, and keep what was said."""
    clip = _own(request, slug)
    form = ClipForm(request.POST or None, request.FILES or None, instance=clip, label_suffix="")
    if request.method == "POST" and form.is_valid() and _keep(request, clip, form):
        messages.success(request, "Posted." if "post" in request.POST else "Saved.")
        return redirect("clip_edit", slug)
    clip = _own(request, slug)  # the form has written into the other one
    lowest = clip.renditions.first()
    video = f"{settings.MEDIA_URL}{clip.folder}/{lowest.file}" if lowest else ""
    improvement = queries.improvement_of(clip)
    private = f"{settings.MEDIA_URL}{improvement.folder}" if improvement else ""
    context = {
        "clip": clip,
        "form": form,
        "video_url": video,
        "improvement": improvement,
        "before_url": f"{private}/{BEFORE}",
        "after_url": f"{private}/{AFTER}",
        "active": "profile",
    }
    return render(request, "videos/edit.html", context)


@login_required
@require_POST
def improve(request: HttpRequest, slug: str) -> HttpResponse:
    """Have one's clip shown improved, or as it was."""
    is_wanted = request.POST.get("wanted") == "1"
    actions.want_improvement(_own(request, slug), is_wanted=is_wanted)
    words = "It is being looked at." if is_wanted else "The clip is shown as you sent it."
    messages.success(request, words)
    return redirect("clip_edit", slug)


def _keep(request: HttpRequest, clip: Clip, form: ClipForm) -> bool:
    """Do what the form asks for; say in the form what could not be done."""
    said: dict[str, Any] = {name: form.cleaned_data[name] for name in ClipForm.Meta.fields}
    actions.edit(clip, **said)
    for language in request.POST.getlist("drop_captions"):
        actions.remove_captions(clip, language=language)
    if text := form.cleaned_data["captions"]:
        try:
            language = form.cleaned_data["captions_language"]
            actions.set_captions(clip, language=language, text=text)
        except BadCaptions as error:
            form.add_error("captions", str(error))
            return False
    if "post" in request.POST:
        actions.post(clip)
    return True


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask whether a clip shall go, and erase it."""
    clip = _own(request, slug)
    if request.method == "POST":
        actions.delete(clip)
        messages.success(request, "The clip is deleted.")
        return redirect(_maker(request).get_absolute_url())
    return render(request, "videos/delete.html", {"clip": clip, "active": "profile"})


@require_safe
def captions(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Serve what is said in a clip, as WebVTT, to whom the clip plays for."""
    viewer = request.user if isinstance(request.user, Account) else None
    clip = queries.by_slug(slug, viewer)
    if clip is None:
        raise Http404("No such clip.")
    track = next((t for t in clip.caption_tracks.all() if t.language == language), None)
    if track is None:
        raise Http404("This clip has no captions in that language.")
    return HttpResponse(track.text, content_type="text/vtt; charset=utf-8")


def _maker(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # `login_required` stands before every caller
    return request.user


def _own(request: HttpRequest, slug: str) -> Clip:
    """Return one's own clip in whatever state; to others it does not exist."""
    clip = queries.own(slug, _maker(request))
    if clip is None:
        raise Http404("You have no such clip.")
    return clip
