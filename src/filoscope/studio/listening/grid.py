"""Straighten a pulse: where each beat lies to a millisecond or two, and how steady it is.

A song made on a machine is a line: beat k at a + b k. That is tried first, and left only when the
strokes say otherwise; then beats are drawn to their strokes (Whittaker's smoother), stiffly at first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from filoscope.studio.listening.spectra import FRAMES_HZ

Floats = NDArray[np.float64]

_STIFFER_IS_BETTER = 0.07
"""A stiffer grid is taken while it is so little less clear than the clearest: what bends more fits chance
strokes too. (By a share, a line would be laid over a song that jumps from one tempo to another.)"""

_REACH_S = 0.045  # how far from where a beat is expected its stroke is looked for
_STIFFNESSES = (3000.0, 300.0, 30.0)


@dataclass(frozen=True, slots=True)
class Grid:
    """Beat times of a pulse, from before the song's start to after its end.

    Attributes
    ----------
    times_s : (beats,) float64
    clarity : float
        0 to 1: how much of all strokes comes at beats, halves, thirds, quarters, sixths or eighths of
        them. Noise has 0.07, talk under 0.2, a band without drums 0.3, a machine up to 1.
    is_rigid : bool
        One tempo from end to end.
    """

    times_s: Floats
    clarity: float
    is_rigid: bool

    def at(self, position: Floats) -> Floats:
        """Return seconds at positions counted in beats, halves and all; straight outside."""
        count = np.arange(len(self.times_s))
        inside = np.interp(position, count, self.times_s)
        first, last = self.times_s[1] - self.times_s[0], self.times_s[-1] - self.times_s[-2]
        before, after = np.minimum(position, 0), np.maximum(position - count[-1], 0)
        return np.asarray(inside + before * first + after * last)


def straighten(pulse_s: Floats, curve: Floats, duration_s: float) -> Grid:
    """Find the grid behind a pulse.

    Parameters
    ----------
    pulse_s : (beats,) float64
        At least four.
    curve : (frames,) float64
        Novelty at `FRAMES_HZ`.
    """
    strokes, strengths = _strokes(curve)
    if len(strokes) < 8:
        return Grid(_fill(pulse_s, duration_s), 0.0, False)
    grids = [_fit_line(pulse_s, strokes, strengths)]
    grids += [_smooth(pulse_s, strokes, strengths, stiffness) for stiffness in _STIFFNESSES]
    filled = [_fill(times, duration_s) for times in [*grids, pulse_s]]
    clarities = [_clarity(times, strokes, strengths) for times in filled]
    enough = max(clarities) - _STIFFER_IS_BETTER
    chosen = next(place for place, clarity in enumerate(clarities) if clarity >= enough)
    return Grid(filled[chosen], clarities[chosen], chosen == 0)


def _clarity(times: Floats, strokes: Floats, strengths: Floats) -> float:
    place = np.interp(strokes, times, np.arange(len(times)))
    turns = (abs((strengths * np.exp(2j * np.pi * n * place)).sum()) for n in (1, 2, 3, 4, 6, 8))
    return float(max(turns) / strengths.sum())


def _strokes(curve: Floats) -> tuple[Floats, Floats]:
    """Return times of the curve's peaks, between frames, and their heights."""
    middle = curve[1:-1]
    at = np.flatnonzero((middle > curve[:-2]) & (middle >= curve[2:]) & (middle > 0.08)) + 1
    left, top, right = curve[at - 1], curve[at], curve[at + 1]
    bend = left - 2 * top + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.minimum(bend, -1e-9), 0.0)
    return (at + np.clip(shift, -0.5, 0.5)) / FRAMES_HZ, top


def _near(times: Floats, strokes: Floats, strengths: Floats) -> tuple[Floats, Floats]:
    """Return each beat's own stroke's distance, and its weight (0: none near)."""
    off, weight = np.zeros(len(times)), np.zeros(len(times))
    low = np.searchsorted(strokes, times - _REACH_S)
    high = np.searchsorted(strokes, times + _REACH_S)
    for k in np.flatnonzero(high > low):
        away = strokes[low[k] : high[k]] - times[k]
        worth = strengths[low[k] : high[k]] * np.exp(-0.5 * (away / 0.02) ** 2)
        best = worth.argmax()
        off[k], weight[k] = away[best], worth[best]
    return off, weight


