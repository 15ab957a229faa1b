"""Read logs of what people watched: a folder of parquet files, or one file of events.

A folder holds `train`, `valid` and `test` (`viewer, clip`, perhaps `pos` or `time_s`), and may hold
`seen_before_valid` (what each viewer had been shown, never to be recommended), `candidates` (the
clips to rank) and `clips`. A file of events holds `viewer, clip, time_s`, and may say what came of
it; it is split by time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.errors import RecommendError

LONG_SHARE = 0.8  # of its length: watched long, where the log does not say so itself
TEST_SHARE = 0.2  # the last part of a log of events, by time
FRESH_PLACES = 0.5  # half-life of freshness in a viewer's own order: the last view says most
FRESH_SHARE = 0.04  # half-life of freshness in time: this share of all views


class LogUnreadable(RecommendError, ValueError):
    """A log that is missing, torn, or lacks a column."""


@dataclass(frozen=True, slots=True)
class Split:
    """A log as matrices `(viewers, clips)`, of ones but for `fresh`.

    Attributes
    ----------
    watched, shown
        What a model may learn from; `shown` is None where the log does not tell.
    hidden
        What each viewer met before the test, never to be ranked.
    truth
        What each viewer watched in the test, less `hidden`.
    targets : (targets,)
        Columns of the clips to rank.
    fresh
        0 to 1 where `watched`: how late in the past it was. None where the log has no order.
    halves
        What of `watched` was early and what late in the viewer's own order; None without an order.
    earlier
        The same log one part earlier, with `valid` as its test: to choose settings on. None where
        there is no such part.
    """

    name: str
    watched: sparse.csr_array
    shown: sparse.csr_array | None
    hidden: sparse.csr_array
    truth: sparse.csr_array
    targets: NDArray[np.intp]
    fresh: sparse.csr_array | None = None
    halves: tuple[sparse.csr_array, sparse.csr_array] | None = None
    earlier: Split | None = None

    def asked(self) -> NDArray[np.intp]:
        """Return the viewers with something in the test among the targets."""
        return np.flatnonzero(np.diff(self.truth[:, self.targets].tocsr().indptr))


@dataclass(frozen=True, slots=True)
class Views:
    """Views of one part of a log, in places of the matrices, with what is known of their order."""

    who: NDArray[np.intp]
    what: NDArray[np.intp]
    pos: NDArray[np.float64] | None
    time_s: NDArray[np.float64] | None

    def matrix(self, shape: tuple[int, int]) -> sparse.csr_array:
        """Return ones where there is a view."""
        return _ones(self.who, self.what, shape)


def read_table(path: Path, *columns: str) -> dict[str, NDArray[Any]]:
    """Read columns of a parquet file, all of them when none is named.

    Raises
    ------
    LogUnreadable
        If it is missing, no parquet, or lacks a column.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (OSError, pyarrow.ArrowInvalid) as error:
        raise LogUnreadable(f"{path}: cannot be read as parquet: {error}") from error
    for column in columns:
        if column not in table.column_names:
            raise LogUnreadable(f"{path}: has no column {column!r}, only {table.column_names}")
    return {
        name: table[name].to_numpy(zero_copy_only=False) for name in columns or table.column_names
    }


def read_folder(folder: Path, *, learn_from_valid: bool = True, hide: bool = True) -> Split:
    """Read a folder of splits.

    Parameters
    ----------
    learn_from_valid
        Whether a model may learn from `valid` too, or from `train` alone.
    hide
        Whether what a viewer met before the test is left out of it.

    Raises
    ------
    LogUnreadable
        If a part is missing or lacks a column.
    """
    tables = {part: _part(folder / f"{part}.parquet") for part in ("train", "valid", "test")}
    before = folder / "seen_before_valid.parquet"
    if before.exists():
        tables["seen"] = _part(before)
    ranked, known = None, [table["clip"] for table in tables.values()]
    for name in ("candidates", "clips"):
        if (folder / f"{name}.parquet").exists():
            clips = read_table(folder / f"{name}.parquet", "clip")["clip"].astype(np.int64)
            known.append(clips)
            ranked = clips if name == "candidates" else ranked
    viewer_ids = np.unique(np.concatenate([table["viewer"] for table in tables.values()]))
    clip_ids = np.unique(np.concatenate(known))
    shape = (len(viewer_ids), len(clip_ids))
    parts = {part: _views(table, viewer_ids, clip_ids) for part, table in tables.items()}
    targets = np.arange(shape[1])
    if ranked is not None:
        targets = np.searchsorted(clip_ids, np.unique(ranked))
    matrices = {part: views.matrix(shape) for part, views in parts.items()}
    train, valid, seen = matrices["train"], matrices["valid"], matrices.get("seen")
    fresh = freshness(parts["train"], None, shape)
    earlier = split(folder.name, train, seen, valid, targets, fresh, hide=True)
    if not learn_from_valid:
        return split(folder.name, train, seen, matrices["test"], targets, fresh, hide=hide)
    watched = train.maximum(valid).tocsr()
    fresh = freshness(parts["train"], parts["valid"], shape)
    whole = split(folder.name, watched, seen, matrices["test"], targets, fresh, hide=hide)
    return replace(whole, earlier=earlier, halves=halves(parts["train"], shape))


