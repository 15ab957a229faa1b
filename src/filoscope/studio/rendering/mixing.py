"""The sound of a whole timeline: song, shots and voices, mixed to the sample.

Shots follow one another through ramps of equal power, a few milliseconds at a cut and as long as
the pictures take in a transition, so that none begins or ends with a click.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.media.sound import RATE_HZ, Samples
from filoscope.studio.rendering.ducking import Ducking
from filoscope.studio.rendering.hearing import Tap, heard, paced
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.rendering.showing import spans_of
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.rendering.voicing import voiced
from filoscope.studio.timeline import Shot, Timeline

CUT_RAMP = round(0.005 * RATE_HZ)
"""Half of the ramp at a cut. Ten milliseconds click nowhere and are heard as a cut."""

EDGE_RAMP = round(0.003 * RATE_HZ)
"""At both ends of a sound that begins or ends in its middle."""

_PIECE = RATE_HZ // 2

Floats = NDArray[np.float32]


def sample_at(frame: int, fps: Fraction) -> int:
    """Return the sample at which a frame begins."""
    return round(frame * RATE_HZ / fps)


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound on the timeline.

    Attributes
    ----------
    at, until : int
        Samples of the timeline.
    gain : float
    rise, fall : int
        Samples over which it comes and goes, inside `at` to `until`.
    is_even : bool
        The ramps are straight (the same sound goes on beyond them), not of equal power.
    is_ducked : bool
        It steps back for voices.
    open : callable
        Yields its samples, from `at` on.
    """

    at: int
    until: int
    gain: float
    rise: int
    fall: int
    is_ducked: bool
    open: Callable[[], Iterator[Samples]]
    is_rise_even: bool = False
    is_fall_even: bool = False

    def envelope(self, begin: int, end: int) -> Floats:
        """Return the gain at each sample of the timeline from one to another."""
        places = np.arange(begin, end, dtype=np.float32)
        gains = np.full(end - begin, self.gain, np.float32)
        if self.rise and begin < self.at + self.rise:
            gains *= _ramp((places - self.at + 0.5) / self.rise, is_even=self.is_rise_even)
        if self.fall and end > self.until - self.fall:
            gains *= _ramp((self.until - places - 0.5) / self.fall, is_even=self.is_fall_even)
        return gains


def _ramp(shares: NDArray[Any], *, is_even: bool) -> Floats:
    clipped = np.clip(shares, 0, 1)
    return np.asarray(clipped if is_even else np.sin(clipped * (np.pi / 2)), np.float32)


class Mix:
    """The sound of a timeline.

    Parameters
    ----------
    timeline : Timeline
    stock : Stock

    Attributes
    ----------
    length : int
        Samples in all.
    cues : list of Cue
        Empty where nothing sounds.
    """

    def __init__(self, timeline: Timeline, stock: Stock) -> None:
        self._timeline, self._stock = timeline, stock
        self.length = sample_at(timeline.frame_count, timeline.fps)
        self.cues = [*self._song(), *self._shots(), *self._overlays(), *self._voices()]
        self._ducking = Ducking(timeline, stock)

    def pieces(self) -> Iterator[Samples]:
        """Yield the mix as stereo float32 (2, n), `length` samples in all; the same every time."""
        taps: dict[int, Tap] = {}
        for begin in range(0, self.length, _PIECE):
            end = min(begin + _PIECE, self.length)
            mix = np.zeros((2, end - begin), np.float32)
            ducked = self._ducking.gains(begin, end)
            for index, cue in enumerate(self.cues):
                a, b = max(cue.at, begin), min(cue.until, end)
                if a >= b:
                    continue
                tap = taps.setdefault(index, Tap(cue.open()))
                gains = cue.envelope(a, b)
                if cue.is_ducked and ducked is not None:
                    gains *= ducked[a - begin : b - begin]
                mix[:, a - begin : b - begin] += tap.take(b - a) * gains
                if cue.until <= end:
                    del taps[index]
            yield mix

    def _song(self) -> Iterator[Cue]:
        song = self._timeline.sound
        if song is None:
            return
        first = self._stock.sound_start(song.source, "sound.source")
        yield Cue(
            0,
            self.length,
            _factor(song.gain_db),
            max(round(song.fade_in_s * RATE_HZ), EDGE_RAMP if song.start_s > 0 else 0),
            max(round(song.fade_out_s * RATE_HZ), EDGE_RAMP),
            True,
            lambda: heard(song.source, song.start_s, first),
        )

    def _shots(self) -> Iterator[Cue]:
        shots, fps = self._timeline.shots, self._timeline.fps
        spans = spans_of(self._timeline)
        for index, (shot, span) in enumerate(zip(shots, spans, strict=True)):
            where = f"shots[{index}].source"
            if shot.gain_db is None or not self._stock.has_sound(shot.source, where):
                continue
            start = sample_at(span.start, fps)
            end = sample_at(span.start + shot.frames, fps)
            before = max(start - sample_at(span.first, fps), CUT_RAMP)
            after = max(sample_at(span.until, fps) - end, CUT_RAMP)
            is_first, is_last = index == 0, index == len(shots) - 1
            at = start if is_first else start - before
            until = end if is_last else end + after
            yield Cue(
                at,
                until,
                _factor(shot.gain_db),
                EDGE_RAMP if is_first else 2 * before,
                EDGE_RAMP if is_last else 2 * after,
                True,
                self._opened(shot, where, at - start),
                not is_first and self._goes_on(index - 1),
                not is_last and self._goes_on(index),
            )

    def _goes_on(self, index: int) -> bool:
        """Whether the next shot sounds on from where one ends: the same sound on both sides."""
        one, other = self._timeline.shots[index : index + 2]
        end_s = Pace(one, self._timeline.fps).time_at(one.frames)
        is_near = abs(end_s - other.start_s) < 1 / RATE_HZ
        return one.source == other.source and one.gain_db == other.gain_db and is_near

    def _opened(self, shot: Shot, where: str, begin: int) -> Callable[[], Iterator[Samples]]:
        first = self._stock.sound_start(shot.source, where)
        fps = self._timeline.fps

        def pieces() -> Iterator[Samples]:
            own = paced(shot.source, first, Pace(shot, fps), fps, begin)
            return voiced(own, shot.sound_effect)

        return pieces

    def _overlays(self) -> Iterator[Cue]:
        for index, overlay in enumerate(self._timeline.overlays):
            where = f"overlays[{index}].source"
            if overlay.gain_db is not None and self._stock.has_sound(overlay.source, where):
                yield self._laid(
                    overlay.source, where, overlay.at, overlay.frames, overlay.start_s,
                    overlay.gain_db, None, is_ducked=True,
                )  # fmt: skip

    def _voices(self) -> Iterator[Cue]:
        for index, voice in enumerate(self._timeline.voices):
            yield self._laid(
                voice.source, f"voices[{index}].source", voice.at, voice.frames, voice.start_s,
                voice.gain_db, voice.effect, is_ducked=False,
            )  # fmt: skip

    def _laid(
        self,
        source: str,
        where: str,
        at: int,
        frames: int,
        start_s: float,
        gain_db: float,
        effect: str | None,
        *,
        is_ducked: bool,
    ) -> Cue:
        first = self._stock.sound_start(source, where)
        fps = self._timeline.fps
        return Cue(
            sample_at(at, fps),
            min(sample_at(at + frames, fps), self.length),
            _factor(gain_db),
            EDGE_RAMP,
            EDGE_RAMP,
            is_ducked,
            lambda: voiced(heard(source, start_s, first), effect),
        )


def _factor(gain_db: float) -> float:
    return float(10 ** (gain_db / 20))
