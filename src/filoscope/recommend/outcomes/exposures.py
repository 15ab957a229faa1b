"""Read a log of showings with what came of them, as the ranker wants it.

A log holds `viewer, clip, time_s` and may hold `long_view, watched_s, duration_s, like, share,
follow, not_interested, maker, sound, tags, tab, published_s`. A history holds `viewer, clip`, in
the order of `time_s`, else of `pos` within each viewer, else of its rows. What a history does not
say of a clip is filled in from the log: a maker, a sound, tags and a length are known at upload.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.logs import LogUnreadable, read_table
from filoscope.recommend.outcomes.labels import finishes
from filoscope.recommend.outcomes.model import outcome_labels
from filoscope.recommend.outcomes.showings import TAGS_MAX, UNKNOWN, Outcome, Showings

Columns = dict[str, NDArray[Any]]
LEAVE_S = 2.0  # gone by then: nobody has seen what a clip is about
OF_CLIPS = ("maker", "sound", "tags", "duration_s", "published_s")
FLAGS = {"LIKE": "like", "SHARE": "share", "FOLLOW": "follow", "REJECT": "not_interested"}
OTHER_NAMES = {"is_like": "like", "is_share": "share", "is_follow": "follow"}


@dataclass(frozen=True, slots=True)
class Exposures:
    """Showings in order of time, and what came of them.

    Attributes
    ----------
    outcomes : (n, OUTCOMES) float32
        See `outcome_labels`; NaN where the log does not tell.
    past : int
        How many of the first are a history, to be learned and not measured.
    """

    name: str
    showings: Showings
    outcomes: NDArray[np.float32]
    past: int

    def tells(self, outcome: Outcome) -> bool:
        """Say whether any showing after the history tells this outcome."""
        return bool((~np.isnan(self.outcomes[self.past :, outcome])).any())


def read_exposures(events: Path, history: Path | None = None) -> Exposures:
    """Read a log, and a history before it.

    Raises
    ------
    LogUnreadable
        If a file is missing, torn, empty, lacks a column, or a column is of the wrong kind.
    """
    log = _read(events, ("viewer", "clip", "time_s"))
    log = _rows(log, np.lexsort((_codes(log["viewer"]), log["time_s"])))
    if not len(log["clip"]):
        raise LogUnreadable(f"{events}: holds no showings")
    past = 0
    if history is not None:
        earlier = _read(history, ("viewer", "clip"))
        earlier = _rows(earlier, _order(earlier))
        if "time_s" in earlier:
            earlier = _rows(earlier, np.flatnonzero(earlier["time_s"] < log["time_s"][0]))
        past = len(earlier["clip"])
        log = _together(earlier, log, history)
    _fill_in(log)
    return Exposures(events.stem, _showings(log), _outcomes(log, events), past)


def _read(path: Path, needed: tuple[str, ...]) -> Columns:
    table = read_table(path)
    table = {OTHER_NAMES.get(name, name): column for name, column in table.items()}
    for name in needed:
        if name not in table:
            raise LogUnreadable(f"{path}: has no column {name!r}, only {list(table)}")
    numbers = {"time_s", "pos", "watched_s", "duration_s", "long_view", "published_s"}
    for name in (numbers | set(FLAGS.values())) & table.keys():
        try:
            if table[name].dtype.kind == "M":
                table[name] = table[name].astype("datetime64[us]").astype(np.int64) / 1e6
            table[name] = table[name].astype(np.float64)
        except (TypeError, ValueError) as error:
            raise LogUnreadable(f"{path}: column {name!r} is not of numbers: {error}") from error
    if "time_s" in table and not np.isfinite(table["time_s"]).all():
        raise LogUnreadable(f"{path}: column 'time_s' has rows without a time")
    return table


def _rows(table: Columns, rows: NDArray[np.intp]) -> Columns:
    return {name: column[rows] for name, column in table.items()}


def _order(history: Columns) -> NDArray[np.intp]:
    """Return the order in which a history is learned."""
    if "time_s" in history:
        return np.argsort(history["time_s"], kind="stable")
    if "pos" not in history:
        return np.arange(len(history["clip"]))
    # Only the order within each viewer is known: everybody's is laid over the same stretch.
    viewer = _codes(history["viewer"])
    place = np.empty(len(viewer))
    order = np.lexsort((history["pos"], viewer))
    starts = np.flatnonzero(np.r_[True, np.diff(viewer[order]) != 0])
    place[order] = np.arange(len(viewer)) - starts[viewer[order]]
    share: NDArray[np.float64] = (place + 0.5) / np.bincount(viewer)[viewer]
    return np.argsort(share, kind="stable")


def _together(earlier: Columns, log: Columns, history: Path) -> Columns:
    """Put two logs end to end; what one of them lacks is missing there."""
    both: Columns = {}
    for name in earlier.keys() | log.keys():
        parts = [
            table.get(name, np.full(len(table["clip"]), None, object)) for table in (earlier, log)
        ]
        if name in ("viewer", "clip") and len({_is_number(part) for part in parts}) > 1:
            raise LogUnreadable(f"{history}: column {name!r} is of another type than in the log")
        if all(_is_number(part) or _missing(part).all() for part in parts):
            parts = [p if _is_number(p) else np.full(len(p), np.nan) for p in parts]
        both[name] = np.concatenate(parts)
    return both


def _fill_in(log: Columns) -> None:
    """Fill in what is known of a clip elsewhere in the log and does not change."""
    clip = _codes(log["clip"])
    for name in OF_CLIPS:
        if name not in log:
            continue
        column = log[name]
        lacking = _missing(column)
        known = np.flatnonzero(~lacking)
        first = np.full(clip.max() + 1, -1)
        first[clip[known][::-1]] = known[::-1]
        rows = np.flatnonzero(lacking & (first[clip] >= 0))
        column = column.copy()
        column[rows] = column[first[clip[rows]]]
        log[name] = column


def _is_number(column: NDArray[Any]) -> bool:
    return column.dtype.kind in "iufb"


def _missing(column: NDArray[Any]) -> NDArray[np.bool_]:
    if column.dtype == object:  # as read from parquet: words, lists, None
        return np.array([value is None for value in column.tolist()], np.bool_)
    return np.isnan(column) if column.dtype.kind == "f" else np.zeros(len(column), np.bool_)


def _codes(column: NDArray[Any]) -> NDArray[np.int64]:
    """Number the values in order of first appearance; -1 where missing."""
    codes = np.full(len(column), UNKNOWN, np.int64)
    given = ~_missing(column)
    if column.dtype == object:
        numbers: dict[Any, int] = {}
        words = column[given].tolist()
        codes[given] = [numbers.setdefault(word, len(numbers)) for word in words]
        return codes
    _, first, values = np.unique(column[given], return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    codes[given] = order[values]
    return codes


def _tag_codes(column: NDArray[Any]) -> NDArray[np.int64]:
    """Number tags, written as a list or with commas between; `(n, TAGS_MAX)`."""
    written = [tuple(v) if isinstance(v, np.ndarray) else v for v in column.tolist()]
    rows = {value: row for row, value in enumerate(dict.fromkeys(written))}
    numbers: dict[str, int] = {}
    codes = np.full((len(rows), TAGS_MAX), UNKNOWN, np.int64)
    for value, row in rows.items():
        for place, tag in enumerate(_tags(value)[:TAGS_MAX]):
            codes[row, place] = numbers.setdefault(tag, len(numbers))
    return codes[[rows[value] for value in written]]


def _tags(value: Any) -> list[str]:
    if value is None or value != value:
        return []
    words = value if isinstance(value, tuple) else str(value).split(",")
    return list(dict.fromkeys(word for word in (str(word).strip() for word in words) if word))


def _showings(log: Columns) -> Showings:
    known: dict[str, NDArray[Any]] = {
        name: _codes(log[name]) for name in ("maker", "sound", "tab") if name in log
    }
    known |= {n: log[n] for n in ("time_s", "duration_s", "published_s") if n in log}
    if "duration_s" in known:
        known["duration_s"] = np.where(known["duration_s"] > 0, known["duration_s"], np.nan)
    if "tags" in log:
        known["tags"] = _tag_codes(log["tags"])
    return Showings.of(viewer=_codes(log["viewer"]), clip=_codes(log["clip"]), **known)


def _outcomes(log: Columns, path: Path) -> NDArray[np.float32]:
    known = {
        outcome: np.where(np.isnan(log[name]), np.nan, log[name] > 0)
        for outcome, name in FLAGS.items()
        if name in log
    }
    if "watched_s" in log:
        known["LEAVE"] = np.where(np.isnan(log["watched_s"]), np.nan, log["watched_s"] < LEAVE_S)
    if "watched_s" in log and "duration_s" in log:
        length = np.where(log["duration_s"] > 0, log["duration_s"], np.nan)
        known["SHARE_WATCHED"] = log["watched_s"] / length
        known["FINISH"] = finishes(log["watched_s"], length)
    if "long_view" in log:
        said = log["long_view"]
        said = np.where(np.isnan(said), np.nan, said > 0)
        known["FINISH"] = np.where(np.isnan(said), known.get("FINISH", np.nan), said)
    if not {"FINISH", "LIKE"} & known.keys():
        raise LogUnreadable(
            f"{path}: does not say what came of a showing; it needs 'long_view', "
            "'watched_s' with 'duration_s', or 'like'"
        )
    return outcome_labels(len(log["clip"]), **known)