def read_events(path: Path) -> Split:
    """Read a log of events and split it by time: the last part is the test.

    Raises
    ------
    LogUnreadable
        If it cannot be read or lacks a column.
    """
    events = read_table(path)
    _require(path, events, "viewer", "clip", "time_s")
    order = np.argsort(events["time_s"], kind="stable")
    viewer_ids, who = np.unique(events["viewer"][order], return_inverse=True)
    clip_ids, what = np.unique(events["clip"][order], return_inverse=True)
    shape = (len(viewer_ids), len(clip_ids))
    long = watched_long(events)[order]
    times = np.asarray(events["time_s"], np.float64)[order]

    def until(ended: int, tested: int, earlier: Split | None) -> Split:
        shown = _ones(who[:ended], what[:ended], shape)
        past = np.flatnonzero(long[:ended])
        future = ended + np.flatnonzero(long[ended:tested])
        fresh = freshness(Views(who[past], what[past], None, times[past]), None, shape)
        watched = _ones(who[past], what[past], shape)
        test = _ones(who[future], what[future], shape)
        targets = np.arange(shape[1])
        whole = split(path.stem, watched, shown, test, targets, fresh, hide=True)
        return replace(whole, earlier=earlier)

    ended = round(len(order) * (1.0 - TEST_SHARE))
    return until(ended, len(order), until(round(ended * (1.0 - TEST_SHARE)), ended, None))


def split(
    name: str,
    watched: sparse.csr_array,
    seen: sparse.csr_array | None,
    test: sparse.csr_array,
    targets: NDArray[np.intp],
    fresh: sparse.csr_array | None,
    *,
    hide: bool,
) -> Split:
    """Put a split together; what was watched was also shown."""
    shown = None if seen is None else seen.maximum(watched).tocsr()
    hidden = watched if shown is None else shown
    truth = _new(test, hidden) if hide else test
    return Split(name, watched, shown, hidden, truth, targets, fresh)


def freshness(train: Views, valid: Views | None, shape: tuple[int, int]) -> sparse.csr_array | None:
    """Say how late in the past each view was, 0 to 1, as the log's own order allows.

    With times, a view fades by half for every `FRESH_SHARE` of all views that came after it. With
    places in each viewer's order alone, it fades by half every `FRESH_PLACES` places; and once
    `valid` is learned from, its views are the fresh ones. Without any order there is no telling.
    """
    parts = [train] if valid is None else [train, valid]
    who, what = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("who", "what")
    )
    if all(part.time_s is not None for part in parts):
        times = np.concatenate([part.time_s for part in parts if part.time_s is not None])
        after = len(times) - 1 - _place(times)
        worth = 2.0 ** -(after / (FRESH_SHARE * max(len(times), 1)))
    elif train.pos is None:
        return None
    elif valid is not None:
        worth = np.repeat([0.0, 1.0], [len(train.who), len(valid.who)])
    else:
        latest = np.full(shape[0], -np.inf)
        np.maximum.at(latest, train.who, train.pos)
        worth = 2.0 ** -((latest[train.who] - train.pos) / FRESH_PLACES)
    matrix = sparse.csr_array((worth, (who, what)), shape=shape)
    matrix.sum_duplicates()
    matrix.data = np.minimum(matrix.data, 1.0).astype(np.float32)
    return matrix


def halves(
    views: Views, shape: tuple[int, int]
) -> tuple[sparse.csr_array, sparse.csr_array] | None:
    """Split each viewer's views in two by their own order; None where there is no order."""
    order = views.pos if views.time_s is None else views.time_s
    if order is None:
        return None
    sorted_ = np.lexsort((order, views.who))
    count = np.bincount(views.who, minlength=shape[0])
    begin = np.cumsum(count) - count
    place = np.empty(len(sorted_), np.intp)
    place[sorted_] = np.arange(len(sorted_)) - begin[views.who[sorted_]]
    late = 2 * place >= count[views.who]
    early = _ones(views.who[~late], views.what[~late], shape)
    return early, _new(_ones(views.who[late], views.what[late], shape), early)


def watched_long(events: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Return which events are long views: as the log says, else by share, else all."""
    if "long_view" in events:
        return np.asarray(events["long_view"]) > 0
    if "watched_s" in events and "duration_s" in events:
        return np.asarray(events["watched_s"] >= LONG_SHARE * events["duration_s"])
    return np.ones(len(events["viewer"]), np.bool_)


def _place(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the place of each time among all, equal times sharing the last of theirs."""
    return np.asarray(np.searchsorted(np.sort(times), times, side="right") - 1, np.float64)


def _part(path: Path) -> dict[str, NDArray[Any]]:
    table = read_table(path)
    _require(path, table, "viewer", "clip")
    return table | {name: table[name].astype(np.int64) for name in ("viewer", "clip")}


def _require(path: Path, table: dict[str, NDArray[Any]], *columns: str) -> None:
    for column in columns:
        if column not in table:
            raise LogUnreadable(f"{path}: has no column {column!r}, only {list(table)}")


def _views(
    table: dict[str, NDArray[Any]], viewer_ids: NDArray[np.int64], clip_ids: NDArray[np.int64]
) -> Views:
    pos, time_s = (
        np.asarray(table[name], np.float64) if name in table else None for name in ("pos", "time_s")
    )
    who = np.searchsorted(viewer_ids, table["viewer"])
    return Views(who, np.searchsorted(clip_ids, table["clip"]), pos, time_s)


def _ones(
    rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]
) -> sparse.csr_array:
    matrix = sparse.csr_array((np.ones(len(rows), np.float32), (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def _new(test: sparse.csr_array, hidden: sparse.csr_array) -> sparse.csr_array:
    """Return what of the test may be ranked at all."""
    new = (test - test.multiply(hidden)).tocsr()
    new.eliminate_zeros()
    return new
