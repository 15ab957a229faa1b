"""What one viewer has met: the clips in the order they met them, and what they did with each.

This is all that the engine keeps of a person. Tastes are computed from it when a page is asked
for, so a swipe counts at once, and what is forgotten here is forgotten everywhere.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.corrections import Corrections
from filoscope.recommend.settings import OutcomeWeights

FIRST_ROOM = 16  # meetings; doubled whenever they run out

LEFT = -0.25  # worth down to which a meeting speaks against it: left at once, or not interested
ENJOYED = 0.3  # worth from which a meeting speaks for a clip: a third of all watches

# What a viewer did with a clip: bits of one 16-bit number.
SEEN = 1
WATCHED = 2
FINISHED = 4
LIKED = 8
SAVED = 16
SHARED = 32
COMMENTED = 64
USED_SOUND = 128
FOLLOWED = 256  # followed its maker from it
REJECTED = 512
COUNTED = 1 << 15  # was forgotten: what is done with it from now on adds nothing to its popularity


class Viewer:
    """The meetings of one viewer, in order, as arrays; and whom they follow.

    Attributes
    ----------
    rows : (room,) int32, rows of the catalogue
    did : (room,) uint16, bits as above
    rank : (room,) float32, the watch ranked against clips of its length, 0 to 1
    time_s : (room,) float64, when last something was done with it
    force : (room,) uint8, how much it counts for others: see `influence`
    """

    __slots__ = (
        "did", "events", "following", "force", "number", "persona", "rank", "rows", "said", "size", "time_s",
    )  # fmt: skip
    COLUMNS = ("rows", "did", "rank", "time_s", "force")

    def __init__(self, number: int) -> None:
        self.persona = (
            number  # how forecasts know the viewer: a new one once all is to be forgotten
        )
        self.number = number  # in the order of first events: names the viewer without their id
        self.events = 0
        self.size = 0
        self.following: set[int] = set()
        self.said: Corrections | None = None  # about what is believed of them; None: nothing yet
        self.rows = np.zeros(FIRST_ROOM, np.int32)
        self.did = np.zeros(FIRST_ROOM, np.uint16)
        self.rank = np.zeros(FIRST_ROOM, np.float32)
        self.time_s = np.zeros(FIRST_ROOM)
        self.force = np.zeros(FIRST_ROOM, np.uint8)

    def place_of(self, row: int) -> int | None:
        """Return where the meeting with this clip is kept; None before they have met."""
        place = place_of(self.rows, self.size, row)
        return None if place == self.size else int(place)

    def meeting(self, row: int) -> int:
        """Return where the meeting with this clip is kept, making place for it if it is new."""
        if (found := self.place_of(row)) is not None:
            return found
        self.make_room()
        place = self.size
        self.rows[place] = row
        self.size += 1
        return place

    def make_room(self) -> None:
        """Have room for one more meeting."""
        if self.size == len(self.rows):
            self._double()

    def _double(self) -> None:
        for name in self.COLUMNS:
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros_like(column)]))

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Become the meetings of a snapshot, arrays of one length."""
        self.size = len(arrays["rows"])
        room = FIRST_ROOM
        while room < self.size:
            room *= 2
        for name in self.COLUMNS:
            column = np.zeros(room, arrays[name].dtype)
            column[: self.size] = arrays[name]
            setattr(self, name, column)


@njit(cache=True)
def place_of(rows: NDArray[np.int32], size: int, row: int) -> int:
    """Return where a row is among the first `size`, or `size` where it is not."""
    for place in range(size):
        if rows[place] == row:
            return place
    return size


@njit(cache=True)
def worth_of_one(did: int, rank: float, weights: NDArray[np.float64]) -> float:
    """Return what a meeting says: `worth` for one, `weights` in the order of its bits."""
    value = weights[0] * (2.0 * rank - 1.0) if did & WATCHED else 0.0
    bit = LIKED
    for index in range(1, len(weights)):
        if did & bit:
            value += weights[index]
        bit *= 2
    return value


def worth(
    did: NDArray[np.uint16], rank: NDArray[np.float32], weights: OutcomeWeights
) -> NDArray[np.float64]:
    """Return what each meeting says about the viewer's taste.

    Parameters
    ----------
    did, rank : (meetings,)
        Bits as above, and the watch ranked among clips of its length.

    Returns
    -------
    (meetings,) float64
        0 for a clip that was only shown; -1 to 1 for a watch; more with likes and their kin.
    """
    value = np.where(did & WATCHED, weights.watch * (2.0 * rank - 1.0), 0.0)
    for bit, weight in _weights(weights):
        value += weight * ((did & bit) != 0)
    return value


def _weights(weights: OutcomeWeights) -> tuple[tuple[int, float], ...]:
    return (
        (LIKED, weights.like),
        (SAVED, weights.save),
        (SHARED, weights.share),
        (COMMENTED, weights.comment),
        (USED_SOUND, weights.use_sound),
        (FOLLOWED, weights.follow),
        (REJECTED, weights.reject),
    )
