"""From a file to a clip that plays: `probe` -> `transcode` -> `publish`, one after the other.

Each job may be killed at any moment and run again. A file that is no good ends its clip with a
sentence; a fault that passes (a full disk, a database that restarts, a killed child) is tried again
with growing pauses; what still fails then is a dead letter (`queries.dead_letters`).
"""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from types import TracebackType

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

from filoscope.enhance.improving import improve
from filoscope.media import (
    Cancelled,
    Limits,
    MediaError,
    copy_recording,
    probe,
    silence,
    transcode,
)
from filoscope.media.ladder import RungFile, Stills
from filoscope.server.kit.patience import Patience, is_last, patiently
from filoscope.server.kit.worker import is_stopping
from filoscope.server.sounds.actions import fail as fail_sound
from filoscope.server.sounds.errors import SoundGone
from filoscope.server.videos import actions
from filoscope.server.videos.actions import Run
from filoscope.server.videos.actions.runs import GAVE_UP, GAVE_UP_SENTENCE
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.queue import QUEUE, TASKS

PROGRESS_EVERY_S = 0.5  # more often than that nobody sees; each costs a transaction
SWEEP_CRON = "*/10 * * * *"
NOT_IMPROVED = (
    "Something on the server kept this clip from being improved. It plays as you sent it."
)
DELAYED = "The server is short of something (disk, memory). It tries again by itself."


@dataclass(slots=True)
class Attempt:
    """One try at a step of a clip: turns its faults into what the uploader is told."""

    context: JobContext
    clip_id: int

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Swallow what ends the step in good order; let the rest go to `Patience`."""
        if error is None or isinstance(error, Superseded):
            return True
        if isinstance(error, Cancelled):
            return False
        if isinstance(error, MediaError) and not error.is_worth_retrying:
            actions.fail(self.clip_id, code=error.code, sentence=str(error))
            return True
        if is_last(error, self.context.job.attempts):
            actions.fail(self.clip_id, code=GAVE_UP, sentence=GAVE_UP_SENTENCE)
        else:
            actions.report_delay(self.clip_id, DELAYED)
        return False


def limits() -> Limits:
    """Return what a stranger's file may cost, from the settings."""
    return Limits(
        duration_s_max=settings.UPLOAD_SECONDS_MAX,
        pixels_max=settings.UPLOAD_PIXELS_MAX,
        bytes_max=settings.UPLOAD_BYTES_MAX,
        memory_bytes_max=settings.CHILD_MEMORY_BYTES,
        cpu_s_max=settings.CHILD_CPU_SECONDS,
    )


@app.task(name=f"{TASKS}probe", queue=QUEUE, pass_context=True, retry=Patience())
def probe_clip(context: JobContext, *, clip_id: int) -> None:
    """Measure the file, and refuse what is no video or goes over a limit."""
    with Attempt(context, clip_id):
        original = actions.begin(clip_id)
        actions.record_probe(clip_id, probe(original, limits=limits(), cancel=is_stopping))


@app.task(name=f"{TASKS}transcode", queue=QUEUE, pass_context=True, retry=Patience())
def transcode_clip(context: JobContext, *, clip_id: int) -> None:
    """Make the files into a fresh folder, each rung shown as soon as it plays."""
    with Attempt(context, clip_id):
        run = actions.begin_run(clip_id)
        teller = _Teller(run)
        ladder = transcode(
            run.original,
            run.path,
            limits=limits(),
            probe=run.facts,
            bed=run.bed,
            poster_s=run.cover_s,
            on_progress=teller.progress,
            on_rung=teller.rung,
            cancel=is_stopping,
        )
        patiently(lambda: actions.finish_run(run, ladder.rungs, ladder.stills))


@dataclass(slots=True)
class Trying(Attempt):
    """One try at making a clip better: what ends it leaves the clip as it was."""

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
        is_bad = isinstance(error, MediaError) and not error.is_worth_retrying
        if is_bad or is_last(error, self.context.job.attempts):
            actions.give_up_improvement(self.clip_id, str(error) if is_bad else NOT_IMPROVED)
        return is_bad


