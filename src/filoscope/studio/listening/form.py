"""The parts of a song and its drops, found bar by bar.

A part begins where the bars before are unlike those after, and both are like themselves: Foote's
checkerboard over the self-similarity of timbre and harmony (ICME 2000). Beginnings are drawn to phrases
of four bars, since music is built so.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.listening.song import Section
from filoscope.studio.listening.spectra import TONES_HZ, Spectra, centres_hz

Floats = NDArray[np.float64]

PART_BARS_MIN = 4
PART_S_MIN = 6.0  # shorter is a fill, not a part
BLOCK_S = 2.0  # stands for a bar where no beat was found
_BREAK_S_MAX = 24.0  # longer and heard again is a verse, however thin beside its chorus
_KERNEL_BARS = 8
_DROP_BELOW_HZ = 150.0
_LULL_BEATS, _DROP_BEATS = 8, 8
_DROP_RISE = 0.55  # of the range from the song's quietest to its fullest low end
_DROP_GAP_S = 8.0


def bars_of(downbeats_s: Floats, duration_s: float) -> Floats:
    """Return borders of bars from 0 to the end; blocks of `BLOCK_S` where there are no bars."""
    if len(downbeats_s) < 4:
        return np.append(np.arange(0, max(duration_s - BLOCK_S / 2, 0.01), BLOCK_S), duration_s)
    inner = downbeats_s[(downbeats_s > 0.3) & (downbeats_s < duration_s - 0.3)]
    return np.concatenate([[0.0], inner, [duration_s]])


def sections(heard: Spectra, downbeats_s: Floats) -> tuple[Section, ...]:
    """Cut a song into parts, end to end, and name them by energy and likeness."""
    edges = bars_of(downbeats_s, heard.duration_s)
    looks, fullness = _looks(heard, edges)
    likeness = looks @ looks.T
    borders = _borders(likeness, edges)
    spans = [(a, b) for a, b in pairwise(borders) if b > a]
    energies = _energies(fullness, edges, spans)
    lengths = [float(edges[b] - edges[a]) for a, b in spans]
    labels = _labels(likeness, spans, energies, lengths)
    return tuple(
        Section(round(float(edges[a]), 4), round(float(edges[b]), 4), label, round(energy, 3))
        for (a, b), label, energy in zip(spans, labels, energies, strict=True)
    )


def _looks(heard: Spectra, edges: Floats) -> tuple[Floats, Floats]:
    """Return each bar's unit vector of timbre and harmony, and how full it is."""
    at = np.clip(np.round(edges * TONES_HZ).astype(int), 0, heard.level.shape[1])
    at[1:] = np.maximum(at[1:], at[:-1] + 1)
    level, chroma = _means(heard.level, at), _means(heard.chroma, at)
    spread = level.std(axis=0) + 0.1
    timbre = (level - level.mean(axis=0)) / spread / np.sqrt(level.shape[1])
    chroma = chroma - chroma.mean(axis=0)
    chroma = chroma / (np.linalg.norm(chroma, axis=1, keepdims=True) + 1e-6)
    looks = np.hstack([timbre, 0.5 * chroma])
    looks /= np.linalg.norm(looks, axis=1, keepdims=True) + 1e-6
    low = centres_hz() < _DROP_BELOW_HZ * 1.7
    fullness = level.mean(axis=1) + 0.6 * level[:, low].mean(axis=1)
    return looks, fullness


def _means(values: NDArray[np.float32], at: NDArray[np.int64]) -> Floats:
    ran = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, 1, np.float64)], axis=1)
    at = np.minimum(at, values.shape[1])
    width = np.maximum(np.diff(at), 1)
    return np.asarray(((ran[:, at[1:]] - ran[:, at[:-1]]) / width).T)


def _borders(likeness: Floats, edges: Floats) -> list[int]:
    """Return indices into `edges`, the first and the last always."""
    count = len(edges) - 1
    novelty = _checkerboard(likeness)
    phrase = _phrase(novelty)
    worth = novelty * np.where((np.arange(count) - phrase) % 4 == 0, 1.35, 1.0)
    floor = max(0.12, 0.8 * float(np.std(novelty)))
    chosen: list[int] = []
    for bar in np.argsort(-worth):
        if worth[bar] < floor:
            break
        apart = [abs(edges[bar] - edges[other]) for other in [0, count, *chosen]]
        bars = [abs(bar - other) for other in chosen]
        if min(apart) >= PART_S_MIN and min(bars, default=count) >= PART_BARS_MIN:
            chosen.append(int(bar))
    return [0, *sorted(chosen), count]


