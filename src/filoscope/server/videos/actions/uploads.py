"""Uploads: created within limits, reconciled with their file, and turned into a clip."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared
from filoscope.server.videos import files
from filoscope.server.videos.actions import clips, improving, laying
from filoscope.server.videos.errors import BadSoundUse, UploadBusy, UploadGone, UploadRefused
from filoscope.server.videos.models import CAPTION_LENGTH_MAX, Clip, OwnSound, Upload, Visibility
from filoscope.server.videos.queue import defer

MIB = 1024**2
_KEEP_OWNER: Final = "SELECT id FROM accounts_account WHERE id = %s FOR KEY SHARE"
IDLE = timedelta(minutes=5)  # without a part for so long, nobody is sending


@dataclass(frozen=True, slots=True)
class UploadWish:
    """What a client asks for when it creates an upload."""

    size_bytes: int
    metadata: str = ""
    file_name: str = ""
    caption: str = ""
    visibility: str = Visibility.PUBLIC
    post: bool = True
    improve: bool = False
    sound: str = ""  # slug of what is laid under it; empty: nothing
    sound_start_s: float = 0.0
    own_sound: str = OwnSound.REMOVED
    kind: str = Upload.Kind.CLIP


@transaction.atomic
def create_upload(account: Account, wish: UploadWish) -> Upload:
    """Make the row of an upload, or raise `UploadRefused` with the reason."""
    # Two at once are counted one after the other, so that neither slips under a limit.
    if not Account.objects.select_for_update().filter(pk=account.pk).values_list("pk"):
        raise UploadRefused("gone", "This account was deleted a moment ago.", status=410)
    _refuse_what_is_too_much(account, wish)
    try:
        wanted = laying.read_wish(
            account, sound=wish.sound, start_s=wish.sound_start_s, own=wish.own_sound
        )
    except BadSoundUse as error:
        raise UploadRefused("bad_sound", str(error), status=400) from error
    return Upload.objects.create(
        account=account,
        size_bytes=wish.size_bytes,
        metadata=wish.metadata,
        file_name=wish.file_name,
        caption=wish.caption,
        visibility=wish.visibility,
        post=wish.post,
        improve=wish.improve,
        sound=wanted.sound if wanted else None,
        sound_start_s=wish.sound_start_s,
        own_sound=wish.own_sound,
        kind=wish.kind,
        expires_at=_expiry(timezone.now()),
    )


def _refuse_what_is_too_much(account: Account, wish: UploadWish) -> None:
    if wish.size_bytes < 1:
        raise UploadRefused("empty", "This file is empty.", status=400)
    if wish.size_bytes > settings.UPLOAD_BYTES_MAX:
        sentence = (
            f"This file has {wish.size_bytes / MIB:,.0f} MB; "
            f"the largest allowed here has {settings.UPLOAD_BYTES_MAX / MIB:,.0f} MB."
        )
        raise UploadRefused("too_heavy", sentence, status=413)
    if len(wish.caption) > CAPTION_LENGTH_MAX:
        sentence = f"A caption has up to {CAPTION_LENGTH_MAX:,} letters."
        raise UploadRefused("caption_too_long", sentence, status=400)
    if wish.visibility not in Visibility.values:
        sentence = f"Visibility is one of {', '.join(Visibility.values)}."
        raise UploadRefused("no_such_visibility", sentence, status=400)
    if wish.kind not in Upload.Kind.values:
        sentence = f"What is uploaded is one of {', '.join(Upload.Kind.values)}."
        raise UploadRefused("no_such_kind", sentence, status=400)
    day_ago = timezone.now() - timedelta(days=1)
    of_today = account.uploads.filter(created_at__gt=day_ago, kind=wish.kind).count()
    allowed = settings.TAKES_A_DAY if wish.kind == Upload.Kind.TAKE else settings.UPLOADS_A_DAY
    if of_today >= allowed:
        sentence = f"{allowed} uploads a day are allowed here. Try again tomorrow."
        raise UploadRefused("too_many", sentence, status=429)
    promised = Upload.objects.filter(state=Upload.State.RECEIVING).aggregate(
        bytes=Sum(F("size_bytes") - F("offset_bytes"))
    )["bytes"]
    free = files.free_bytes() - (promised or 0)
    if free - wish.size_bytes < settings.DISK_FREE_MIN_BYTES:
        sentence = "The server has no room for this file at the moment. Try again later."
        raise UploadRefused("no_space", sentence, status=507)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(hours=settings.UPLOAD_EXPIRES_HOURS)


@contextmanager
def open_for_writing(upload_id: uuid.UUID) -> Iterator[int]:
    """Open the file of an upload for this writer alone; the kernel frees it when the process dies.

    A lock on the file and not on the row: it may be held for hours without an open transaction.
    """
    path = files.upload_path(files.upload_name(upload_id))
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy("Another connection is sending to this upload.") from error
        yield descriptor
    finally:
        os.close(descriptor)


@transaction.atomic
def begin_part(upload: Upload, descriptor: int, *, is_checked: bool) -> Upload:
    """Reconcile row and file before a part is written, and note whether it has a checksum."""
    row = _locked(upload)
    row.offset_bytes = _true_offset(row, descriptor)
    row.checking_from = row.offset_bytes if is_checked else None
    row.save(update_fields=["offset_bytes", "checking_from"])
    return row


@transaction.atomic
def end_part(upload: Upload, descriptor: int) -> Upload:
    """Take what the file holds as safe (the caller has synced it); complete it when all is there."""
    row = _locked(upload)
    row.offset_bytes = min(os.fstat(descriptor).st_size, row.size_bytes)
    row.checking_from = None
    row.expires_at = _expiry(timezone.now())
    row.save(update_fields=["offset_bytes", "checking_from", "expires_at"])
    if row.offset_bytes == row.size_bytes and row.kind == Upload.Kind.TAKE:
        row.state = Upload.State.COMPLETE
        row.save(update_fields=["state"])
    elif row.offset_bytes == row.size_bytes:
        receive(row)
    return row


def reconcile(upload: Upload) -> Upload:
    """Bring row and file together after a crash, unless somebody is writing; complete it if full."""
    if upload.state != Upload.State.RECEIVING:
        return upload
    try:
        with open_for_writing(upload.pk) as descriptor:
            upload = begin_part(upload, descriptor, is_checked=False)
            os.fsync(descriptor)
            if upload.offset_bytes == upload.size_bytes:
                return end_part(upload, descriptor)
    except UploadBusy:
        size = files.upload_path(files.upload_name(upload.pk)).stat().st_size
        upload.offset_bytes = size if upload.checking_from is None else upload.checking_from
    return upload


def _locked(upload: Upload) -> Upload:
    # The owner first, as whoever erases them does: else each would wait for the other in a circle.
    prepared.rows(_KEEP_OWNER, [upload.account_id])
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None or row.state != Upload.State.RECEIVING:
        raise UploadGone("This upload has ended.")
    return row


def _true_offset(row: Upload, descriptor: int) -> int:
    """Return how much the file holds, after dropping a part that was never checked.

    Unchecked bytes beyond the row's offset are kept: they arrived in order. Fewer bytes than the
    row says (a disk fault, a restored backup) send the client back to what is really there.
    """
    size = os.fstat(descriptor).st_size
    kept = min(size, row.size_bytes if row.checking_from is None else row.checking_from)
    if kept < size:
        os.ftruncate(descriptor, kept)
    return kept


@transaction.atomic
def receive(upload: Upload) -> Clip:
    """Make the clip of a complete upload, once, and queue its first job with it."""
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.clip is not None:
        return row.clip
    clip = Clip.objects.create(
        account_id=row.account_id,
        caption=row.caption,
        visibility=row.visibility,
        posted_at=timezone.now() if row.post else None,
        original=files.upload_name(row.pk),
    )
    if row.sound is not None:
        laying.lay(clip, laying.Laying(row.sound, row.sound_start_s, row.own_sound))
    clips.index_caption(clip)
    if row.improve:
        improving.want_improvement(clip, is_wanted=True)
    row.clip, row.state = clip, Upload.State.COMPLETE
    row.save(update_fields=["clip", "state"])
    upload.clip, upload.state = clip, row.state
    defer("probe", clip.pk)
    return clip


def receive_chunks(account: Account, wish: UploadWish, chunks: Iterable[bytes]) -> Clip:
    """Take a whole file from this machine or a plain form, within the limits of any other upload."""
    upload = create_upload(account, wish)
    with open_for_writing(upload.pk) as descriptor:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        os.fsync(descriptor)
        upload = end_part(upload, descriptor)
    if upload.clip is None:
        terminate(upload)
        raise UploadRefused("torn", "The file did not arrive whole. Send it again.", status=400)
    return upload.clip


def terminate(upload: Upload) -> None:
    """Drop an upload that its owner does not want any more; `UploadBusy` while a part comes in."""
    with open_for_writing(upload.pk):
        with transaction.atomic():
            _locked(upload).delete()
        files.remove_upload(files.upload_name(upload.pk))


def expire_uploads(now: datetime) -> int:
    """Drop unfinished uploads whose time is over, finish full ones; return how many were dropped."""
    dropped = 0
    idle = Upload.objects.filter(
        state=Upload.State.RECEIVING, expires_at__lt=_expiry(now) - IDLE
    )  # the others are left to their clients, who would find them busy
    for upload in idle.order_by("pk").iterator():
        try:
            if (
                reconcile(upload).state == Upload.State.RECEIVING
                and Upload.objects.filter(pk=upload.pk, expires_at__lt=now).exists()
            ):
                terminate(upload)
                dropped += 1
        except (UploadBusy, UploadGone):
            continue  # somebody writes to it, or ended it just now
    # Takes that no draft has fetched; their files go with the sweep.
    forgotten = Upload.objects.filter(kind=Upload.Kind.TAKE, state=Upload.State.COMPLETE)
    return dropped + forgotten.filter(expires_at__lt=now).delete()[0]


@transaction.atomic
def edit_upload(
    upload: Upload,
    *,
    caption: str | None = None,
    visibility: str | None = None,
    post: bool | None = None,
    improve: bool | None = None,
    sound_start_s: float | None = None,
    own_sound: str | None = None,
) -> Upload:
    """Change what the clip is or will be made with, however far its bytes are on their way."""
    # The clip is read by a query of its own: joined to a row that had to be waited for, it would be
    # missing still, and what was written here would never reach it.
    row = Upload.objects.select_for_update().get(pk=upload.pk)
    if row.clip is not None:
        row.clip = clips.edit(row.clip, caption=caption, visibility=visibility)
        if post:
            row.clip = clips.post(row.clip)
        if improve is not None:
            improving.want_improvement(row.clip, is_wanted=improve)
        laying.change_laying(row.clip, start_s=sound_start_s, own=own_sound)
        return row
    row.caption = row.caption if caption is None else caption
    row.visibility = row.visibility if visibility is None else visibility
    row.post = row.post if post is None else post
    row.improve = row.improve if improve is None else improve
    row.sound_start_s = row.sound_start_s if sound_start_s is None else sound_start_s
    row.own_sound = row.own_sound if own_sound is None else own_sound
    if row.sound is not None:
        laying.check(row.sound, start_s=row.sound_start_s, own=row.own_sound)
    names = ("caption", "visibility", "post", "improve", "sound_start_s", "own_sound")
    clips.validate(row, *names)
    row.save(update_fields=names)
    return row
