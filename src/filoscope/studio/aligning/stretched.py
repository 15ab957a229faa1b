"""Find a take of a song that was played slower or faster with its pitch kept.

Such a player cuts the song into grains and lays them anew: no waveform is left to correlate, only
what is loud when. So the rise and fall of two dozen bands is laid over that of the song, five
milliseconds a step; a place is right to some milliseconds, and the clock is not told.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import uniform_filter1d

from filoscope.studio.aligning.choosing import Choice, Place
from filoscope.studio.aligning.fitting import Fit, vertex
from filoscope.studio.aligning.reference import FINE_BAND_HZ, RATE_HZ, Samples

STEP_S = 0.005
FRAME = 1024
BANDS = 24
SLOW_S = 0.4
"""What changes more slowly than this is the room, the distance, the gain of the microphone."""

SCORE_MIN = 8.5
APART_S = 0.1
PLACES_MAX = 3


def choose_stretched(take: Samples, song: Samples, speed: float) -> Choice:
    """Find where in the song, as it sounds at a speed, a take lies.

    Parameters
    ----------
    take, song : ndarray
        Mono at `RATE_HZ`, shape (n,); the song at its own speed.
    speed : float

    Returns
    -------
    Choice
        Offsets in seconds of the song as it is played.
    """
    own, played = rises(take, 1.0), rises(song, speed)
    length = len(own) + len(played)
    size = fft.next_fast_len(length, real=True)
    spectrum = fft.rfft(played, size, axis=0) * fft.rfft(own, size, axis=0).conj()
    found = fft.irfft(spectrum.sum(axis=1), size)
    lags = np.concatenate([found[-len(own) :], found[: len(played)]])
    floor = np.median(lags)
    scores = (lags - floor) / (1.4826 * np.median(np.abs(lags - floor)) + 1e-12)
    places, apart = [], round(APART_S / STEP_S)
    left = scores.copy()
    for _ in range(PLACES_MAX):
        top = int(np.argmax(left))
        offset_s = (top + vertex(scores.astype(np.float32), top) - len(own)) * STEP_S
        place = Fit(float(offset_s), 0.0, float(scores[top]), 0.0)
        # Log-likelihoods grow with the square of what stands out of the noise.
        places.append(Place(place, -0.5 * float(scores[top]) ** 2))
        left[max(top - apart, 0) : top + apart + 1] = -np.inf
    kept = tuple(place for place in places if place.fit.score >= SCORE_MIN)
    return Choice(kept, places[0].fit.score)


def rises(samples: Samples, speed: float) -> NDArray[np.float32]:
    """Return how the loudness of bands rises and falls, in standard deviations; (steps, BANDS)."""
    hop = STEP_S * RATE_HZ * speed
    count = max(int(len(samples) / hop), 1)
    starts = np.round(np.arange(count) * hop).astype(int)
    padded = np.pad(samples, FRAME // 2)
    edges_hz = np.geomspace(*FINE_BAND_HZ, BANDS + 1)
    edges = np.round(edges_hz / RATE_HZ * FRAME).astype(np.int64)
    taper = np.hanning(FRAME).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)
    out = np.empty((count, BANDS), np.float32)
    for low in range(0, count, 4096):
        spectra = np.abs(fft.rfft(frames[starts[low : low + 4096]] * taper, axis=1)) ** 2
        out[low : low + 4096] = np.add.reduceat(spectra, edges[:-1], axis=1)
    levels = np.log(out + 1e-3 * out.mean(axis=0) + 1e-12)
    levels -= uniform_filter1d(levels, round(SLOW_S / STEP_S), axis=0)
    return np.asarray(levels / (levels.std(axis=0) + 1e-9), np.float32)
