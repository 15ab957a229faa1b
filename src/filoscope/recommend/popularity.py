"""How each clip fares with everybody, fading with time.

Sums are kept in the units of one landmark time, so that fading costs nothing until they are read
(forward decay, Cormode et al., ICDE 2009): a contribution at `t` enters as 2^((t - landmark) /
half-life), and all sums share one factor when they are read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FIRST_ROOM = 1024  # rows, as in the catalogue
DOUBLINGS_MAX = 64.0  # before the landmark moves on: 2^64 keeps sums far from overflow
PRIOR_VIEWS = 8.0  # views at the average that every clip starts with


class Popularity:
    """Fading sums for each row of the catalogue.

    Attributes
    ----------
    views, value : (room,) float64, in units of the landmark
    shown : (room,) int64, showings ever, not fading
    """

    COLUMNS = ("views", "value", "shown")

    def __init__(self, half_life_s: float) -> None:
        self._half_life_s = half_life_s
        self.landmark_s = 0.0
        self.views = np.zeros(FIRST_ROOM)
        self.value = np.zeros(FIRST_ROOM)
        self.shown = np.zeros(FIRST_ROOM, np.int64)

    def make_room(self, rows: int) -> None:
        """Grow until `rows` rows fit."""
        while len(self.shown) < rows:
            for name in self.COLUMNS:
                column = getattr(self, name)
                setattr(self, name, np.concatenate([column, np.zeros_like(column)]))

    def add(self, row: int, *, time_s: float, views: float, value: float) -> None:
        """Count views and their value for one clip at one time."""
        doublings = (time_s - self.landmark_s) / self._half_life_s
        if doublings > DOUBLINGS_MAX:
            self._move_landmark(time_s)
            doublings = 0.0
        weight = 2.0 ** max(doublings, -DOUBLINGS_MAX)
        self.views[row] += weight * views
        self.value[row] += weight * value

    def scores(
        self, rows: NDArray[np.int64] | NDArray[np.intp], now_s: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return quality and trend of some rows.

        Returns
        -------
        quality : (rows,)
            Mean value of a view, drawn to the mean of all where views are few.
        trend : (rows,)
            0 to 1: the logarithm of good views still fresh, relative to the best of `rows`.
        """
        fade = 2.0 ** np.clip((self.landmark_s - now_s) / self._half_life_s, -1000.0, 64.0)
        views, value = self.views[rows] * fade, self.value[rows] * fade
        mean = value.sum() / max(views.sum(), 1.0)
        quality = (value + PRIOR_VIEWS * mean) / (views + PRIOR_VIEWS) - mean
        heat = np.log1p(np.maximum((views + value) / 2.0, 0.0))
        return quality, heat / max(float(heat.max(initial=0.0)), 1.0)

    def _move_landmark(self, time_s: float) -> None:
        fade = 2.0 ** max((self.landmark_s - time_s) / self._half_life_s, -1000.0)
        self.views *= fade
        self.value *= fade
        self.landmark_s = time_s

    def restore(self, arrays: dict[str, NDArray[np.generic]], landmark_s: float) -> None:
        """Become what a snapshot holds."""
        self.landmark_s = landmark_s
        self.make_room(len(arrays["shown"]))
        for name in self.COLUMNS:
            column = getattr(self, name)
            column[:] = 0
            column[: len(arrays[name])] = arrays[name]
