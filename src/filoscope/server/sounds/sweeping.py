"""What a crash has left behind of sounds, put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from filoscope.server.kit.orphans import unnamed
from filoscope.server.sounds import actions, files
from filoscope.server.sounds.models import AUDIO, Sound
from filoscope.server.sounds.queue import TASKS, lock_of

GRACE_S = 3600.0  # what is being written now has no row yet, or no job
TORN = "The file did not arrive whole. Please send it again."
LOST = "The file of this sound is no longer on the server. Please send it again."


@dataclass(frozen=True, slots=True)
class Sweeping:
    """What a sweep has found (and, unless it only looked, put right)."""

    removed: tuple[str, ...]  # folders and sources that no row names
    failed: tuple[str, ...]  # slugs of sounds that never arrived whole, or whose file is lost

    @property
    def is_clean(self) -> bool:
        """Whether there was nothing to do."""
        return not self.removed and not self.failed


def sweep(*, grace_s: float = 0.0, repair: bool = True) -> Sweeping:
    """Look at everything: files without rows, rows without files, sounds without jobs."""
    return Sweeping(_orphans(grace_s, repair=repair), _broken(grace_s, repair=repair))


def _orphans(grace_s: float, *, repair: bool) -> tuple[str, ...]:
    """Remove files that no row names; they are listed before rows are read."""
    folders, sources = tuple(files.all_folders()), tuple(files.all_sources())
    rows = Sound.objects.values_list("folder", "source")
    known = {name for row in rows for name in row}
    old_folders = unnamed(folders, known, files.folder_path, grace_s)
    old_sources = unnamed(sources, known, files.source_path, grace_s)
    if repair:
        for name in old_folders:
            files.remove_folder(name)
        for name in old_sources:
            files.remove_source(name)
    return old_folders + old_sources


def _broken(grace_s: float, *, repair: bool) -> tuple[str, ...]:
    """Say of sounds that cannot be heard why; the own sound of a clip is its clip's to mend."""
    found: list[str] = []
    border = timezone.now() - timedelta(seconds=grace_s)
    waiting = Sound.objects.filter(ready_at=None, failure="", created_at__lte=border)
    for sound in waiting.exclude(source="").order_by("pk").iterator():
        jobs = ProcrastinateJob.objects.filter(
            lock=lock_of(sound.pk), task_name=f"{TASKS}make", status__in=("todo", "doing")
        )
        if not jobs.exists():
            found.append(sound.slug)
            if repair:
                actions.fail(sound.pk, TORN)
    songs = Sound.objects.filter(ready_at__isnull=False, folder__startswith=f"{files.SOUNDS}/")
    for pk, slug, folder in songs.values_list("pk", "slug", "folder").iterator():
        if not (files.folder_path(folder) / AUDIO).is_file():
            found.append(slug)
            if repair:
                _lose(pk)
    return tuple(found)


@transaction.atomic
def _lose(sound_id: int) -> None:
    Sound.objects.filter(pk=sound_id).update(
        ready_at=None, heard_at=None, waveform=None, failure=LOST
    )
