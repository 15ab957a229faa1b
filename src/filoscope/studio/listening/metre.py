"""Which strokes of the pulse are the beats, and which beats open a bar.

>>> counted = count_beats(weave(heard, curve, grid))

Music straightened by its grid is rigid, whatever its tempo did: so every answer (each second pulse,
each third, those between, ...) is a comb over the same cloth, and is judged by what lies under its
teeth: kick, snare, hats, change of harmony, and how well the music repeats at its length. The judge is
a small network (`metre.json`), learned by `bench/studio/learn.py` from songs with known beats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from filoscope.studio.listening.grid import Grid
from filoscope.studio.listening.spectra import FRAMES_HZ, GROUPS, TONES_HZ, Spectra

Floats = NDArray[np.float64]

FINE = 24  # places in a pulse: halves, thirds, quarters and sixths are whole
ROWS = GROUPS + 4  # strokes of each group; changes of chord, of harmony, of bass, of the sound
PERIODS = (6, 8, 12, 16, 18, 24, 32, 36, 48, 72, 96)
"""Beats that are tried, in `FINE` parts of a pulse."""

BEAT_BPM = (42.0, 230.0)
METERS = (3, 4, 5, 6, 7)
PLACES = (0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75)  # of a beat, where strokes are counted
_TEMPI_BPM = (50.0, 65.0, 80.0, 100.0, 125.0, 155.0, 195.0)
_CHORD_S, _HARMONY_S, _SOUND_S = 0.5, 1.2, 2.0
"""Over what time before and after a moment chords, harmony and the whole sound are compared."""

_BLUR_FRAMES = 2.0


@dataclass(frozen=True, slots=True)
class Cloth:
    """A song laid along its pulse.

    Attributes
    ----------
    rows : (ROWS, pulses * FINE) float64
        What begins at each place; the mean of each row is 1.
    likeness : (longest lag + 1,) float64
        Correlation of the rows with themselves, by lag in `FINE` parts.
    pulse_s : float
        Median length of a pulse.
    """

    rows: Floats
    likeness: Floats
    pulse_s: float


def weave(heard: Spectra, grid: Grid) -> Cloth:
    """Lay strokes and changes of harmony along the grid."""
    places = np.arange(0, len(grid.times_s) - 1, 1 / FINE)
    times = grid.at(places)
    frames = times * FRAMES_HZ
    moments = np.arange(heard.strokes.shape[1])
    strokes = gaussian_filter1d(np.sqrt(heard.strokes.astype(np.float64)), _BLUR_FRAMES, axis=1)
    pulse_s = float(np.median(np.diff(grid.times_s)))
    rows = [np.interp(frames, moments, row) for row in strokes]
    for part, span_s in (
        (heard.chroma, _CHORD_S),
        (heard.chroma, _HARMONY_S),
        (heard.bass, _CHORD_S),
    ):
        rows.append(_change(part, times, span_s))
    rows.append(_turn(heard.level, times, _SOUND_S))
    cloth = np.stack(rows)
    cloth /= np.maximum(cloth.mean(axis=1, keepdims=True), 1e-3)
    return Cloth(cloth, _likeness(cloth), pulse_s)


def _around(values: NDArray[np.float32], times: Floats, span_s: float) -> tuple[Floats, Floats]:
    """Return means of values (n, tones) over the time before and after each moment."""
    ran = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, 1, np.float64)], axis=1)
    last = ran.shape[1] - 1

    def until(moments: Floats) -> Floats:
        place = np.clip(moments * TONES_HZ + 0.5, 0, last)
        left = np.minimum(place.astype(int), last - 1)
        part = place - left
        return np.asarray(ran[:, left] * (1 - part) + ran[:, left + 1] * part)

    middle = until(times)
    spans = span_s * TONES_HZ
    return (middle - until(times - span_s)) / spans, (until(times + span_s) - middle) / spans


def _change(chroma: NDArray[np.float32], times: Floats, span_s: float) -> Floats:
    """Return how far the harmony after each moment differs from that before: 0 to 1."""
    before, after = _around(chroma, times, span_s)
    after = after - after.mean(axis=0)
    before = before - before.mean(axis=0)
    length = np.linalg.norm(after, axis=0) * np.linalg.norm(before, axis=0)
    return np.asarray(1 - (after * before).sum(axis=0) / np.maximum(length, 1e-9)) + 0.02


def _turn(level: NDArray[np.float32], times: Floats, span_s: float) -> Floats:
    """Return how much the whole sound changes: large where parts begin, which bars do too."""
    before, after = _around(level, times, span_s)
    inside = (times > span_s) & (times < level.shape[1] / TONES_HZ - span_s)
    return np.where(inside, np.square(after - before).mean(axis=0), 0.0) + 1e-3


def _likeness(cloth: Floats) -> Floats:
    """Autocorrelate all rows at once, up to 16 of the longest beats."""
    longest = min(PERIODS[-1] * 8, cloth.shape[1] - 1)
    even = np.minimum(cloth, 5.0)
    even = (even - even.mean(axis=1, keepdims=True)) / (even.std(axis=1, keepdims=True) + 1e-9)
    size = 1 << int(np.ceil(np.log2(cloth.shape[1] + longest + 1)))
    power = (np.abs(np.fft.rfft(even, size, axis=1)) ** 2).sum(axis=0)
    both = np.fft.irfft(power)[: longest + 1]
    return np.asarray(
        both / (both[0] + 1e-9) * cloth.shape[1] / (cloth.shape[1] - np.arange(longest + 1))
    )


def beat_answers(cloth: Cloth) -> list[tuple[int, int]]:
    """Return each (period, phase) that could be the beat, in `FINE` parts of a pulse."""
    answers = []
    for period in PERIODS:
        bpm = 60 * FINE / (cloth.pulse_s * period)
        if BEAT_BPM[0] <= bpm <= BEAT_BPM[1] and cloth.rows.shape[1] > 4 * period:
            phases = {phase for step in (6, 8) for phase in range(0, period, step)}
            answers += [(period, phase) for phase in sorted(phases)]
    return answers


def beat_traits(cloth: Cloth, period: int, phase: int) -> Floats:
    """Describe an answer by numbers, none of which knows the song's loudness or length."""
    bpm = np.log2(60 * FINE / (cloth.pulse_s * period))
    tempo = np.exp(-0.5 * ((bpm - np.log2(_TEMPI_BPM)) / 0.3) ** 2)
    rows = cloth.rows
    teeth = np.arange(phase, rows.shape[1], period)
    under = []
    for place in PLACES:
        at = teeth + round(place * period)
        under.append(rows[:, at[at < rows.shape[1]]].mean(axis=1))
    even, odd = rows[:, teeth[::2]].mean(axis=1), rows[:, teeth[1::2]].mean(axis=1)
    tilt = (even - odd) / (even + odd + 0.1)
    cross = [tilt[0] * tilt[4], tilt[0] * tilt[1], tilt[4] * tilt[7]]
    lags = [_at(cloth.likeness, period * share) for share in (1 / 3, 0.5, 1, 1.5, 2, 3, 4, 8)]
    pulse = [float(period == FINE), float(period == FINE and phase == 0), float(phase % FINE == 0)]
    return np.concatenate(
        [
            tempo,
            np.log(0.1 + np.array(under)).ravel(),
            np.abs(tilt),
            np.array(cross) * 5,
            lags,
            pulse,
        ]
    )


