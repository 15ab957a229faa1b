"""The inner loops of the ranker: look weights up, add them, correct them. Compiled by Numba.

A Bayesian logistic regression, learned one showing at a time: each weight has a mean and a
precision, an observation moves the means by their share of the doubt and narrows it (diagonal
assumed-density filtering as in Graepel et al., "Web-scale Bayesian click-through rate prediction",
ICML 2010, with the logistic curve in place of the normal one). Forgetting is a ceiling on the
precision. No learning rate has to be found.

Numba's cache on disk looks at the time of this file alone: touch it after a change of the numbers
that it imports.
"""

from __future__ import annotations

from math import exp, isnan, log, log2, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.outcomes import taste
from filoscope.recommend.outcomes.compiled import compiled
from filoscope.recommend.outcomes.fields import NUMBERS
from filoscope.recommend.outcomes.showings import OUTCOMES, TAGS_MAX, Outcome
from filoscope.recommend.watching import GROUPS, LENGTHS_PER_OCTAVE

LANES = 8  # outcomes, padded so that one vector instruction takes them all
WORDS = 12  # of eight bytes in a slot
KEY, TOUCHED, MET = 0, 1, 2
MEAN, VARIANCE, ORDER = 1, 2, 3
KEYS_MAX = len(NUMBERS) + 3 * (TAGS_MAX - 1)  # of one showing; three fields are about each tag
EMPTY = 0  # no key is 0: the field's number counts from 1
HASH = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: spreads consecutive codes
MODERATION = np.float32(np.pi / 8)  # a logistic curve averaged over a normal doubt (MacKay 1992)
LEAST_CURVATURE = np.float32(1e-3)  # p (1 - p) of a rare outcome: what is rare teaches a little
PAUSE_UNIT_S, PAUSE_STEPS, PAUSES = 4.0, 1.2, 13  # pauses in steps of 2.3, up to ten days
AGE_UNIT_S, AGES = 600.0, 12
COUNT_STEPS, COUNTS = 2.0, 24
MOMENT_MAX = 64  # showings of one moment; a log that tells only the day is cut there

EVERYTHING, CLIP, MAKER, SOUND = (NUMBERS[f] for f in ("everything", "clip", "maker", "sound"))
TAG, LENGTH, AGE, SHOWN = (NUMBERS[f] for f in ("tag", "length", "age", "showings"))
TAB, CLIP_TAB, TAG_TAB = (NUMBERS[f] for f in ("tab", "clip, tab", "tag, tab"))
LENGTH_TAB, PAUSE, MET_BEFORE = (NUMBERS[f] for f in ("length, tab", "pause", "met"))
VIEWER, VIEWER_TAB = NUMBERS["viewer"], NUMBERS["viewer, tab"]
VIEWER_MAKER, VIEWER_SOUND = NUMBERS["viewer, maker"], NUMBERS["viewer, sound"]
VIEWER_TAG, TASTE = NUMBERS["viewer, tag"], NUMBERS["taste"]
FINISH = int(Outcome.FINISH)
TASTE_PLACE = 5  # among the keys of a showing


class Rows(NamedTuple):
    """Showings as the loops take them; see `Showings`."""

    viewer: NDArray[np.int64]
    clip: NDArray[np.int64]
    maker: NDArray[np.int64]
    sound: NDArray[np.int64]
    tab: NDArray[np.int64]
    tags: NDArray[np.int64]
    duration_s: NDArray[np.float64]
    time_s: NDArray[np.float64]
    published_s: NDArray[np.float64]


class Past(NamedTuple):
    """What is kept beside the weights, by viewer and by clip; -1 seconds where never."""

    viewer_last_s: NDArray[np.float64]
    viewer_met: NDArray[np.int64]
    viewer_taste: NDArray[np.float32]
    viewer_squares: NDArray[np.float32]
    clip_first_s: NDArray[np.float64]
    clip_shown: NDArray[np.int64]
    clip_taste: NDArray[np.float32]
    clip_squares: NDArray[np.float32]


