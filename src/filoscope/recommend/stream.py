"""What comes next in a live stream: rank, see what happened, learn from it, event by event.

Every long view of a clip that is new to its viewer is a question: at which place would the model
have put that clip among all that are new to this viewer, a moment before? What is shown and not
watched is learned from too. The first part of the stream (the long views of `valid`) chooses how
much each signal counts; the rest is measured.

The signals: EASE over all that a viewer has met and over the last few alone, what is on the rise
among long views and among showings, and plain popularity, ever and of late.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.blending import PLACES, discounts
from filoscope.recommend.cowatch import EASE_CLIPS_MAX, ease, meetings, standard
from filoscope.recommend.logs import LogUnreadable, read_table, watched_long

RIDGE = 300.0
SHOWN_WEIGHT = 0.5  # of a clip shown and not watched, beside 1 for one watched
LATEST = 12  # clips of the short memory
FADE = 0.7  # weight of the clip before, beside 1 for the last one
HALF_LIFE_S = 86_400.0  # of what counts as of late: feeds breathe by the day
RISE_PRIOR = 2.0  # fresh views, at the mean rate of all clips, that each clip starts with
NAMES = ("ever", "latest", "views rise", "showings rise", "popularity", "recent popularity")
TRIED = [
    (1.0, latest, views, showings, 0.0, 0.0)
    for latest, views, showings in product((0.0, 0.5), (0.0, 1.0, 2.0, 4.0), (0.0, 1.0, 2.0, 4.0))
]
CHOOSING = 5_000  # questions of the first part that choose: about so many, evenly spread
Row = dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Stream:
    """What was known before, and events in time order, as places of viewers and clips.

    Attributes
    ----------
    who, what : (events,)
    time_s : (events,) not falling
    long : (events,) whether watched long
    cut
        Where the part to measure begins.
    watched, shown : (viewers, clips)
        Known before the first event; `watched` is ordered by `order` where that is known.
    order : (viewers, clips)
        How late in the viewer's past each watched clip came, 1 or more.
    """

    name: str
    who: NDArray[np.intp]
    what: NDArray[np.intp]
    time_s: NDArray[np.float64]
    long: NDArray[np.bool_]
    cut: int
    watched: sparse.csr_array
    shown: sparse.csr_array
    order: sparse.csr_array


@dataclass(slots=True)
class Memory:
    """What each viewer has met, in order, with room for what the stream will add.

    `items[begin[v] : begin[v] + met[v]]` are the clips of viewer `v`, oldest first.
    """

    begin: NDArray[np.int64]
    met: NDArray[np.int64]
    items: NDArray[np.int64]
    weights: NDArray[np.float32]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("folder", type=Path, help="train, valid, test and events as parquet")


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure our model on the later part of the stream, and the peers where asked."""
    stream = read_stream(options.folder)
    begun = time.process_time()
    weights = choose(stream)
    tuned = time.process_time() - begun
    everyone = [weights]
    names = ["filoscope"]
    if options.peers == "all":
        everyone += [_only("popularity"), _only("recent popularity")]
        names += ["popularity", "recent popularity"]
    known = after(stream)
    score = run(known, everyone, shown_weight=SHOWN_WEIGHT)
    measured = [_row(name, stream, score, column) for column, name in enumerate(names)]
    setting = ", ".join(f"{name} {weight:g}" for name, weight in zip(NAMES, weights, strict=True))
    measured[0] |= {"tune_cpu_s": tuned, "setting": setting}
    if options.peers == "all":
        for name, updated in (("EASE, frozen", False), ("EASE, after each view", True)):
            score = run(known, [_only("ever")], shown_weight=0.0, updated=updated)
            measured.append(_row(name, stream, score, 0))
    return measured


