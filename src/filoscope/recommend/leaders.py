"""The clips watched most, as short lists that are kept in order as clips rise: nothing is sorted.

All sums fade by one common factor (`popularity`), so who leads whom changes only when a clip is
watched. Then that clip alone is compared with the lists it belongs to: that of everybody, that of
its language, and those of its maker, sound and tags.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

FREE = -1  # a place of a list that nobody holds
NOTHING = 0  # the code that stands for "has no such feature": has no list


class Leaders:
    """Lists of the best clips, one for each code.

    Attributes
    ----------
    rows : (lists, places) int32, in no order; `FREE` where empty
    heat : (lists, places) float64, what each was worth when it was last watched
    """

    COLUMNS = ("rows", "heat")

    def __init__(self, places: int) -> None:
        self.rows = np.full((16, places), FREE, np.int32)
        self.heat = np.full((16, places), -np.inf)

    def make_room(self, lists: int) -> None:
        """Grow until there are so many lists."""
        while len(self.rows) < lists:
            self.rows = np.concatenate([self.rows, np.full_like(self.rows, FREE)])
            self.heat = np.concatenate([self.heat, np.full_like(self.heat, -np.inf)])

    def climb(self, row: int, codes: NDArray[np.int32], heat: float) -> None:
        """Enter a clip, or what it is worth now, into the lists of its codes."""
        climb(self.rows, self.heat, codes, row, heat)

    def drop(self, row: int, codes: NDArray[np.int32]) -> None:
        """Take a clip out of the lists of its codes."""
        for code in codes[codes != NOTHING].tolist():
            gone = self.rows[code] == row
            self.rows[code, gone] = FREE
            self.heat[code, gone] = -np.inf

    def fade(self, factor: float) -> None:
        """Express every worth in the units of a new landmark."""
        self.heat *= factor

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Become what a snapshot holds."""
        for name in self.COLUMNS:
            setattr(self, name, arrays[name].copy())


@njit(cache=True)
def climb(
    rows: NDArray[np.int32],
    heat: NDArray[np.float64],
    codes: NDArray[np.int32],
    row: int,
    worth: float,
) -> None:
    """Enter a clip into each list of `codes` where it leads the last one."""
    for code in codes:
        climb_one(rows, heat, code, row, worth)


@njit(cache=True)
def climb_one(
    rows: NDArray[np.int32], heat: NDArray[np.float64], code: int, row: int, worth: float
) -> None:
    """Enter a clip into one list if it leads the last one there."""
    if code == NOTHING:
        return
    place, last = -1, 0
    for index in range(rows.shape[1]):
        if rows[code, index] == row:
            place = index
            break
        if heat[code, index] < heat[code, last]:
            last = index
    if place < 0:
        if heat[code, last] >= worth:
            return
        place = last
    rows[code, place] = row
    heat[code, place] = worth
