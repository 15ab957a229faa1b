"""A band that plays in time: drums and a bass, made here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filoscope.media import write_wav

RATE_HZ = 48_000


def write_song(path: Path, *, seconds: float, bpm: float = 120.0) -> None:
    """Write a march: a kick on each first and third beat, a snare between, hats on the eighths."""
    samples = np.zeros(round(seconds * RATE_HZ), np.float32)
    rng = np.random.default_rng(1)
    beat_s = 60 / bpm
    for eighth in range(int(seconds / beat_s * 2)):
        at = eighth * beat_s / 2
        _add(samples, at, 0.15 * _hiss(rng, 0.03))
        if eighth % 4 == 0:
            _add(samples, at, _kick())
            _add(samples, at, 0.3 * _bass(55.0 if eighth % 16 else 82.4, beat_s))
        elif eighth % 4 == 2:
            _add(samples, at, 0.6 * _hiss(rng, 0.12))
    write_wav(path, np.stack([samples, samples]) * 0.5, rate_hz=RATE_HZ)


def _add(samples: NDArray[np.float32], at_s: float, note: NDArray[np.float64]) -> None:
    start = round(at_s * RATE_HZ)
    end = min(start + len(note), len(samples))
    samples[start:end] += note[: end - start].astype(np.float32)


def _kick() -> NDArray[np.float64]:
    time_s = np.arange(round(0.18 * RATE_HZ)) / RATE_HZ
    return np.sin(2 * np.pi * (50 + 90 * np.exp(-time_s * 40)) * time_s) * np.exp(-time_s * 18)


def _bass(hz: float, seconds: float) -> NDArray[np.float64]:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return np.sin(2 * np.pi * hz * time_s) * np.exp(-time_s * 3)


def _hiss(rng: np.random.Generator, seconds: float) -> NDArray[np.float64]:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return rng.standard_normal(len(time_s)) * np.exp(-time_s * 30)
