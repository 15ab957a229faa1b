"""What is wished of a draft, one thing at a time: a cut, a preview, the clip itself.

A wish changes the draft's `task_key`; a job that holds another one is superseded.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from filoscope.server.edits import files, news, queries, timelines
from filoscope.server.edits.actions.drafts import held
from filoscope.server.edits.errors import NotYet, Superseded
from filoscope.server.edits.models import WORDS_MAX, Draft
from filoscope.server.edits.queue import defer
from filoscope.server.videos.files import make_durable


@dataclass(frozen=True, slots=True)
class TaskRun:
    """One try at following a wish."""

    draft_id: int
    key: str
    wish: dict[str, Any]
    folder: str

    @property
    def path(self) -> Path:
        """Where the files go."""
        return files.folder_path(self.folder)


@transaction.atomic
def wish_cut(draft: Draft, wish: dict[str, Any]) -> Draft:
    """Have a draft's takes cut; `wish` has style, length_s, seed and alternatives."""
    row = _free(draft)
    if not queries.ready_takes(row):
        raise NotYet("Film or add a take first; it has to be looked at before it is cut.")
    if row.sound is None:
        raise NotYet("Choose a sound first: cuts are made to its beats.")
    return _wish(row, Draft.Task.CUT, wish)


@transaction.atomic
def wish_preview(draft: Draft) -> Draft:
    """Have a small rendering made of a draft as it is saved."""
    row = _free(draft)
    if row.timeline is None:
        raise NotYet("There is no cut to render yet.")
    _refuse_a_sound_that_is_gone(row)
    return _wish(row, Draft.Task.PREVIEW, {"revision": row.revision, "timeline": row.timeline})


@transaction.atomic
def wish_post(draft: Draft) -> Draft:
    """Have a draft rendered and posted."""
    row = _free(draft)
    if row.timeline is None:
        raise NotYet("There is no cut to post yet.")
    timelines.with_files(row, row.timeline)  # a sound may have gone meanwhile
    _refuse_a_sound_that_is_gone(row)
    return _wish(row, Draft.Task.RENDER, {"timeline": row.timeline})


def _refuse_a_sound_that_is_gone(row: Draft) -> None:
    """Nobody hears a sound in a draft that they may not use any more, hidden ones least of all."""
    if row.sound is not None and queries.sound_for(row.account, row.sound.slug) is None:
        raise NotYet("Its sound may not be used any more. Choose another one.")


def _free(draft: Draft) -> Draft:
    row = held(draft.pk)
    if row.task == Draft.Task.RENDER or row.clip_id is not None:
        raise NotYet("This draft is being posted already.")
    return row


def _wish(row: Draft, task: str, wish: dict[str, Any]) -> Draft:
    row.task, row.wish, row.progress, row.failure = task, wish, 0.0, ""
    row.task_key, row.changed_at = secrets.token_hex(16), timezone.now()
    row.save(
        update_fields=["task", "wish", "progress", "failure", "task_key", "changed_at"]
    )  # fmt: skip
    defer(task, row_id=row.pk, key=row.task_key)
    news.tell(row)
    return row


@transaction.atomic
def stop_task(draft: Draft) -> None:
    """Drop the wish that is being followed: its job notices, and ends."""
    row = held(draft.pk)
    if row.clip_id is None:
        _end(row)


def _end(row: Draft, failure: str = "") -> None:
    left_over = row.next_folder
    row.task, row.task_key, row.next_folder = Draft.Task.NONE, "", ""
    row.progress, row.failure, row.wish = 0.0, failure[:WORDS_MAX], {}
    row.save(update_fields=["task", "task_key", "next_folder", "progress", "failure", "wish"])
    news.tell(row, is_done=True)
    transaction.on_commit(lambda: files.remove_folder(left_over))


def wished(draft_id: int, key: str) -> Draft:
    """Return a draft whose wish this still is, held; else raise `Superseded`."""
    row = Draft.objects.select_for_update(of=("self",)).filter(pk=draft_id).first()
    if row is None or not key or row.task_key != key:
        raise Superseded(f"draft {draft_id} is gone, or something else is wished of it")
    return row


@transaction.atomic
def begin_task(draft_id: int, key: str) -> TaskRun:
    """Take the folder of a wish: the same one after a kill, to go on in."""
    row = wished(draft_id, key)
    if not row.next_folder:
        row.next_folder = files.new_folder()
        row.save(update_fields=["next_folder"])
    return TaskRun(draft_id, key, row.wish, row.next_folder)


@transaction.atomic
def report_task(run: TaskRun, progress: float) -> None:
    """Let the maker see how far it is; raise `Superseded` when they wish something else."""
    row = wished(run.draft_id, run.key)
    row.progress = max(row.progress, min(progress, 1.0))
    row.save(update_fields=["progress"])
    news.tell(row)


@transaction.atomic
def keep_cuts(run: TaskRun, cuts: list[dict[str, Any]]) -> None:
    """Keep the cuts that were made, best first; the page takes the first as an edit of its own."""
    row = wished(run.draft_id, run.key)
    row.alternatives = [timelines.with_names(row, cut) for cut in cuts]
    row.save(update_fields=["alternatives"])
    _end(row)


def keep_preview(run: TaskRun) -> None:
    """Show the rendering that was made in the run's folder, in place of the one before."""
    make_durable(run.path)
    with transaction.atomic():
        row = wished(run.draft_id, run.key)
        former = row.folder
        row.folder, row.next_folder = run.folder, ""
        row.preview_revision = run.wish["revision"]
        row.save(update_fields=["folder", "next_folder", "preview_revision"])
        _end(row)
        transaction.on_commit(lambda: files.remove_folder(former))


@transaction.atomic
def fail_task(draft_id: int, key: str, sentence: str) -> None:
    """Say why a wish could not be followed; the draft stays as it was."""
    _end(wished(draft_id, key), sentence)
