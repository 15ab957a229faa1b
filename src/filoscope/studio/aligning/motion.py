"""Place a take that nobody can hear: what moves in it, moves to the beat.

The accents of a take (something stops, turns, lands) are laid over the beats of the song. Where in a
bar they fall tells the phase; which bar it is, nothing tells: the first accent comes as early in the
song as it can. That is a guess, and its confidence says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ON_BEAT_S = 0.06
"""An accent this near to a beat is on it: two frames of a phone."""

STRONG = 0.5
"""Of the strongest accent: what is weaker does not begin a dance."""

CONFIDENCE_MAX = 0.3

FIRST_BEATS = 16
"""The first accent falls on one of the song's first so many beats: four bars."""


@dataclass(frozen=True, slots=True)
class Accents:
    """What moved with an accent: times in the take in seconds, and how plainly, 0 to 1."""

    times_s: NDArray[np.float64]
    strengths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beats:
    """The song's beats in seconds of the song, and those of them that begin a bar."""

    times_s: NDArray[np.float64]
    downbeats_s: NDArray[np.float64]


def place_by_motion(accents: Accents, beats: Beats, *, speed: float) -> tuple[float, float] | None:
    """Return offset in seconds and confidence, or None where nothing moves or nothing beats.

    Parameters
    ----------
    speed : float
        How fast the song was played while the take was recorded.
    """
    if not len(accents.times_s) or len(beats.times_s) < 2:
        return None
    first = int(np.argmax(accents.strengths >= STRONG * accents.strengths.max()))
    weights = accents.strengths[first:] / accents.strengths[first:].sum()
    times_s = accents.times_s[first:] * speed
    best: tuple[float, float] | None = None
    for beat_s in beats.times_s[:FIRST_BEATS].tolist():
        offset_s = beat_s - times_s[0]
        on_beat = _near(times_s + offset_s, beats.times_s)
        on_bar = _near(times_s + offset_s, beats.downbeats_s)
        # A bar's first beat counts half as much again.
        share = float(np.sum(weights * (on_beat + 0.5 * on_bar)) / 1.5)
        if best is None or share > best[1] + 1e-3:
            best = offset_s, share
    assert best is not None
    return float(best[0]), CONFIDENCE_MAX * best[1]


def _near(times_s: NDArray[np.float64], marks_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    if not len(marks_s):
        return np.zeros(len(times_s), bool)
    after = np.clip(np.searchsorted(marks_s, times_s), 1, max(len(marks_s) - 1, 1))
    after = np.minimum(after, len(marks_s) - 1)
    nearest = np.minimum(np.abs(marks_s[after] - times_s), np.abs(marks_s[after - 1] - times_s))
    return np.asarray(nearest <= ON_BEAT_S)
