"""How much it sounds as if somebody sang or spoke.

A voice glides: its partials move together by parts of a semitone from frame to frame,
which keys and strings that are struck do not (the fluctogram of Lehner, Sonnleitner and
Widmer, ISMIR 2013). It lies between 200 Hz and 4 kHz, and in the middle of the stereo picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import uniform_filter1d
from scipy.signal import resample_poly

from filoscope.studio.listening.song import LOUDNESS_HZ
from filoscope.studio.listening.spectra import RATE_HZ

Floats = NDArray[np.float64]

_RATE_HZ = RATE_HZ // 4
_WINDOW = 1024  # 93 ms: partials of a low voice apart, its glides not yet smeared
_HOP = 441  # 25 a second
_FRAMES_HZ = _RATE_HZ / _HOP
_STEPS = 48  # to the octave: a quarter of a semitone
_REACH = 4  # steps that partials may glide in a frame: a whole semitone
_LOW_HZ, _HIGH_HZ = 220.0, 3800.0
_PHRASE_S = 2.0  # a voice is heard over some words: single notes glide too
_STILL, _LIVELY = 0.04, 0.28  # glide of what is played, and of what is mostly voice
_QUIET = 4.6  # under the loudest by so much (20 dB) nothing is judged


def vocals(mono: NDArray[np.float32]) -> tuple[float, ...]:
    """Return 0 to 1, `LOUDNESS_HZ` a second, of a song at `RATE_HZ`."""
    count = -(-len(mono) * LOUDNESS_HZ // RATE_HZ)
    if len(mono) < RATE_HZ:
        return (0.0,) * count
    slow = resample_poly(mono, 1, RATE_HZ // _RATE_HZ).astype(np.float32)
    tones, loud = _tones(slow)
    glide = uniform_filter1d(_glide(tones), round(_PHRASE_S * _FRAMES_HZ))
    share = np.clip((glide - _STILL) / (_LIVELY - _STILL), 0, 1)
    share = np.where(loud < np.percentile(loud, 95) - _QUIET, 0.0, share)
    share = np.clip(uniform_filter1d(share, 5), 0, 1)
    moments = np.arange(count) / LOUDNESS_HZ * _FRAMES_HZ
    return tuple(np.round(np.interp(moments, np.arange(len(share)), share), 3).tolist())


def _tones(slow: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Return log spectra over log frequency (frames, steps), flattened, and log loudness."""
    frames = len(slow) // _HOP
    padded = np.pad(slow, (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][:frames]
    places = _LOW_HZ * 2 ** (np.arange(int(np.log2(_HIGH_HZ / _LOW_HZ) * _STEPS)) / _STEPS)
    bins = places * 2 * _WINDOW / _RATE_HZ
    left = bins.astype(int)
    part = (bins - left).astype(np.float32)
    shape = np.hanning(_WINDOW).astype(np.float32)
    tones = np.empty((frames, len(places)), np.float32)
    for at in range(0, frames, 1024):
        power = np.abs(fft.rfft(windows[at : at + 1024] * shape, 2 * _WINDOW, axis=1))
        tones[at : at + 1024] = power[:, left] * (1 - part) + power[:, left + 1] * part
    loud = np.log(np.square(tones).mean(axis=1) + 1e-9)
    logs = np.log(tones + 1e-4)
    return np.maximum(logs - uniform_filter1d(logs, _STEPS, axis=1), 0), loud


def _glide(tones: Floats) -> Floats:
    """Return how lively the partials move together, 0 to 1, for each frame."""
    inner = tones[1:, _REACH:-_REACH]
    inner = inner - inner.mean(axis=1, keepdims=True)
    best = np.full(len(inner), -1.0)
    shift = np.zeros(len(inner))
    still = best
    for step in range(-_REACH, _REACH + 1):
        other = tones[:-1, _REACH + step : tones.shape[1] - _REACH + step]
        other = other - other.mean(axis=1, keepdims=True)
        size = np.sqrt((inner**2).sum(axis=1) * (other**2).sum(axis=1)) + 1e-6
        like = (inner * other).sum(axis=1) / size
        if step == 0:
            still = like
        better = like > best
        best, shift = np.where(better, like, best), np.where(better, step, shift)
    moved = np.clip((best - still) * 12, 0, 1) * np.clip(best * 2 - 0.6, 0, 1)
    liveliness = uniform_filter1d(moved * np.minimum(np.abs(shift), 2) / 2, 15)
    return np.concatenate([[0.0], np.clip(liveliness * 3.0, 0, 1)])
