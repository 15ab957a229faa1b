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
LEFT, SHOWN, WATCHED = 0, 1, 2  # how a meeting ended: left at once, neither, watched long
WEIGHTS = np.array([0.1, 0.3, 1.0], np.float32)  # of these: who is shown what tells of them too
PRIOR_CLIPS = 3.0  # watched long, after which a walk counts half
LEAST_PULL = 0.5  # of the pull of what was enjoyed, that counts in full
COMPANY_BEGINS = 12  # of the latest clips, those one of which is named
COMPANY_LEAST = 3  # people who watched both clips, before it is said
TINY = 1e-12
FREE = -1
FIRST_ROOM = 1024


class Neighbours:
    """The latest viewers of each clip and the latest clips of each viewer.

    Clips are rows of the catalogue, viewers numbers in the order of `enrol`. An entry is
    `4 * number + ending`, where the ending is `LEFT`, `SHOWN` or `WATCHED`.

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

    def meet(self, number: int, row: int, ending: int) -> None:
        """Note that a viewer met a clip, or how the meeting ended."""
        meet(self.viewers, self.met, self.watched, self.clips, self.taken, number, row, ending)

    def part(self, number: int, row: int) -> None:
        """Take a meeting back: the viewer left at once, or wants no more of the kind."""
        part(self.viewers, self.met, self.clips, number, row)

    def forget(self, number: int) -> None:
        """Let nothing lead over this viewer any more."""
        self.clips[number] = FREE

    def latest(self, number: int) -> NDArray[np.int32]:
        """Return the entries of a viewer, latest first: `4 * row + ending`."""
        ring, turn = self.clips[number][::-1], -(int(self.taken[number]) % CLIPS_KEPT)
        ring = np.concatenate((ring[turn:], ring[:turn])) if turn else ring
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
    ending: int,
) -> None:
    """Enter a meeting into both rings, or how it has ended."""
    for place in range(min(met[row], VIEWERS_KEPT)):
        entry = viewers[row, place]
        if entry >> 2 == number:
            watched[row] += (ending == WATCHED) - (entry & 3 == WATCHED)
            viewers[row, place] = 4 * number + ending
            for other in range(min(taken[number], CLIPS_KEPT)):
                if clips[number, other] >> 2 == row:
                    clips[number, other] = 4 * row + ending
            return
    viewers[row, met[row] % VIEWERS_KEPT] = 4 * number + ending
    met[row] += 1
    watched[row] += ending == WATCHED
    clips[number, taken[number] % CLIPS_KEPT] = 4 * row + ending
    taken[number] += 1


@njit(cache=True)
def part(
    viewers: NDArray[np.int32],
    met: NDArray[np.int32],
    clips: NDArray[np.int32],
    number: int,
    row: int,
) -> None:
    """Take a meeting out of both rings."""
    for place in range(clips.shape[1]):
        if clips[number, place] >> 2 == row:
            clips[number, place] = FREE
    for place in range(min(met[row], VIEWERS_KEPT)):
        if viewers[row, place] >> 2 == number:
            viewers[row, place] = FREE


@njit(cache=True)
def popularity(met: int, watched: int) -> float:
    """Return by how many viewers a clip was met, those who did not watch counted in part."""
    return float(watched + WEIGHTS[SHOWN] * (met - watched) + 1.0)


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
        pull, enjoyed = self._pull[rows], self._begins[self._begins & 3 == WATCHED] >> 2
        if not len(enjoyed):
            return np.zeros(len(rows), np.float32)
        # What was enjoyed pulls too. Against it is seen when all that is left pulls hardly at all.
        most = max(float(pull.max(initial=0.0)), LEAST_PULL * float(self._pull[enjoyed].mean()))
        sure = len(enjoyed) / (len(enjoyed) + PRIOR_CLIPS)
        return np.asarray(pull * (sure / max(most, TINY)), np.float32)

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
        row = begin >> 2
        step = WEIGHTS[begin & 3] / math.sqrt(popularity(met[row], watched[row]))
        for place in range(min(met[row], VIEWERS_KEPT)):
            entry = viewers[row, place]
            other = entry >> 2
            if entry == FREE or other == number:
                continue
            if likeness[other] == 0.0:
                alike[found] = other
                found += 1
            likeness[other] += step * WEIGHTS[entry & 3]
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
                row = entry >> 2
                if pull[row] == 0.0:
                    reached[touched] = row
                    touched += 1
                pull[row] += step * WEIGHTS[entry & 3]
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
        if entry != FREE:
            mark[entry >> 2] = entry & 3 == WATCHED
    best, most = FREE, 0
    for begin in begins:
        if begin & 3 == WATCHED:
            other, both = begin >> 2, 0
            for entry in viewers[other, : min(met[other], VIEWERS_KEPT)]:
                if entry != FREE and entry & 3 == WATCHED and mark[entry >> 2]:
                    both += 1
            if both > most:
                best, most = other, both
    for entry in ring:
        if entry != FREE:
            mark[entry >> 2] = 0.0
    return best, most
