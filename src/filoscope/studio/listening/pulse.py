"""The pulse: the most regular row of strokes, through changes of tempo.

>>> pulse_s = find_pulse(heard.strokes)

A hidden Markov model walks round a wheel for each tempo, one step a frame (the bar-pointer model:
Whiteley 2006; Krebs, Boeck and Widmer, ISMIR 2015): it may change tempo only when it comes round. The
level is not decided here: whether every second, third or half of these is the beat, `metre` says.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from filoscope.studio.listening.spectra import FRAMES_HZ

Floats = NDArray[np.float64]

POOL = 2  # frames of the model: 86 a second; the exact moment is found later
SLOWEST_BPM, FASTEST_BPM = 50.0, 220.0
STEADINESS = 90.0  # cost of a change of tempo, per share of the period (madmom has 100)
BEAT_SHARE = 1 / 16  # of the wheel: where a stroke is expected
WEIGHTS = (1.3, 0.9, 0.7, 0.7, 1.0, 0.6)  # of the groups of bands in the sum

_AROUND_S = 6.0  # strokes are loud or soft beside these seconds


def novelty(strokes: NDArray[np.float32]) -> Floats:
    """Sum the groups, each beside its own surroundings, to one curve from 0 to about 1."""
    around = int(_AROUND_S * FRAMES_HZ)
    total = np.zeros(strokes.shape[1])
    for weight, group in zip(WEIGHTS, strokes.astype(np.float64), strict=True):
        floor = 0.05 * group.mean() + 1e-9
        spread = np.sqrt(np.maximum(uniform_filter1d(group**2, around, mode="nearest"), 0)) + floor
        total += weight * np.sqrt(np.minimum(group / spread, 6.0))
    total = np.maximum(total - uniform_filter1d(total, int(0.4 * FRAMES_HZ)), 0)
    high = uniform_filter1d(maximum_filter1d(total, int(0.7 * FRAMES_HZ)), around, mode="nearest")
    return np.asarray(np.minimum(total / np.maximum(high, 1e-6), 1.2))


def find_pulse(curve: Floats) -> Floats:
    """Return the moments of the pulse in seconds, to about 6 ms.

    Parameters
    ----------
    curve : (frames,) float64
        From `novelty`, `FRAMES_HZ` a second.
    """
    pooled = curve[: len(curve) // POOL * POOL].reshape(-1, POOL).max(axis=1)
    rate = FRAMES_HZ / POOL
    periods = np.arange(int(rate * 60 / FASTEST_BPM), int(rate * 60 / SLOWEST_BPM) + 1)
    if len(pooled) < 2 * periods[-1]:
        return np.zeros(0)
    strength = np.clip(pooled, 0.03, 0.9)
    beat = np.log(strength)
    rest = np.log((1 - strength) / (1 / BEAT_SHARE - 1))
    frames = _walk(beat - rest, periods, STEADINESS)
    return _snap(frames[(frames >= 0)] * POOL, curve) / FRAMES_HZ


@njit(nogil=True, cache=True)
def _walk(gain, periods, steadiness):  # type: ignore[no-untyped-def]
    """Return the frames at which the best path comes round (Viterbi).

    What every state would get in a frame is left out: `gain` is what states on the beat get more.
    """
    count, wheels = len(gain), len(periods)
    longest = periods[-1]
    scores = np.zeros((wheels, longest))
    came = np.zeros((count, wheels), np.int16)
    ends = np.zeros(wheels)
    for t in range(count):
        for i in range(wheels):
            ends[i] = scores[i, t % periods[i]]
        for i in range(wheels):
            best, who = -1e30, i
            for j in range(wheels):
                ratio = periods[i] / periods[j]
                change = steadiness * abs(ratio - 1.0)
                if change > 25.0:
                    continue
                score = ends[j] - change
                if score > best:
                    best, who = score, j
            scores[i, t % periods[i]] = best
            came[t, i] = who
            wide = max(1, round(periods[i] / 16.0))
            for back in range(min(wide, t + 1)):
                scores[i, (t - back) % periods[i]] += gain[t]
    best, wheel, slot = -1e30, 0, 0
    for i in range(wheels):
        for s in range(periods[i]):
            if scores[i, s] > best:
                best, wheel, slot = scores[i, s], i, s
    # The slot says when this wheel last came round.
    t = count - 1
    while t % periods[wheel] != slot:
        t -= 1
    found = np.empty(count, np.int64)
    number = 0
    while t >= 0:
        found[number] = t
        number += 1
        wheel = came[t, wheel]
        t -= periods[wheel]
    return found[:number][::-1].copy()


def _snap(frames: NDArray[np.int64], curve: Floats) -> Floats:
    """Move each to the strongest frame nearby (the model counts from the wheel's first state)."""
    reach = 5
    padded = np.pad(curve, reach + 1)
    near = padded[frames[:, None] + np.arange(1, 2 * reach + 2)]
    weight = np.exp(-0.5 * ((np.arange(-reach, reach + 1) - 1) / 3.0) ** 2)
    shift = (near * weight).argmax(axis=1) - reach
    strong = near.max(axis=1) > 0.15
    return np.asarray(frames + np.where(strong, shift, 0), np.float64)
