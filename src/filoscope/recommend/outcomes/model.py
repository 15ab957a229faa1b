"""The ranker: forecasts every outcome of a showing at once, and learns from each as it happens.

model = OutcomeModel()
rows = Showings.of(viewer=7, clip=[3, 8], maker=[1, 2], tab=0, time_s=1.79e9)
chance = model.predict(rows).live[:, Outcome.FINISH]
model.learn(rows[:1], outcome_labels(1, FINISH=[1.0], LIKE=[0.0]))
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from filoscope.recommend.errors import InvalidEvent, SnapshotUnreadable
from filoscope.recommend.outcomes import kernels
from filoscope.recommend.outcomes.fields import FIELDS, LEVELS, MEMORIES, VARIANCES
from filoscope.recommend.outcomes.kernels import EMPTY, Past, Prior, Rows, Table
from filoscope.recommend.outcomes.showings import OUTCOMES, Forecast, Outcome, Showings
from filoscope.recommend.outcomes.taste import FACTORS

SLOTS_FIRST = 2**12
SLOTS_MAX = 2**20  # 96 MiB: 730,000 values of fields before those that tell least leave
LOAD_MAX = 0.7  # of the slots in use; fuller, and looking up takes long
KEPT_SHARE = 0.6  # of the values, the last met ones, when the table is full
# How common each outcome is before anything is seen, in logits: 35 %, 45 %, 2 %, 0.2 %, 0.2 %,
# 25 %, 0.2 %. A few hundred showings correct it.
BIAS = np.array([-0.6, -0.2, -4.0, -6.0, -6.0, -1.1, -6.0, 0.0], np.float32)
# Columns of `Past`: type, shape of a row, and what stands where nothing is known.
PAST: dict[str, tuple[type[np.generic], tuple[int, ...], float]] = {
    "viewer_last_s": (np.float64, (), -1.0),
    "viewer_met": (np.int64, (), 0),
    "viewer_taste": (np.float32, (FACTORS,), 0.0),
    "viewer_squares": (np.float32, (), 0.0),
    "clip_first_s": (np.float64, (), -1.0),
    "clip_shown": (np.int64, (), 0),
    "clip_taste": (np.float32, (FACTORS,), 0.0),
    "clip_squares": (np.float32, (), 0.0),
}
NOTHING = np.zeros((0, OUTCOMES), np.float32)


def outcome_labels(rows: int, **known: ArrayLike) -> NDArray[np.float32]:
    """Return `(rows, OUTCOMES)` labels by names of `Outcome`, NaN where it is not known.

    Chances and shares lie between 0 and 1; anything beyond is brought to the nearer end.
    """
    table = np.full((rows, OUTCOMES), np.nan, np.float32)
    for name, values in known.items():
        table[:, Outcome[name]] = np.clip(np.asarray(values, np.float32), 0.0, 1.0)
    return table


def compile_loops() -> None:
    """Compile the loops, or load them as compiled before: seconds the first time on a machine.

    Whoever answers people calls this when it starts, so that nobody waits for it.
    """
    model = OutcomeModel()
    nobody = Showings.of(viewer=0, clip=0)
    model.learn(nobody, outcome_labels(1))
    model.predict(nobody)
    model._grow()


class OutcomeModel:
    """What is learned of one community's showings; the same calls give the same state.

    Parameters
    ----------
    slots_max
        Bound on the table of weights, a power of two; 96 bytes each. When it is full, the values
        met only once, or longest ago, are forgotten.
    """

    def __init__(self, *, slots_max: int = SLOTS_MAX) -> None:
        if slots_max < 2 * kernels.MOMENT_MAX * kernels.KEYS_MAX or slots_max & (slots_max - 1):
            raise ValueError(f"slots_max must be a power of two from 2**13 up, is {slots_max}")
        self.slots_max = slots_max
        self._prior = Prior(VARIANCES, MEMORIES, LEVELS, BIAS)
        self._table = _table(min(SLOTS_FIRST, slots_max))
        self._past = Past(*(np.zeros((0, *shape), kind) for kind, shape, _ in PAST.values()))

    @property
    def learned(self) -> int:
        """How many showings were learned."""
        return int(self._table.counts[1])

    @property
    def nbytes(self) -> int:
        """Bytes that the state takes."""
        return self._table.words.nbytes + sum(array.nbytes for array in self._past)

    def predict(self, showings: Showings) -> Forecast:
        """Forecast the outcomes of showings; changes nothing that is learned."""
        self._make_room(showings)
        n = len(showings)
        live, order = np.empty((n, OUTCOMES), np.float32), np.empty((n, OUTCOMES), np.float32)
        doubt = np.empty(n, np.float32)
        rows = _rows(showings)
        kernels.predict(self._table, self._prior, self._past, rows, live, order, doubt)
        return Forecast(live, order, doubt)

    def learn(self, showings: Showings, outcomes: NDArray[np.float32]) -> None:
        """Learn showings in order of time.

        Parameters
        ----------
        outcomes : (n, OUTCOMES)
            What came of them, see `outcome_labels`; NaN is not learned.
        """
        self._progress(showings, outcomes, NOTHING, NOTHING)

    def follow(self, showings: Showings, outcomes: NDArray[np.float32]) -> Forecast:
        """Forecast, then learn, moment by moment, as in real life; `doubt` is left at 0.

        Showings to one viewer at one moment are all forecast before any of them is learned.
        """
        shape = (len(showings), OUTCOMES)
        live, order = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self._progress(showings, outcomes, live, order)
        return Forecast(live, order, np.zeros(len(showings), np.float32))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that was learned, as arrays."""
        used = np.flatnonzero(self._table.words[:, kernels.KEY] != EMPTY)
        arrays: dict[str, NDArray[Any]] = {
            "words": self._table.words[used],
            "places": used,
            "counts": self._table.counts.copy(),
        }
        arrays["slots"] = np.array([len(self._table.words), self.slots_max, len(FIELDS)])
        # How far ahead there is room depends on how the calls were cut, what is counted does not.
        used_of = {"viewer": _used(self._past.viewer_met), "clip": _used(self._past.clip_shown)}
        return arrays | {
            name: column[: used_of[name.split("_")[0]]].copy()
            for name, column in self._past._asdict().items()
        }

    @classmethod
    def restore(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """Return the model whose `state` this is; it goes on as if it had never stopped.

        Raises
        ------
        SnapshotUnreadable
            If an array is missing, or it is about other fields.
        """
        try:
            slots, slots_max, fields = (int(number) for number in arrays["slots"])
            if fields != len(FIELDS):
                raise SnapshotUnreadable(f"weights of {fields} fields, not {len(FIELDS)}: relearn")
            model = cls(slots_max=slots_max)
            model._table = _table(slots)
            model._table.words[arrays["places"]] = arrays["words"]
            model._table.counts[:] = arrays["counts"]
            model._past = Past(*(arrays[name].copy() for name in Past._fields))
        except (KeyError, IndexError, ValueError) as error:
            raise SnapshotUnreadable(f"not a state of the ranker: {error}; relearn") from error
        return model

    def _progress(
        self,
        showings: Showings,
        outcomes: NDArray[np.float32],
        live: NDArray[np.float32],
        order: NDArray[np.float32],
    ) -> None:
        outcomes = np.ascontiguousarray(outcomes, np.float32)
        if outcomes.shape != (len(showings), OUTCOMES):
            raise InvalidEvent(f"outcomes of shape {outcomes.shape} for {len(showings)} showings")
        self._make_room(showings)
        rows, done = _rows(showings), 0
        while True:
            entries_max = int(LOAD_MAX * len(self._table.words))
            done = kernels.progress(
                self._table,
                self._prior,
                self._past,
                rows,
                outcomes,
                done,
                entries_max,
                live,
                order,
            )
            if done == len(showings):
                return
            self._grow()

    def _grow(self) -> None:
        """Double the table, or let the values go that were met once or longest ago."""
        old, size = self._table, len(self._table.words)
        used = np.flatnonzero(old.words[:, kernels.KEY] != EMPTY)
        if size < self.slots_max:
            size *= 2
        else:
            words = old.words[used]
            often = words[:, kernels.MET] > 1  # what was met once tells least
            worth = words[:, kernels.TOUCHED] + np.where(often, old.counts[1], 0)
            go = len(used) - int(KEPT_SHARE * len(used))
            used = used[worth > np.partition(worth, go)[go]]
        self._table = _table(size)
        kernels.move(old, used, self._table)
        self._table.counts[:] = len(used), old.counts[1]

    def read_from(self, *, viewers: int, clips: int) -> tuple[Table, Prior, Past]:
        """Return what `kernels.predict` reads for codes below these; till the next call that learns."""
        self._make_room_for(viewers, clips)
        return self._table, self._prior, self._past

    def _make_room(self, showings: Showings) -> None:
        if len(showings):
            self._make_room_for(int(showings.viewer.max()) + 1, int(showings.clip.max()) + 1)

    def _make_room_for(self, viewers: int, clips: int) -> None:
        if viewers > len(self._past.viewer_met) or clips > len(self._past.clip_shown):
            self._past = Past(
                *(
                    _longer(column, viewers if name.startswith("viewer") else clips, PAST[name][2])
                    for name, column in self._past._asdict().items()
                )
            )


def _table(slots: int) -> Table:
    words = np.zeros((slots, kernels.WORDS), np.int64)
    cells = words.view(np.float32).reshape(slots, -1, kernels.LANES)
    return Table(words, cells, np.zeros(2, np.int64))


def _rows(showings: Showings) -> Rows:
    return Rows(*(getattr(showings, name) for name in Rows._fields))


def _used(counts: NDArray[np.int64]) -> int:
    return int(np.flatnonzero(counts)[-1]) + 1 if counts.any() else 0


def _longer(column: NDArray[Any], size: int, missing: float) -> NDArray[Any]:
    """Return the column grown to at least `size`, by doubling; itself if it is long enough."""
    if size <= len(column):
        return column
    grown = np.full((max(size, 2 * len(column)), *column.shape[1:]), missing, column.dtype)
    grown[: len(column)] = column
    return grown
