"""A better version of a clip: wanted or not, made once, shown or taken back; the original stays.

It is made after the clip plays, so that nobody waits for it. Which of the two files a clip is made
from is decided when a run begins (`source_of`); when what plays is not what its maker wants (they
have changed their mind meanwhile), `go_on` has it made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from filoscope.enhance.improving import BETTER, Improved
from filoscope.server.videos import files, news
from filoscope.server.videos.actions.clips import locked
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.models import Clip, Improvement
from filoscope.server.videos.queue import defer


@dataclass(frozen=True, slots=True)
class ImprovementRun:
    """One try at making a clip better."""

    clip_id: int
    original: Path
    path: Path


@transaction.atomic
def want_improvement(clip: Clip, *, is_wanted: bool) -> None:
    """Say whether a clip shall be shown improved; what is not made yet is queued."""
    row = locked(clip)
    if not is_wanted and not Improvement.objects.filter(clip=row).exists():
        return
    improvement, _ = Improvement.objects.get_or_create(clip=row)
    improvement.is_wanted, improvement.failure = is_wanted, ""
    improvement.save(update_fields=["is_wanted", "failure"])
    go_on(row)


def go_on(clip: Clip) -> None:
    """Queue what is missing for the wish of a clip's maker; the row is held, and all else is done."""
    improvement = Improvement.objects.filter(clip=clip).first()
    if improvement is None or clip.completed_at is None:
        return
    if improvement.is_wanted and improvement.diagnosis is None:
        defer("improve", clip.pk)
    elif (improvement.is_wanted and improvement.is_made) != improvement.is_shown:
        clip.completed_at, clip.progress, clip.step = None, 0.0, "transcode"
        clip.save(update_fields=["completed_at", "progress", "step"])
        defer("transcode", clip.pk)


def source_of(clip: Clip) -> tuple[Path, bool]:
    """Return the file to make a clip from, and whether it is the better one."""
    made = Improvement.objects.filter(clip=clip, is_wanted=True, is_made=True).first()
    better = files.folder_path(made.folder) / BETTER if made else None
    if better is not None and better.is_file():
        return better, True
    return files.upload_path(clip.original), False


@transaction.atomic
def begin_improvement(clip_id: int) -> ImprovementRun:
    """Take the folder of a clip's better version: the same one after a kill, to go on in."""
    improvement = _held(clip_id)
    if not improvement.is_wanted or improvement.diagnosis is not None:
        raise Superseded(f"clip {clip_id} is not to be improved any more")
    if not improvement.folder:
        improvement.folder = files.new_folder()
        improvement.save(update_fields=["folder"])
    original = files.upload_path(improvement.clip.original)
    return ImprovementRun(clip_id, original, files.folder_path(improvement.folder))


@transaction.atomic
def report_improvement(clip_id: int, progress: float) -> None:
    """Let the maker see how far it is; raise `Superseded` when they want it no more."""
    improvement = _held(clip_id)
    if not improvement.is_wanted:
        raise Superseded(f"the maker of clip {clip_id} wants it no more")
    improvement.progress = progress
    improvement.save(update_fields=["progress"])
    news.tell(improvement.clip)


def keep_improvement(run: ImprovementRun, improved: Improved) -> None:
    """Keep what was found and made, and have the clip made from it."""
    files.make_durable(run.path)
    with transaction.atomic():
        improvement = _held(run.clip_id)
        improvement.diagnosis, improvement.is_made = improved.diagnosis, improved.is_better
        improvement.progress = 1.0
        improvement.save(update_fields=["diagnosis", "is_made", "progress"])
        go_on(improvement.clip)
        news.tell(improvement.clip)


@transaction.atomic
def give_up_improvement(clip_id: int, sentence: str) -> None:
    """Say why a clip could not be improved; it plays as it was."""
    improvement = _held(clip_id)
    improvement.is_wanted, improvement.failure = False, sentence[:500]
    improvement.save(update_fields=["is_wanted", "failure"])
    news.tell(improvement.clip)


def _held(clip_id: int) -> Improvement:
    """Return a clip's improvement with the clip, both held; the clip first, as everybody does."""
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=clip_id).first()
    if clip is None:
        raise Superseded(f"clip {clip_id} is gone")
    improvement = Improvement.objects.filter(clip=clip).first()
    if improvement is None:
        raise Superseded(f"clip {clip_id} was never to be improved")
    improvement.clip = clip
    return improvement
