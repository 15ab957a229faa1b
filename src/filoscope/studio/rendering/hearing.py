"""The sound of a source from a moment on, in samples that follow one another without gaps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.enhance.reading import LIMITS
from filoscope.media.sound import RATE_HZ, Samples, resampled
from filoscope.media.source import open_sound
from filoscope.studio.rendering.pacing import Pace

_EARLIER_S = 0.3
"""Decoded before what is wanted: AAC and Opus need some packets to sound as they should."""

_GAP_S = 0.03
"""Timestamps that stray by more are a gap, or an overlap; below, they are the container's rounding."""

_EXACT = ("mov", "mp4", "wav", "flac")
"""Containers that know where each sample lies: these are sought, others read from their start."""

_TAPS = 16
"""Half the width of the kernel, in samples: with it, a clock's drift costs less than 16 bits show."""

_PIECE = 4800

Floats = NDArray[np.float64]


def heard(source: str, start_s: float, first: Fraction | None) -> Iterator[Samples]:
    """Yield stereo float32 (2, n) at 48 kHz from a moment of a file to its end.

    Parameters
    ----------
    source : str
    start_s : float
        In seconds from the file's beginning; what lies before it is silent.
    first : Fraction or None
        Timestamp of that beginning; None is the first sample.
    """
    start = round(start_s * RATE_HZ)
    position: int | None = None
    with open_sound(Path(source), limits=LIMITS) as (container, audio):
        is_sought = first is not None or container.format.name.split(",")[0] in _EXACT
        wanted_s = start_s - _EARLIER_S
        if first is None and wanted_s > 1:
            first = _first_sample(source)
        if is_sought and wanted_s > 1 and container.format.name.split(",")[0] in _EXACT:
            at_s = wanted_s + float(first or 0)
            container.seek(int(at_s * av.time_base), backward=True)
        for stamp, piece in resampled(container, audio):
            if first is None:
                first = stamp if stamp > 0 else Fraction(0)
            at = round((stamp - first) * RATE_HZ)
            if position is None or abs(at - position) > _GAP_S * RATE_HZ:
                if at > max(position or start, start):
                    yield from _silence(at - max(position or start, start))
                if position is not None and at < position:
                    piece = piece[:, position - at :]
                    at = position
                position = at
            begin = max(start - position, 0)
            position += piece.shape[1]
            if begin < piece.shape[1]:
                yield piece[:, begin:]


def _first_sample(source: str) -> Fraction:
    """Return the timestamp of a file's first sample: after a seek nothing says it any more."""
    with open_sound(Path(source), limits=LIMITS) as (container, audio):
        for stamp, _ in resampled(container, audio):
            return max(stamp, Fraction(0))
    return Fraction(0)


def _silence(count: int) -> Iterator[Samples]:
    for at in range(0, count, RATE_HZ):
        yield np.zeros((2, min(RATE_HZ, count - at)), np.float32)


class Tap:
    """Samples taken as many at a time as one likes; silence after the end."""

    def __init__(self, pieces: Iterator[Samples]) -> None:
        self._pieces = pieces
        self._rest = np.zeros((2, 0), np.float32)

    def take(self, count: int) -> Samples:
        """Return the next samples."""
        got, have = [self._rest], self._rest.shape[1]
        while have < count:
            piece = next(self._pieces, None)
            if piece is None:
                got.append(np.zeros((2, count - have), np.float32))
                break
            got.append(piece)
            have += piece.shape[1]
        whole = np.concatenate(got, axis=1)
        self._rest = whole[:, count:]
        return whole[:, :count]


def paced(
    source: str, first: Fraction | None, pace: Pace, fps: Fraction, begin: int
) -> Iterator[Samples]:
    """Yield a shot's own sound as the shot runs: slower and deeper, faster and higher.

    Parameters
    ----------
    source : str
    first : Fraction or None
        As in `heard`.
    pace : Pace
    fps : Fraction
    begin : int
        Sample, counted from the shot's start, of the first that is yielded; may be negative.
    """
    per_sample = float(fps) / RATE_HZ
    frame = begin * per_sample
    if pace.is_plain:
        yield from heard(source, pace.time_at(frame), first)
        return
    origin = pace.time_at(frame) * RATE_HZ
    base = math.floor(origin) - _TAPS
    tap, held, at = Tap(heard(source, base / RATE_HZ, first)), np.zeros((2, 0), np.float32), base
    while True:
        frames = np.asarray((begin + np.arange(_PIECE)) * per_sample, np.float64)
        places = pace.times_at(frames) * RATE_HZ
        until = math.ceil(places[-1]) + _TAPS + 1
        if until > at + held.shape[1]:
            more = tap.take(until - at - held.shape[1])
            held = np.concatenate([held, more], axis=1)
        speed = max((places[-1] - places[0]) / (_PIECE - 1), 1.0)
        yield _interpolated(np.ascontiguousarray(held), places - at, 1 / speed)
        done = max(math.floor(places[-1]) - _TAPS - 1 - at, 0)
        held, at, begin = held[:, done:], at + done, begin + _PIECE


@njit(nogil=True, cache=True)
def _interpolated(samples: Samples, places: Floats, cutoff: float) -> Samples:
    """Return samples between samples, by a windowed sinc (Smith, Digital Audio Resampling)."""
    made = np.zeros((2, len(places)), np.float32)
    for index in range(len(places)):
        place = places[index]
        whole = int(np.floor(place))
        left = right = total = 0.0
        for near in range(whole - _TAPS + 1, whole + _TAPS + 1):
            distance = place - near
            angle = np.pi * distance * cutoff
            lobe = 1.0 if abs(angle) < 1e-9 else np.sin(angle) / angle
            weight = lobe * (0.5 + 0.5 * np.cos(np.pi * distance / (_TAPS + 1)))
            total += weight
            if 0 <= near < samples.shape[1]:
                left += weight * samples[0, near]
                right += weight * samples[1, near]
        made[0, index] = left / total
        made[1, index] = right / total
    return made
