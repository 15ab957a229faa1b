"""Where the crop goes: the manners of someone who holds a camera.

What must be seen gives each frame an interval in which the crop may lie. The path is the taut
string through those intervals (the shortest path in a corridor): it stands still as long as it can,
and else pans at an even speed, as slow as the intervals allow. Both at once minimise every convex
cost of the speed. The ends of a pan are eased by a short Gaussian. Between scenes, and where another
subject takes over, the string is cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EASE_S = 0.24
"""Standard deviation of the easing: a pan takes half a second to begin and to end."""

_REACH = 2.5
"""Standard deviations after which the easing weighs nothing."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Where the crop may lie in a frame.

    Attributes
    ----------
    low, high : float
        Bounds of the crop's first edge, in pixels of the frame, within the frame.
    is_cut : bool
        The path does not come from the frame before.
    since_s : float or None
        What this frame is about has been there since then: the frames from there on, as far as
        they were not shown, were about the wrong thing.
    """

    low: float
    high: float
    is_cut: bool = False
    since_s: float | None = None


class CameraPath:
    """The path of one clip, frame by frame.

    Parameters
    ----------
    fps : float
        Frames a second, about.
    """

    def __init__(self, *, fps: float) -> None:
        sigma = max(EASE_S * fps, 0.1)
        reach = max(round(_REACH * sigma), 1)
        weights = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / sigma))
        self._weights = weights / weights.sum()
        self._reach = reach
        self._past: deque[float] = deque(maxlen=reach)

    def step(self, wishes: Sequence[Wish]) -> float:
        """Return where the crop lies in the first of the frames held back.

        Parameters
        ----------
        wishes : sequence of Wish
            Of that frame and of those after it.
        """
        if wishes[0].is_cut:
            self._past.clear()
        scene = [wishes[0]]
        for wish in wishes[1 : 4 * self._reach]:
            if wish.is_cut:
                break
            scene.append(wish)
        if not self._past:
            start = _start(scene)
            path = [start, *_string(start, scene[1:])]
        else:
            path = _string(self._past[-1], scene)
        past = list(self._past) or [path[0]]
        before = [past[0]] * (self._reach - len(past)) + past
        after = (path + [path[-1]] * self._reach)[: self._reach + 1]
        self._past.append(path[0])
        return float(np.dot(self._weights, np.array(before + after)))


def _start(scene: Sequence[Wish]) -> float:
    """Return the place from which the crop can stand still longest."""
    low, high = scene[0].low, scene[0].high
    for wish in scene[1:]:
        if max(low, wish.low) > min(high, wish.high):
            break
        low, high = max(low, wish.low), min(high, wish.high)
    middle = (scene[0].low + scene[0].high) / 2
    return min(max(middle, low), high)


def _string(start: float, wishes: Sequence[Wish]) -> list[float]:
    """Pull a string from a place through the intervals that follow; return where it runs."""
    path: list[float] = []
    place = start
    while len(path) < len(wishes):
        ahead = wishes[len(path) :]
        slope, count = _leg(place, ahead)
        path += [place + slope * (step + 1) for step in range(count)]
        place = path[-1]
    return path


def _leg(place: float, ahead: Sequence[Wish]) -> tuple[float, int]:
    """Return the slope of the string's next straight leg, and how many frames it is long."""
    least, most = -np.inf, np.inf
    least_at = most_at = 1
    for count, wish in enumerate(ahead, start=1):
        low, high = (wish.low - place) / count, (wish.high - place) / count
        if low > most:
            return most, most_at
        if high < least:
            return least, least_at
        if low >= least:
            least, least_at = low, count
        if high <= most:
            most, most_at = high, count
    if least > 0:
        return least, least_at
    if most < 0:
        return most, most_at
    return 0.0, len(ahead)
