"""Takes: fetched from an upload, looked at, put to the sound."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from filoscope.server.edits import files, news
from filoscope.server.edits.actions.drafts import held
from filoscope.server.edits.errors import BadEdit, DraftGone, NotYet, Superseded, TooMuch
from filoscope.server.edits.models import WORDS_MAX, Draft, Take
from filoscope.server.edits.queue import defer
from filoscope.server.sounds.queries import audio_path
from filoscope.server.videos import files as uploads
from filoscope.server.videos.models import Upload

SPEED_MIN, SPEED_MAX = 0.5, 2.0
HINT_S_MAX = 4 * 3600.0  # where in a sound a take may begin: as far as a timeline reaches
BY_HAND = {"how": "hand", "drift_ppm": 0.0, "confidence": 1.0, "rival_s": None}


@dataclass(frozen=True, slots=True)
class TakeRun:
    """One try at making a take ready."""

    take_id: int
    original: Path
    path: Path
    kind: str
    speed: float
    hint_s: float | None
    sound: Path | None  # to put it to


@transaction.atomic
def add_take(
    draft: Draft,
    upload_id: uuid.UUID,
    *,
    hint_s: float | None = None,
    speed: float = 1.0,
    kind: str = Take.Kind.CLIP,
) -> Take:
    """Make a take of a complete upload, once, and queue its job."""
    row = held(draft.pk)
    if row.task == Draft.Task.RENDER or row.clip_id is not None:
        raise NotYet("This draft is being posted: it takes no more takes.")
    if not SPEED_MIN <= speed <= SPEED_MAX:
        raise BadEdit(f"speed is {speed:g}; give a number from {SPEED_MIN:g} to {SPEED_MAX:g}.")
    if hint_s is not None and not -HINT_S_MAX <= hint_s <= HINT_S_MAX:
        raise BadEdit("hint_s is not a moment of a sound.")
    if row.takes.filter(removed_at=None).count() >= settings.TAKES_MAX:
        raise TooMuch(f"A draft has up to {settings.TAKES_MAX} takes. Take one out first.")
    upload = Upload.objects.select_for_update(of=("self",)).filter(
        pk=upload_id, account_id=row.account_id, kind=Upload.Kind.TAKE
    ).first()  # fmt: skip
    if upload is None or upload.state != Upload.State.COMPLETE:
        raise DraftGone("There is no such take on the server. Please send it again.")
    name = files.new_take()
    files.link(uploads.upload_path(uploads.upload_name(upload.pk)), name)
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.FETCHED)
    take = Take.objects.create(
        draft=row, original=name, file_name=upload.file_name, hint_s=hint_s, speed=speed, kind=kind
    )
    defer("prepare", row_id=take.pk)
    transaction.on_commit(lambda: uploads.remove_upload(uploads.upload_name(upload.pk)))
    return take


def _held(take_id: int) -> Take:
    draft = Draft.objects.select_for_update(of=("self",)).filter(takes=take_id).first()
    take = Take.objects.filter(pk=take_id).first()
    if take is None or draft is None:
        raise Superseded(f"take {take_id} is gone")
    take.draft = draft  # the draft first, as everybody does
    return take


@transaction.atomic
def begin_take(take_id: int) -> TakeRun:
    """Take the folder of what is shown of a take: the same one after a kill."""
    take = _held(take_id)
    if not take.folder:
        take.folder = files.new_folder()
        take.save(update_fields=["folder"])
    sound = take.draft.sound
    return TakeRun(
        take_id,
        files.take_path(take.original),
        files.folder_path(take.folder),
        take.kind,
        take.speed,
        take.hint_s,
        audio_path(sound) if sound and sound.ready_at else None,
    )


@transaction.atomic
def report_take(take_id: int, progress: float) -> None:
    """Let the maker see how far a take is."""
    take = _held(take_id)
    take.progress = progress
    take.save(update_fields=["progress"])
    news.tell_of_take(take)


def keep_take(run: TakeRun, facts: dict[str, Any]) -> None:
    """Keep what was found out about a take: it can be cut."""
    uploads.make_durable(run.path)
    with transaction.atomic():
        take = _held(run.take_id)
        for name in (
            "kind",
            "duration_s",
            "width",
            "height",
            "has_sound",
            "thumb_every_s",
            "thumb_count",
        ):
            setattr(take, name, facts[name])
        take.state, take.progress, take.failure = Take.State.READY, 1.0, ""
        take.placed = facts["placed"]
        take.save()
        news.tell_of_take(take)


@transaction.atomic
def place_take(take_id: int, placed: dict[str, Any] | None) -> None:
    """Keep where a take lies in the draft's sound."""
    take = _held(take_id)
    take.placed = placed
    take.save(update_fields=["placed"])
    news.tell_of_take(take)


@transaction.atomic
def place_by_hand(take: Take, offset_s: float) -> None:
    """Put a take where its maker says it lies in the sound."""
    if not -HINT_S_MAX <= offset_s <= HINT_S_MAX:
        raise BadEdit("offset_s is not a moment of a sound.")
    row = _held(take.pk)
    _ask_for_a_clip(row)
    row.placed = BY_HAND | {"offset_s": offset_s, "reason": "where you have put it"}
    row.save(update_fields=["placed"])


@transaction.atomic
def place_by_itself(take: Take) -> None:
    """Have a take listened to once more, and forget where it was put by hand."""
    row = _held(take.pk)
    _ask_for_a_clip(row)
    row.placed, row.hint_s = None, None
    row.save(update_fields=["placed", "hint_s"])
    defer("align", row_id=row.pk)


def _ask_for_a_clip(take: Take) -> None:
    if take.state != Take.State.READY or take.kind != Take.Kind.CLIP or take.draft.sound is None:
        raise NotYet("Only footage that was looked at is put to a sound.")


@transaction.atomic
def retry_take(take: Take) -> None:
    """Look at a take once more that could not be used."""
    row = _held(take.pk)
    if row.state != Take.State.FAILED:
        raise NotYet("This take has not failed.")
    row.state, row.progress, row.failure = Take.State.RECEIVED, 0.0, ""
    row.save(update_fields=["state", "progress", "failure"])
    defer("prepare", row_id=row.pk)


@transaction.atomic
def fail_take(take_id: int, sentence: str) -> None:
    """Say why a take cannot be used."""
    take = _held(take_id)
    take.state, take.failure = Take.State.FAILED, sentence[:WORDS_MAX]
    take.save(update_fields=["state", "failure"])
    news.tell_of_take(take)
