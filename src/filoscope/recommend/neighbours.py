"""Co-watching, learned with every event: what else did those meet who met the same clips?

Each clip remembers its latest viewers, each viewer their latest clips, as two rings. A walk clip ->
viewer -> clip over these rings is RP3beta (Paudel et al., TiiS 2016) on the freshest part of the log:
nothing is trained, a swipe counts in the very next walk, and old events fade as the rings turn. What
a viewer was shown and did not watch is walked too, with a smaller weight. A table of item-item counts
of the same size ranks worse (docs/engines/recommend.md) and could not forget a person; here a viewer
is forgotten by emptying their ring.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

VIEWERS_KEPT = 128  # latest of each clip: twice as many rank 4 % better and cost half a gigabyte
CLIPS_KEPT = 48  # latest of each viewer: more say no more
STEPS_BACK = 32  # of the asking viewer's latest clips, the walk begins at so many
VIEWERS_WALKED = 512  # of those met on the way, the likest go on: bounds the work of a page
SHOWN = 0.3  # weight of a clip shown and not watched long, beside 1
PRIOR_CLIPS = 3.0  # watched long, after which a walk counts half
COMPANY_BEGINS = 12  # of the latest clips, those one of which is named
COMPANY_LEAST = 3  # people who watched both clips, before it is said
TINY = 1e-12
FREE = -1
FIRST_ROOM = 1024


class Neighbours:
    """The latest viewers of each clip and the latest clips of each viewer.

    Clips are rows of the catalogue, viewers numbers in the order of `enrol`. An entry is
    `2 * number + 1` where the clip was watched long, `2 * number` where it was only shown.

    Attributes
    ----------
    viewers : (rows, VIEWERS_KEPT) int32, rings
    clips : (numbers, CLIPS_KEPT) int32, rings
    met, watched : (rows,) int32, how many viewers ever met, and watched long
    taken : (numbers,) int32, how many entries a viewer ever had
    enrolled
        How many numbers are given out.
    """

    def __init__(self) -> None:
        self.viewers = np.zeros((FIRST_ROOM, VIEWERS_KEPT), np.int32)
        self.met = np.zeros(FIRST_ROOM, np.int32)
        self.watched = np.zeros(FIRST_ROOM, np.int32)
        self.clips = np.zeros((FIRST_ROOM, CLIPS_KEPT), np.int32)
        self.taken = np.zeros(FIRST_ROOM, np.int32)
        self.enrolled = 0

    def enrol(self) -> int:
        """Give out the number of a new viewer."""
        if self.enrolled == len(self.taken):
            self.clips = _doubled(self.clips)
            self.taken = _doubled(self.taken)
        self.clips[self.enrolled] = FREE
        self.enrolled += 1
        return self.enrolled - 1

    def make_room(self, rows: int) -> None:
        """Grow until so many clips fit."""
        while len(self.met) < rows:
            self.viewers = _doubled(self.viewers)
            self.met = _doubled(self.met)
            self.watched = _doubled(self.watched)

    def meet(self, number: int, row: int, *, watched: bool) -> None:
        """Note that a viewer met a clip, or has now watched it long."""
        meet(self.viewers, self.met, self.watched, self.clips, self.taken, number, row, watched)

    def part(self, number: int, row: int) -> None:
        """Take a clip out of what a viewer met: they want no more of its kind."""
        part(self.clips, number, row)

    def forget(self, number: int) -> None:
        """Let nothing lead over this viewer any more."""
        self.clips[number] = FREE

    def latest(self, number: int) -> NDArray[np.int32]:
        """Return the entries of a viewer, latest first: twice the row, and 1 if watched long."""
        ring = np.roll(self.clips[number][::-1], int(self.taken[number]) % CLIPS_KEPT)
        return np.asarray(ring[ring != FREE], np.int32)

    def state(self, rows: int) -> dict[str, NDArray[Any]]:
        """Return all that a snapshot needs: the rings without their empty ends."""
        met, taken = self.met[:rows], self.taken[: self.enrolled]
        return {
            "met": met,
            "watched": self.watched[:rows],
            "taken": taken,
            "viewers": self.viewers[:rows][_used(met, VIEWERS_KEPT)],
            "clips": self.clips[: self.enrolled][_used(taken, CLIPS_KEPT)],
        }

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Become what a snapshot holds."""
        rows, self.enrolled = len(arrays["met"]), len(arrays["taken"])
        self.make_room(rows)
        while len(self.taken) < self.enrolled:
            self.clips, self.taken = _doubled(self.clips), _doubled(self.taken)
        self.met[:rows], self.watched[:rows] = arrays["met"], arrays["watched"]
        self.taken[: self.enrolled] = arrays["taken"]
        self.viewers[:rows][_used(arrays["met"], VIEWERS_KEPT)] = arrays["viewers"]
        self.clips[: self.enrolled] = FREE
        self.clips[: self.enrolled][_used(arrays["taken"], CLIPS_KEPT)] = arrays["clips"]


