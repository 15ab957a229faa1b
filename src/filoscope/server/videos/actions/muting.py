"""A clip whose sound a moderator has hidden goes on playing, without any sound.

`Clip.folder` is what plays. While its sound is hidden that is a copy without sound, and
`sounding_folder` keeps what is heard again once the sound is shown. Between the two, which is until
its job has run, the clip does not play (`queries.keeps_quiet`), and nothing that sounds is served of
it (`queries.folder_access`): nobody has to be quick.

The whole sound goes, what was said over it too: a microphone in a room has recorded the song as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.db import transaction
from django.db.models import Q, QuerySet
from procrastinate.contrib.django.models import ProcrastinateJob

from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import files
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queue import TASKS, defer, defer_muting

MENDED_AT_ONCE = 100  # clips that one sweep queues or gives their sound back


@transaction.atomic
def hide_sound(sound: Sound) -> None:
    """Let nobody hear a sound any more, by itself or in a clip."""
    sounds.hide(sound)
    defer_muting(sound.pk)


def queue_muting(sound_id: int) -> None:
    """Queue all clips to a hidden sound, the latest first; what a kill leaves out the sweep takes up."""
    owed = Clip.objects.filter(
        sound=sound_id, sound__hidden_at__isnull=False, state=Clip.State.READY, sounding_folder=""
    )
    for clip_id in owed.order_by("-published_at", "pk").values_list("pk", flat=True):
        defer("mute", clip_id)


@transaction.atomic
def show_sound(sound: Sound) -> None:
    """Let a hidden sound be heard again, at once in all clips to it."""
    list(Clip.objects.select_for_update(of=("self",)).filter(sound=sound).order_by("pk").only("pk"))
    sounds.show(sound)
    _give_back(Clip.objects.filter(sound=sound))


def _give_back(clips: QuerySet[Clip]) -> None:
    for clip in clips.exclude(sounding_folder="").order_by("pk"):
        muted, clip.folder, clip.sounding_folder = clip.folder, clip.sounding_folder, ""
        clip.save(update_fields=["folder", "sounding_folder"])
        transaction.on_commit(partial(files.remove_folder, muted))


@dataclass(frozen=True, slots=True)
class MuteRun:
    """One try at making a clip's files without their sound."""

    clip_id: int
    sounding: str
    folder: str

    @property
    def source(self) -> Path:
        """Where the files with sound are."""
        return files.folder_path(self.sounding)

    @property
    def path(self) -> Path:
        """Where those without go."""
        return files.folder_path(self.folder)


def is_owed(clip: Clip) -> bool:
    """Whether a clip plays, with a sound that is hidden by now, and no run is about it."""
    is_settled = clip.completed_at is not None or bool(clip.failure_code)
    return (
        is_settled
        and clip.state == Clip.State.READY
        and not clip.sounding_folder
        and clip.sound is not None
        and clip.sound.hidden_at is not None
    )


def go_on(clip: Clip) -> None:
    """Queue the muting of a clip that has just been made; the row is held."""
    if is_owed(clip):
        defer("mute", clip.pk)


@transaction.atomic
def begin_mute(clip_id: int) -> MuteRun:
    """Take a fresh folder for a clip's files without sound; raise `Superseded` if it needs none."""
    clip = _held(clip_id)
    if not is_owed(clip):
        raise Superseded(f"clip {clip_id} is not to be muted")
    left_over, clip.next_folder = clip.next_folder, files.new_folder()
    clip.save(update_fields=["next_folder"])
    transaction.on_commit(lambda: files.remove_folder(left_over))
    return MuteRun(clip_id, clip.folder, clip.next_folder)


def keep_mute(run: MuteRun) -> None:
    """Let a clip play from the files without sound, unless its sound was shown again meanwhile."""
    files.make_durable(run.path)
    with transaction.atomic():
        clip = _held(run.clip_id)
        if (clip.next_folder, clip.folder) != (run.folder, run.sounding):
            raise Superseded(f"clip {run.clip_id} has been made anew")
        clip.next_folder = ""
        if is_owed(clip):
            clip.sounding_folder, clip.folder = run.sounding, run.folder
        else:
            transaction.on_commit(lambda: files.remove_folder(run.folder))
        clip.save(update_fields=["next_folder", "folder", "sounding_folder"])


def _held(clip_id: int) -> Clip:
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=clip_id).first()
    if clip is None:
        raise Superseded(f"clip {clip_id} is gone")
    return clip


def mend_muting(*, repair: bool = True) -> tuple[str, ...]:
    """Mute what sounds though it may not, and the other way round, where a crash came between."""
    is_settled = Q(completed_at__isnull=False) | ~Q(failure_code="")
    owed = Clip.objects.filter(
        is_settled, state=Clip.State.READY, sounding_folder="", sound__hidden_at__isnull=False
    ).exclude(pk__in=_being_muted())
    forgotten = Clip.objects.exclude(sounding_folder="").filter(
        Q(sound=None) | Q(sound__hidden_at=None)
    )
    to_mute = list(owed.order_by("pk")[:MENDED_AT_ONCE])
    to_sound = list(forgotten.order_by("pk")[:MENDED_AT_ONCE])
    if repair:
        for clip in to_mute:
            defer("mute", clip.pk)
        for clip in to_sound:
            if clip.sound is not None:
                show_sound(clip.sound)
    return tuple(clip.slug for clip in (*to_mute, *to_sound))


def _being_muted() -> set[int]:
    jobs = ProcrastinateJob.objects.filter(task_name=f"{TASKS}mute", status__in=("todo", "doing"))
    return {args["clip_id"] for args in jobs.values_list("args", flat=True)}