@app.task(name=f"{TASKS}improve", queue=QUEUE, pass_context=True, retry=Patience())
def improve_clip(context: JobContext, *, clip_id: int) -> None:
    """Diagnose a clip that plays, and make a better file of it where it needs one."""
    with Trying(context, clip_id):
        run = actions.begin_improvement(clip_id)
        told = [float("-inf")]

        def tell(share: float) -> None:
            if time.monotonic() - told[0] >= PROGRESS_EVERY_S:
                told[0] = time.monotonic()
                with contextlib.suppress(OperationalError, InterfaceError):
                    actions.report_improvement(clip_id, share)

        improved = improve(
            run.original, run.path, limits=limits(), on_progress=tell, cancel=is_stopping
        )
        patiently(lambda: actions.keep_improvement(run, improved))


@dataclass(slots=True)
class Aside(Attempt):
    """One try at the own sound of a clip: what ends it leaves the clip as it is."""

    sound_id: int | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or isinstance(error, Superseded | SoundGone):
            return True
        if isinstance(error, Cancelled):
            return False
        is_bad = isinstance(error, MediaError) and not error.is_worth_retrying
        if self.sound_id is not None and (is_bad or is_last(error, self.context.job.attempts)):
            fail_sound(self.sound_id, str(error) if is_bad else GAVE_UP_SENTENCE)
        return is_bad


@app.task(name=f"{TASKS}sound", queue=QUEUE, pass_context=True, retry=Patience())
def take_out_sound(context: JobContext, *, clip_id: int) -> None:
    """Take a clip's own sound out of what plays, so that it can be heard and used by itself."""
    with (attempt := Aside(context, clip_id)):
        run = actions.begin_sound(clip_id)
        attempt.sound_id = run.sound.pk
        taken = copy_recording(run.rendition, run.target, limits=limits(), cancel=is_stopping)
        patiently(lambda: actions.keep_sound(run, taken))


@app.task(name=f"{TASKS}mute", queue=QUEUE, pass_context=True, retry=Patience())
def mute_clip(context: JobContext, *, clip_id: int) -> None:
    """Make a clip's files without their sound, which a moderator has hidden."""
    with Aside(context, clip_id):
        run = actions.begin_mute(clip_id)
        silence(run.source, run.path, limits=limits(), cancel=is_stopping)
        patiently(lambda: actions.keep_mute(run))


@app.task(name=f"{TASKS}mute_all", queue=QUEUE, pass_context=True, retry=Patience())
def mute_clips(context: JobContext, *, sound_id: int) -> None:
    """Queue the muting of all clips to a sound that a moderator has hidden."""
    actions.queue_muting(sound_id)


@dataclass(slots=True)
class _Teller:
    """Passes on what the child says, not too often."""

    run: Run
    told_at: float = field(default=float("-inf"))
    made: list[str] = field(default_factory=list)

    def progress(self, share: float) -> None:
        now = time.monotonic()
        if now - self.told_at >= PROGRESS_EVERY_S:
            self.told_at = now
            step = "sizes" if self.made else "transcode"
            # Nobody misses a word of progress while the database restarts.
            with contextlib.suppress(OperationalError, InterfaceError):
                actions.report_progress(self.run, step=step, progress=share)

    def rung(self, rung: RungFile, stills: Stills) -> None:
        self.made.append(rung.name)
        patiently(lambda: actions.show_rung(self.run, rung, stills))


@app.task(name=f"{TASKS}publish", queue=QUEUE, pass_context=True, retry=Patience())
def publish_clip(context: JobContext, *, clip_id: int) -> None:
    """Say that the clip is complete."""
    with Attempt(context, clip_id):
        actions.complete(clip_id)


@app.periodic(cron=SWEEP_CRON)
@app.task(name=f"{TASKS}sweep", queue=QUEUE, lock="sweep", queueing_lock="sweep", pass_context=True)
def sweep(context: JobContext, timestamp: int) -> None:
    """Drop uploads that nobody finishes, and what crashes have left behind."""
    actions.expire_uploads(timezone.now())
    actions.remove_orphans()
    actions.mend_forgotten_clips()
    actions.mend_silent_sounds()
    actions.mend_muting()
