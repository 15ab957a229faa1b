"""Drafts, takes and sounds as the studio's page is told them."""

from __future__ import annotations

from typing import Any

from filoscope.server.edits import files, timelines
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds.models import Sound
from filoscope.server.sounds.queries import song_of
from filoscope.server.videos.models import Clip
from filoscope.studio.listening.song import PEAKS_HZ


def draft(row: Draft) -> dict[str, Any]:
    """Return all that a page needs to go on with a draft."""
    same = (
        "slug revision timeline alternatives cover_s caption visibility shares_cut caption_language"
    )
    plays = row.clip is not None and row.clip.state == Clip.State.READY
    is_posting = row.clip is not None and row.clip.state in (
        Clip.State.RECEIVED,
        Clip.State.PROCESSING,
    )
    return {name: getattr(row, name) for name in same.split()} | {
        "task": Draft.Task.RENDER if is_posting else row.task,
        "progress": row.progress,
        "url": row.get_absolute_url(),
        "sound": row.sound and sound(row.sound),
        "takes": [take(one) for one in row.takes.all()],
        "is_based_on_a_cut": row.based_on_id is not None,
        "failure": row.failure or (row.clip.failure if row.clip else ""),
        "preview_url": files.url_of(row.folder, files.PREVIEW),
        "preview_revision": row.preview_revision,
        "clip_url": row.clip.get_absolute_url() if row.clip and plays else "",
        "changed_at": row.changed_at,
    }


def take(row: Take) -> dict[str, Any]:
    """Return a take with the addresses of what is shown of it."""
    same = (
        "slug kind state progress failure file_name speed duration_s width height has_sound "
        "thumb_every_s thumb_count"
    )
    placed = row.placed or {}
    folder = row.folder if row.state == Take.State.READY else ""
    return {name: getattr(row, name) for name in same.split()} | {
        "video_url": files.url_of(folder, files.PROXY) if row.kind == Take.Kind.CLIP else "",
        "picture_url": files.url_of(folder, files.PICTURE) if row.kind == Take.Kind.PHOTO else "",
        "audio_url": files.url_of(folder, files.VOICE) if row.kind == Take.Kind.VOICE else "",
        "strip_url": files.url_of(folder, files.STRIP) if row.thumb_count else "",
        "poster_url": files.url_of(folder, files.POSTER) if row.thumb_count else "",
        "offset_s": timelines.offset_of(row),
        "how": placed.get("how", ""),
        "confidence": placed.get("confidence"),
        "reason": placed.get("reason", ""),
        "is_removed": row.removed_at is not None,
    }


def sound(row: Sound) -> dict[str, Any]:
    """Return a sound with what is heard of it."""
    same = "slug title audio_url cover_url duration_s tempo_bpm"
    return {name: getattr(row, name) for name in same.split()} | {
        "artist": row.credit,
        "url": row.get_absolute_url(),
        "is_heard": row.heard_at is not None,
    }


def song(row: Draft) -> dict[str, Any] | None:
    """Return the beats and the waveform of a draft's sound, or None while nobody has listened."""
    heard = song_of(row.sound) if row.sound else None
    if heard is None:
        return None
    same = "duration_s tempo_bpm beats_s downbeats_s drops_s peaks"
    return {name: getattr(heard, name) for name in same.split()} | {"peaks_a_second": PEAKS_HZ}
