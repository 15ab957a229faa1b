"""Which moment of its source a shot shows at each of its frames.

>>> pace = Pace(Shot("a.mp4", 2.0, 60, speed=0.5), Fraction(30))
>>> pace.time_at(30)
2.5
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.timeline import Shot

Floats = NDArray[np.float64]


class Pace:
    """The clock of a shot.

    Parameters
    ----------
    shot : Shot
    fps : Fraction
        Of the timeline.
    """

    def __init__(self, shot: Shot, fps: Fraction) -> None:
        self._start_s = shot.start_s
        self._is_true = shot.drift_ppm == 0
        self._step_s = (1 + shot.drift_ppm * 1e-6) / float(fps)
        if isinstance(shot.speed, tuple):
            self._frames = np.array([point.frame for point in shot.speed], np.float64)
            self._speeds = np.array([point.speed for point in shot.speed], np.float64)
        else:
            self._frames, self._speeds = np.zeros(1), np.array([float(shot.speed)])
        # The area under the speed up to each point; before the first it runs at its speed.
        steps = np.diff(self._frames) * (self._speeds[1:] + self._speeds[:-1]) / 2
        self._areas = np.concatenate([[self._frames[0] * self._speeds[0]], steps]).cumsum()

    @property
    def is_plain(self) -> bool:
        """Whether the shot runs as it was filmed."""
        return bool((self._speeds == 1).all()) and self._is_true

    def speed_at(self, frame: float) -> float:
        """Return seconds of the source for each second of the timeline, drift left out."""
        return float(np.interp(frame, self._frames, self._speeds))

    def step_at(self, frame: float) -> float:
        """Return the seconds of the source that one frame takes."""
        return self.speed_at(frame) * self._step_s

    def time_at(self, frame: float) -> float:
        """Return the moment of the source, in seconds; beyond both ends the speed there goes on."""
        return float(self.times_at(np.array([frame], np.float64))[0])

    def times_at(self, frames: Floats) -> Floats:
        """Return the moments of many frames, which need not be whole."""
        index = np.clip(
            np.searchsorted(self._frames, frames, side="right") - 1, 0, len(self._frames) - 1
        )
        begun = frames - self._frames[index]
        speed = np.interp(frames, self._frames, self._speeds)
        inside = begun * (self._speeds[index] + speed) / 2
        return np.asarray(self._start_s + (self._areas[index] + inside) * self._step_s, np.float64)
