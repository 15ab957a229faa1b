"""The clips that one page is chosen from: taken one source after the other, each clip once.

Whoever takes a clip asks first whether it may come (not removed, not met, not held, not by a blocked
maker) and whether it was taken before; both are one look at a column of marks that is kept from page
to page and never cleared. So the work depends on how many clips are taken, not on how many there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.catalogue import MAKER, Catalogue
from filoscope.recommend.postings import END, Postings
from filoscope.recommend.waiting import find

FIRST_ROOM = 1024
LAST_STAMP = 2**31 - 2  # of int32


class Gate(NamedTuple):
    """What decides whether a clip may come.

    Attributes
    ----------
    mark : (room,) int32, `stamp` where a clip is barred or taken already
    alive : (room,) bool
    features : (room, columns) int32
    blocked : (makers,) int32, feature codes in rising order
    """

    mark: NDArray[np.int32]
    stamp: int
    alive: NDArray[np.bool_]
    features: NDArray[np.int32]
    blocked: NDArray[np.int32]


class Shortlist:
    """Rows of the catalogue, taken for one page after the other."""

    def __init__(self) -> None:
        self._mark = np.zeros(FIRST_ROOM, np.int32)
        self._stamp = 0
        self._taken = np.zeros(FIRST_ROOM, np.int32)
        self._size = 0

    def open(
        self,
        catalogue: Catalogue,
        barred: tuple[NDArray[np.int32], ...],
        blocked: NDArray[np.int32],
    ) -> None:
        """Begin a page: nothing is taken, and what is barred never will be."""
        if len(self._mark) < len(catalogue.alive) or self._stamp >= LAST_STAMP:
            self._mark = np.zeros(len(catalogue.alive), np.int32)
            self._stamp = 0
        self._stamp += 1
        self._size = 0
        for rows in barred:
            self._mark[rows] = self._stamp
        self._gate = Gate(
            self._mark, self._stamp, catalogue.alive, catalogue.features, np.sort(blocked)
        )

    @property
    def size(self) -> int:
        """How many clips are taken."""
        return self._size

    def rows(self) -> NDArray[np.int32]:
        """Return what was taken, in the order of the catalogue."""
        return np.sort(self._taken[: self._size])

    def rows_from(self, first: int) -> NDArray[np.int32]:
        """Return what was taken after the first so many, in the order in which it was taken."""
        return self._taken[first : self._size].copy()

    def take(self, rows: NDArray[np.int32], most: int) -> None:
        """Take the first `most` of these rows that may come."""
        self._make_room(min(most, len(rows)))
        self._size = _take(rows, most, self._gate, self._taken, self._size)

    def take_bearing(
        self, postings: Postings, codes: NDArray[np.int32], *, most: int, steps: int
    ) -> None:
        """Take the newest clips that bear each of these features.

        Parameters
        ----------
        codes : (features,) int32
        most, steps
            Taken, and looked at, for each feature.
        """
        self._make_room(most * len(codes))
        self._size = _take_bearing(
            postings.heads, postings.links, codes, most, steps, self._gate, self._taken, self._size
        )

    def take_down(self, end: int, *, most: int, steps: int) -> int:
        """Take clips from row `end` downwards; returns the row where it stopped."""
        self._make_room(most)
        self._size, stopped = _take_down(end, most, steps, self._gate, self._taken, self._size)
        return int(stopped)

    def take_waiting(
        self, queue: NDArray[np.int32], start: int, step: int, *, most: int, steps: int
    ) -> None:
        """Take from a queue of rows and gaps, from one place on in one direction."""
        self._make_room(most)
        self._size = _take_waiting(
            queue, start, step, most, steps, self._gate, self._taken, self._size
        )

    def _make_room(self, further: int) -> None:
        while len(self._taken) < self._size + further:
            self._taken = np.concatenate([self._taken, np.zeros_like(self._taken)])


@njit(cache=True, inline="always")
def _may_come(row: int, gate: Gate) -> bool:
    if gate.mark[row] == gate.stamp or not gate.alive[row]:
        return False
    if not len(gate.blocked):
        return True
    maker = gate.features[row, MAKER]
    place = find(gate.blocked, len(gate.blocked), maker)
    return place == len(gate.blocked) or gate.blocked[place] != maker


@njit(cache=True)
def _take(
    rows: NDArray[np.int32], most: int, gate: Gate, taken: NDArray[np.int32], size: int
) -> int:
    end = size + most
    for row in rows:
        if size == end:
            break
        if row >= 0 and _may_come(row, gate):
            gate.mark[row] = gate.stamp
            taken[size] = row
            size += 1
    return size


@njit(cache=True)
def _take_bearing(
    heads: NDArray[np.int32],
    links: NDArray[np.int32],
    codes: NDArray[np.int32],
    most: int,
    steps: int,
    gate: Gate,
    taken: NDArray[np.int32],
    size: int,
) -> int:
    columns = links.shape[1]
    for code in codes:
        link, end = heads[code], size + most
        for _ in range(steps):
            if link == END or size == end:
                break
            row = link // columns
            if _may_come(row, gate):
                gate.mark[row] = gate.stamp
                taken[size] = row
                size += 1
            link = links[row, link % columns]
    return size


@njit(cache=True)
def _take_down(
    end: int, most: int, steps: int, gate: Gate, taken: NDArray[np.int32], size: int
) -> tuple[int, int]:
    row, last = end, size + most
    lowest = max(end - steps, 0)
    while row > lowest and size < last:
        row -= 1
        if _may_come(row, gate):
            gate.mark[row] = gate.stamp
            taken[size] = row
            size += 1
    return size, row


@njit(cache=True)
def _take_waiting(
    queue: NDArray[np.int32],
    start: int,
    step: int,
    most: int,
    steps: int,
    gate: Gate,
    taken: NDArray[np.int32],
    size: int,
) -> int:
    place, end = start, size + most
    for _ in range(steps):
        if size == end or place < 0 or place >= len(queue):
            break
        row = queue[place]
        if row >= 0 and _may_come(row, gate):
            gate.mark[row] = gate.stamp
            taken[size] = row
            size += 1
        place += step
    return size
