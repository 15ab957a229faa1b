"""What processing says about a clip: measured, a rung more, done, failed.

A run fills a fresh folder whose name it holds in `Clip.next_folder`. Nothing of it is seen until a
row says so: the first rung of a clip that does not play yet is shown at once, with its folder; a
run on a clip that plays already (its worker was killed half-way) is shown as a whole at its end.
Whoever no longer holds the folder's name gets `Superseded` and shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from filoscope.media import Bed, Probe
from filoscope.media.ladder import RungFile, Stills
from filoscope.server.sounds.actions import create_original
from filoscope.server.videos import files, news
from filoscope.server.videos.actions import laying, muting
from filoscope.server.videos.actions.clips import index_caption, publish_if_due
from filoscope.server.videos.actions.improving import go_on, source_of
from filoscope.server.videos.errors import Superseded
from filoscope.server.videos.models import Clip, Improvement, Rendition, SoundUse
from filoscope.server.videos.queue import defer

GAVE_UP = "gave_up"
GAVE_UP_SENTENCE = (
    "Something on the server kept this clip from being made. "
    "Its file is safe, and whoever runs the server can try again."
)


@dataclass(frozen=True, slots=True)
class Run:
    """One try at making a clip's files."""

    clip_id: int
    original: Path
    folder: str
    facts: Probe | None
    is_improved: bool = False  # made from the better file, see `actions.improving`
    bed: Bed | None = None  # what is laid under it, see `actions.laying`
    laid: str = ""  # the same in one line
    cover_s: float | None = None

    @property
    def path(self) -> Path:
        """Where the files go."""
        return files.folder_path(self.folder)


def _held(clip_id: int) -> Clip:
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=clip_id).first()
    if clip is None:
        raise Superseded(f"clip {clip_id} is gone")
    return clip


def _held_by(run: Run) -> Clip:
    clip = _held(run.clip_id)
    if clip.next_folder != run.folder:
        raise Superseded(f"another run of clip {run.clip_id} has taken over from {run.folder}")
    return clip


@transaction.atomic
def begin(clip_id: int) -> Path:
    """Say that a clip is being looked at; return where its original is."""
    clip = _held(clip_id)
    if clip.state != Clip.State.READY:
        clip.state, clip.step = Clip.State.PROCESSING, "probe"
        clip.failure_code = clip.failure = ""
        clip.save(update_fields=["state", "step", "failure_code", "failure"])
        news.tell(clip)
    return files.upload_path(clip.original)


@transaction.atomic
def record_probe(clip_id: int, facts: Probe) -> None:
    """Keep what was measured, and queue the next job with it."""
    clip = _held(clip_id)
    clip.facts = facts.to_json()
    clip.duration_s, clip.width, clip.height = facts.duration_s, facts.width, facts.height
    clip.has_sound = facts.audio_codec is not None or SoundUse.objects.filter(clip=clip).exists()
    clip.save(update_fields=["facts", "duration_s", "width", "height", "has_sound"])
    defer("transcode", clip.pk)


@transaction.atomic
def begin_run(clip_id: int) -> Run:
    """Take a fresh folder for a run, and the right to show what will be in it."""
    clip = _held(clip_id)
    if clip.completed_at is not None:
        raise Superseded(f"clip {clip_id} is complete")
    left_over = clip.next_folder if clip.next_folder != clip.folder else ""
    clip.next_folder = files.new_folder()
    if clip.state != Clip.State.READY:
        clip.state, clip.step, clip.progress = Clip.State.PROCESSING, "transcode", 0.0
    clip.save(update_fields=["next_folder", "state", "step", "progress"])
    transaction.on_commit(lambda: files.remove_folder(left_over))
    original, is_improved = source_of(clip)
    bed, laid = laying.bed_of(clip)
    facts = None if is_improved else _facts(clip)
    return Run(
        clip_id, original, clip.next_folder, facts, is_improved,
        bed=bed, laid=laid, cover_s=clip.cover_s,
    )  # fmt: skip


def _facts(clip: Clip) -> Probe | None:
    """Return what was measured; None when an earlier version measured less: then it is done anew."""
    try:
        return Probe.from_json(clip.facts or {})
    except TypeError:
        return None


