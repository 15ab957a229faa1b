"""Read logs of what people watched: a folder of parquet files, or one file of events.

A folder holds `train`, `valid` and `test` (`viewer, clip`), and may hold `seen_before_valid` (what
each viewer had been shown, never to be recommended), `candidates` (the clips to rank) and `clips`.
A file of events holds `viewer, clip, time_s`, and may say what came of it; it is split by time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.errors import RecommendError

LONG_SHARE = 0.8  # of its length: watched long, where the log does not say so itself
TEST_SHARE = 0.2  # the last part of a log of events, by time


class LogUnreadable(RecommendError, ValueError):
    """A log that is missing, torn, or lacks a column."""


@dataclass(frozen=True, slots=True)
class Split:
    """A log as matrices `(viewers, clips)` of ones.

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
    """

    name: str
    watched: sparse.csr_array
    shown: sparse.csr_array | None
    hidden: sparse.csr_array
    truth: sparse.csr_array
    targets: NDArray[np.intp]


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
    pairs = {part: _pairs(folder / f"{part}.parquet") for part in ("train", "valid", "test")}
    before = folder / "seen_before_valid.parquet"
    if before.exists():
        pairs["seen"] = _pairs(before)
    ranked = None
    known = [clips for _, clips in pairs.values()]
    for name in ("candidates", "clips"):
        if (folder / f"{name}.parquet").exists():
            clips = read_table(folder / f"{name}.parquet", "clip")["clip"].astype(np.int64)
            known.append(clips)
            ranked = clips if name == "candidates" else ranked
    viewer_ids = np.unique(np.concatenate([viewers for viewers, _ in pairs.values()]))
    clip_ids = np.unique(np.concatenate(known))
    shape = (len(viewer_ids), len(clip_ids))
    parts = {
        part: _ones(np.searchsorted(viewer_ids, who), np.searchsorted(clip_ids, what), shape)
        for part, (who, what) in pairs.items()
    }
    watched = parts["train"]
    if learn_from_valid:
        watched = watched.maximum(parts["valid"]).tocsr()
    shown = parts["seen"].maximum(watched).tocsr() if "seen" in parts else None
    targets = (
        np.arange(shape[1]) if ranked is None else np.searchsorted(clip_ids, np.unique(ranked))
    )
    hidden = watched if shown is None else shown
    truth = _new(parts["test"], hidden) if hide else parts["test"]
    return Split(folder.name, watched, shown, hidden, truth, targets)


def read_events(path: Path) -> Split:
    """Read a log of events and split it by time: the last part is the test.

    Raises
    ------
    LogUnreadable
        If it cannot be read or lacks a column.
    """
    events = read_table(path)
    for column in ("viewer", "clip", "time_s"):
        if column not in events:
            raise LogUnreadable(f"{path}: has no column {column!r}, only {list(events)}")
    order = np.argsort(events["time_s"], kind="stable")
    viewer_ids, who = np.unique(events["viewer"][order], return_inverse=True)
    clip_ids, what = np.unique(events["clip"][order], return_inverse=True)
    long = watched_long(events)[order]
    shape = (len(viewer_ids), len(clip_ids))
    past = np.arange(len(order)) < round(len(order) * (1.0 - TEST_SHARE))
    shown = _ones(who[past], what[past], shape)
    watched = _ones(who[past & long], what[past & long], shape)
    test = _ones(who[~past & long], what[~past & long], shape)
    return Split(path.stem, watched, shown, shown, _new(test, shown), np.arange(shape[1]))


def watched_long(events: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    """Return which events are long views: as the log says, else by share, else all."""
    if "long_view" in events:
        return np.asarray(events["long_view"]) > 0
    if "watched_s" in events and "duration_s" in events:
        return np.asarray(events["watched_s"] >= LONG_SHARE * events["duration_s"])
    return np.ones(len(events["viewer"]), np.bool_)


def _pairs(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    table = read_table(path, "viewer", "clip")
    return table["viewer"].astype(np.int64), table["clip"].astype(np.int64)


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
