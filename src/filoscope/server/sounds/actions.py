"""The only writer of sounds: sent by people, or the own sound of a clip when it is heard first."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from filoscope.media import Recording
from filoscope.media.recording import SOUND_BYTES_MAX
from filoscope.server.accounts.models import Account
from filoscope.server.accounts.pictures import square_webp
from filoscope.server.sounds import files
from filoscope.server.sounds.errors import SoundGone, SoundRefused, Superseded
from filoscope.server.sounds.models import SavedSound, Sound
from filoscope.server.sounds.queue import defer

ORIGINAL_TITLE = "original sound"
COVER_EDGE_PX = 640  # the page of a sound shows it at 320 CSS pixels at most
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class SoundWish:
    """What somebody says of a sound that they send."""

    title: str
    artist: str = ""
    licence: str = ""
    isrc: str = ""
    allows_use: bool = True


def create_original(maker: Account, *, duration_s: float | None) -> Sound:
    """Make the sound of a clip that brought its own; its file follows by `keep_original`."""
    return Sound.objects.create(
        title=ORIGINAL_TITLE, artist=f"@{maker.handle}", maker=maker, duration_s=duration_s
    )


def create(*, title: str, artist: str, maker: Account | None = None) -> Sound:
    """Make a sound that stands by itself, without a file: clips bring it in their own."""
    return Sound.objects.create(title=title, artist=artist, maker=maker, is_original=False)


def receive(
    maker: Account, wish: SoundWish, chunks: Iterable[bytes], *, cover: bytes = b""
) -> Sound:
    """Take in a sound by itself, within limits, and queue what makes our file of it."""
    _refuse_what_is_too_much(maker)
    picture = square_webp(cover, edge_px=COVER_EDGE_PX) if cover else b""
    with transaction.atomic():
        sound = Sound.objects.create(
            title=wish.title,
            artist=wish.artist,
            licence=wish.licence,
            isrc=wish.isrc,
            allows_use=wish.allows_use,
            maker=maker,
            is_original=False,
            source=files.new_name(),
            folder=files.new_name(),
        )
    try:
        _write(files.source_path(sound.source), chunks)
        files.folder_path(sound.folder).mkdir(parents=True, exist_ok=True)
        with transaction.atomic():
            if picture:
                _keep_cover(sound, picture)
            defer("make", sound.pk)
    except (SoundRefused, OSError):
        delete(sound)
        raise
    return sound


def _refuse_what_is_too_much(maker: Account) -> None:
    day_ago = timezone.now() - timedelta(days=1)
    sent = Sound.objects.filter(maker=maker, is_original=False, created_at__gt=day_ago).count()
    if sent >= settings.UPLOADS_A_DAY:
        raise SoundRefused(
            f"{settings.UPLOADS_A_DAY} sounds a day are allowed here. Try again tomorrow."
        )
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(root).free < settings.DISK_FREE_MIN_BYTES + SOUND_BYTES_MAX:
        raise SoundRefused("The server has no room for this file at the moment. Try again later.")


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as file:
        for chunk in chunks:
            written += file.write(chunk)
            if written > SOUND_BYTES_MAX:
                raise SoundRefused(
                    f"The largest sound allowed here has {SOUND_BYTES_MAX // MB} MB."
                )
        file.flush()
        os.fsync(file.fileno())
    if not written:
        raise SoundRefused("This file is empty.")


def locked(sound: Sound) -> Sound:
    """Return the row as it is now, held until the transaction ends, or raise `SoundGone`."""
    row = Sound.objects.select_for_update(of=("self",)).filter(pk=sound.pk).first()
    if row is None:
        raise SoundGone("This sound was deleted a moment ago.")
    return row


@transaction.atomic
def keep_recording(sound_id: int, recording: Recording) -> None:
    """Let a song be heard, and forget the file as it came; its beats are looked for next."""
    sound = Sound.objects.select_for_update(of=("self",)).filter(pk=sound_id).first()
    if sound is None:
        raise Superseded(f"sound {sound_id} is gone")
    source, sound.source = sound.source, ""
    _make_ready(sound, recording)
    transaction.on_commit(lambda: files.remove_source(source))


@transaction.atomic
def keep_original(sound: Sound, recording: Recording, *, folder: str, cover: str) -> None:
    """Let the own sound of a clip be heard from the folder of that clip, which holds its file."""
    row = locked(sound)
    row.folder, row.cover = folder, cover
    _make_ready(row, recording)


def _make_ready(sound: Sound, recording: Recording) -> None:
    sound.duration_s, sound.waveform = recording.duration_s, list(recording.waveform)
    sound.ready_at, sound.failure = sound.ready_at or timezone.now(), ""
    sound.heard_at = sound.tempo_bpm = None
    sound.save()
    if recording.loudness_lufs is not None:
        defer("listen", sound.pk)


@transaction.atomic
def keep_song(sound_id: int, *, folder: str, tempo_bpm: float) -> None:
    """Say that a sound was heard, and how fast it goes."""
    heard = Sound.objects.filter(pk=sound_id, folder=folder, ready_at__isnull=False)
    heard.update(heard_at=timezone.now(), tempo_bpm=round(tempo_bpm, 1) or None)


@transaction.atomic
def fail(sound_id: int, sentence: str) -> None:
    """Say why there is nothing to hear; nobody but the maker sees the row."""
    sound = Sound.objects.select_for_update(of=("self",)).filter(pk=sound_id).first()
    if sound is None or sound.ready_at is not None:
        return
    source, sound.source, sound.failure = sound.source, "", sentence[:500]
    sound.save(update_fields=["source", "failure"])
    transaction.on_commit(lambda: files.remove_source(source))


@transaction.atomic
def edit(
    sound: Sound, *, title: str, artist: str, licence: str, isrc: str, allows_use: bool
) -> Sound:
    """Change what is said of a sound, and whether others may use it."""
    row = locked(sound)
    row.title, row.artist, row.licence, row.isrc = title, artist, licence, isrc
    row.allows_use = allows_use
    row.save(update_fields=["title", "artist", "licence", "isrc", "allows_use"])
    return row


def set_cover(sound: Sound, encoded: bytes) -> None:
    """Give a song a picture, in place of an earlier one; raise `PictureRefused` for what is none."""
    picture = square_webp(encoded, edge_px=COVER_EDGE_PX)
    with transaction.atomic():
        row = locked(sound)
        if row.is_original or not row.folder:
            return  # a clip's own sound is shown by the clip
        _keep_cover(row, picture)


def _keep_cover(sound: Sound, picture: bytes) -> None:
    """Write a cover under a name of its own: what browsers keep never changes its content."""
    former, sound.cover = sound.cover, f"cover-{secrets.token_hex(6)}.webp"
    folder = files.folder_path(sound.folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / sound.cover).write_bytes(picture)
    sound.save(update_fields=["cover"])
    if former:
        transaction.on_commit(lambda: (folder / former).unlink(missing_ok=True))


@transaction.atomic
def delete(sound: Sound) -> bool:
    """Remove a sound and its file; whether its page is gone too.

    Clips that were made with it keep what is in their own files and go on naming it, so its row
    stays, without anything to hear, for as long as there is one.
    """
    row = Sound.objects.select_for_update(of=("self",)).filter(pk=sound.pk).first()
    if row is None:
        return True
    folder, source = row.folder, row.source

    def remove_files() -> None:
        files.remove_folder(folder)
        files.remove_source(source)

    transaction.on_commit(remove_files)
    if not row.clips.exists():  # videos' table, which is above: read by the name of its relation
        row.delete()
        return True
    row.folder = row.source = row.cover = ""
    row.ready_at = row.heard_at = row.waveform = None
    row.failure = "This sound was deleted."
    row.save()
    row.saves.all().delete()
    return False


@transaction.atomic
def erase_sounds(maker: Account) -> list[int]:
    """Remove all sounds of somebody who leaves; return those that others' clips still name.

    What somebody said in a clip goes on without their name; a song keeps the artist it was credited
    to.
    """
    kept = []
    for sound in Sound.objects.filter(maker=maker).order_by("pk"):
        if not delete(sound):
            Sound.objects.filter(pk=sound.pk).update(maker=None)
            kept.append(sound.pk)
    Sound.objects.filter(pk__in=kept, is_original=True).update(artist="", title=ORIGINAL_TITLE)
    return kept


@transaction.atomic
def hide(sound: Sound) -> None:
    """Take a sound away from everyone but its maker and the moderators."""
    row = locked(sound)
    if row.hidden_at is None:
        row.hidden_at = timezone.now()
        row.save(update_fields=["hidden_at"])


@transaction.atomic
def show(sound: Sound) -> None:
    """Give a hidden sound back."""
    row = locked(sound)
    row.hidden_at = None
    row.save(update_fields=["hidden_at"])


@transaction.atomic
def save(account: Account, sound: Sound) -> None:
    """Save a sound, once."""
    SavedSound.objects.bulk_create(
        [SavedSound(account=account, sound=locked(sound))], ignore_conflicts=True
    )


@transaction.atomic
def unsave(account: Account, sound: Sound) -> None:
    """Forget that somebody saved a sound."""
    SavedSound.objects.filter(account=account, sound=sound).delete()
