"""Where in a song a cut may be, and how strong a place that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.listening.song import LOUDNESS_HZ, Song

Floats = NDArray[np.float64]
Kind = Literal["drop", "part", "phrase", "bar", "beat", "sound"]

CONFIDENCE_MIN = 0.3
"""Below it the beats cannot be trusted: a cut beside a beat is worse than one that claims none."""

BEATS_MIN = 8
PHRASE_BARS = 4
WORTH: dict[Kind, float] = {
    "drop": 1.4, "part": 1.2, "phrase": 1.0, "bar": 0.8, "beat": 0.3, "sound": 0.5,
}  # fmt: skip
"""How strong each place is."""

_WEAK = 0.75
"""A beat that is hardly struck counts so much of one that is."""

_NEAR_S = 0.12
"""A drop, or a part, begins at the beat that is so near."""

_TICK_S = 0.5
"""Without beats a cut may be so often, and better where the sound rises or something moves."""

_PACE_RANGE = (10, 90)
"""Percentiles of the loudness between which a song is quiet and full."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where cuts may be, in seconds of the song, rising.

    Attributes
    ----------
    times_s, worths, energies : ndarray
        When; how strong a place; how full the song is there, 0 to 1.
    kinds : tuple of str
    is_sure : bool
        They are beats. Else they are where the sound rises or something moves.
    """

    times_s: Floats
    worths: Floats
    energies: Floats
    kinds: tuple[Kind, ...]
    is_sure: bool

    def between(self, start_s: float, end_s: float) -> Places:
        """Return those from a time to another, both included."""
        kept = np.flatnonzero((self.times_s >= start_s - 1e-6) & (self.times_s <= end_s + 1e-6))
        kinds = tuple(self.kinds[index] for index in kept)
        return Places(
            self.times_s[kept], self.worths[kept], self.energies[kept], kinds, self.is_sure
        )


def places_of(song: Song, accents_s: Floats) -> Places:
    """Return where a song may be cut.

    Parameters
    ----------
    song : Song
    accents_s : ndarray
        When, in the song, something moves plainly; used where the beats cannot be trusted.
    """
    if song.confidence >= CONFIDENCE_MIN and len(song.beats_s) >= BEATS_MIN:
        return _by_beats(song)
    return _by_sound(song, accents_s)


def _by_beats(song: Song) -> Places:
    times = np.array(song.beats_s)
    strengths = np.array(song.beat_strengths) if song.beat_strengths else np.ones(len(times))
    downs = np.array(song.downbeats_s)
    kinds: list[Kind] = ["beat"] * len(times)
    bars = np.flatnonzero([len(downs) > 0 and np.abs(downs - time).min() < 0.02 for time in times])
    for index in bars:
        kinds[index] = "bar"
    for part_s, count in _parts(song, times[bars]):
        for bar in count[::PHRASE_BARS]:
            kinds[bars[bar]] = "phrase"
        _mark(kinds, times, part_s, "part")
    for drop_s in song.drops_s:
        _mark(kinds, times, drop_s, "drop")
    worths = np.array([WORTH[kind] for kind in kinds])
    worths *= _WEAK + (1 - _WEAK) * np.clip(strengths, 0, 1)
    return Places(times, worths, energies_at(song, times), tuple(kinds), True)


def _parts(song: Song, bars_s: Floats) -> list[tuple[float, NDArray[np.int64]]]:
    """Return where each part begins, and which bars it has."""
    starts = [section.start_s for section in song.sections] or [0.0]
    ends = [*starts[1:], np.inf]
    return [
        (start_s, np.flatnonzero((bars_s >= start_s - _NEAR_S) & (bars_s < end_s - _NEAR_S)))
        for start_s, end_s in zip(starts, ends, strict=True)
    ]


def _mark(kinds: list[Kind], times: Floats, at_s: float, kind: Kind) -> None:
    nearest = int(np.abs(times - at_s).argmin())
    if abs(times[nearest] - at_s) < _NEAR_S:
        kinds[nearest] = kind


def _by_sound(song: Song, accents_s: Floats) -> Places:
    """Return ticks, moved to where the sound rises or something moves, if that is near."""
    level = np.array(song.loudness) if song.loudness else np.zeros(1)
    rise = np.maximum(np.diff(level, prepend=level[:1]), 0)
    loud_s = np.flatnonzero(rise > max(3.0, 2 * float(rise.std()))) / LOUDNESS_HZ
    marks = np.sort(np.concatenate([loud_s, accents_s]))
    times = [0.0]
    while times[-1] + 2 * _TICK_S < song.duration_s:
        ahead = marks[(marks > times[-1] + 0.8 * _TICK_S) & (marks < times[-1] + 1.2 * _TICK_S)]
        times.append(float(ahead[0]) if len(ahead) else times[-1] + _TICK_S)
    times.append(song.duration_s)
    every = np.array(times)
    near = np.array([len(marks) > 0 and np.abs(marks - time).min() < 1e-6 for time in times])
    worths = np.where(near, WORTH["sound"], WORTH["beat"])
    sound: Kind = "sound"
    return Places(every, worths, energies_at(song, every), (sound,) * len(every), False)


def energies_at(song: Song, times: Floats) -> Floats:
    """Return how full a song is at some times, 0 to 1: half by its parts, half by its loudness."""
    level = np.array(song.loudness) if song.loudness else np.zeros(1)
    low, high = np.percentile(level, _PACE_RANGE)
    # Two seconds about: the pace of cuts does not follow single strokes.
    window = np.ones(2 * LOUDNESS_HZ) / (2 * LOUDNESS_HZ)
    padded = np.pad(level, LOUDNESS_HZ, mode="edge")
    smooth = np.convolve(padded, window, "same")[LOUDNESS_HZ : LOUDNESS_HZ + len(level)]
    loud = np.clip((smooth - low) / max(high - low, 1.0), 0, 1)
    at = loud[np.clip((times * LOUDNESS_HZ).astype(int), 0, len(loud) - 1)]
    if not song.sections:
        return np.asarray(at, np.float64)
    starts = [section.start_s for section in song.sections]
    which = np.clip(np.searchsorted(starts, times + _NEAR_S, side="right") - 1, 0, len(starts) - 1)
    parts = np.array([section.energy for section in song.sections])[which]
    return np.asarray(0.5 * at + 0.5 * np.clip(parts, 0, 1), np.float64)