def read_stream(folder: Path) -> Stream:
    """Read a folder whose `events` go on from `train`, and hold `valid` and then `test`.

    Raises
    ------
    LogUnreadable
        If a part is missing or lacks a column, or there are too many clips for EASE.
    """
    events = read_table(folder / "events.parquet")
    for column in ("viewer", "clip", "time_s"):
        if column not in events:
            raise LogUnreadable(f"{folder}: events has no column {column!r}, only {list(events)}")
    train = read_table(folder / "train.parquet")
    before = [train]
    if (folder / "seen_before_valid.parquet").exists():
        before.append(read_table(folder / "seen_before_valid.parquet", "viewer", "clip"))
    valid = read_table(folder / "valid.parquet", "viewer", "clip")
    parts = [*before, events]
    viewer_ids = np.unique(np.concatenate([part["viewer"] for part in parts]).astype(np.int64))
    clip_ids = [np.concatenate([part["clip"] for part in parts]).astype(np.int64)]
    if (folder / "clips.parquet").exists():
        clip_ids.append(read_table(folder / "clips.parquet", "clip")["clip"].astype(np.int64))
    clips = np.unique(np.concatenate(clip_ids))
    if len(clips) > EASE_CLIPS_MAX:
        raise LogUnreadable(f"{folder}: {len(clips)} clips, and EASE takes {EASE_CLIPS_MAX}")
    shape = (len(viewer_ids), len(clips))
    pairs = [
        (np.searchsorted(viewer_ids, part["viewer"]), np.searchsorted(clips, part["clip"]))
        for part in parts
    ]
    place = (
        np.asarray(train["pos"] if "pos" in train else np.zeros(len(train["clip"])), float) + 1.0
    )
    order = _latest(pairs[0], place, shape)
    watched = (order > 0).astype(np.float32).tocsr()
    shown = sum((_ones(pair, shape) for pair in pairs[:-1]), sparse.csr_array(shape)).tocsr()
    shown.data = np.ones_like(shown.data, np.float32)
    by_time = np.argsort(events["time_s"], kind="stable")
    long = watched_long(events)[by_time]
    ended = np.flatnonzero(long)[: len(valid["clip"])]
    return Stream(
        folder.name,
        pairs[-1][0][by_time],
        pairs[-1][1][by_time],
        np.asarray(events["time_s"], np.float64)[by_time],
        long,
        int(ended[-1]) + 1 if len(ended) else 0,
        watched,
        shown.astype(np.float32),
        order,
    )


def after(stream: Stream) -> Stream:
    """Return the stream from its cut on, with all that came before as known."""
    cut, shape = stream.cut, stream.watched.shape
    past = (stream.who[:cut], stream.what[:cut])
    long = stream.long[:cut]
    late = stream.order.max() + 1.0 + np.arange(int(long.sum()))
    views = _latest((past[0][long], past[1][long]), late, shape)
    order = stream.order.maximum(views).tocsr()
    shown = stream.shown.maximum(_ones(past, shape)).tocsr()
    return Stream(
        stream.name,
        stream.who[cut:],
        stream.what[cut:],
        stream.time_s[cut:],
        stream.long[cut:],
        0,
        (order > 0).astype(np.float32).tocsr(),
        shown,
        order,
    )


