"""Drafts, takes and cuts as JSON, below /api/v1: what the studio's page speaks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import django_auth
from pydantic import Field

from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, captions, elsewhere, queries, telling
from filoscope.server.edits.errors import EditsError
from filoscope.server.edits.models import Draft, Take
from filoscope.server.videos.models import CAPTION_LENGTH_MAX, Visibility

router = Router(tags=["studio"], auth=django_auth)
T = TypeVar("T")
LENGTH_S_MAX = 600.0  # a wish; what may be posted is a setting
LANGUAGE = r"^([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4})?$"  # BCP 47, its usual part, or nothing
ALTERNATIVES_MAX = 4  # what a thumb can tell apart in a row


class TakeOut(Schema):
    """A piece of footage."""

    slug: str
    kind: str
    state: str
    progress: float
    failure: str
    file_name: str
    speed: float
    duration_s: float | None
    width: int | None
    height: int | None
    has_sound: bool
    video_url: str
    picture_url: str  # of a photo
    audio_url: str  # of a voice
    strip_url: str
    poster_url: str
    thumb_every_s: float
    thumb_count: int
    offset_s: float | None
    how: str
    confidence: float | None
    reason: str
    is_removed: bool


class SoundOut(Schema):
    """What a draft is cut to."""

    slug: str
    title: str
    artist: str
    url: str
    audio_url: str
    cover_url: str
    duration_s: float | None
    tempo_bpm: float | None
    is_heard: bool  # its beats and waveform can be asked for
    is_saved: bool = False


class SongOut(Schema):
    """What was heard in a draft's sound."""

    duration_s: float
    tempo_bpm: float
    beats_s: list[float]
    downbeats_s: list[float]
    drops_s: list[float]
    peaks: list[float]
    peaks_a_second: float


class DraftOut(Schema):
    """A clip in the studio."""

    slug: str
    url: str
    revision: int
    timeline: dict[str, Any] | None
    alternatives: list[dict[str, Any]]
    sound: SoundOut | None
    takes: list[TakeOut]
    cover_s: float | None
    caption: str
    visibility: str
    shares_cut: bool
    caption_language: str
    is_based_on_a_cut: bool
    task: str
    progress: float
    failure: str
    preview_url: str
    preview_revision: int | None
    clip_url: str
    changed_at: datetime


class DraftIn(Schema):
    """What a draft is begun with."""

    sound: str | None = None
    cut: str | None = None  # the clip whose shared cut is to be filled


class DraftEdit(Schema):
    """What a page saves; what is left out stays, but for the cover."""

    revision: int
    timeline: dict[str, Any] | None = None
    removed: list[str] | None = Field(None, max_length=1000)
    cover_s: float | None = Field(None, ge=0, le=LENGTH_S_MAX)
    caption: str | None = Field(None, max_length=CAPTION_LENGTH_MAX)
    visibility: Visibility | None = None
    shares_cut: bool | None = None
    caption_language: str | None = Field(None, pattern=LANGUAGE)


class TakeIn(Schema):
    """An upload that becomes a take."""

    upload: uuid.UUID
    hint_s: float | None = None
    speed: float = 1.0
    is_voice: bool = False  # heard over the cut, not seen


class PlaceIn(Schema):
    """Where in the sound a take begins, as its maker says."""

    offset_s: float


class CaptionsIn(Schema):
    """A file of captions, as its text."""

    text: str = Field(max_length=captions.CHARACTERS_MAX)


class SoundIn(Schema):
    """Another sound; null is none."""

    sound: str | None


class CutIn(Schema):
    """How it is to be cut."""

    style: str
    length_s: float = Field(gt=0, le=LENGTH_S_MAX)
    seed: int = Field(0, ge=0, lt=2**31)
    alternatives: int = Field(3, ge=1, le=ALTERNATIVES_MAX)
    start_s: float | None = Field(None, ge=0)


