"""A sound under a clip: which one, from where, and what becomes of the clip's own.

What plays says what was laid into it (`SoundUse.laid`); where that is not what the maker wants by
now, `go_on` has the clip made again. The own sound of a clip that uses none is taken out of what
plays (`begin_sound`, `keep_sound`), so that others may use it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from procrastinate.contrib.django.models import ProcrastinateJob

from filoscope.media import Bed, Recording
from filoscope.server.accounts.models import Account
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds import queries as sounds_queries
from filoscope.server.sounds.models import AUDIO, Sound
from filoscope.server.videos import files
from filoscope.server.videos.errors import BadSoundUse, Superseded
from filoscope.server.videos.models import Clip, OwnSound, SoundUse
from filoscope.server.videos.queries import usable_sounds
from filoscope.server.videos.queue import TASKS, defer

OWN_GAIN_DB = {
    OwnSound.KEPT: 0.0,
    OwnSound.LOWERED: -12.0,  # a quarter as loud: a voice is followed still, and leads no more
    OwnSound.REMOVED: None,
}
POSTER = "poster.webp"  # what shows the own sound of a clip
MENDED_AT_ONCE = 100  # own sounds without a file that one sweep queues


@dataclass(frozen=True, slots=True)
class Laying:
    """A sound that somebody wants under a clip."""

    sound: Sound
    start_s: float
    own: str


def read_wish(
    account: Account, *, sound: str, start_s: float = 0.0, own: str = OwnSound.REMOVED
) -> Laying | None:
    """Return which sound is wanted and how, or None for none; raise `BadSoundUse` with the reason."""
    if not sound:
        return None
    found = usable_sounds(account).filter(slug=sound).first()
    if found is None:
        raise BadSoundUse("This sound is not there any more, or its maker keeps it for themselves.")
    check(found, start_s=start_s, own=own)
    return Laying(found, start_s, own)


def check(sound: Sound, *, start_s: float, own: str) -> None:
    """Raise `BadSoundUse` for what cannot be laid."""
    if own not in OwnSound.values:
        raise BadSoundUse(f"A clip's own sound is one of {', '.join(OwnSound.values)}.")
    if not math.isfinite(start_s) or not 0 <= start_s < (sound.duration_s or 0):
        raise BadSoundUse(f"This sound has {sound.duration_s or 0:.1f} seconds to begin in.")


def lay(clip: Clip, laying: Laying) -> None:
    """Set a fresh clip to a sound, which credits its maker."""
    clip.sound = laying.sound
    clip.save(update_fields=["sound"])
    SoundUse.objects.create(clip=clip, start_s=laying.start_s, own=laying.own)


@transaction.atomic
def change_laying(clip: Clip, *, start_s: float | None = None, own: str | None = None) -> None:
    """Lay a clip's sound otherwise; what plays already is made again."""
    row = Clip.objects.select_for_update(of=("self",)).filter(pk=clip.pk).first()
    use = SoundUse.objects.filter(clip=row).first() if row is not None else None
    if row is None or use is None or row.sound is None:
        return
    use.start_s = use.start_s if start_s is None else start_s
    use.own = use.own if own is None else own
    check(row.sound, start_s=use.start_s, own=use.own)
    use.save(update_fields=["start_s", "own"])
    go_on(row)


def wanted(use: SoundUse) -> str:
    """Say in one line how a sound is to be laid."""
    return f"{use.start_s:.3f} {use.own}"


def go_on(clip: Clip) -> None:
    """Have a clip made again when its sound is laid otherwise in what plays; the row is held."""
    use = SoundUse.objects.filter(clip=clip).first()
    if use is None or clip.completed_at is None or use.laid == wanted(use):
        return
    clip.completed_at, clip.progress, clip.step = None, 0.0, "transcode"
    clip.save(update_fields=["completed_at", "progress", "step"])
    defer("transcode", clip.pk)


def bed_of(clip: Clip) -> tuple[Bed | None, str]:
    """Return what is to be laid under a clip, and how in one line; the row is held.

    A sound that is gone by now is laid no more: the clip is heard by itself then. One that is hidden
    stays under the clips that had it, for when it is shown again; they are muted (`muting`).
    """
    use = SoundUse.objects.filter(clip=clip).first()
    if use is None:
        return None, ""
    sound = clip.sound
    if sound is not None and _is_still_laid(sound, use):
        path = sounds_queries.audio_path(sound)
        if path.is_file():
            gain_db = OWN_GAIN_DB[OwnSound(use.own)]
            return Bed(str(path), use.start_s, own_gain_db=gain_db), wanted(use)
    use.delete()
    clip.sound, clip.has_sound = None, bool((clip.facts or {}).get("audio_codec"))
    clip.save(update_fields=["sound", "has_sound"])
    return None, ""


def _is_still_laid(sound: Sound, use: SoundUse) -> bool:
    is_kept = bool(use.laid) and sound.hidden_at is not None and sound.ready_at is not None
    return is_kept or sounds_queries.there().filter(pk=sound.pk).exists()


@dataclass(frozen=True, slots=True)
class OwnSoundRun:
    """One try at taking the own sound out of a clip."""

    clip_id: int
    sound: Sound
    folder: str
    rendition: Path

    @property
    def target(self) -> Path:
        """Where the sound goes: beside what it is taken from."""
        return files.folder_path(self.folder) / AUDIO


def begin_sound(clip_id: int) -> OwnSoundRun:
    """Return what to take a clip's own sound from; raise `Superseded` when there is none to take."""
    clip = Clip.objects.select_related("sound").filter(pk=clip_id, owns_sound=True).first()
    lowest = clip.renditions.first() if clip is not None else None
    if clip is None or clip.sound is None or lowest is None:
        raise Superseded(f"clip {clip_id} has no sound of its own")
    folder = _sounding(clip)
    return OwnSoundRun(clip_id, clip.sound, folder, files.folder_path(folder) / lowest.file)


def _sounding(clip: Clip) -> str:
    """Return the folder in which a clip is heard, which does not play while it is muted."""
    return clip.sounding_folder or clip.folder


@transaction.atomic
def keep_sound(run: OwnSoundRun, recording: Recording) -> None:
    """Let the own sound of a clip be heard by itself."""
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=run.clip_id).first()
    if clip is None or _sounding(clip) != run.folder or clip.sound_id != run.sound.pk:
        raise Superseded(f"clip {run.clip_id} has been made anew")
    sounds.keep_original(run.sound, recording, folder=run.folder, cover=POSTER)


def queue_own_sound(clip: Clip) -> None:
    """Queue the taking out of a clip's own sound, if it has one."""
    if clip.owns_sound and clip.sound_id is not None:
        defer("sound", clip.pk)


def _being_taken_out() -> set[int]:
    jobs = ProcrastinateJob.objects.filter(task_name=f"{TASKS}sound", status__in=("todo", "doing"))
    return {args["clip_id"] for args in jobs.values_list("args", flat=True)}


def mend_silent_sounds(*, repair: bool = True) -> tuple[str, ...]:
    """Queue the own sounds of clips that have no file, or lie where the clip no longer does."""
    is_apart = Q(sound__ready_at=None) | ~Q(sound__folder__in=(F("folder"), F("sounding_folder")))
    silent = Clip.objects.filter(
        is_apart, owns_sound=True, sound__failure="", completed_at__isnull=False
    ).exclude(pk__in=_being_taken_out())
    found = list(silent.order_by("pk")[:MENDED_AT_ONCE])
    if repair:
        for clip in found:
            queue_own_sound(clip)
    return tuple(clip.slug for clip in found)
