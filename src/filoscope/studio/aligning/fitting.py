"""Fit a take to the song at a place: to a fraction of a sample, clock and all.

Windows of the take are correlated with the song near the place, at the full rate. A line through
their lags (an offset and a drift) has as its score the sum of the correlations along it; the line
with the highest score is taken, and refined by a parabola in both directions. No window has to find
its own peak: a line is found where each of them alone would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from filoscope.studio.aligning.finding import DRIFT_PPM_MAX, Candidate, window_starts
from filoscope.studio.aligning.reference import (
    FINE_BAND_HZ,
    RATE_HZ,
    WINDOW_S,
    Reference,
    Samples,
    bins_of,
    whitened,
)

REACH_S = 0.016
"""How far the place may be wrong before it is fitted, beside what drift adds."""

UPSAMPLING = 4
"""Lags lie at 64 kHz: straight lines between them lose nothing."""

WINDOWS_MAX = 48


@dataclass(frozen=True, slots=True)
class Fit:
    """A take at its place.

    Attributes
    ----------
    offset_s, drift_ppm : float
        Song time = offset + take time * (1 + drift / 1e6).
    score : float
        Sum of the correlations along the line, in standard deviations of chance.
    agreeing : float
        Share of the windows that speak for the line by themselves.
    """

    offset_s: float
    drift_ppm: float
    score: float
    agreeing: float


def fit(
    take: Samples, reference: Reference, near: Candidate | Fit, *, windows_max: int = WINDOWS_MAX
) -> Fit:
    """Fit a take to the song near a place.

    Parameters
    ----------
    take : ndarray
        Mono at `RATE_HZ`, shape (n,).
    near : Candidate or Fit
        Right in the take's middle to within `REACH_S`.
    """
    window = round(WINDOW_S * RATE_HZ)
    starts = window_starts(len(take), window, most=windows_max)
    length = min(window, len(take))
    middles_s = (starts + length / 2) / RATE_HZ
    middle_s = float(middles_s.mean())
    half_s = float(np.abs(middles_s - middle_s).max())
    reach = round((REACH_S + half_s * DRIFT_PPM_MAX * 1e-6) * RATE_HZ)
    near_s = near.offset_s + near.drift_ppm * 1e-6 * middle_s
    lags = _Lags.of(take, reference, near_s, starts, length, reach)
    if not len(lags.values):
        return Fit(near.offset_s, near.drift_ppm, 0.0, 0.0)
    lag_s, drift_ppm, score = _best_line(lags.values, middles_s[lags.kept] - middle_s, reach)
    at = lag_s + drift_ppm * 1e-6 * (middles_s[lags.kept] - middle_s)
    own = _read(lags.values, (at * RATE_HZ + reach) * UPSAMPLING)
    return Fit(
        offset_s=near_s + lag_s - drift_ppm * 1e-6 * middle_s,
        drift_ppm=drift_ppm,
        score=score,
        agreeing=float(np.mean(np.sign(own.sum()) * own > 4)),
    )


@dataclass(frozen=True, slots=True)
class _Lags:
    """Correlations of windows by lag, in standard deviations; shape (windows, lags)."""

    values: NDArray[np.float32]
    kept: NDArray[np.intp]

    @classmethod
    def of(
        cls,
        take: Samples,
        reference: Reference,
        near_s: float,
        starts: NDArray[np.int64],
        length: int,
        reach: int,
    ) -> _Lags:
        size = fft.next_fast_len(length + 2 * reach, real=True)
        band = bins_of(FINE_BAND_HZ, length=size, rate_hz=RATE_HZ)
        taper = np.hanning(length).astype(np.float32)
        shift = round(near_s * RATE_HZ)
        part_s = near_s - shift / RATE_HZ
        turn = np.exp(2j * np.pi * np.arange(size // 2 + 1) / size * part_s * RATE_HZ)
        turn = turn.astype(np.complex64)
        rows, kept = [], []
        for index, start in enumerate(starts):
            low = int(start) + shift - reach
            part = _cut(reference.samples, low, length + 2 * reach)
            if not part[reach : reach + length].any():
                continue
            song = whitened(fft.rfft(part, size), band)
            own = whitened(fft.rfft(take[start : start + length] * taper, size), band)
            row = fft.irfft(song * own.conj() * turn, size)[: 2 * reach + 1]
            rows.append(row / (np.median(np.abs(row)) / 0.6745 + 1e-12))
            kept.append(index)
        values = np.asarray(rows, np.float32).reshape(len(rows), -1)
        return cls(_upsampled(values), np.asarray(kept, np.intp))


def _cut(samples: Samples, low: int, length: int) -> Samples:
    """Return a part of the song, with silence where there is none."""
    part = np.zeros(length, np.float32)
    first, last = max(low, 0), min(low + length, len(samples))
    if last > first:
        part[first - low : last - low] = samples[first:last]
    return part


def _upsampled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(values):
        return values
    count = values.shape[1]
    spectrum = fft.rfft(values, axis=1)
    return np.asarray(fft.irfft(spectrum, count * UPSAMPLING, axis=1) * UPSAMPLING, np.float32)


def _read(values: NDArray[np.float32], at: NDArray[np.float64]) -> NDArray[np.float32]:
    """Read each row at its own place, between samples by a straight line."""
    at = np.clip(at, 0, values.shape[1] - 1.001)
    whole = at.astype(int)
    rest = (at - whole).astype(np.float32)
    rows = np.arange(len(values))
    read = values[rows, whole] * (1 - rest) + values[rows, whole + 1] * rest
    return np.asarray(read, np.float32)


def _best_line(
    values: NDArray[np.float32], middles_s: NDArray[np.float64], reach: int
) -> tuple[float, float, float]:
    """Return lag in seconds, drift in ppm and score of the line along which the sum is largest."""
    rate = RATE_HZ * UPSAMPLING
    half_s = float(np.abs(middles_s).max())
    # A step moves the outermost window by half a sample at 16 kHz.
    steps = int(np.ceil(DRIFT_PPM_MAX * 1e-6 * half_s * RATE_HZ * 2))
    drifts = np.linspace(-DRIFT_PPM_MAX, DRIFT_PPM_MAX, 2 * steps + 1) if steps else np.zeros(1)
    edge = int(np.ceil(DRIFT_PPM_MAX * 1e-6 * half_s * rate)) + 1
    count = values.shape[1] - 2 * edge
    sums = np.zeros((len(drifts), count), np.float32)
    for row, middle_s in zip(values, middles_s, strict=True):
        shifts = np.round(drifts * 1e-6 * middle_s * rate).astype(int) + edge
        sums += np.lib.stride_tricks.sliding_window_view(row, count)[shifts]
    sums = np.abs(sums) / np.sqrt(len(values))
    at_drift, at_lag = np.unravel_index(int(np.argmax(sums)), sums.shape)
    lag = at_lag + vertex(sums[at_drift], int(at_lag))
    drift = drifts[at_drift]
    if len(drifts) > 1:
        drift += (drifts[1] - drifts[0]) * vertex(sums[:, at_lag], int(at_drift))
    score = float(sums[at_drift, at_lag])
    return (float(lag) + edge) / rate - reach / RATE_HZ, float(drift), score


def vertex(values: NDArray[np.float32], at: int) -> float:
    """Return how far from `at` the top of the parabola through it and its neighbours lies."""
    if not 0 < at < len(values) - 1:
        return 0.0
    left, top, right = (float(value) for value in values[at - 1 : at + 2])
    bend = left - 2 * top + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