@router.get("/drafts", response=list[DraftOut])
def drafts(request: HttpRequest) -> list[dict[str, Any]]:
    """The caller's drafts, the latest touched first."""
    return [telling.draft(one) for one in queries.drafts_of(_caller(request))]


@router.post("/drafts", response={201: DraftOut})
def begin(request: HttpRequest, wish: DraftIn) -> Status[Any]:
    """Begin a draft: with a sound, with a shared cut, or with neither."""
    account = _caller(request)
    cut = queries.shared_cut_of(wish.cut, account) if wish.cut else None
    if wish.cut and cut is None:
        raise HttpError(404, "The cut of this clip is not shared.")
    sound = cut.clip.sound if cut and not wish.sound else None
    slug = wish.sound or (sound.slug if sound else "")
    found = queries.sound_for(account, slug) if slug else None
    if wish.sound and found is None:
        raise HttpError(404, "There is no such sound, or it may not be used.")
    made = _done(lambda: actions.begin_draft(account, sound=found, cut=cut))
    return Status(201, telling.draft(made))


@router.get("/drafts/{slug}", response=DraftOut)
def draft(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One draft of the caller."""
    return telling.draft(_own(request, slug))


@router.get("/drafts/{slug}/song", response=SongOut)
def song(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Beats and waveform of a draft's sound."""
    heard = telling.song(_own(request, slug))
    if heard is None:
        raise HttpError(404, "Nothing was heard in this sound yet.")
    return heard


@router.get("/drafts/{slug}/timeline.otio")
def timeline_otio(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft's cut as OpenTimelineIO, for other editors."""
    text = _done(lambda: elsewhere.otio_of(_own(request, slug)))
    said = {"Content-Disposition": f'attachment; filename="{slug}.otio"'}
    return HttpResponse(text, content_type="application/octet-stream", headers=said)


@router.patch("/drafts/{slug}", response=DraftOut)
def edit(request: HttpRequest, slug: str, wish: DraftEdit) -> dict[str, Any]:
    """Save a draft; 409 when another page has saved meanwhile."""
    own = _own(request, slug)
    _done(lambda: actions.edit_draft(own, actions.Edit(**wish.dict())))
    return _told(request, slug)


@router.delete("/drafts/{slug}", response={204: None})
def delete(request: HttpRequest, slug: str) -> Status[None]:
    """Delete a draft with its takes."""
    _done(lambda: actions.delete_draft(_own(request, slug)))
    return Status(204, None)


@router.put("/drafts/{slug}/sound", response=DraftOut)
def choose_sound(request: HttpRequest, slug: str, wish: SoundIn) -> dict[str, Any]:
    """Set a draft to another sound."""
    own = _own(request, slug)
    sound = queries.sound_for(_caller(request), wish.sound) if wish.sound else None
    if wish.sound and sound is None:
        raise HttpError(404, "There is no such sound, or it may not be used.")
    _done(lambda: actions.set_sound(own, sound))
    return _told(request, slug)


@router.post("/drafts/{slug}/takes", response={201: TakeOut})
def add_take(request: HttpRequest, slug: str, wish: TakeIn) -> Status[Any]:
    """Make a take of an upload that is complete."""
    own = _own(request, slug)
    kind = Take.Kind.VOICE if wish.is_voice else Take.Kind.CLIP
    made = _done(
        lambda: actions.add_take(own, wish.upload, hint_s=wish.hint_s, speed=wish.speed, kind=kind)
    )
    return Status(201, telling.take(made))


@router.put("/drafts/{slug}/takes/{take}/place", response=TakeOut)
def place(request: HttpRequest, slug: str, take: str, wish: PlaceIn) -> dict[str, Any]:
    """Say where in the sound a take begins."""
    own = _own_take(request, slug, take)
    _done(lambda: actions.place_by_hand(own, wish.offset_s))
    own.refresh_from_db()
    return telling.take(own)


@router.delete("/drafts/{slug}/takes/{take}/place", response=TakeOut)
def place_again(request: HttpRequest, slug: str, take: str) -> dict[str, Any]:
    """Have its place in the sound found by what is heard in it."""
    own = _own_take(request, slug, take)
    _done(lambda: actions.place_by_itself(own))
    own.refresh_from_db()
    return telling.take(own)


@router.post("/drafts/{slug}/takes/{take}/retry", response=TakeOut)
def retry(request: HttpRequest, slug: str, take: str) -> dict[str, Any]:
    """Look once more at a take that failed."""
    own = _own_take(request, slug, take)
    _done(lambda: actions.retry_take(own))
    own.refresh_from_db()
    return telling.take(own)


@router.post("/drafts/{slug}/captions", response=list[dict[str, Any]])
def read_captions(request: HttpRequest, slug: str, wish: CaptionsIn) -> list[dict[str, Any]]:
    """Read a file of captions, WebVTT or SubRip, as a timeline has them; nothing is saved."""
    _own(request, slug)
    return _done(lambda: captions.read(wish.text))


@router.get("/drafts/{slug}/captions.vtt", response=Any)
def write_captions(request: HttpRequest, slug: str) -> HttpResponse:
    """The captions of a draft as it is saved, as a WebVTT file with the time of each word."""
    text = captions.written(_own(request, slug).timeline)
    if not text:
        raise HttpError(404, "This draft has no captions yet.")
    answer = HttpResponse(text, content_type="text/vtt; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="captions-{slug}.vtt"'
    return answer


@router.post("/drafts/{slug}/cut", response=DraftOut)
def cut(request: HttpRequest, slug: str, wish: CutIn) -> dict[str, Any]:
    """Have it cut."""
    own = _own(request, slug)
    _done(lambda: actions.wish_cut(own, wish.dict()))
    return _told(request, slug)


@router.post("/drafts/{slug}/fill", response=dict[str, Any])
def fill(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Fill the shared cut that the draft was begun with; the timeline, not saved yet."""
    own = _own(request, slug)
    return _done(lambda: actions.fill_cut(own))


@router.post("/drafts/{slug}/preview", response=DraftOut)
def preview(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Have it rendered small."""
    own = _own(request, slug)
    _done(lambda: actions.wish_preview(own))
    return _told(request, slug)


@router.post("/drafts/{slug}/post", response=DraftOut)
def post(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Have it rendered and posted."""
    own = _own(request, slug)
    _done(lambda: actions.wish_post(own))
    return _told(request, slug)


@router.delete("/drafts/{slug}/task", response=DraftOut)
def stop(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Stop what is being done for a draft."""
    own = _own(request, slug)
    _done(lambda: actions.stop_task(own))
    return _told(request, slug)


@router.get("/studio/sounds", response=list[SoundOut])
def sounds(request: HttpRequest, q: str = "", saved: bool = False) -> list[dict[str, Any]]:
    """Sounds that the caller may film to."""
    account = _caller(request)
    found = queries.sounds_saved(account) if saved else queries.sounds_found(account, q)
    return [telling.sound(one) for one in found]


def _caller(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # `django_auth` stands before every caller
    return request.user


def _own(request: HttpRequest, slug: str) -> Draft:
    found = queries.own(slug, _caller(request))
    if found is None:
        raise HttpError(404, "There is no such draft.")
    return found


def _own_take(request: HttpRequest, slug: str, take: str) -> Take:
    found = Take.objects.filter(draft=_own(request, slug), slug=take).first()
    if found is None:
        raise HttpError(404, "There is no such take.")
    return found


def _told(request: HttpRequest, slug: str) -> dict[str, Any]:
    return telling.draft(_own(request, slug))


def _done(act: Callable[[], T]) -> T:
    """Do an action; what it refuses becomes an answer with its sentence."""
    try:
        return act()
    except EditsError as error:
        raise HttpError(error.status, str(error)) from error