def _at(values: Floats, place: float) -> float:
    return float(values[round(place)]) if round(place) < len(values) else 0.0


def bar_answers(count: int) -> list[tuple[int, int]]:
    """Return each (meter, first downbeat) that a row of so many beats could have."""
    return [(meter, first) for meter in METERS if count >= 2 * meter for first in range(meter)]


def bar_traits(cloth: Cloth, period: int, phase: int, meter: int, first: int) -> Floats:
    """Describe a way to count bars on the beats of an answer."""
    rows = cloth.rows
    start = phase + first * period
    start -= start // (period * meter) * period * meter
    bars = np.arange(start, rows.shape[1], period * meter)
    spots = (0, 0.5, 1, 2, meter / 2, meter - 1, meter - 0.5, meter / 2 + 0.5)
    under = []
    for spot in spots:
        at = bars + round(spot * period)
        at = at[at < rows.shape[1]]
        under.append(rows[:, at].mean(axis=1) if len(at) else np.ones(ROWS))
    teeth = np.arange(phase, rows.shape[1], period)
    mean = rows[:, teeth].mean(axis=1)
    between = teeth + period // 2
    rest = rows[:, between[between < rows.shape[1]]].mean(axis=1)
    is_between = np.array([spot % 1 == 0.5 and spot != meter / 2 for spot in spots])
    beside = np.where(is_between[:, None], rest, mean)
    lags = [_at(cloth.likeness, period * share * meter) for share in (0.5, 1, 2, 4)]
    others = [_at(cloth.likeness, period * lag) for lag in (2, 3, 4, 5, 6, 8)]
    kind = [float(meter == other) for other in METERS]
    bpm = np.log2(60 * FINE / (cloth.pulse_s * period * 120))
    return np.concatenate(
        [np.log((0.1 + np.array(under)) / (0.1 + beside)).ravel(), lags, others, kind,
         [bpm * k for k in kind]]
    )  # fmt: skip
