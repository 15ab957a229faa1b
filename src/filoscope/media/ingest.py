"""Make the ladder of a clip, in the child process.

The clip is decoded twice: first for the smallest rung alone, which is announced as soon as it
plays, then for all the others together. Decoding costs a tenth of encoding; waiting for the
largest rung would cost the uploader more.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import av

from filoscope.media.bed import Bed
from filoscope.media.encode import AudioFuture, RungEncoder, Tap
from filoscope.media.errors import MediaError, NothingToShow
from filoscope.media.facts import Probe
from filoscope.media.hdr import write_cube
from filoscope.media.hls import MASTER, master_playlist, media_playlist
from filoscope.media.ladder import FPS_MAX, Ladder, Rung, RungFile, Sound, Stills, plan_ladder
from filoscope.media.limits import Limits
from filoscope.media.mixing import mixed
from filoscope.media.mp4 import write_indexed
from filoscope.media.picture import filters_of
from filoscope.media.sandbox import Tell
from filoscope.media.sound import (
    RATE_HZ,
    AudioPacket,
    Samples,
    decoded,
    encode_sound,
    levelled,
    measure_sound,
)
from filoscope.media.source import (
    decode_frames,
    interval_of,
    open_source,
    put_in_order,
    timestamp_of,
)
from filoscope.media.stills import Gallery
from filoscope.media.time import TICKS_PER_SECOND, Timeline, shown_ticks, ticks_of

_T = TypeVar("_T")

_SCRATCH = ".making-"

_FIRST_PASS_SHARE = 0.3
"""Of the work, when rungs follow: for the progress bar."""

_WORDS_PER_SECOND_OF_CLIP = 2


class Ingest:
    """One clip on its way to a ladder.

    Parameters
    ----------
    path : Path
    folder : Path
        Exists; receives the files.
    probe : Probe
    limits : Limits
    threads : int
        Processors to use.
    tell : callable
        Receives {"progress": 0..1} and {"rung": ..., "stills": ...}.
    bed : Bed, optional
        A sound to lay under it.
    poster_s : float, optional
        Where the poster is taken from; the best picture when None.
    """

    def __init__(
        self,
        path: Path,
        folder: Path,
        *,
        probe: Probe,
        limits: Limits,
        threads: int,
        tell: Tell,
        bed: Bed | None = None,
        poster_s: float | None = None,
    ) -> None:
        self._path, self._folder = path, folder
        self._probe, self._limits, self._threads = probe, limits, threads
        self._tell, self._bed = tell, bed
        self._start_s = Fraction(probe.first_timestamp_s).limit_denominator(10**9)
        self._duration_ticks = max(ticks_of(probe.duration_s), 1)
        self._gallery = Gallery(probe.duration_s, poster_s)
        self._rungs: list[RungFile] = []
        self._cube: Path | None = None
        self._stills: Stills | None = None

    def make(self) -> Ladder:
        """Make everything; files appear in the folder under their final names when complete."""
        for left in self._folder.glob(f"{_SCRATCH}*"):
            shutil.rmtree(left)  # A run that was killed could not tidy up.
        with TemporaryDirectory(dir=self._folder, prefix=_SCRATCH) as name:
            scratch = Path(name)
            if self._probe.is_hdr:
                self._cube = scratch / "sdr.cube"
                write_cube(self._cube, transfer=self._probe.color_transfer)
            sound: Future[Sound] = Future()
            audio = self._start_sound(sound)
            first, *others = plan_ladder(self._probe)
            share = _FIRST_PASS_SHARE if others else 1.0
            self._pass([first], scratch, audio, share=(0.0, share), tap=self._gallery.offer)
            stills = self._gallery.write_poster(self._folder, self._probe, cube=self._cube)
            self._stills = stills
            self._announce(self._rungs[0])
            made: Future[tuple[str, tuple[str, str]]] = Future()
            _in_thread("stills", made, self._write_sprites)
            if others:
                self._pass(others, scratch, audio, share=(share, 1.0), tap=None)
            preview, (storyboard, vtt) = made.result()
        return Ladder(
            duration_s=self._duration_ticks / TICKS_PER_SECOND,
            rungs=tuple(self._rungs),
            master=MASTER,
            stills=stills,
            preview=preview,
            storyboard=storyboard,
            storyboard_vtt=vtt,
            sound=sound.result() if audio is not None else None,
        )

    def _write_sprites(self) -> tuple[str, tuple[str, str]]:
        return self._gallery.write_preview(self._folder), self._gallery.write_storyboard(
            self._folder
        )

    def _start_sound(self, sound: Future[Sound]) -> AudioFuture | None:
        bed, limits = self._bed, self._limits
        has_own = self._probe.audio_codec is not None
        if not has_own and bed is None:
            return None
        audio: AudioFuture = Future()

        length = max(round(self._probe.duration_s * RATE_HZ), 1)

        def own() -> Iterator[Samples]:
            return decoded(self._path, start_s=self._start_s, length=length, limits=limits)

        def make() -> list[AudioPacket]:
            above = own if has_own else None
            heard = own if bed is None else mixed(bed, above, length=length, limits=limits)
            found = measure_sound(heard(), length=length)
            sound.set_result(found)
            return list(encode_sound(levelled(heard(), found)))

        _in_thread("sound", audio, make)
        return audio

    def _pass(
        self,
        rungs: list[Rung],
        scratch: Path,
        audio: AudioFuture | None,
        *,
        share: tuple[float, float],
        tap: Tap | None,
    ) -> None:
        """Decode once and encode the given rungs at once."""
        encoders = [self._encoder(rung, scratch, audio, tap) for rung in rungs]
        for encoder in encoders:
            encoder.start()
        self._feed(encoders, share)
        for encoder in encoders:
            encoder.finish()
            self._publish(encoder)

    def _encoder(
        self, rung: Rung, scratch: Path, audio: AudioFuture | None, tap: Tap | None
    ) -> RungEncoder:
        filters = filters_of(self._probe, rung.width, rung.height, cube=self._cube)
        return RungEncoder(
            rung,
            filters,
            scratch / f"{rung.name}.mp4",
            threads=self._threads,
            duration_ticks=self._duration_ticks,
            audio=audio,
            has_alpha=self._probe.has_alpha,
            tap=tap,
        )

    def _feed(self, encoders: list[RungEncoder], share: tuple[float, float]) -> None:
        """Give each frame to all encoders, with the ticks at which it is shown."""
        probe = self._probe
        timeline = Timeline(self._start_s, FPS_MAX)
        interval_s = interval_of(probe.fps_nominal)
        kept, kept_tick = None, 0
        next_word = 0
        with open_source(self._path, limits=self._limits, threads=self._threads) as source:
            frames = decode_frames(source, limits=self._limits)
            for frame in put_in_order(frames) if probe.is_disordered else frames:
                tick = timeline.place(timestamp_of(frame), fallback_interval_s=interval_s)
                if tick is None or tick >= max(self._duration_ticks, 1):
                    continue
                if kept is not None:
                    for encoder in encoders:
                        encoder.give(kept, shown_ticks(kept_tick, tick))
                kept, kept_tick = frame, tick
                if tick >= next_word:
                    next_word = tick + TICKS_PER_SECOND // _WORDS_PER_SECOND_OF_CLIP
                    done = tick / self._duration_ticks
                    self._tell({"progress": share[0] + (share[1] - share[0]) * done})
        if kept is None:
            raise NothingToShow
        for encoder in encoders:
            # The last picture stays until the sound has ended too.
            encoder.give(kept, shown_ticks(kept_tick, self._duration_ticks))

    def _publish(self, encoder: RungEncoder) -> None:
        """Index a finished rung and put it, its playlist and the master under their names."""
        rung = encoder.rung
        file, playlist = f"{rung.name}.mp4", f"{rung.name}.m3u8"
        indexed = encoder.path.with_suffix(".indexed")
        index = write_indexed(
            encoder.path,
            indexed,
            duration_ticks=self._duration_ticks,
            timescale=TICKS_PER_SECOND,
        )
        encoder.path.unlink()
        size = indexed.stat().st_size
        heaviest = max(part.byte_count * 8 / part.duration_s for part in index.fragments)
        self._rungs.append(
            RungFile(
                name=rung.name,
                file=file,
                playlist=playlist,
                width=rung.width,
                height=rung.height,
                byte_count=size,
                duration_s=index.duration_s,
                fps=round(encoder.frame_count / index.duration_s, 3),
                bandwidth_bps=round(heaviest),
                average_bandwidth_bps=round(size * 8 / index.duration_s),
                codecs=index.codecs,
            )
        )
        indexed.replace(self._folder / file)
        self._write(playlist, media_playlist(file, index))
        self._write(MASTER, master_playlist(self._rungs))
        self._announce(self._rungs[-1])

    def _announce(self, rung: RungFile) -> None:
        """Say that a rung plays; the first only once its poster is there."""
        if self._stills is not None:
            self._tell({"rung": asdict(rung), "stills": asdict(self._stills)})

    def _write(self, name: str, text: str) -> None:
        making = self._folder / f".{name}"
        making.write_text(text)
        making.replace(self._folder / name)


def _in_thread(name: str, future: Future[_T], make: Callable[[], _T]) -> None:
    """Fill a future in a thread that does not keep the process alive."""

    def run() -> None:
        try:
            future.set_result(make())
        except (MediaError, MemoryError, OSError, ValueError, av.error.FFmpegError) as error:
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