def report_progress(run: Run, *, step: str, progress: float) -> None:
    """Let the uploader see how far it is; a run that lost its clip is told so."""
    with transaction.atomic():
        clip = _held_by(run)
        clip.step, clip.progress = step, max(clip.progress, min(progress, 1.0))
        clip.save(update_fields=["step", "progress"])
        news.tell(clip)


def show_rung(run: Run, rung: RungFile, stills: Stills) -> None:
    """Let a rung be played as soon as it is there, unless an earlier run's are being played."""
    files.make_durable(run.path)
    with transaction.atomic():
        clip = _held_by(run)
        if clip.folder not in ("", run.folder):
            return
        _save_renditions(clip, [rung])
        clip.folder = run.folder
        _make_playable(clip, stills)
        news.tell(clip)


def finish_run(run: Run, rungs: Iterable[RungFile], stills: Stills) -> None:
    """Show everything that a run has made, and queue the last job."""
    files.make_durable(run.path)
    with transaction.atomic():
        clip = _held_by(run)
        if clip.folder != run.folder:
            clip.renditions.all().delete()
            clip.folder, clip.sounding_folder = run.folder, ""
        _save_renditions(clip, rungs)
        _make_playable(clip, stills)
        Improvement.objects.filter(clip=clip).update(is_shown=run.is_improved)
        SoundUse.objects.filter(clip=clip).update(laid=run.laid)
        defer("publish", clip.pk)


def _save_renditions(clip: Clip, rungs: Iterable[RungFile]) -> None:
    rows = [
        Rendition(
            clip=clip,
            short_edge=min(rung.width, rung.height),
            width=rung.width,
            height=rung.height,
            size_bytes=rung.byte_count,
            bitrate_kbps=max(1, round(rung.average_bandwidth_bps / 1000)),
            codecs=rung.codecs,
            file=rung.file,
        )
        for rung in rungs
    ]
    Rendition.objects.bulk_create(rows, ignore_conflicts=True)


def _make_playable(clip: Clip, stills: Stills) -> None:
    is_first = clip.state != Clip.State.READY
    clip.state = Clip.State.READY
    clip.blurhash, clip.colour = stills.blurhash, stills.dominant_color
    clip.placeholder = stills.placeholder
    if clip.has_sound and clip.sound is None:
        clip.sound = create_original(clip.account, duration_s=clip.duration_s)
        clip.owns_sound = True
    clip.save(
        update_fields=[
            "folder",
            "sounding_folder",
            "state",
            "blurhash",
            "placeholder",
            "colour",
            "sound",
            "owns_sound",
        ]
    )
    if is_first:
        index_caption(clip)
    publish_if_due(clip)


@transaction.atomic
def complete(clip_id: int) -> None:
    """Say that nothing more follows: every rendition is there."""
    clip = _held(clip_id)
    if clip.completed_at is None and clip.state == Clip.State.READY:
        clip.completed_at, clip.next_folder = timezone.now(), ""
        clip.step, clip.progress = "", 1.0
        clip.save(update_fields=["completed_at", "next_folder", "step", "progress"])
        laying.queue_own_sound(clip)
        go_on(clip)
        laying.go_on(clip)
        muting.go_on(clip)
        news.tell(clip)


@transaction.atomic
def fail(clip_id: int, *, code: str, sentence: str) -> None:
    """Record why a clip cannot be made, and tell its maker; one that plays goes on playing."""
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=clip_id).first()
    if clip is None or clip.completed_at is not None:
        return
    left_over = clip.next_folder if clip.next_folder != clip.folder else ""
    clip.next_folder, clip.step = "", ""
    clip.failure_code, clip.failure = code, sentence[:500]
    if clip.state != Clip.State.READY:
        clip.state = Clip.State.FAILED
    clip.save(update_fields=["next_folder", "step", "failure_code", "failure", "state"])
    news.tell(clip)
    transaction.on_commit(lambda: files.remove_folder(left_over))


@transaction.atomic
def report_delay(clip_id: int, sentence: str) -> None:
    """Tell the uploader that a step waits for something to pass (a full disk) and is tried again."""
    clip = Clip.objects.select_for_update(of=("self",)).filter(pk=clip_id).first()
    if clip is not None and clip.completed_at is None:
        clip.step = "waiting"
        clip.save(update_fields=["step"])
        news.tell(clip, sentence=sentence)