def _doubled(column: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return twice the room; new pages of it cost no memory until they are written to."""
    grown = np.zeros((2 * len(column), *column.shape[1:]), np.int32)
    grown[: len(column)] = column
    return grown


def _used(counts: NDArray[np.int32], kept: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(kept) < counts[:, None])


@njit(cache=True)
def meet(
    viewers: NDArray[np.int32],
    met: NDArray[np.int32],
    watched: NDArray[np.int32],
    clips: NDArray[np.int32],
    taken: NDArray[np.int32],
    number: int,
    row: int,
    is_watched: bool,
) -> None:
    """Enter a meeting into both rings, or lift it from shown to watched."""
    for place in range(min(met[row], VIEWERS_KEPT)):
        if viewers[row, place] >> 1 == number:
            if not is_watched or viewers[row, place] & 1:
                return
            viewers[row, place] |= 1
            watched[row] += 1
            for other in range(min(taken[number], CLIPS_KEPT)):
                if clips[number, other] >> 1 == row:
                    clips[number, other] |= 1
            return
    viewers[row, met[row] % VIEWERS_KEPT] = 2 * number + is_watched
    met[row] += 1
    watched[row] += is_watched
    clips[number, taken[number] % CLIPS_KEPT] = 2 * row + is_watched
    taken[number] += 1


@njit(cache=True)
def part(clips: NDArray[np.int32], number: int, row: int) -> None:
    """Take a clip out of the ring of a viewer."""
    for place in range(clips.shape[1]):
        if clips[number, place] >> 1 == row:
            clips[number, place] = FREE


@njit(cache=True)
def popularity(met: int, watched: int) -> float:
    """Return by how many viewers a clip was met, those who did not watch counted in part."""
    return watched + SHOWN * (met - watched) + 1.0


@njit(cache=True)
def held_down(met: int, watched: int) -> float:
    """Return what the pull on a clip is divided by: the fourth root of its popularity."""
    return math.sqrt(math.sqrt(popularity(met, watched)))


class Walk:
    """One walk from what a viewer met last, over those who met it too, to what else they met.

    Columns as long as the catalogue and as the list of viewers are kept from walk to walk, and only
    what a walk has touched is cleared again.
    """

    def __init__(self) -> None:
        self._pull = np.zeros(FIRST_ROOM, np.float32)
        self._reached = np.zeros(FIRST_ROOM, np.int32)
        self._size = 0
        self._likeness = np.zeros(FIRST_ROOM, np.float32)
        self._begins = np.zeros(0, np.int32)
        self._neighbours = Neighbours()

    def begin(self, neighbours: Neighbours, number: int | None) -> None:
        """Walk for one viewer; None walks nowhere."""
        self._pull[self._reached[: self._size]] = 0.0
        self._size = 0
        self._neighbours = neighbours
        self._begins = np.zeros(0, np.int32)
        if number is None:
            return
        self._begins = neighbours.latest(number)[:STEPS_BACK]
        if len(self._pull) < len(neighbours.met):
            self._pull = np.zeros(len(neighbours.met), np.float32)
        if len(self._likeness) < len(neighbours.taken):
            self._likeness = np.zeros(len(neighbours.taken), np.float32)
        self._reached = _walk(
            neighbours.viewers,
            neighbours.met,
            neighbours.watched,
            neighbours.clips,
            neighbours.taken,
            self._begins,
            number,
            self._likeness,
            self._pull,
        )
        self._size = len(self._reached)

    def best(self, most: int) -> NDArray[np.int32]:
        """Return the rows that pull most, at most so many, in no order."""
        reached = self._reached[: self._size]
        if len(reached) <= most:
            return reached
        pull = self._pull[reached]
        return reached[np.argpartition(-pull, most)[:most]]

    def pull(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return how strongly each row pulls, 0 to 1; 1 is the strongest, for a viewer well known."""
        if not self._size:
            return np.zeros(len(rows), np.float32)
        pull = self._pull[rows]
        known = float(np.count_nonzero(self._begins & 1))
        sure = known / (known + PRIOR_CLIPS)
        return np.asarray(pull * (sure / max(float(pull.max(initial=0.0)), TINY)), np.float32)

    def company(self, row: int) -> tuple[int, int]:
        """Return which clip that the viewer watched long leads to `row`, and over how many people.

        Both are 0 where fewer than `COMPANY_LEAST` watched both: a few might be known by name.
        """
        neighbours = self._neighbours
        begin, people = _company(
            neighbours.viewers, neighbours.met, self._begins[:COMPANY_BEGINS], row, self._likeness
        )
        return (int(begin), int(people)) if people >= COMPANY_LEAST else (0, 0)


@njit(cache=True)
def _walk(
    viewers: NDArray[np.int32],
    met: NDArray[np.int32],
    watched: NDArray[np.int32],
    clips: NDArray[np.int32],
    taken: NDArray[np.int32],
    begins: NDArray[np.int32],
    number: int,
    likeness: NDArray[np.float32],
    pull: NDArray[np.float32],
) -> NDArray[np.int32]:
    """Add up what pulls into `pull`; returns the rows touched. `likeness` is all 0 again after."""
    alike = np.empty(len(begins) * VIEWERS_KEPT, np.int32)
    found = 0
    for begin in begins:
        row = begin >> 1
        step = (1.0 if begin & 1 else SHOWN) / math.sqrt(popularity(met[row], watched[row]))
        for place in range(min(met[row], VIEWERS_KEPT)):
            entry = viewers[row, place]
            other = entry >> 1
            if other == number:
                continue
            if likeness[other] == 0.0:
                alike[found] = other
                found += 1
            likeness[other] += step if entry & 1 else step * SHOWN
    least = np.float32(0.0)
    if found > VIEWERS_WALKED:
        ranked = likeness[alike[:found]]
        least = np.partition(ranked, found - VIEWERS_WALKED)[found - VIEWERS_WALKED]
    reached = np.empty(min(found, 2 * VIEWERS_WALKED) * CLIPS_KEPT, np.int32)
    touched, walked = 0, 0
    for index in range(found):
        other = alike[index]
        if likeness[other] >= least and walked < 2 * VIEWERS_WALKED:
            walked += 1
            entries = min(taken[other], CLIPS_KEPT)
            step = likeness[other] / math.sqrt(max(entries, 1))
            for place in range(entries):
                entry = clips[other, place]
                if entry == FREE:
                    continue
                row = entry >> 1
                if pull[row] == 0.0:
                    reached[touched] = row
                    touched += 1
                pull[row] += step if entry & 1 else step * SHOWN
        likeness[other] = 0.0
    for index in range(touched):
        row = reached[index]
        pull[row] /= held_down(met[row], watched[row])
    return reached[:touched]


@njit(cache=True)
def _company(
    viewers: NDArray[np.int32],
    met: NDArray[np.int32],
    begins: NDArray[np.int32],
    row: int,
    mark: NDArray[np.float32],
) -> tuple[int, int]:
    """Return which of `begins` was watched long by most of those who watched `row` long.

    Parameters
    ----------
    mark : (numbers,) float32
        All 0, before and after.

    Returns
    -------
    row, count
        The row that leads here, and how many of the latest viewers watched both.
    """
    ring = viewers[row, : min(met[row], VIEWERS_KEPT)]
    for entry in ring:
        mark[entry >> 1] = entry & 1
    best, most = FREE, 0
    for begin in begins:
        if begin & 1:
            other, both = begin >> 1, 0
            for entry in viewers[other, : min(met[other], VIEWERS_KEPT)]:
                if entry & 1 and mark[entry >> 1]:
                    both += 1
            if both > most:
                best, most = other, both
    for entry in ring:
        mark[entry >> 1] = 0.0
    return best, most