def _fit_line(pulse_s: Floats, strokes: Floats, strengths: Floats) -> Floats:
    """Fit a + b k: the period by a Fourier comb of all strokes, then those near it, robustly.

    The pulse gives the level alone: where it slips by half a beat, the comb does not.
    """
    period = _comb_period(float(np.median(np.diff(pulse_s))), strokes, strengths)
    turns = np.exp(4j * np.pi * pulse_s / period)
    start = float(np.angle(turns.sum())) / (4 * np.pi) * period
    if np.cos(2 * np.pi * (pulse_s - start) / period).sum() < 0:
        start += period / 2
    start += round((pulse_s[0] - start) / period) * period
    count = np.arange(max(4, round((pulse_s[-1] - start) / period) + 1), dtype=np.float64)
    slope = period
    for _ in range(8):
        times = start + slope * count
        off, weight = _near(times, strokes, strengths)
        if (weight > 0).sum() < 4:
            break
        middle = _weighted_median(off, weight)
        spread = max(0.003, 1.5 * _weighted_median(np.abs(off - middle), weight))
        weight = weight / (1 + ((off - middle) / spread) ** 2)
        slope, start = _weighted_line(count, times + off, weight)
    return np.asarray(start + slope * count)


def _comb_period(period: float, strokes: Floats, strengths: Floats) -> float:
    """Return the period within 5 % whose beats, halves and quarters the strokes keep to best."""
    length = strokes[-1] - strokes[0]
    step = 0.12 / max(length, 1.0)
    rates = np.arange(0.95 / period, 1.05 / period, step / 4)
    worth = np.zeros(len(rates))
    for part, share in ((1, 1.0), (2, 1.0), (4, 0.7)):
        base = np.exp(2j * np.pi * part * rates[0] * strokes) * strengths
        turn = np.exp(2j * np.pi * part * (rates[1] - rates[0]) * strokes)
        for place in range(len(rates)):
            worth[place] += share * abs(base.sum())
            base *= turn
    return 1 / float(rates[worth.argmax()])


def _weighted_line(x: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    total = weight.sum() + 1e-12
    mean_x, mean_y = (weight * x).sum() / total, (weight * y).sum() / total
    slope = (weight * (x - mean_x) * (y - mean_y)).sum() / (weight * (x - mean_x) ** 2).sum()
    return float(slope), float(mean_y - slope * mean_x)


def _weighted_median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values)
    share = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(share, 0.5 * share[-1])]) if len(values) else 0.0


def _smooth(pulse_s: Floats, strokes: Floats, strengths: Floats, stiffness: float) -> Floats:
    """Draw the beats to their strokes, with little change from one interval to the next."""
    times = pulse_s.copy()
    for turn in range(4):
        off, weight = _near(times, strokes, strengths)
        weight = weight / (1 + (off / 0.015) ** 2) + 1e-3 * (turn == 0)
        if (weight > 1e-2).sum() < 3:
            return times
        times = _whittaker(times + off, weight, stiffness if turn else 10.0)
    return times


def _whittaker(values: Floats, weight: Floats, stiffness: float) -> Floats:
    """Minimise sum w (s - v)^2 + stiffness sum (second difference of s)^2."""
    count = len(values)
    bands = np.zeros((3, count))
    bands[2] = weight + 1e-6
    for at, share in ((0, 1.0), (1, 4.0), (2, 1.0)):
        bands[2, at : count - 2 + at] += stiffness * share
    bands[1, 1 : count - 1] -= 2 * stiffness
    bands[1, 2:count] -= 2 * stiffness
    bands[0, 2:] += stiffness
    return np.asarray(solveh_banded(bands, (weight + 1e-6) * values))


def _fill(times: Floats, duration_s: float) -> Floats:
    """Go on at the ends with the interval there, as far as the song goes."""
    ahead = float(np.median(np.diff(times[:9])))
    behind = float(np.median(np.diff(times[-9:])))
    before = times[0] - ahead * np.arange(int(max(0.0, times[0] + 0.02) / ahead), 0, -1)
    more = int(max(0.0, duration_s - times[-1]) / behind)
    after = times[-1] + behind * np.arange(1, more + 1)
    return np.concatenate([before, times, after])
