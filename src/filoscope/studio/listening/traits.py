"""What speaks for an answer: numbers that describe a beat, and a way to count bars, to the judges.

None of them knows the song's loudness or length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.listening.spectra import GROUPS

Floats = NDArray[np.float64]

FINE = 24  # places in a pulse: halves, thirds, quarters and sixths are whole
ROWS = GROUPS + 4  # strokes of each group; changes of chord, of harmony, of bass, of the sound
PERIODS = (6, 8, 12, 16, 18, 24, 32, 36, 48, 72, 96)
"""Beats that are tried, in `FINE` parts of a pulse."""

METERS = (3, 4, 5, 6, 7)
ODD_METERS, ODD_BARS_MIN = (5, 7), 6
"""Rare meters are believed after so many bars: in a few, chance counts to five or seven as well."""

PLACES = (0.0, 0.25, 1 / 3, 0.5, 2 / 3, 0.75)  # of a beat, where strokes are counted
_TEMPI_BPM = (50.0, 65.0, 80.0, 100.0, 125.0, 155.0, 195.0)
_KINDS = (slice(0, ROWS), slice(0, 2), slice(2, 4), slice(4, 6), slice(6, 9))
"""Rows whose likeness is taken together: all, low, middle and high strokes, harmony."""

_PHRASED = (0, 4, 6, 7, 8, 9)  # rows that mark every second or fourth bar
_EVEN = 3.0  # a place is not counted fuller than so many means: a fill is no rule


@dataclass(frozen=True, slots=True)
class Cloth:
    """A song laid along its pulse.

    Attributes
    ----------
    rows : (ROWS, pulses * FINE) float64
        What begins at each place; the mean of each row is 1.
    likeness : (5, longest lag + 1) float64
        Correlation of the rows of each of `_KINDS` with themselves, by lag in `FINE` parts.
    pulse_s : float
        Median length of a pulse.
    """

    rows: Floats
    likeness: Floats
    pulse_s: float

    def bpm(self, period: int) -> float:
        """Return the tempo of beats of a period."""
        return 60 * FINE / (self.pulse_s * period)


def cloth_of(rows: Floats, pulse_s: float) -> Cloth:
    """Measure how like itself a song is at every lag, up to 8 of the longest beats."""
    longest = min(PERIODS[-1] * 8, rows.shape[1] - 1)
    even = np.minimum(rows, 5.0)
    even = (even - even.mean(axis=1, keepdims=True)) / (even.std(axis=1, keepdims=True) + 1e-9)
    size = 1 << int(np.ceil(np.log2(rows.shape[1] + longest + 1)))
    power = np.abs(np.fft.rfft(even, size, axis=1)) ** 2
    both = np.fft.irfft([power[kind].sum(axis=0) for kind in _KINDS])[:, : longest + 1]
    share = rows.shape[1] / (rows.shape[1] - np.arange(longest + 1))
    return Cloth(rows, both / (both[:, :1] + 1e-9) * share, pulse_s)


def beat_traits(cloth: Cloth, period: int, phase: int) -> Floats:
    """Describe beats, every `period` from `phase` on: (n,)."""
    tempo = np.exp(-0.5 * ((np.log2(cloth.bpm(period)) - np.log2(_TEMPI_BPM)) / 0.3) ** 2)
    rows = cloth.rows
    teeth = np.arange(phase, rows.shape[1], period)
    under = []
    for place in PLACES:
        at = teeth + round(place * period)
        under.append(rows[:, at[at < rows.shape[1]]].mean(axis=1))
    even, odd = rows[:, teeth[::2]].mean(axis=1), rows[:, teeth[1::2]].mean(axis=1)
    tilt = (even - odd) / (even + odd + 0.1)
    cross = [tilt[0] * tilt[4], tilt[0] * tilt[1], tilt[4] * tilt[7]]
    lags = [_at(cloth.likeness[0], period * share) for share in (1 / 3, 0.5, 1, 1.5, 2, 3, 4, 8)]
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
    enough = {meter: (ODD_BARS_MIN if meter in ODD_METERS else 2) * meter for meter in METERS}
    return [(meter, first) for meter in METERS if count >= enough[meter] for first in range(meter)]


def bar_traits(cloth: Cloth, period: int, phase: int) -> Floats:
    """Describe every way to count bars on these beats: (ways, n), as `bar_answers` has them."""
    halves = cloth.rows[:, phase :: period // 2]
    beats = halves[:, ::2]
    beside = np.where(np.arange(2)[:, None], halves[:, 1::2].mean(axis=1), beats.mean(axis=1))
    lags = [_at(cloth.likeness[0], period * lag) for lag in (2, 3, 4, 5, 6, 8)]
    tempo = np.log2(cloth.bpm(period) / 120)
    of_meter: dict[int, tuple[Floats, Floats, Floats]] = {}
    told = []
    for meter, first in bar_answers(beats.shape[1]):
        if meter not in of_meter:
            of_meter[meter] = (
                _fold(halves, 2 * meter),
                _fold(np.minimum(beats, _EVEN), meter),
                np.array([
                    _at(row, period * meter * share)
                    for row in cloth.likeness for share in (0.5, 1, 2, 4)
                ]),
            )  # fmt: skip
        fold, even, like = of_meter[meter]
        spots = np.array([0, 1, 2, 4, meter, 2 * meter - 2, 2 * meter - 1, meter + 1])
        under = np.log((0.1 + fold[(2 * first + spots) % (2 * meter)]) / (0.1 + beside[spots % 2]))
        here, others = even[first], np.delete(even, first, axis=0)
        apart = [
            np.log((0.1 + here) / (0.1 + other)) for other in (others.max(axis=0), others.mean(axis=0))
        ]  # fmt: skip
        kind = [float(meter == other) for other in METERS]
        told.append(np.concatenate(
            [under.ravel(), *apart, _phrases(beats[_PHRASED, first::meter], beside[0, _PHRASED]),
             like, lags, kind, [tempo * k for k in kind]]
        ))  # fmt: skip
    return np.array(told)


def _fold(rows: Floats, length: int) -> Floats:
    """Return means (length, rows) of every column that comes `length` after another."""
    whole = rows.shape[1] // length * length
    return np.asarray(rows[:, :whole].reshape(len(rows), -1, length).mean(axis=1).T)


def _phrases(downs: Floats, beside: Floats) -> Floats:
    """Say how much every second and every fourth downbeat, of the best, stands out."""
    told: list[Floats] = []
    for bars in (2, 4):
        if downs.shape[1] < 2 * bars:
            told += [np.zeros(len(downs))] * 2
            continue
        fold = _fold(downs, bars)
        for other in (beside, fold.mean(axis=0)):
            told.append(np.log((0.1 + fold.max(axis=0)) / (0.1 + other)))
    return np.concatenate(told)
