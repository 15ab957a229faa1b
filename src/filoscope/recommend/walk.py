"""One walk from what a viewer met last, over those who met it too, to what else they met."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.neighbours import (
    CLIPS_KEPT,
    FREE,
    SHOWN,
    VIEWERS_KEPT,
    WATCHED,
    WEIGHTS,
    Neighbours,
)

STEPS_BACK = 32  # of the asking viewer's latest clips, the walk begins at so many
VIEWERS_WALKED = 512  # of those met on the way, the likest go on: bounds the work of a page
PRIOR_CLIPS = 3.0  # watched long, after which a walk counts half
LEAST_PULL = 0.5  # of the pull of what was enjoyed, that counts in full
COMPANY_BEGINS = 12  # of the latest clips, those one of which is named
COMPANY_LEAST = 3  # people who watched both clips, before it is said
TINY = 1e-12


class Walked(NamedTuple):
    """Where a walk led.

    Attributes
    ----------
    begins : (steps,) int32
        Where it began, the latest first: `4 * row + ending`, see `Neighbours`.
    reached : (clips,) int32, rows in the order in which they were reached
    pull : (room,) float32, how strongly each row of the catalogue pulls; 0 where not reached
    viewers : (room, VIEWERS_KEPT) int32, met : (room,) int32
        See `Neighbours`.
    mark : (numbers,) float32
        All 0; whoever marks viewers here clears them again.
    """

    begins: NDArray[np.int32]
    reached: NDArray[np.int32]
    pull: NDArray[np.float32]
    viewers: NDArray[np.int32]
    met: NDArray[np.int32]
    mark: NDArray[np.float32]


class Walk:
    """Walks for one viewer after the other; each ends the one before.

    Columns as long as the catalogue and as the list of viewers are kept from walk to walk, and only
    what a walk has touched is cleared again.
    """

    def __init__(self) -> None:
        self._pull = np.zeros(0, np.float32)
        self._reached = np.zeros(0, np.int32)
        self._size = 0
        self._likeness = np.zeros(0, np.float32)

    def begin(self, neighbours: Neighbours, number: int | None) -> Walked:
        """Walk for one viewer; None walks nowhere."""
        room, viewers = len(neighbours.met), len(neighbours.taken)
        if len(self._pull) < room:
            self._pull, self._reached = np.zeros(room, np.float32), np.zeros(room + 1, np.int32)
            self._size = 0
        if len(self._likeness) < viewers:
            self._likeness = np.zeros(viewers, np.float32)
        begins, self._size = _walk(
            neighbours.viewers,
            neighbours.met,
            neighbours.watched,
            neighbours.clips,
            neighbours.taken,
            FREE if number is None else number,
            self._likeness,
            self._pull,
            self._reached,
            self._size,
        )
        return Walked(
            begins,
            self._reached[: self._size],
            self._pull,
            neighbours.viewers,
            neighbours.met,
            self._likeness,
        )


@njit(cache=True)
def _walk(
    viewers: NDArray[np.int32],
    met: NDArray[np.int32],
    watched: NDArray[np.int32],
    clips: NDArray[np.int32],
    taken: NDArray[np.int32],
    number: int,
    likeness: NDArray[np.float32],
    pull: NDArray[np.float32],
    reached: NDArray[np.int32],
    size: int,
) -> tuple[NDArray[np.int32], int]:
    """Add up what pulls into `pull`, once the `size` rows reached before are cleared.

    Parameters
    ----------
    likeness : (numbers,) float32
        All 0, before and after.

    Returns
    -------
    begins, size
        See `Walked`, and how many rows were reached now.
    """
    for index in range(size):
        pull[reached[index]] = 0.0
    if number == FREE:
        return np.empty(0, np.int32), 0
    begins = _latest(clips[number], taken[number])
    alike = np.empty(len(begins) * VIEWERS_KEPT + 1, np.int32)
    found = 0
    for begin in begins:
        row = begin >> 2
        step = WEIGHTS[begin & 3] / math.sqrt(_popularity(met[row], watched[row]))
        for place in range(min(met[row], VIEWERS_KEPT)):
            entry = viewers[row, place]
            other = entry >> 2
            if entry == FREE or other == number:
                continue
            alike[found] = other
            found += likeness[other] == 0.0
            likeness[other] += step * WEIGHTS[entry & 3]
    least = np.float32(0.0)
    if found > VIEWERS_WALKED:
        ranked = likeness[alike[:found]]
        least = np.partition(ranked, found - VIEWERS_WALKED)[found - VIEWERS_WALKED]
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
                reached[touched] = row  # stays if it is the first step to this clip
                touched += pull[row] == 0.0
                pull[row] += step * WEIGHTS[entry & 3]
        likeness[other] = 0.0
    rows = reached[:touched]
    held = _held_down(met[rows], watched[rows])
    for index in range(touched):
        pull[rows[index]] /= held[index]
    return begins, touched


@njit(cache=True)
def _latest(ring: NDArray[np.int32], taken: int) -> NDArray[np.int32]:
    """Return the entries of a viewer with which a walk begins, latest first."""
    begins = np.empty(STEPS_BACK, np.int32)
    size = 0
    for back in range(1, len(ring) + 1):
        entry = ring[(taken - back) % len(ring)]
        if entry != FREE and size < STEPS_BACK:
            begins[size] = entry
            size += 1
    return begins[:size]


@njit(cache=True)
def _popularity(met: int, watched: int) -> float:
    """Return by how many viewers a clip was met, those who did not watch counted in part."""
    return float(watched + WEIGHTS[SHOWN] * (met - watched) + 1.0)


@njit(cache=True)
def _held_down(met: NDArray[np.int32], watched: NDArray[np.int32]) -> NDArray[np.float64]:
    """Return what the pull on each clip is divided by: the fourth root of its popularity."""
    popular = watched + WEIGHTS[SHOWN] * (met - watched) + 1.0
    held: NDArray[np.float64] = np.sqrt(np.sqrt(popular))
    return held


@njit(cache=True)
def lift_of(walk: Walked, rows: NDArray[np.int32]) -> float:
    """Return by what a pull is multiplied to lie between 0 and 1.

    1 is the strongest pull of these clips, for a viewer well known. What was enjoyed pulls too:
    against it is seen when all that is left pulls hardly at all.
    """
    strongest, sum_of_enjoyed, enjoyed = 0.0, 0.0, 0
    for row in rows:
        strongest = max(strongest, float(walk.pull[row]))
    for begin in walk.begins:
        if begin & 3 == WATCHED:
            sum_of_enjoyed += walk.pull[begin >> 2]
            enjoyed += 1
    if not enjoyed:
        return 0.0
    most = max(strongest, LEAST_PULL * (sum_of_enjoyed / enjoyed), TINY)
    return enjoyed / (enjoyed + PRIOR_CLIPS) / most


@njit(cache=True)
def company(walk: Walked, row: int) -> tuple[int, int]:
    """Return which clip that the viewer watched long leads to `row`, and over how many people.

    Both are 0 where fewer than `COMPANY_LEAST` of the latest viewers watched both: a few might be
    known by name.
    """
    mark = walk.mark
    ring = walk.viewers[row, : min(walk.met[row], VIEWERS_KEPT)]
    for entry in ring:
        if entry != FREE:
            mark[entry >> 2] = entry & 3 == WATCHED
    best, most = 0, 0
    for begin in walk.begins[:COMPANY_BEGINS]:
        if begin & 3 == WATCHED:
            other, both = begin >> 2, 0
            for entry in walk.viewers[other, : min(walk.met[other], VIEWERS_KEPT)]:
                if entry != FREE and entry & 3 == WATCHED and mark[entry >> 2]:
                    both += 1
            if both > most:
                best, most = other, both
    for entry in ring:
        if entry != FREE:
            mark[entry >> 2] = 0.0
    return (best, most) if most >= COMPANY_LEAST else (0, 0)
