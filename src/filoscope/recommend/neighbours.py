"""Co-watching, learned with every event: who met which clips, and what came of it.

Each clip remembers its latest viewers, each viewer their latest clips, as two rings. A walk clip ->
viewer -> clip over these rings (`walk`) is RP3beta (Paudel et al., TiiS 2016) on the freshest part of the
log: nothing is trained, a swipe counts in the very next walk, and old events fade as the rings turn. What
a viewer was shown and did not watch is walked too, with a smaller weight. A table of item-item counts
of the same size ranks worse (docs/engines/recommend.md) and could not forget a person; here a viewer
is forgotten by emptying their ring. A full ring keeps some places for newcomers and the rest for those who
have met more clips: a walk over newcomers alone leads to the few clips that all of them began with.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

VIEWERS_KEPT = 128  # latest of each clip: twice as many rank 4 % better and cost half a gigabyte
NEWCOMERS_KEPT = 16  # of them: else newcomers, who all met the same few clips, fill a leader's ring
NEWCOMER_CLIPS = 16  # met by whoever is none any more
CLIPS_KEPT = 48  # latest of each viewer: more say no more
LEFT, SHOWN, WATCHED = 0, 1, 2  # how a meeting ended: left at once, neither, watched long
WEIGHTS = np.array([0.1, 0.3, 1.0], np.float32)  # of these: who is shown what tells of them too
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
    place = met[row]
    if place >= VIEWERS_KEPT:  # newcomers take each other's places, and so do all others
        first = 0 if taken[number] < NEWCOMER_CLIPS else NEWCOMERS_KEPT
        last = NEWCOMERS_KEPT if first == 0 else VIEWERS_KEPT
        place = first + place % (last - first)
    viewers[row, place] = 4 * number + ending
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
