"""From a file to a sound that plays (`make`), and to one whose beats are known (`listen`).

As the jobs of clips: each may be killed at any moment and run again; a bad file ends its sound with
a sentence, a fault of the machine is tried again with growing pauses.
"""

from __future__ import annotations

import logging

from django.conf import settings
from procrastinate import JobContext
from procrastinate.contrib.django import app

from filoscope.media import Cancelled, Limits, MediaError, NotASound, make_recording
from filoscope.media.recording import SOUND_BYTES_MAX, SOUND_SECONDS_MAX
from filoscope.server.kit.patience import Patience, is_last, passes, patiently
from filoscope.server.kit.worker import is_stopping
from filoscope.server.sounds import actions, files, hearing, queries, sweeping
from filoscope.server.sounds.errors import Superseded
from filoscope.server.sounds.models import ANALYSIS, Sound
from filoscope.server.sounds.queue import QUEUE, TASKS

logger = logging.getLogger(__name__)

GAVE_UP = "Something on the server kept this sound from being made. Please send it again."
SWEEP_CRON = "5-59/10 * * * *"  # between those of the clips


def limits() -> Limits:
    """Return what a stranger's sound may cost."""
    return Limits(
        duration_s_max=SOUND_SECONDS_MAX,
        bytes_max=SOUND_BYTES_MAX,
        memory_bytes_max=settings.CHILD_MEMORY_BYTES,
        cpu_s_max=settings.CHILD_CPU_SECONDS,
    )


@app.task(name=f"{TASKS}make", queue=QUEUE, pass_context=True, retry=Patience())
def make_sound(context: JobContext, *, sound_id: int) -> None:
    """Make our file of what somebody sent."""
    sound = Sound.objects.filter(pk=sound_id, ready_at=None).exclude(source="").first()
    if sound is None:
        return
    target = queries.audio_path(sound)
    target.parent.mkdir(parents=True, exist_ok=True)
    source = files.source_path(sound.source)
    try:
        made = make_recording(source, target, limits=limits(), cancel=is_stopping)
        files.make_durable(target)
        patiently(lambda: actions.keep_recording(sound_id, made))
    except Superseded:
        files.remove_folder(sound.folder)
    except Cancelled:
        raise
    except MediaError as error:
        is_bad = not error.is_worth_retrying
        if is_bad or is_last(error, context.job.attempts):
            actions.fail(sound_id, str(error) if is_bad else GAVE_UP)
        if not is_bad:
            raise


@app.task(name=f"{TASKS}listen", queue=QUEUE, pass_context=True, retry=Patience())
def listen_to_sound(context: JobContext, *, sound_id: int) -> None:
    """Look for beats, bars and parts; a sound without them is none the worse."""
    sound = Sound.objects.filter(pk=sound_id, ready_at__isnull=False, heard_at=None).first()
    if sound is None:
        return
    path = queries.audio_path(sound)
    try:
        heard = hearing.hear(path, path.with_name(ANALYSIS), limits=limits(), cancel=is_stopping)
    except NotASound as error:
        logger.info("sound %s was not analysed: %s", sound.slug, error)
    except MediaError as error:
        if passes(error):
            raise
        logger.warning("sound %s was not analysed: %s", sound.slug, error)
    else:
        patiently(
            lambda: actions.keep_song(sound_id, folder=sound.folder, tempo_bpm=heard.tempo_bpm)
        )


@app.periodic(cron=SWEEP_CRON)
@app.task(
    name=f"{TASKS}sweep",
    queue=QUEUE,
    lock="sounds-sweep",
    queueing_lock="sounds-sweep",
    pass_context=True,
)
def sweep(context: JobContext, timestamp: int) -> None:
    """Remove what crashes have left behind, and queue again what no job is about."""
    sweeping.sweep(grace_s=sweeping.GRACE_S)
