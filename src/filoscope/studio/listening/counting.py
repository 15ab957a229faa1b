"""From spectra to beats and bars: pulse, grid, and which of it to count.

>>> count_song(heard).tempo_bpm
120.0
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.listening.grid import Grid, straighten
from filoscope.studio.listening.judge import Judges, learned_judges
from filoscope.studio.listening.metre import Metre, judge_metre, weave
from filoscope.studio.listening.pulse import find_pulse, novelty
from filoscope.studio.listening.spectra import FRAMES_HZ, Spectra
from filoscope.studio.listening.traits import FINE

Floats = NDArray[np.float64]

PULSES_MIN = 4  # fewer have no tempo
_CLARITY = {True: (0.14, 0.45), False: (0.24, 0.6)}
"""Clarity of a grid laid over noise or talk, and over most music; one that bends fits more by chance."""


@dataclass(frozen=True, slots=True)
class Count:
    """Beats and bars; empty where there is nothing to count. Fields as in `Song`."""

    tempo_bpm: float = 0.0
    confidence: float = 0.0
    meter: int = 0
    beats_s: tuple[float, ...] = ()
    downbeats_s: tuple[float, ...] = ()
    strengths: tuple[float, ...] = ()


def count_song(heard: Spectra, *, judges: Judges | None = None) -> Count:
    """Find the beats and bars of a song; by other judges than those learned, where they are given."""
    curve = novelty(heard.strokes)
    pulse = find_pulse(curve)
    if len(pulse) < PULSES_MIN:
        return Count()
    grid = straighten(pulse, curve, heard.duration_s)
    cloth = weave(heard, grid)
    metre = judge_metre(cloth, judges or learned_judges())
    return _counted(heard, grid, metre, curve) if metre else Count()


def _counted(heard: Spectra, grid: Grid, metre: Metre, curve: Floats) -> Count:
    pulses = len(grid.times_s) - 1
    places = np.arange(metre.phase % metre.period, pulses * FINE + metre.period, metre.period)
    times = grid.at(places / FINE)
    inside = (times >= -0.02) & (times <= heard.duration_s)
    times = np.maximum(times[inside], 0.0)
    if len(times) < PULSES_MIN:
        return Count()
    first = (metre.first - int(np.argmax(inside))) % metre.meter
    strengths = _strengths(times, curve)
    noise, music = _CLARITY[grid.is_rigid]
    clear = float(np.clip((grid.clarity - noise) / (music - noise), 0, 1))
    return Count(
        tempo_bpm=60 / float(np.median(np.diff(times))),
        confidence=float(np.sqrt(metre.share)) * clear,
        meter=metre.meter,
        beats_s=tuple(np.round(times, 4).tolist()),
        downbeats_s=tuple(np.round(times[first :: metre.meter], 4).tolist()),
        strengths=tuple(np.round(strengths, 3).tolist()),
    )


def _strengths(times: Floats, curve: Floats) -> Floats:
    at = np.clip(np.round(times * FRAMES_HZ).astype(int), 0, len(curve) - 1)
    near = np.pad(curve, 4)[at[:, None] + np.arange(9)].max(axis=1)
    return np.asarray(np.clip(near, 0, 1))