class Table(NamedTuple):
    """Weights by key, in an open-addressed table whose size is a power of two.

    What belongs to a key lies together, so that looking it up costs one trip to memory. Both
    arrays are views of the same bytes.

    Attributes
    ----------
    words : (size, WORDS) int64
        Key (`EMPTY` where free); the showing that met it last; how often it was met. The rest
        belongs to `cells`.
    cells : (size, 3, LANES) float32
        The words above; means; variances. By outcome, padded.
    counts : (2,) int64
        Slots in use; showings learned.
    """

    words: NDArray[np.int64]
    cells: NDArray[np.float32]
    counts: NDArray[np.int64]


class Prior(NamedTuple):
    """What is believed before anything is seen: of fields, and of outcomes in logits."""

    variances: NDArray[np.float64]
    memories: NDArray[np.float64]
    levels: NDArray[np.bool_]
    bias: NDArray[np.float32]


@compiled
def _key(field: int, one: Any, other: Any) -> Any:
    return (np.int64(field + 1) << 56) | (np.int64(one) << 28) | np.int64(other)


@compiled
def find(words: Any, key: Any) -> Any:
    """Return the place of a key, or the free place where it belongs."""
    mask = len(words) - 1
    place = np.int64((np.uint64(key) * HASH) >> np.uint64(32)) & mask
    while words[place, KEY] != key and words[place, KEY] != EMPTY:
        place = (place + 1) & mask
    return place


@compiled
def _step(value: float, most: int) -> Any:
    return min(max(np.int64(value), 0), most)


@compiled
def _keys(rows: Any, i: int, past: Any, keys: Any, factors: Any) -> Any:
    """Write the keys of one showing and what each is multiplied by; return how many."""
    viewer, clip, maker, sound = rows.viewer[i], rows.clip[i], rows.maker[i], rows.sound[i]
    tab, time_s, duration_s = rows.tab[i], rows.time_s[i], rows.duration_s[i]
    factors[:] = 1.0
    keys[0] = _key(EVERYTHING, 0, 0)
    keys[1] = _key(CLIP, clip, 0)
    keys[2] = _key(SHOWN, _step(log(1.0 + past.clip_shown[clip]) * COUNT_STEPS, COUNTS), 0)
    keys[3] = _key(MET_BEFORE, _step(log(1.0 + past.viewer_met[viewer]) * COUNT_STEPS, COUNTS), 0)
    keys[4] = _key(VIEWER, viewer, 0)
    keys[TASTE_PLACE] = _key(TASTE, 0, 0)
    factors[TASTE_PLACE] = taste.affinity(past, viewer, clip)
    n = 6
    if maker >= 0:
        keys[n], keys[n + 1] = _key(MAKER, maker, 0), _key(VIEWER_MAKER, viewer, maker)
        n += 2
    if sound >= 0:
        keys[n], keys[n + 1] = _key(SOUND, sound, 0), _key(VIEWER_SOUND, viewer, sound)
        n += 2
    if tab >= 0:
        keys[n], keys[n + 1] = _key(TAB, tab, 0), _key(CLIP_TAB, clip, tab)
        keys[n + 2] = _key(VIEWER_TAB, viewer, tab)
        n += 3
    if not isnan(duration_s):
        length = _step(log2(max(duration_s, 1.0)) * LENGTHS_PER_OCTAVE, GROUPS)
        keys[n] = _key(LENGTH, length, 0)
        n += 1
        if tab >= 0:
            keys[n] = _key(LENGTH_TAB, length, tab)
            n += 1
    if not isnan(time_s):
        pause = 0
        if past.viewer_last_s[viewer] >= 0.0:
            gone = max(time_s - past.viewer_last_s[viewer], 0.0)
            pause = 1 + _step(log(1.0 + gone / PAUSE_UNIT_S) * PAUSE_STEPS, PAUSES)
        keys[n] = _key(PAUSE, pause, 0)
        n += 1
        born = rows.published_s[i]
        if isnan(born):
            born = past.clip_first_s[clip]
        if born >= 0.0:
            age = _step(log(1.0 + max(time_s - born, 0.0) / AGE_UNIT_S), AGES)
            keys[n] = _key(AGE, age, 0)
            n += 1
    tags = 0
    while tags < TAGS_MAX and rows.tags[i, tags] >= 0:
        tags += 1
    for place in range(tags):
        tag = rows.tags[i, place]
        share = 1.0 / sqrt(tags)  # many tags say no more than one
        keys[n], keys[n + 1] = _key(TAG, tag, 0), _key(VIEWER_TAG, viewer, tag)
        factors[n], factors[n + 1] = share, share
        n += 2
        if tab >= 0:
            keys[n], factors[n] = _key(TAG_TAB, tag, tab), share
            n += 1
    return n


