"""From samples to what music is made of in time: strokes in bands, tones, fullness.

>>> heard = spectra(mono, rate_hz=44_100)
>>> heard.strokes.shape  # (bands, frames), 172 frames a second
(6, 29714)

Strokes are the spectral flux with a maximum filter over neighbouring bands (SuperFlux: Boeck and
Widmer, DAFx 2013), so that vibrato is no stroke. All is done in pieces: memory does not grow with
the window's length times the song's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

Floats = NDArray[np.float32]

RATE_HZ = 44_100
HOP = 256  # 5.8 ms: beats are found between frames, so finer would cost and not help
WINDOW = 2048
TONE_WINDOW = 8192  # 186 ms: semitones apart from 90 Hz on
TONE_HOP = 2048
FRAMES_HZ = RATE_HZ / HOP
TONES_HZ = RATE_HZ / TONE_HOP
BANDS = 40  # filters, about a third of an octave
LOW_HZ, HIGH_HZ = 30.0, 15_000.0
EDGES_HZ = (30.0, 110.0, 250.0, 700.0, 2000.0, 6000.0, 15_000.0)
"""Borders of the groups: kick, bass, body, voice, snare, hats."""

GROUPS = len(EDGES_HZ) - 1
LAG = 3  # frames that flux looks back: half of the window's rise

_PIECE = 2048  # frames transformed at once: 17 MB


@dataclass(frozen=True, slots=True)
class Spectra:
    """What a song is made of.

    Attributes
    ----------
    strokes : (GROUPS, frames) float32
        How much begins, in each group of bands, at `FRAMES_HZ`; mean of each group 1.
    level : (BANDS, tones) float32
        Log energy of each filter at `TONES_HZ`.
    chroma, bass : (12, tones) float32
        How much of each pitch class sounds, from 130 Hz to 2 kHz, and under 260 Hz.
    duration_s : float
    """

    strokes: Floats
    level: Floats
    chroma: Floats
    bass: Floats
    duration_s: float


def spectra(mono: Floats) -> Spectra:
    """Transform a song at `RATE_HZ`.

    Parameters
    ----------
    mono : (n,) float32
        At its own loudness: it is brought to one here.
    """
    rms = float(np.sqrt(np.mean(np.square(mono, dtype=np.float64)))) if len(mono) else 0.0
    sound = mono / np.float32(max(rms, 1e-6))
    logs = _bands(sound)
    strokes = _strokes(logs)
    tones = _windows(sound, TONE_WINDOW, TONE_HOP)
    chroma, bass = _chroma(sound, len(tones))
    step = TONE_HOP // HOP
    level = logs[:, : len(tones) * step].reshape(BANDS, -1, step).mean(axis=2)
    return Spectra(strokes, level, chroma, bass, len(mono) / RATE_HZ)


def _windows(sound: Floats, window: int, hop: int) -> Floats:
    """Return views (frames, window), the first centred on the first sample."""
    frames = max(1, -(-len(sound) // TONE_HOP)) * (TONE_HOP // hop)
    padded = np.zeros((frames - 1) * hop + window, np.float32)
    padded[window // 2 : window // 2 + len(sound)] = sound[: len(padded) - window // 2]
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]


def _bands(sound: Floats) -> Floats:
    """Return log amplitudes (BANDS, frames)."""
    windows = _windows(sound, WINDOW, HOP)
    shape = np.hanning(WINDOW).astype(np.float32)
    filters = _filters()
    logs = np.empty((BANDS, len(windows)), np.float32)
    for at in range(0, len(windows), _PIECE):
        part = np.abs(fft.rfft(windows[at : at + _PIECE] * shape, axis=1))
        logs[:, at : at + _PIECE] = np.log1p(part @ filters * np.float32(0.5)).T
    return logs


def _filters() -> Floats:
    """Return triangles (bins, BANDS) with logarithmic centres, each at least two bins wide."""
    bins = np.arange(WINDOW // 2 + 1) * RATE_HZ / WINDOW
    edges = np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 2)
    wide = RATE_HZ / WINDOW
    low = np.minimum(edges[:-2], edges[1:-1] - wide)
    high = np.maximum(edges[2:], edges[1:-1] + wide)
    up = (bins[:, None] - low) / (edges[1:-1] - low)
    down = (high - bins[:, None]) / (high - edges[1:-1])
    filters = np.clip(np.minimum(up, down), 0, None)
    return np.asarray(filters / np.sqrt(filters.sum(axis=0)), np.float32)


def centres_hz() -> NDArray[np.float64]:
    """Return the middle of each of the `BANDS` filters."""
    return np.asarray(np.geomspace(LOW_HZ, HIGH_HZ, BANDS + 2)[1:-1])


def _strokes(logs: Floats) -> Floats:
    before = maximum_filter1d(logs, 3, axis=0)
    flux = np.zeros_like(logs)
    flux[:, LAG:] = np.maximum(logs[:, LAG:] - before[:, :-LAG], 0)
    flux[:, :LAG] = np.maximum(logs[:, :LAG] - np.float32(0.5) * logs[:, :LAG], 0)
    group = np.clip(np.searchsorted(EDGES_HZ, centres_hz(), side="right") - 1, 0, GROUPS - 1)
    strokes = np.stack([flux[group == number].mean(axis=0) for number in range(GROUPS)])
    mean = strokes.mean(axis=1, keepdims=True)
    return np.asarray(strokes / np.maximum(mean, 1e-3), np.float32)


def _chroma(sound: Floats, frames: int) -> tuple[Floats, Floats]:
    windows = _windows(sound, TONE_WINDOW, TONE_HOP)
    shape = np.hanning(TONE_WINDOW).astype(np.float32)
    bins = np.arange(1, 400)  # up to 2.1 kHz
    pitch = 12 * np.log2(bins * RATE_HZ / TONE_WINDOW / 440.0) + 69
    near = np.cos(np.pi * np.clip(pitch[:, None] - np.arange(24, 98), -0.5, 0.5)) ** 2
    classes = np.arange(24, 98) % 12
    folds = []
    for keep in ((pitch >= 48) & (pitch < 96), pitch < 60):
        notes = np.where(keep[:, None], near, 0.0)
        folds.append(np.stack([notes[:, classes == c].sum(axis=1) for c in range(12)], axis=1))
    fold = np.hstack(folds).astype(np.float32)
    both = np.empty((24, frames), np.float32)
    for at in range(0, frames, _PIECE // 4):
        part = np.abs(fft.rfft(windows[at : at + _PIECE // 4] * shape, axis=1))[:, bins]
        both[:, at : at + _PIECE // 4] = (np.sqrt(part) @ fold).T
    return both[:12], both[12:]
