"""Takes are looked at, drafts are cut, previewed and rendered: by engines, in a child under limits.

Each job may be killed at any moment and run again; one whose wish was replaced ends without a trace.
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from filoscope.media import Cancelled, MediaError
from filoscope.media.sandbox import run_in_child
from filoscope.server.edits import actions, files, queries, timelines
from filoscope.server.edits.errors import EditsError, Superseded
from filoscope.server.edits.models import Draft, Take
from filoscope.server.edits.queue import QUEUE, TASKS
from filoscope.server.kit.patience import Patience, is_last, passes, patiently
from filoscope.server.kit.worker import is_stopping
from filoscope.server.sounds.queries import audio_path, song_of
from filoscope.server.videos.errors import UploadRefused
from filoscope.server.videos.jobs import PROGRESS_EVERY_S, SWEEP_CRON, limits

ROOM = "filoscope.server.edits.cutting_room:"
PREVIEW_SHORT_EDGE = 480  # sharp on a phone beside the timeline, and soon there
GAVE_UP = "Something on the server went wrong. Try it once more."


@dataclass(slots=True)
class _Attempt:
    """One try: what ends it for good is told to the maker, and the draft stays as it was."""

    context: JobContext
    row_id: int
    key: str = ""  # of the draft's wish; empty: it is about a take

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or isinstance(error, Superseded):
            return True
        if isinstance(error, Cancelled):
            return False
        is_said = isinstance(error, MediaError | EditsError | UploadRefused)
        is_final = is_said and not passes(error)
        if is_final or is_last(error, self.context.job.attempts):
            self._give_up(str(error) if is_said else GAVE_UP)
        return is_final

    def _give_up(self, sentence: str) -> None:
        with contextlib.suppress(Superseded):
            if self.key:
                actions.fail_task(self.row_id, self.key, sentence)
            else:
                actions.fail_take(self.row_id, sentence)


def _in_child(task: str, arguments: dict[str, Any], report: Any) -> dict[str, Any]:
    """Do a task of the cutting room; `report` hears shares, not too often."""
    told_at = [float("-inf")]

    def hear(message: dict[str, Any]) -> None:
        now = time.monotonic()
        if "progress" in message and now - told_at[0] >= PROGRESS_EVERY_S:
            told_at[0] = now
            # Nobody misses a word of progress while the database restarts.
            with contextlib.suppress(OperationalError, InterfaceError):
                report(float(message["progress"]))

    answer = run_in_child(
        ROOM + task, arguments, limits=limits(), cancel=is_stopping, on_message=hear
    )
    return answer.result


@app.task(name=f"{TASKS}prepare", queue=QUEUE, pass_context=True, retry=Patience())
def prepare_take(context: JobContext, *, row_id: int, key: str) -> None:
    """Make what is shown of a take, watch it, and put it to the draft's sound."""
    with _Attempt(context, row_id):
        run = actions.begin_take(row_id)
        arguments = {
            "source": str(run.original),
            "folder": str(run.path),
            "kind": run.kind,
            "speed": run.speed,
            "hint_s": run.hint_s,
            "sound": str(run.sound) if run.sound else None,
        }
        facts = _in_child("prepare", arguments, lambda share: actions.report_take(row_id, share))
        patiently(lambda: actions.keep_take(run, facts))


@app.task(name=f"{TASKS}align", queue=QUEUE, pass_context=True, retry=Patience())
def align_take(context: JobContext, *, row_id: int, key: str) -> None:
    """Put a take to the sound that its draft has now."""
    with _Attempt(context, row_id):
        run = actions.begin_take(row_id)
        take = Take.objects.filter(pk=row_id).first()
        if take is None or run.sound is None:
            return
        arguments = {
            "source": str(timelines.source_of(take)),
            "speed": 1.0,
            "hint_s": None,
            "sound": str(run.sound),
        }
        found = _in_child("align", arguments, lambda share: None)
        patiently(lambda: actions.place_take(row_id, found["placed"]))


@app.task(name=f"{TASKS}cut", queue=QUEUE, pass_context=True, retry=Patience())
def cut_draft(context: JobContext, *, row_id: int, key: str) -> None:
    """Arrange a draft's takes over its sound."""
    with _Attempt(context, row_id, key):
        run = actions.begin_task(row_id, key)
        draft = Draft.objects.select_related("sound").prefetch_related("takes").get(pk=row_id)
        made = _in_child(
            "cut", _cutting(draft, run.wish), lambda share: actions.report_task(run, share)
        )
        patiently(lambda: actions.keep_cuts(run, made["cuts"]))


def _cutting(draft: Draft, wish: dict[str, Any]) -> dict[str, Any]:
    """Return what the cutting room needs for a cut."""
    assert draft.sound is not None  # `wish_cut` has asked for one
    song = song_of(draft.sound)
    numbers = {take.pk: number for number, take in enumerate(queries.takes_in(draft), 1)}
    takes = [
        {
            "name": f"{take.get_kind_display().lower()} {numbers[take.pk]}",
            "path": str(timelines.source_of(take)),
            "footage": str(files.folder_path(take.folder) / files.FOOTAGE),
            "placed": take.placed and take.placed | {"take": str(timelines.source_of(take))},
        }
        for take in queries.ready_takes(draft)
    ]
    return {
        "song": song and song.to_json(),
        "song_path": str(audio_path(draft.sound)),
        "takes": takes,
        "wish": wish,
    }


@app.task(name=f"{TASKS}preview", queue=QUEUE, pass_context=True, retry=Patience())
def preview_draft(context: JobContext, *, row_id: int, key: str) -> None:
    """Render a draft small, with its looks and transitions as they will be."""
    with _Attempt(context, row_id, key):
        run = actions.begin_task(row_id, key)
        _render(run, files.PREVIEW, short_edge=PREVIEW_SHORT_EDGE)
        patiently(lambda: actions.keep_preview(run))


@app.task(name=f"{TASKS}render", queue=QUEUE, pass_context=True, retry=Patience())
def render_draft(context: JobContext, *, row_id: int, key: str) -> None:
    """Render a draft, and post it through the door of all uploads."""
    with _Attempt(context, row_id, key):
        run = actions.begin_task(row_id, key)
        final = _render(run, files.FINAL, short_edge=None)
        patiently(lambda: actions.post_render(run, final))


def _render(run: actions.TaskRun, name: str, *, short_edge: int | None) -> Path:
    draft = Draft.objects.select_related("sound").prefetch_related("takes").get(pk=run.draft_id)
    timeline = timelines.with_files(draft, run.wish["timeline"])
    arguments = {
        "timeline": timeline.to_json(),
        "target": str(run.path / name),
        "short_edge": short_edge,
    }
    _in_child("render", arguments, lambda share: actions.report_task(run, share))
    return run.path / name


@app.periodic(cron=SWEEP_CRON)
@app.task(
    name=f"{TASKS}sweep", queue=QUEUE, lock="edits-sweep", queueing_lock="edits-sweep",
    pass_context=True,
)  # fmt: skip
def sweep(context: JobContext, timestamp: int) -> None:
    """Remove drafts that nobody touches, and what crashes have left behind."""
    actions.expire_drafts(timezone.now())
    actions.remove_orphans()