@compiled
def _chance(logit: float, doubt: float) -> float:
    return 1.0 / (1.0 + exp(-logit / sqrt(1.0 + MODERATION * doubt)))


@compiled
def _forecast(table: Any, prior: Any, keys: Any, factors: Any, n: int, sums: Any) -> None:
    """Add up the weights of one showing: sums of (live, doubt, order) by outcome."""
    cells, words, variances, levels = table.cells, table.words, prior.variances, prior.levels
    for o in range(LANES):
        sums[MEAN, o] = prior.bias[o]
        sums[VARIANCE, o] = 0.0
        sums[ORDER, o] = 0.0
    for j in range(n):
        place = find(words, keys[j])
        x = np.float32(factors[j])
        field = (keys[j] >> 56) - 1
        if words[place, KEY] == EMPTY:
            for o in range(LANES):
                sums[VARIANCE, o] += x * x * variances[field]
            continue
        for o in range(LANES):
            sums[MEAN, o] += x * cells[place, MEAN, o]
            sums[VARIANCE, o] += x * x * cells[place, VARIANCE, o]
        if levels[field]:
            for o in range(LANES):
                sums[ORDER, o] -= x * cells[place, MEAN, o]
    for o in range(LANES):
        sums[ORDER, o] += sums[MEAN, o]


@compiled
def _tell(sums: Any, live: Any, order: Any, i: int) -> None:
    for o in range(OUTCOMES):
        share = np.float32(1.0) / sqrt(np.float32(1.0) + MODERATION * sums[VARIANCE, o])
        live[i, o] = 1.0 / (1.0 + exp(-sums[MEAN, o] * share))
        order[i, o] = 1.0 / (1.0 + exp(-sums[ORDER, o] * share))


@compiled
def predict(
    table: Any, prior: Any, past: Any, rows: Any, live: Any, order: Any, doubt: Any
) -> None:
    """Fill `live`, `order` `(n, OUTCOMES)` and `doubt` `(n,)`; changes nothing else."""
    keys, factors = np.empty(KEYS_MAX, np.int64), np.empty(KEYS_MAX)
    sums = np.empty((4, LANES), np.float32)
    for i in range(len(rows.clip)):
        n = _keys(rows, i, past, keys, factors)
        _forecast(table, prior, keys, factors, n, sums)
        _tell(sums, live, order, i)
        doubt[i] = sums[VARIANCE, 0]


@compiled
def _learn(
    table: Any,
    prior: Any,
    past: Any,
    rows: Any,
    i: int,
    labels: Any,
    keys: Any,
    factors: Any,
    at: Any,
    sums: Any,
) -> None:
    """Correct the weights of one showing by what came of it."""
    cells, words = table.cells, table.words
    n = _keys(rows, i, past, keys, factors)
    table.counts[1] += 1
    now = table.counts[1]
    for j in range(n):
        place = find(words, keys[j])
        at[j] = place
        if words[place, KEY] == EMPTY:
            words[place, KEY] = keys[j]
            for o in range(LANES):
                cells[place, VARIANCE, o] = prior.variances[(keys[j] >> 56) - 1]
            table.counts[0] += 1
    for o in range(LANES):
        sums[MEAN, o] = prior.bias[o]
        sums[VARIANCE, o] = 0.0
    for j in range(n):
        place, x = at[j], np.float32(factors[j])
        for o in range(LANES):
            sums[MEAN, o] += x * cells[place, MEAN, o]
            sums[VARIANCE, o] += x * x * cells[place, VARIANCE, o]
    if not isnan(labels[i, FINISH]):
        with_taste = factors[TASTE_PLACE] * cells[at[TASTE_PLACE], MEAN, FINISH]
        logit = sums[MEAN, FINISH] - with_taste
        taste.move(past, rows.viewer[i], rows.clip[i], logit, labels[i, FINISH])
    _judge(labels, i, sums)
    for j in range(n):
        place, x = at[j], np.float32(factors[j])
        field = (keys[j] >> 56) - 1
        least = np.float32(1.0 / prior.memories[field])
        for o in range(LANES):
            variance = cells[place, VARIANCE, o]
            cells[place, MEAN, o] += variance * x * sums[MEAN, o]
            left = variance - variance * variance * x * x * sums[VARIANCE, o]
            cells[place, VARIANCE, o] = max(left, least)
        words[place, TOUCHED] = now
        words[place, MET] += 1