def _checkerboard(likeness: Floats) -> Floats:
    """Return at each bar how much the bars before and after are two blocks."""
    count = len(likeness)
    novelty = np.zeros(count)
    for bar in range(2, count - 1):
        reach = min(_KERNEL_BARS, bar, count - bar)
        taper = np.exp(-0.5 * (np.arange(reach) / (0.6 * _KERNEL_BARS)) ** 2)
        kernel = np.outer(taper, taper) / taper.sum() ** 2
        past, future = slice(bar - reach, bar), slice(bar, bar + reach)
        before = (likeness[past, past][::-1, ::-1] * kernel).sum()
        after = (likeness[future, future] * kernel).sum()
        across = (likeness[past, future][::-1] * kernel).sum()
        novelty[bar] = (0.5 * (before + after) - across) * min(1.0, reach / 4)
    peak = np.array([novelty[max(0, b - 1) : b + 2].max() for b in range(count)])
    return np.where(novelty >= peak, novelty, 0.0)


def _phrase(novelty: Floats) -> int:
    """Return which bar of four most parts begin with."""
    return int(np.argmax([np.square(novelty[first::4]).sum() for first in range(4)]))


def _energies(fullness: Floats, edges: Floats, spans: list[tuple[int, int]]) -> list[float]:
    low, high = np.percentile(fullness, [5, 97])
    share = np.clip((fullness - low) / max(high - low, 0.15), 0, 1)
    width = np.diff(edges)
    return [float(np.average(share[a:b], weights=width[a:b])) for a, b in spans]


def _labels(
    likeness: Floats, spans: list[tuple[int, int]], energies: list[float], lengths: list[float]
) -> list[str]:
    """Name the parts: the fullest are choruses, what is thinner and long and comes back verses."""
    count = len(spans)
    if count == 1:
        return ["part"]
    same = np.array([[likeness[a:b, c:d].mean() for c, d in spans] for a, b in spans])
    top = max(energies)
    labels = []
    for number, energy in enumerate(energies):
        again = sum(
            same[number, other] > 0.35 and abs(energies[other] - energy) < 0.2
            for other in range(count)
            if other != number
        )
        is_verse = again and lengths[number] > _BREAK_S_MAX
        if number == 0 and energy < 0.75 * top and not is_verse:
            labels.append("intro")
        elif number == count - 1 and energy < 0.75 * top and not is_verse:
            labels.append("outro")
        elif energy >= 0.88 * top:
            labels.append("chorus")
        elif energy < 0.6 * min(energies[number - 1], top) and not is_verse:
            labels.append("break")
        else:
            labels.append("verse" if again or number < count - 2 else "bridge")
    return labels


def drops(heard: Spectra, beats_s: Floats, downbeats_s: Floats) -> tuple[float, ...]:
    """Return downbeats at which the low end comes back with force after a lull."""
    if len(beats_s) < 2 * _LULL_BEATS or not len(downbeats_s):
        return ()
    low = heard.level[centres_hz() < _DROP_BELOW_HZ].mean(axis=0).astype(np.float64)
    whole = heard.level.mean(axis=0).astype(np.float64)
    beat_s = float(np.median(np.diff(beats_s)))
    ranges = [float(np.subtract(*np.percentile(row, [95, 5]))) for row in (low, whole)]
    found: list[tuple[float, float]] = []
    for moment in downbeats_s:
        spans = (moment - _LULL_BEATS * beat_s, moment, moment + _DROP_BEATS * beat_s)
        if spans[0] < 0 or spans[2] > heard.duration_s:
            continue
        a, b, c = (int(second * TONES_HZ) for second in spans)
        rise = [row[b:c].mean() - row[a : b - 1].mean() for row in (low, whole)]
        if rise[0] > max(_DROP_RISE * ranges[0], 0.7) and rise[1] > 0.2 * ranges[1]:
            found.append((rise[0], float(moment)))
    kept: list[float] = []
    for _, moment in sorted(found, reverse=True):
        if all(abs(moment - other) > _DROP_GAP_S for other in kept):
            kept.append(moment)
    return tuple(round(moment, 4) for moment in sorted(kept))
