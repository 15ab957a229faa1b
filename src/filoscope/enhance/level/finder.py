"""How far a clip is turned, over time: many looks, one answer, or none.

>>> finder = RollFinder(fps=30)
>>> for frame in frames:
...     roll = finder.look(frame.planes[0], frame.time_s)

One look can be fooled, by a row of people who lean or by trunks that grow side by side. Looks at a
scene from a hand that moves are fooled each time otherwise, so that only what they agree on over
two seconds is believed, and doubted later than it was believed.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.level.lines import SURE, Roll, roll_of
from filoscope.enhance.motion import Luma

LOOK_S = 0.2
"""Between two looks: one costs as much as the motion of three frames, and rolls change slowly."""

WINDOW_S = 2.4
"""Looks are remembered so long. The turn from motion, by which they are compared, drifts after."""

_LOOKS_MIN = 4
_SPREAD_SURE_DEG, _SPREAD_LOST_DEG = 0.7, 1.1
"""Median distance of the looks from the answer: the first to begin to believe, the second to end."""

_BELIEVED, _LOST = 0.42, 0.35
"""Confidence (median of the looks) at which a belief begins and under which it ends: less than a
single look needs, for they have agreed."""


@dataclass(frozen=True, slots=True)
class _Look:
    time_s: float
    angle_deg: float
    confidence: float


class RollFinder:
    """Watches one clip.

    Parameters
    ----------
    fps : float
        Frames a second, about.
    """

    def __init__(self, *, fps: float) -> None:
        self._apart_s = LOOK_S - 0.5 / max(fps, 1.0)
        self.begin_scene()

    def begin_scene(self) -> None:
        """Forget what was seen: another scene begins."""
        self._looks: deque[_Look] = deque()
        self._is_sure = False
        self._origin = Roll()

    def look(self, luma: Luma, time_s: float, *, turned_deg: float = 0.0) -> Roll:
        """Return how far the picture is turned, by the looks of the last `WINDOW_S`.

        Parameters
        ----------
        luma : ndarray
            Shape (height, width), uint8 or uint16 (10 bit).
        time_s : float
            Later than the one before; most calls only answer, one in `LOOK_S` looks.
        turned_deg : float
            Clockwise turn of the content since the scene began, by its motion, where that is
            known: then a hand that shakes does not blur the answer.

        Returns
        -------
        Roll
            Its confidence is under `SURE` while there is no answer.
        """
        if not self._looks or time_s - self._looks[-1].time_s >= self._apart_s:
            seen = roll_of(luma)
            self._looks.append(_Look(time_s, seen.angle_deg - turned_deg, seen.confidence))
            while self._looks[0].time_s < time_s - WINDOW_S:
                self._looks.popleft()
            self._origin = self._agree()
        return Roll(self._origin.angle_deg + turned_deg, self._origin.confidence)

    def _agree(self) -> Roll:
        """Return the roll at turn 0 that the looks agree on."""
        angles = np.array([look.angle_deg for look in self._looks])
        confidences = np.array([look.confidence for look in self._looks])
        weights = np.square(confidences) + 1e-9
        middle = _weighted_median(angles, weights)
        spread = _weighted_median(np.abs(angles - middle), weights)
        confidence = float(np.median(confidences))
        if self._is_sure:
            self._is_sure = confidence >= _LOST and spread <= _SPREAD_LOST_DEG
        elif len(angles) >= _LOOKS_MIN:
            self._is_sure = confidence >= _BELIEVED and spread <= _SPREAD_SURE_DEG
        if self._is_sure:
            return Roll(middle, max(confidence, SURE))
        return Roll(middle, min(confidence, SURE * 0.99))


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    heap = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(heap, heap[-1] / 2)]])
