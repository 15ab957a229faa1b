"""Files without rows, rows without jobs: what a crash has left behind, put right."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q
from procrastinate.contrib.django.models import ProcrastinateJob

from filoscope.server.kit.orphans import unnamed
from filoscope.server.videos import files
from filoscope.server.videos.actions.runs import GAVE_UP, GAVE_UP_SENTENCE, fail
from filoscope.server.videos.models import Clip, Improvement, Rendition, Upload
from filoscope.server.videos.queue import TASKS, defer, lock_of

GRACE_S = 3600.0  # a folder that was replaced is played to its end by those who had begun
LOST = "file_lost"
LOST_SENTENCE = "The file of this clip is no longer on the server. Please upload it again."


@dataclass(frozen=True, slots=True)
class Sweeping:
    """What a sweep has found (and, unless it only looked, put right)."""

    removed_folders: tuple[str, ...]
    removed_uploads: tuple[str, ...]
    requeued: tuple[str, ...]  # slugs of clips that no job was about any more
    failed: tuple[str, ...]  # slugs of clips that cannot be made, and now say so
    remade: tuple[str, ...]  # slugs of clips whose files were lost, made again from the original

    @property
    def is_clean(self) -> bool:
        """Whether there was nothing to do."""
        return not any(
            (self.removed_folders, self.removed_uploads, self.requeued, self.failed, self.remade)
        )


def sweep_orphans(*, grace_s: float = 0.0, repair: bool = True) -> Sweeping:
    """Look at everything: files without rows, rows without files, clips without jobs."""
    folders, uploads = remove_orphans(grace_s=grace_s, repair=repair)
    remade, lost = _mend_lost_files(repair=repair)
    requeued, failed = mend_forgotten_clips(repair=repair)
    return Sweeping(folders, uploads, requeued, failed + lost, remade)


def remove_orphans(
    *, grace_s: float = GRACE_S, repair: bool = True
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remove files that no row names; return the folders and the uploads.

    Files are listed before rows are read: a row comes before its file, so that what is listed and
    has no row now never had one, or has lost it.
    """
    folders, uploads = tuple(files.all_folders()), tuple(files.all_uploads())
    known_folders = set(Clip.objects.exclude(folder="").values_list("folder", flat=True))
    known_folders |= set(Clip.objects.exclude(next_folder="").values_list("next_folder", flat=True))
    known_folders |= set(Clip.objects.values_list("sounding_folder", flat=True))
    known_folders |= set(Improvement.objects.values_list("folder", flat=True))
    known_uploads = set(Clip.objects.exclude(original="").values_list("original", flat=True))
    known_uploads |= {
        files.upload_name(pk)
        for pk in Upload.objects.filter(
            Q(state=Upload.State.RECEIVING) | Q(kind=Upload.Kind.TAKE, state=Upload.State.COMPLETE)
        ).values_list("pk", flat=True)
    }
    old_folders = unnamed(folders, known_folders, files.folder_path, grace_s)
    old_uploads = unnamed(uploads, known_uploads, files.upload_path, grace_s)
    if repair:
        for folder in old_folders:
            files.remove_folder(folder)
        for name in old_uploads:
            files.remove_upload(name)
    return old_folders, old_uploads


def _mend_lost_files(*, repair: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make clips again whose files are gone, from the original; say so where that is gone too."""
    remade: list[str] = []
    lost: list[str] = []
    shown = Rendition.objects.filter(clip__state=Clip.State.READY).order_by("clip")
    named = shown.values_list("clip", "clip__folder", "file").iterator()
    broken = [pk for pk, folder, file in named if not (files.folder_path(folder) / file).is_file()]
    for clip in Clip.objects.filter(pk__in=broken).order_by("pk"):
        has_original = bool(clip.original) and files.upload_path(clip.original).is_file()
        (remade if has_original else lost).append(clip.slug)
        if repair:
            _start_over(clip, has_original=has_original)
    return tuple(remade), tuple(lost)


@transaction.atomic
def _start_over(clip: Clip, *, has_original: bool) -> None:
    clip.renditions.all().delete()
    Clip.objects.filter(pk=clip.pk).update(
        state=Clip.State.RECEIVED,
        folder="",
        next_folder="",
        sounding_folder="",
        completed_at=None,
        progress=0,
    )
    if has_original:
        defer("probe", clip.pk)
    else:
        fail(clip.pk, code=LOST, sentence=LOST_SENTENCE)


def mend_forgotten_clips(*, repair: bool = True) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Queue clips again that no job is about; those whose job has failed for good say so."""
    requeued: list[str] = []
    failed: list[str] = []
    unfinished = Clip.objects.filter(completed_at=None, failure_code="").order_by("pk")
    for clip in unfinished.iterator():
        jobs = ProcrastinateJob.objects.filter(
            lock=lock_of(clip.pk), task_name__startswith=TASKS
        ).values_list("status", flat=True)
        statuses = set(jobs)
        if statuses & {"todo", "doing"}:
            continue
        (failed if "failed" in statuses else requeued).append(clip.slug)
        if repair and "failed" in statuses:
            fail(clip.pk, code=GAVE_UP, sentence=GAVE_UP_SENTENCE)
        elif repair:
            defer("probe", clip.pk)
    return tuple(requeued), tuple(failed)


@transaction.atomic
def requeue(job_id: int) -> Clip | None:
    """Try a dead letter again: its clip from the start, and the old job forgotten."""
    job = ProcrastinateJob.objects.filter(pk=job_id, status="failed").first()
    if job is None:
        return None
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=job.args.get("clip_id")).first()
    _forget(job_id)
    if clip is not None and clip.completed_at is None:
        clip.failure_code = clip.failure = ""
        if clip.state == Clip.State.FAILED:
            clip.state = Clip.State.RECEIVED
        clip.save(update_fields=["failure_code", "failure", "state"])
        defer("probe", clip.pk)
    return clip


def _forget(job_id: int) -> None:
    with connection.cursor() as cursor:  # Procrastinate's own models are read-only
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'failed'", [job_id]
        )
