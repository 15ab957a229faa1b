"""Clips and uploads as JSON, below /api/v1."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from ninja.security import django_auth
from pydantic import Field

from filoscope.server.accounts.models import Account
from filoscope.server.videos import actions, news, queries
from filoscope.server.videos.errors import BadCaptions, BadSoundUse
from filoscope.server.videos.models import CAPTION_LENGTH_MAX, Clip, OwnSound, Upload, Visibility

router = Router(tags=["videos"])


class RenditionOut(Schema):
    """A file to play."""

    short_edge: int
    width: int
    height: int
    bitrate_kbps: int
    codecs: str
    size_bytes: int
    url: str


class CaptionTrackOut(Schema):
    """What is said, in one language."""

    language: str
    label: str
    url: str


class ClipOut(Schema):
    """A clip that plays."""

    slug: str
    url: str
    handle: str
    caption: str
    alt_text: str
    language: str
    visibility: str
    sound: str | None
    duration_s: float | None
    width: int | None
    height: int | None
    poster_url: str
    hls_url: str
    blurhash: str
    colour: str
    published_at: datetime | None
    is_complete: bool
    hashtags: list[str]
    mentions: list[str]
    view_count: int
    like_count: int
    comment_count: int
    renditions: list[RenditionOut]
    caption_tracks: list[CaptionTrackOut]


class ClipEdit(Schema):
    """What may be changed about a clip; what is left out stays."""

    caption: str | None = Field(None, max_length=CAPTION_LENGTH_MAX)
    alt_text: str | None = Field(None, max_length=1000)
    language: str | None = Field(None, max_length=35)
    visibility: Visibility | None = None
    allows_comments: bool | None = None
    post: bool = False


class CaptionsIn(Schema):
    """A caption track as WebVTT."""

    text: str
    label: str = ""


class ClipProgress(Schema):
    """How far a clip is."""

    slug: str
    url: str
    state: str
    step: str
    progress: float
    words: str
    failure_code: str
    failure: str
    poster_url: str
    is_complete: bool
    is_posted: bool


class UploadOut(Schema):
    """A file on its way in, and the clip that was made of it."""

    id: uuid.UUID
    state: str
    refusal: str
    file_name: str
    size_bytes: int
    offset_bytes: int
    caption: str
    visibility: str
    post: bool
    improve: bool
    sound: str | None
    sound_start_s: float
    own_sound: OwnSound
    created_at: datetime
    expires_at: datetime
    clip: ClipProgress | None


class UploadEdit(Schema):
    """What the clip will be made with; what is left out stays."""

    caption: str | None = Field(None, max_length=CAPTION_LENGTH_MAX)
    visibility: Visibility | None = None
    post: bool | None = None
    improve: bool | None = None
    sound_start_s: float | None = None
    own_sound: OwnSound | None = None


@router.get("/clips/{slug}", response=ClipOut, auth=None)
def clip(request: HttpRequest, slug: str) -> dict[str, Any]:
    """One clip that the caller may watch."""
    viewer = request.user if isinstance(request.user, Account) else None
    return _clip(_found(queries.by_slug(slug, viewer)))


@router.patch("/clips/{slug}", response=ClipOut, auth=django_auth)
def edit_clip(request: HttpRequest, slug: str, wish: ClipEdit) -> dict[str, Any]:
    """Change one's own clip."""
    own = _own(request, slug)
    given = wish.dict(exclude={"post"}, exclude_none=True)
    try:
        actions.edit(own, **given)
    except ValidationError as error:
        raise HttpError(422, " ".join(error.messages)) from error
    if wish.post:
        actions.post(own)
    return _clip(_found(queries.own(slug, _caller(request))))


@router.delete("/clips/{slug}", response={204: None}, auth=django_auth)
def delete_clip(request: HttpRequest, slug: str) -> Status[None]:
    """Erase one's own clip with its files."""
    actions.delete(_own(request, slug))
    return Status(204, None)


@router.put("/clips/{slug}/captions/{language}", response=CaptionTrackOut, auth=django_auth)
def put_captions(
    request: HttpRequest, slug: str, language: str, track: CaptionsIn
) -> dict[str, Any]:
    """Keep the captions of one's own clip in one language."""
    own = _own(request, slug)
    try:
        kept = actions.set_captions(own, language=language, text=track.text, label=track.label)
    except BadCaptions as error:
        raise HttpError(422, str(error)) from error
    return _track(own, kept.language, kept.label)


