"""Clips still owed their first audience, in the order in which they were published.

Every clip is owed a number of showings that grows by what it earns. It waits here from the moment
it is added until it has had them; exploration draws from those who wait.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

AUDIENCE_GROWTH = 3.0  # a clip watched better than the mean is owed this many times more showings
QUALITY_LEAST, QUALITY_MOST = -0.2, 1.0  # what quality can take off an audience, and add to it
FIRST_ROOM = 1024


class Waiting:
    """A queue that can be left at any place.

    Attributes
    ----------
    queue : (room,) int32, rows in rising order; `~row` where one has left
    size
        Entries in use, gaps counted in.
    """

    def __init__(self) -> None:
        self.queue = np.zeros(FIRST_ROOM, np.int32)
        self.size = 0

    def __contains__(self, row: int) -> bool:
        place = find(self.queue, self.size, row)
        return bool(place < self.size and self.queue[place] == row)

    def entries(self) -> NDArray[np.int32]:
        """Return the queue, with its gaps."""
        return self.queue[: self.size]

    def rows(self) -> NDArray[np.int32]:
        """Return those who wait, in rising order."""
        queue = self.entries()
        return queue[queue >= 0]

    def join(self, row: int) -> None:
        """Enter a clip."""
        place = int(find(self.queue, self.size, row))
        if place < self.size and row in (self.queue[place], ~self.queue[place]):
            self.queue[place] = row
            return
        if self.size == len(self.queue):
            self._pack()
            place = int(find(self.queue, self.size, row))
        self.queue[place + 1 : self.size + 1] = self.queue[place : self.size]
        self.queue[place] = row
        self.size += 1

    def leave(self, row: int) -> None:
        """Take out a clip that has had its audience, or is no more."""
        place = find(self.queue, self.size, row)
        if place < self.size and self.queue[place] == row:
            self.queue[place] = ~row

    def restore(self, entries: NDArray[np.int32]) -> None:
        """Become what a snapshot holds: the queue, with its gaps."""
        self.size = len(entries)
        room = FIRST_ROOM
        while room < self.size:
            room *= 2
        self.queue = np.zeros(room, np.int32)
        self.queue[: self.size] = entries

    def _pack(self) -> None:
        """Close the gaps, or make room if there are few."""
        kept = self.queue[self.queue >= 0]
        room = len(self.queue) * (2 if 2 * len(kept) > len(self.queue) else 1)
        self.queue = np.zeros(room, np.int32)
        self.queue[: len(kept)] = kept
        self.size = len(kept)


@njit(cache=True)
def find(rising: NDArray[np.int32], size: int, sought: int) -> int:
    """Return the place of an entry, or where it would come, among `size` rising ones."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        there = rising[middle]
        if (there if there >= 0 else ~there) < sought:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def audience(quality: float, first_audience: float) -> float:
    """Return how many showings a clip of this quality is owed."""
    earned = min(max(quality, QUALITY_LEAST), QUALITY_MOST)
    return first_audience * (1.0 + AUDIENCE_GROWTH * earned)
