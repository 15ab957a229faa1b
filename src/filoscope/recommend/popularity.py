"""How each clip fares with everybody, fading with time.

Sums are kept in the units of one landmark time, so that fading costs nothing until they are read
(forward decay, Cormode et al., ICDE 2009): a contribution at `t` enters as 2^((t - landmark) /
half-life), and all sums share one factor when they are read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.leaders import Leaders
from filoscope.recommend.waiting import Waiting

FIRST_ROOM = 1024  # rows, as in the catalogue
DOUBLINGS_MAX = 64.0  # before the landmark moves on: 2^64 keeps sums far from overflow
PRIOR_VIEWS = 8.0  # views at the average that every clip starts with
EVERYBODY = 1  # the only list of the leaders of all
LEADERS_OF_ALL, LEADERS_OF_LANGUAGE, LEADERS_OF_FEATURE = 384, 192, 16


class Climate(NamedTuple):
    """What one moment makes of all the sums.

    Attributes
    ----------
    fade
        Brings a sum from the landmark to now.
    mean
        Value of a view, over all clips.
    top
        Logarithm of the good views of the best clip.
    """

    fade: float
    mean: float
    top: float


class Popularity:
    """Fading sums for each row of the catalogue, who leads, and who waits for an audience.

    Attributes
    ----------
    views, value : (room,) float64, in units of the landmark
    shown : (room,) int64, showings ever, not fading
    of_all, by_language, by_feature
        The leaders of everybody, of each language and of each maker, sound and tag.
    waiting
        Clips that are owed an audience.
    """

    COLUMNS = ("views", "value", "shown")
    LEADERS = ("of_all", "by_language", "by_feature")

    def __init__(self, half_life_s: float, first_audience: int, catalogue: Catalogue) -> None:
        self.half_life_s = half_life_s
        self.first_audience = float(first_audience)
        self._catalogue = catalogue
        self.landmark_s = 0.0
        self.views = np.zeros(FIRST_ROOM)
        self.value = np.zeros(FIRST_ROOM)
        self.shown = np.zeros(FIRST_ROOM, np.int64)
        self.totals = np.zeros(2)  # views and value of all clips
        self.of_all = Leaders(LEADERS_OF_ALL)
        self.by_language = Leaders(LEADERS_OF_LANGUAGE)
        self.by_feature = Leaders(LEADERS_OF_FEATURE)
        self.waiting = Waiting()

    def enter(self, row: int) -> None:
        """Take in a clip just added, or added again."""
        self.make_room()
        if self.shown[row] < self.first_audience:
            self.waiting.join(row)
        if self.views[row]:
            self._climb(row)

    def owe(self, first_audience: int) -> None:
        """Owe every clip so many showings from now on: those with fewer wait again.

        Where fewer are owed, those who have had theirs leave with their next showing.
        """
        if first_audience == self.first_audience:
            return
        self.first_audience = float(first_audience)
        size = self._catalogue.size
        short = self._catalogue.alive[:size] & (self.shown[:size] < first_audience)
        self.waiting.restore(
            np.union1d(self.waiting.rows(), np.flatnonzero(short)).astype(np.int32)
        )

    def leave(self, row: int) -> None:
        """Let a clip go that is removed, or about to change; its sums stay."""
        self.waiting.leave(row)
        self._drop(row)

    def make_room(self) -> None:
        """Grow with the catalogue."""
        while len(self.shown) < self._catalogue.size:
            for name in self.COLUMNS:
                column = getattr(self, name)
                setattr(self, name, np.concatenate([column, np.zeros_like(column)]))
        self.by_language.make_room(len(self._catalogue.language_names))
        self.by_feature.make_room(len(self._catalogue.feature_names))

    def reach(self, time_s: float) -> None:
        """Move the landmark on where sums at this time would grow too large in its units."""
        if (time_s - self.landmark_s) / self.half_life_s > DOUBLINGS_MAX:
            self._move_landmark(time_s)

    def climate(self, now_s: float) -> Climate:
        """Return what the sums mean at one moment."""
        fade = 2.0 ** min(max((self.landmark_s - now_s) / self.half_life_s, -1000.0), 64.0)
        views, value = self.totals.tolist()
        best = float(self.of_all.heat[EVERYBODY].max(initial=0.0)) * fade
        top = max(float(np.log1p(best / 2.0)), 1.0)
        return Climate(fade, value * fade / max(views * fade, 1.0), top)

    def take_back(self, row: int, *, time_s: float, views: float, value: float) -> None:
        """Take out of the sums of a clip what was put in at one time, and let it fall."""
        weight = weight_at(time_s, self.landmark_s, self.half_life_s)
        taken = min(weight * views, float(self.views[row])), weight * value
        self.views[row] -= taken[0]
        self.value[row] -= taken[1]
        self.totals -= taken
        self._drop(row)
        if self._catalogue.alive[row]:
            self._climb(row)

    def _drop(self, row: int) -> None:
        self.of_all.drop(row, np.array([EVERYBODY], np.int32))
        self.by_language.drop(row, self._catalogue.languages[row : row + 1])
        self.by_feature.drop(row, self._catalogue.features[row])

    def _climb(self, row: int) -> None:
        heat = float(self.views[row] + self.value[row])
        if not heat > 0.0:
            return
        self.of_all.climb(row, np.array([EVERYBODY], np.int32), heat)
        self.by_language.climb(row, self._catalogue.languages[row : row + 1], heat)
        self.by_feature.climb(row, self._catalogue.features[row], heat)

    def _move_landmark(self, time_s: float) -> None:
        fade = 2.0 ** max((self.landmark_s - time_s) / self.half_life_s, -1000.0)
        self.views *= fade
        self.value *= fade
        self.totals *= fade
        for name in self.LEADERS:
            getattr(self, name).fade(fade)
        self.landmark_s = time_s

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return all that a snapshot needs."""
        size, codes = self._catalogue.size, len(self._catalogue.feature_names)
        arrays: dict[str, NDArray[np.generic]] = {
            name: getattr(self, name)[:size] for name in self.COLUMNS
        }
        lists = (2, len(self._catalogue.language_names), codes)
        for name, count in zip(self.LEADERS, lists, strict=True):
            for column in Leaders.COLUMNS:
                arrays[f"{name}.{column}"] = getattr(getattr(self, name), column)[:count]
        return arrays | {"totals": self.totals, "waiting": self.waiting.entries()}

    def restore(self, arrays: dict[str, NDArray[Any]], landmark_s: float) -> None:
        """Become what a snapshot holds."""
        self.landmark_s = landmark_s
        self.make_room()
        for name in self.COLUMNS:
            getattr(self, name)[: len(arrays[name])] = arrays[name]
        for name in self.LEADERS:
            for column in Leaders.COLUMNS:
                stored = arrays[f"{name}.{column}"]
                getattr(getattr(self, name), column)[: len(stored)] = stored
        self.totals[:] = arrays["totals"]
        self.waiting.restore(arrays["waiting"])


@njit(cache=True)
def quality_of(views: float, value: float, mean: float) -> float:
    """Return the mean value of a view against that of all, drawn to it where views are few."""
    return (value + PRIOR_VIEWS * mean) / (views + PRIOR_VIEWS) - mean


@njit(cache=True)
def weight_at(time_s: float, landmark_s: float, half_life_s: float) -> float:
    """Return what something at `time_s` counts in the units of the landmark."""
    return float(2.0 ** max((time_s - landmark_s) / half_life_s, -DOUBLINGS_MAX))