@router.delete("/clips/{slug}/captions/{language}", response={204: None}, auth=django_auth)
def delete_captions(request: HttpRequest, slug: str, language: str) -> Status[None]:
    """Remove the captions of one language."""
    if not actions.remove_captions(_own(request, slug), language=language):
        raise HttpError(404, "This clip has no captions in that language.")
    return Status(204, None)


@router.get("/uploads", response=list[UploadOut], auth=django_auth)
def uploads(request: HttpRequest) -> list[dict[str, Any]]:
    """The caller's uploads, newest first."""
    return [_upload(upload) for upload in queries.uploads_of(_caller(request))]


@router.get("/uploads/{upload_id}", response=UploadOut, auth=django_auth)
def upload(request: HttpRequest, upload_id: uuid.UUID) -> dict[str, Any]:
    """One upload of the caller."""
    return _upload(_own_upload(request, upload_id))


@router.patch("/uploads/{upload_id}", response=UploadOut, auth=django_auth)
def edit_upload(request: HttpRequest, upload_id: uuid.UUID, wish: UploadEdit) -> dict[str, Any]:
    """Say what the clip is made with, before or after the file is there."""
    own = _own_upload(request, upload_id)
    try:
        actions.edit_upload(own, **wish.dict(exclude_none=True))
    except BadSoundUse as error:
        raise HttpError(422, str(error)) from error
    return _upload(_own_upload(request, upload_id))


def _caller(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # `django_auth` stands before every caller
    return request.user


def _found(clip: Clip | None) -> Clip:
    if clip is None:
        raise HttpError(404, "There is no such clip.")
    return clip


def _own(request: HttpRequest, slug: str) -> Clip:
    return _found(queries.own(slug, _caller(request)))


def _own_upload(request: HttpRequest, upload_id: uuid.UUID) -> Upload:
    upload = queries.upload_of(_caller(request), upload_id)
    if upload is None:
        raise HttpError(404, "There is no such upload.")
    return upload


def _clip(clip: Clip) -> dict[str, Any]:
    base = f"{settings.MEDIA_URL}{clip.folder}"
    renditions = list(clip.renditions.all())
    same = (
        "slug caption alt_text language visibility duration_s width height poster_url blurhash "
        "colour published_at view_count like_count comment_count"
    )
    return {name: getattr(clip, name) for name in same.split()} | {
        "url": clip.get_absolute_url(),
        "handle": clip.account.handle,
        "sound": str(clip.sound) if clip.sound and not clip.is_muted else None,
        "hls_url": f"{base}/master.m3u8" if renditions else "",
        "is_complete": clip.completed_at is not None,
        "hashtags": [tag.name for tag in clip.hashtags.all()],
        "mentions": [account.handle for account in clip.mentions.all()],
        "renditions": [
            {
                "short_edge": rendition.short_edge,
                "width": rendition.width,
                "height": rendition.height,
                "bitrate_kbps": rendition.bitrate_kbps,
                "codecs": rendition.codecs,
                "size_bytes": rendition.size_bytes,
                "url": f"{base}/{rendition.file}",
            }
            for rendition in renditions
        ],
        "caption_tracks": [
            _track(clip, track.language, track.label) for track in clip.caption_tracks.all()
        ],
    }


def _track(clip: Clip, language: str, label: str) -> dict[str, Any]:
    url = f"{clip.get_absolute_url()}/captions/{language}.vtt"
    return {"language": language, "label": label, "url": url}


def _upload(upload: Upload) -> dict[str, Any]:
    same = (
        "id state refusal file_name size_bytes offset_bytes caption visibility post "
        "improve sound_start_s own_sound created_at expires_at"
    )
    clip = upload.clip
    return {name: getattr(upload, name) for name in same.split()} | {
        "sound": upload.sound.slug if upload.sound else None,
        "clip": clip
        and {
            "slug": clip.slug,
            "url": clip.get_absolute_url(),
            "state": clip.state,
            "step": clip.step,
            "progress": clip.progress,
            "words": news.words(clip),
            "failure_code": clip.failure_code,
            "failure": clip.failure,
            "poster_url": clip.poster_url,
            "is_complete": clip.completed_at is not None,
            "is_posted": clip.posted_at is not None,
        },
    }