@compiled
def _judge(labels: Any, i: int, sums: Any) -> None:
    """Turn the sums of one showing into the step of its means and the narrowing of its variances."""
    for o in range(LANES):
        if o >= OUTCOMES or isnan(labels[i, o]):
            sums[MEAN, o] = 0.0
            sums[VARIANCE, o] = 0.0
            continue
        logit, doubt = sums[MEAN, o], sums[VARIANCE, o]
        p = np.float32(1.0 / (1.0 + exp(-logit)))
        curvature = max(p * (np.float32(1.0) - p), LEAST_CURVATURE)
        gain = np.float32(1.0) / (np.float32(1.0) + curvature * doubt)
        sums[MEAN, o] = (labels[i, o] - _chance(logit, doubt)) * gain
        sums[VARIANCE, o] = curvature * gain


@compiled
def _count(past: Any, rows: Any, i: int) -> None:
    viewer, clip, time_s = rows.viewer[i], rows.clip[i], rows.time_s[i]
    past.clip_shown[clip] += 1
    past.viewer_met[viewer] += 1
    if not isnan(time_s):
        past.viewer_last_s[viewer] = time_s
        if past.clip_first_s[clip] < 0.0:
            past.clip_first_s[clip] = time_s


@compiled
def _moment(rows: Any, start: int) -> Any:
    """Return where the showings to one viewer at one moment end."""
    end = start + 1
    while (
        end < min(len(rows.clip), start + MOMENT_MAX)
        and rows.viewer[end] == rows.viewer[start]
        and rows.time_s[end] == rows.time_s[start]
    ):
        end += 1
    return end


@compiled
def _told(rows: Any, start: int, i: int) -> Any:
    """Say whether this clip was already among those of the moment."""
    told = False
    for before in range(start, i):
        told |= rows.clip[before] == rows.clip[i]
    return told


@compiled
def progress(
    table: Any,
    prior: Any,
    past: Any,
    rows: Any,
    labels: Any,
    start: int,
    entries_max: int,
    live: Any,
    order: Any,
) -> Any:
    """Predict, then learn, moment by moment from row `start`.

    Showings to one viewer at one moment are all predicted before any is learned, and a showing
    that is told twice is learned once. Where `live` is empty nothing is predicted.

    Returns
    -------
    int
        The first row not learned: all of them, or where the table needs room.
    """
    keys, factors = np.empty(KEYS_MAX, np.int64), np.empty(KEYS_MAX)
    at, sums = np.empty(KEYS_MAX, np.int64), np.empty((4, LANES), np.float32)
    while start < len(rows.clip):
        end = _moment(rows, start)
        if table.counts[0] + (end - start) * KEYS_MAX > entries_max:
            return start
        if len(live):
            for i in range(start, end):
                n = _keys(rows, i, past, keys, factors)
                _forecast(table, prior, keys, factors, n, sums)
                _tell(sums, live, order, i)
        for i in range(start, end):
            if not _told(rows, start, i):
                _learn(table, prior, past, rows, i, labels, keys, factors, at, sums)
        for i in range(start, end):
            if not _told(rows, start, i):
                _count(past, rows, i)
        start = end
    return start


@compiled
def move(old: Any, places: Any, new: Any) -> None:
    """Copy the entries at `places` of one table into another, empty one."""
    for place in places:
        new.words[find(new.words, old.words[place, KEY])] = old.words[place]
