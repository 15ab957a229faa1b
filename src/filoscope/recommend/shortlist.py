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
from filoscope.recommend.postings import END
from filoscope.recommend.waiting import find

LAST_STAMP = 2**31 - 2  # of int32


class Shortlist(NamedTuple):
    """The rows taken for one page, and what decides whether another clip may come.

    Attributes
    ----------
    taken : (room,) int32, rows in the order in which they were taken
    size : (1,) int64, how many of them
    mark : (room,) int32, `stamp` where a clip is barred or taken already
    alive : (room,) bool
    features : (room, columns) int32
    blocked : (makers,) int32, feature codes in rising order
    """

    taken: NDArray[np.int32]
    size: NDArray[np.int64]
    mark: NDArray[np.int32]
    stamp: int
    alive: NDArray[np.bool_]
    features: NDArray[np.int32]
    blocked: NDArray[np.int32]

    def rows(self, first: int = 0) -> NDArray[np.int32]:
        """Return what was taken after the first so many."""
        return self.taken[first : self.size[0]].copy()


class Shortlists:
    """Makes one shortlist after the other; each ends the one before."""

    def __init__(self) -> None:
        self._taken = np.zeros(0, np.int32)
        self._mark = np.zeros(0, np.int32)
        self._stamp = 0

    def begin(
        self,
        catalogue: Catalogue,
        barred: tuple[NDArray[np.int32], ...],
        blocked: NDArray[np.int32],
    ) -> Shortlist:
        """Begin a page: nothing is taken, and what is barred never will be."""
        room = len(catalogue.alive)
        if len(self._mark) < room or self._stamp >= LAST_STAMP:
            self._mark, self._taken = np.zeros(room, np.int32), np.zeros(room, np.int32)
            self._stamp = 0
        self._stamp += 1
        for rows in barred:
            self._mark[rows] = self._stamp
        return Shortlist(
            self._taken,
            np.zeros(1, np.int64),
            self._mark,
            self._stamp,
            catalogue.alive,
            catalogue.features,
            blocked,
        )


@njit(cache=True)
def take(shortlist: Shortlist, rows: NDArray[np.int32], most: int) -> None:
    """Take the first `most` of these rows that may come; gaps are below 0."""
    end = shortlist.size[0] + most
    for row in rows:
        if shortlist.size[0] == end:
            break
        if row >= 0:
            take_one(shortlist, row)


@njit(cache=True)
def take_bearing(
    shortlist: Shortlist,
    heads: NDArray[np.int32],
    links: NDArray[np.int32],
    codes: NDArray[np.int32],
    most: int,
    steps: int,
) -> None:
    """Take the newest clips that bear each of these features.

    Parameters
    ----------
    heads, links
        See `Postings`.
    codes : (features,) int32
    most, steps
        Taken, and looked at, for each feature.
    """
    columns = links.shape[1]
    for code in codes:
        link, end = heads[code], shortlist.size[0] + most
        for _ in range(steps):
            if link == END or shortlist.size[0] == end:
                break
            row = link // columns
            take_one(shortlist, row)
            link = links[row, link % columns]


@njit(cache=True)
def take_down(shortlist: Shortlist, begin: int, most: int, steps: int) -> int:
    """Take clips from row `begin` downwards; returns the row where it stopped."""
    row, end = begin, shortlist.size[0] + most
    lowest = max(begin - steps, 0)
    while row > lowest and shortlist.size[0] < end:
        row -= 1
        take_one(shortlist, row)
    return row


@njit(cache=True)
def take_waiting(
    shortlist: Shortlist, queue: NDArray[np.int32], start: int, step: int, most: int, steps: int
) -> None:
    """Take from a queue of rows and gaps, from one place on in one direction."""
    place, end = start, shortlist.size[0] + most
    for _ in range(steps):
        if shortlist.size[0] == end or place < 0 or place >= len(queue):
            break
        if queue[place] >= 0:
            take_one(shortlist, queue[place])
        place += step


@njit(cache=True)
def take_one(shortlist: Shortlist, row: int) -> None:
    """Take a clip if it may come."""
    if shortlist.mark[row] == shortlist.stamp or not shortlist.alive[row]:
        return
    blocked = shortlist.blocked
    if len(blocked):
        maker = shortlist.features[row, MAKER]
        place = find(blocked, len(blocked), maker)
        if place < len(blocked) and blocked[place] == maker:
            return
    shortlist.mark[row] = shortlist.stamp
    shortlist.taken[shortlist.size[0]] = row
    shortlist.size[0] += 1


@njit(cache=True)
def is_varied(rows: NDArray[np.int32], features: NDArray[np.int32]) -> bool:
    """Say whether these clips are by more than one maker."""
    varied = False
    for row in rows:
        varied |= features[row, MAKER] != features[rows[0], MAKER]
    return varied