def choose(stream: Stream) -> tuple[float, ...]:
    """Return the weights of those tried that put the clips of the first part first."""
    cut = stream.cut
    every = max(int(stream.long[:cut].sum()) // CHOOSING, 1)
    first = replace(
        stream,
        who=stream.who[:cut],
        what=stream.what[:cut],
        time_s=stream.time_s[:cut],
        long=stream.long[:cut],
    )
    places, _ = run(first, TRIED, shown_weight=SHOWN_WEIGHT, every=every)
    if not len(places):
        return TRIED[0]
    return TRIED[int(_gain(places).mean(axis=0).argmax())]


def run(
    known: Stream,
    weights: Sequence[tuple[float, ...]],
    *,
    shown_weight: float,
    updated: bool = True,
    every: int = 1,
) -> tuple[NDArray[np.float64], float]:
    """Go through all events, asking every so many questions.

    Returns
    -------
    places : (questions, weights)
        The place at which each blend put the clip that was watched; among equals, their middle.
    seconds : CPU time for fitting and streaming
    """
    begun = time.process_time()
    shown = known.shown if shown_weight else None
    similar = ease(meetings(known.watched, shown, shown_weight=shown_weight), ridge=RIDGE)
    memory = remember(known, shown_weight)
    views, showings = (np.asarray(m.sum(axis=0), np.float64) for m in (known.watched, known.shown))
    places = _stream(
        similar,
        standard(np.log1p(views)[None, :].astype(np.float32))[0],
        (memory.begin, memory.met, memory.items, memory.weights),
        (known.who, known.what, known.time_s, known.long),
        (views, showings),
        np.array(weights, np.float32),
        np.float32(shown_weight),
        updated,
        every,
    )
    return places, time.process_time() - begun


def remember(known: Stream, shown_weight: float) -> Memory:
    """Lay out what each viewer has met: first what was only shown, then views in their order."""
    met = known.shown.tocoo()
    who, what = met.row.astype(np.int64), met.col.astype(np.int64)
    order = np.asarray(known.order[who, what]).ravel()
    by_order = np.lexsort((order, who))
    who, what, order = who[by_order], what[by_order], order[by_order]
    count = np.bincount(who, minlength=known.watched.shape[0])
    room = count + np.bincount(known.who, minlength=known.watched.shape[0])
    begin = np.cumsum(room) - room
    at = begin[who] + np.arange(len(who)) - (np.cumsum(count) - count)[who]
    items, weights = np.zeros(int(room.sum()), np.int64), np.zeros(int(room.sum()), np.float32)
    items[at] = what
    weights[at] = np.where(order > 0, 1.0, shown_weight)
    return Memory(begin, count, items, weights)


@njit(fastmath=True, cache=True)
def _stream(  # type: ignore[no-untyped-def]
    similar, popular, memory, events, counts, blends, shown_weight, updated, every
):
    begin, met, items, weights = memory
    who, what, time_s, long = events
    views, showings = counts
    clips = similar.shape[0]
    signals = np.zeros((6, clips), np.float32)
    total = np.zeros(clips, np.float32)
    late_views, late_showings = np.zeros(clips), np.zeros(clips)
    places = np.zeros((long.sum() // every + 1, blends.shape[0]))
    asked = answered = 0
    known_until = met.copy()
    for event in range(len(who)):
        viewer, clip = who[event], what[event]
        first, last = begin[viewer], begin[viewer] + met[viewer]
        at = last
        for place in range(first, last):
            if items[place] == clip:
                at = place
        if long[event] and at == last:
            asked += 1
            if asked % every == 0:
                told = last if updated else first + known_until[viewer]
                _recall(similar, popular, items, weights, first, told, signals)
                fade = 2.0 ** (-(time_s[event] - time_s[0]) / HALF_LIFE_S)
                _rise(views, late_views, fade, signals[2])
                _rise(showings, late_showings, fade, signals[3])
                signals[4] = np.log1p(views)
                signals[5] = np.log1p(late_views * fade)
                for blend in range(blends.shape[0]):
                    total[:] = 0.0
                    for signal in range(6):
                        if blends[blend, signal] != 0.0:
                            total += blends[blend, signal] * signals[signal]
                    total[items[first:last]] = -1e30  # met before
                    own = total[clip]
                    better, equal = 0, 0
                    for other in range(clips):
                        better += total[other] > own
                        equal += total[other] == own
                    places[answered, blend] = 1.0 + better + (equal - 1) / 2.0
                answered += 1
        worth = 2.0 ** ((time_s[event] - time_s[0]) / HALF_LIFE_S)
        showings[clip] += 1.0
        late_showings[clip] += worth
        if long[event]:
            views[clip] += 1.0
            late_views[clip] += worth
        if at == last:
            items[last] = clip
            weights[last] = 1.0 if long[event] else shown_weight
            met[viewer] += 1
        elif long[event]:
            weights[at] = 1.0
    return places[:answered]


@njit(fastmath=True, cache=True)
def _recall(similar, popular, items, weights, first, last, signals):  # type: ignore[no-untyped-def]
    """Fill the first two signals: EASE over all that was met, and over the latest."""
    signals[:2] = 0.0
    for place in range(first, last):
        if weights[place] != 0.0:
            signals[0] += weights[place] * similar[items[place]]
    for place in range(max(first, last - LATEST), last):
        fading = np.float32(weights[place] * FADE ** (last - 1 - place))
        signals[1] += fading * similar[items[place]]
    for signal in range(2):
        row = signals[signal]
        spread = row.std()
        if spread > 1e-12:
            signals[signal] = (row - row.mean()) / spread
        else:
            signals[signal] = popular


@njit(fastmath=True, cache=True)
def _rise(ever, late, fade, signal):  # type: ignore[no-untyped-def]
    """Fill a signal: how many times as fresh as the mean each clip's counts are."""
    mean = fade * late.sum() / max(ever.sum(), 1.0)
    for clip in range(len(ever)):
        fresh = late[clip] * fade
        signal[clip] = np.log((fresh + RISE_PRIOR) / (mean * ever[clip] + RISE_PRIOR))


def _gain(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return NDCG@20 with one clip to find: its discount if within the first 20."""
    worth = np.concatenate([discounts(PLACES), [0.0]])
    found = np.minimum(np.ceil(places).astype(np.intp), PLACES + 1) - 1
    return np.asarray(worth[found])


def _row(name: str, stream: Stream, score: tuple[NDArray[np.float64], float], column: int) -> Row:
    places, seconds = score
    if not len(places):
        raise LogUnreadable(f"{stream.name}: no long view of a new clip after the first part")
    return {
        "model": name,
        "dataset": stream.name,
        "questions": len(places),
        f"ndcg@{PLACES}": float(_gain(places[:, column]).mean()),
        f"hr@{PLACES}": float((places[:, column] <= PLACES).mean()),
        "tune_cpu_s": 0.0,
        "cpu_s": seconds,
        "setting": "",
    }


def _only(name: str) -> tuple[float, ...]:
    return tuple(float(name == signal) for signal in NAMES)


def _latest(
    pair: tuple[NDArray[np.intp], NDArray[np.intp]],
    place: NDArray[np.float64],
    shape: tuple[int, int],
) -> sparse.csr_array:
    """Return the last place of each pair."""
    by_place = np.argsort(-place, kind="stable")
    _, first = np.unique(pair[0][by_place] * shape[1] + pair[1][by_place], return_index=True)
    kept = by_place[first]
    return sparse.csr_array((place[kept], (pair[0][kept], pair[1][kept])), shape=shape)


def _ones(
    pair: tuple[NDArray[np.intp], NDArray[np.intp]], shape: tuple[int, int]
) -> sparse.csr_array:
    matrix = sparse.csr_array((np.ones(len(pair[0]), np.float32), pair), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
