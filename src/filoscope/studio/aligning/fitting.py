"""Fit a take to the song at a place: to a fraction of a sample, clock and all.

Windows of the take are correlated with the song near the place, at the full rate. A line through
their lags (an offset and a drift) has as its score the sum of the correlations along it; the line
with the highest score is taken, and refined by a parabola in both directions. No window has to find
its own peak: a line is found where each of them alone would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

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

CLOSE_S = 0.001
"""The same once the direct sound is known: the echoes that may be louder are further away."""

WINDOWS_MAX = 48

ECHO_S = 0.06
"""By how much later than the direct sound the loudest of its echoes comes: 20 m of a longer way."""

DIRECT_SHARE = 0.5
"""Of the loudest arrival: what is that strong and earlier is the direct sound, behind somebody's
back."""

DIRECT_MIN = 5.0
"""Standard deviations: among so many lags chance reaches 4."""

OWN_SHARE_MAX = 0.3
"""Of its peak: where the song is that like itself so much later, it makes arrivals of its own."""


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
    take: Samples,
    reference: Reference,
    near: Candidate | Fit,
    *,
    windows_max: int = WINDOWS_MAX,
    reach_s: float = REACH_S,
) -> Fit:
    """Fit a take to the song near a place.

    Parameters
    ----------
    take : ndarray
        Mono at `RATE_HZ`, shape (n,).
    near : Candidate or Fit
        Right in the take's middle to within `reach_s`.
    """
    lags = _Lags.of(take, reference, near, windows_max=windows_max, reach_s=reach_s)
    if not len(lags.values):
        return Fit(near.offset_s, near.drift_ppm, 0.0, 0.0)
    lag_s, drift_ppm, score = _best_line(lags)
    at = lag_s + drift_ppm * 1e-6 * lags.middles_s
    own = _read(lags.values, (at * RATE_HZ + lags.reach) * UPSAMPLING)
    return Fit(
        offset_s=lags.near_s + lag_s - drift_ppm * 1e-6 * lags.middle_s,
        drift_ppm=drift_ppm,
        score=score,
        agreeing=float(np.mean(np.sign(own.sum()) * own > 4)),
    )


def directed(take: Samples, reference: Reference, place: Fit) -> Fit:
    """Return the place at which the sound came straight: an echo may be louder, never earlier.

    Parameters
    ----------
    place : Fit
        That of the direct sound, or of an echo of it up to `ECHO_S` away.
    """
    arrivals = _arrivals(take, reference, place)
    if not len(arrivals):
        return place
    loudest = int(np.argmax(arrivals))
    tops = np.flatnonzero(arrivals == maximum_filter1d(arrivals, RATE_HZ * UPSAMPLING // 1000))
    least = max(DIRECT_SHARE * arrivals[loudest], DIRECT_MIN)
    straight = [at for at in tops[tops > loudest].tolist() if arrivals[at] >= least]
    if straight:
        likeness = _likeness(reference, place, len(take))
        middle = len(likeness) // 2
        straight = [
            at
            for at in straight
            if likeness[min(middle + at - loudest, len(likeness) - 1)] < OWN_SHARE_MAX
        ]
    # A larger lag is an earlier arrival.
    lag = max(straight, default=loudest) - len(arrivals) // 2
    return replace(place, offset_s=place.offset_s + lag / (RATE_HZ * UPSAMPLING))


def _likeness(reference: Reference, place: Fit, length: int) -> NDArray[np.float32]:
    """Return how like itself the song is around a place, by lag; 1 at none, in the middle."""
    first = round(place.offset_s * RATE_HZ)
    song = _cut(reference.samples, first, length)
    own = _arrivals(song, reference, Fit(first / RATE_HZ, 0.0, 0.0, 0.0))
    return np.asarray(own / own[len(own) // 2], np.float32)


def _arrivals(take: Samples, reference: Reference, place: Fit) -> NDArray[np.float32]:
    """Return how strongly the song arrives `ECHO_S` before to after a place, by lag, shape (lags,)."""
    lags = _Lags.of(take, reference, place, windows_max=WINDOWS_MAX, reach_s=ECHO_S)
    drift = place.drift_ppm * 1e-6
    edge = int(np.ceil(DRIFT_PPM_MAX * 1e-6 * RATE_HZ * UPSAMPLING * lags.half_s)) + 1
    count = lags.values.shape[1] - 2 * edge
    total = np.zeros(max(count, 0) if len(lags.values) else 0, np.float32)
    for row, middle_s in zip(lags.values, lags.middles_s, strict=True):
        shift = round(drift * middle_s * RATE_HZ * UPSAMPLING) + edge
        total += row[shift : shift + count]
    return np.asarray(np.abs(total) / np.sqrt(max(len(lags.values), 1)), np.float32)


@dataclass(frozen=True, slots=True)
class _Lags:
    """Correlations of windows with the song around a place.

    Attributes
    ----------
    values : ndarray
        By lag, in standard deviations; shape (windows, lags). Windows without song are left out.
    middles_s : ndarray
        Of the windows, from the middle of all; shape (windows,).
    middle_s, half_s : float
        That middle, in the take, and how far the outermost window is from it.
    near_s : float
        The offset at the middle that lag 0 stands for.
    reach : int
        Samples at `RATE_HZ` from the first lag to lag 0.
    """

    values: NDArray[np.float32]
    middles_s: NDArray[np.float64]
    middle_s: float
    half_s: float
    near_s: float
    reach: int

    @classmethod
    def of(
        cls,
        take: Samples,
        reference: Reference,
        near: Candidate | Fit,
        *,
        windows_max: int,
        reach_s: float,
    ) -> _Lags:
        window = round(WINDOW_S * RATE_HZ)
        starts = window_starts(len(take), window, most=windows_max)
        length = min(window, len(take))
        middles_s = (starts + length / 2) / RATE_HZ
        middle_s = float(middles_s.mean())
        half_s = float(np.abs(middles_s - middle_s).max())
        reach = round((reach_s + half_s * DRIFT_PPM_MAX * 1e-6) * RATE_HZ)
        near_s = near.offset_s + near.drift_ppm * 1e-6 * middle_s
        values, kept = _correlated(take, reference, near_s, starts, length, reach)
        return cls(values, middles_s[kept] - middle_s, middle_s, half_s, near_s, reach)


def _correlated(
    take: Samples,
    reference: Reference,
    near_s: float,
    starts: NDArray[np.int64],
    length: int,
    reach: int,
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Return the lags of those windows in which the song sounds, and which they are."""
    size = fft.next_fast_len(length + 2 * reach, real=True)
    band = bins_of(FINE_BAND_HZ, length=size, rate_hz=RATE_HZ)
    taper = np.hanning(length).astype(np.float32)
    shift = round(near_s * RATE_HZ)
    part_s = near_s - shift / RATE_HZ
    turn = np.exp(2j * np.pi * np.arange(size // 2 + 1) / size * part_s * RATE_HZ)
    turn = turn.astype(np.complex64)
    rows, kept = [], []
    for index, start in enumerate(starts):
        part = _cut(reference.samples, int(start) + shift - reach, length + 2 * reach)
        if not part[reach : reach + length].any():
            continue
        song = whitened(fft.rfft(part, size), band)
        own = whitened(fft.rfft(take[start : start + length] * taper, size), band)
        row = fft.irfft(song * own.conj() * turn, size)[: 2 * reach + 1]
        rows.append(row / (np.median(np.abs(row)) / 0.6745 + 1e-12))
        kept.append(index)
    values = np.asarray(rows, np.float32).reshape(len(rows), -1)
    return _upsampled(values), np.asarray(kept, np.intp)


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


def _best_line(lags: _Lags) -> tuple[float, float, float]:
    """Return lag in seconds, drift in ppm and score of the line along which the sum is largest."""
    values, middles_s = lags.values, lags.middles_s
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
    return (float(lag) + edge) / rate - lags.reach / RATE_HZ, float(drift), score


def vertex(values: NDArray[np.float32], at: int) -> float:
    """Return how far from `at` the top of the parabola through it and its neighbours lies."""
    if not 0 < at < len(values) - 1:
        return 0.0
    left, top, right = (float(value) for value in values[at - 1 : at + 2])
    bend = left - 2 * top + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
