"""Which strokes of the pulse are the beats, and which beats open a bar.

>>> metre = judge_metre(weave(heard, grid), learned_judges())

Music straightened by its grid is rigid, whatever its tempo did: so every answer (each second pulse,
each third, those between, ...) is a comb over the same cloth, and is judged by what lies under its
teeth: kick, snare, hats, change of harmony, and how well the music repeats at its length. The judge is
a small network (`metre.json`), learned by `bench/studio/learn.py` from songs with known beats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from filoscope.studio.listening.borders import border_votes
from filoscope.studio.listening.grid import Grid
from filoscope.studio.listening.judge import Judges
from filoscope.studio.listening.spectra import FRAMES_HZ, TONES_HZ, Spectra
from filoscope.studio.listening.traits import (
    FINE,
    PERIODS,
    Cloth,
    bar_answers,
    bar_traits,
    beat_traits,
    cloth_of,
)

Floats = NDArray[np.float64]

BEAT_BPM = (42.0, 230.0)
_CHORD_S, _HARMONY_S, _SOUND_S = 0.5, 1.2, 2.0
"""Over what time before and after a moment chords, harmony and the whole sound are compared."""

_BLUR_FRAMES = 2.0
BEATS_ASKED = 6  # likeliest beats whose bars are judged too


def weave(heard: Spectra, grid: Grid) -> Cloth:
    """Lay strokes and changes of harmony along the grid."""
    places = np.arange(0, len(grid.times_s) - 1, 1 / FINE)
    times = grid.at(places)
    frames = times * FRAMES_HZ
    moments = np.arange(heard.strokes.shape[1])
    strokes = gaussian_filter1d(np.sqrt(heard.strokes.astype(np.float64)), _BLUR_FRAMES, axis=1)
    pulse_s = float(np.median(np.diff(grid.times_s)))
    rows = [np.interp(frames, moments, row) for row in strokes]
    for part, span_s in (
        (heard.chroma, _CHORD_S),
        (heard.chroma, _HARMONY_S),
        (heard.bass, _CHORD_S),
    ):
        rows.append(_change(part, times, span_s))
    rows.append(_turn(heard.level, times, _SOUND_S))
    cloth = np.stack(rows)
    cloth /= np.maximum(cloth.mean(axis=1, keepdims=True), 1e-3)
    return cloth_of(cloth, pulse_s)


def _around(values: NDArray[np.float32], times: Floats, span_s: float) -> tuple[Floats, Floats]:
    """Return means of values (n, tones) over the time before and after each moment."""
    ran = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, 1, np.float64)], axis=1)
    last = ran.shape[1] - 1

    def until(moments: Floats) -> Floats:
        place = np.clip(moments * TONES_HZ + 0.5, 0, last)
        left = np.minimum(place.astype(int), last - 1)
        part = place - left
        return np.asarray(ran[:, left] * (1 - part) + ran[:, left + 1] * part)

    middle = until(times)
    spans = span_s * TONES_HZ
    return (middle - until(times - span_s)) / spans, (until(times + span_s) - middle) / spans


def _change(chroma: NDArray[np.float32], times: Floats, span_s: float) -> Floats:
    """Return how far the harmony after each moment differs from that before: 0 to 1."""
    before, after = _around(chroma, times, span_s)
    after = after - after.mean(axis=0)
    before = before - before.mean(axis=0)
    length = np.linalg.norm(after, axis=0) * np.linalg.norm(before, axis=0)
    return np.asarray(1 - (after * before).sum(axis=0) / np.maximum(length, 1e-9)) + 0.02


def _turn(level: NDArray[np.float32], times: Floats, span_s: float) -> Floats:
    """Return how much the whole sound changes: large where parts begin, which bars do too."""
    before, after = _around(level, times, span_s)
    inside = (times > span_s) & (times < level.shape[1] / TONES_HZ - span_s)
    return np.where(inside, np.square(after - before).mean(axis=0), 0.0) + 1e-3


@dataclass(frozen=True, slots=True)
class Metre:
    """What to count: beats of `period`, from `phase` on (in `FINE` parts), bars of `meter` of them.

    `first` says which beat opens a bar; `share` is the probability of these beats.
    """

    period: int
    phase: int
    meter: int
    first: int
    share: float


def judge_metre(cloth: Cloth, judges: Judges) -> Metre | None:
    """Judge beats, then the bars of the likeliest: good bars speak for their beats, and borders of parts."""
    answers = beat_answers(cloth)
    if not answers:
        return None
    shares = judges.beat.shares(np.array([beat_traits(cloth, *answer) for answer in answers]))
    asked = [int(place) for place in np.argsort(-shares)[:BEATS_ASKED]]
    asked = [place for place in asked if _counts_bars(cloth, *answers[place])]
    if not asked:
        best = int(shares.argmax())
        return Metre(*answers[best], 4, 0, float(shares[best]))
    traits = [bar_traits(cloth, *answers[place]) for place in asked]
    owner = np.repeat(asked, [len(ways) for ways in traits])
    votes = np.concatenate([border_votes(cloth, *answers[place]) for place in asked])
    both = judges.bar.scores(np.concatenate(traits)) + np.log(shares[owner] + 1e-9) + votes
    both = np.exp(both - both.max())
    both /= both.sum()
    total = {place: float(both[owner == place].sum()) for place in asked}
    beat = max(asked, key=lambda place: total[place])
    ways = bar_answers(_beats_in(cloth, *answers[beat]))
    return Metre(*answers[beat], *ways[int(both[owner == beat].argmax())], total[beat])


def _beats_in(cloth: Cloth, period: int, phase: int) -> int:
    return len(range(phase, cloth.rows.shape[1], period))


def _counts_bars(cloth: Cloth, period: int, phase: int) -> bool:
    return bool(bar_answers(_beats_in(cloth, period, phase)))


def beat_answers(cloth: Cloth) -> list[tuple[int, int]]:
    """Return each (period, phase) that could be the beat, in `FINE` parts of a pulse."""
    answers = []
    for period in PERIODS:
        if BEAT_BPM[0] <= cloth.bpm(period) <= BEAT_BPM[1] and cloth.rows.shape[1] > 4 * period:
            phases = {phase for step in (6, 8) for phase in range(0, period, step)}
            answers += [(period, phase) for phase in sorted(phases)]
    return answers
