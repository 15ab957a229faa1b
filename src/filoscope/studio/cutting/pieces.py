"""A stretch of a take on the timeline, as it was filmed or ramped."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.timeline import Shot, SpeedPoint

_FALL_S, _HOLD_S, _RISE_S = 0.2, 0.35, 0.25
"""From fast to slow before the accent, slowly through it, and back to as it was filmed."""


@dataclass(frozen=True, slots=True)
class Ramp:
    """How fast a piece runs: fast up to a moment, slow at it, and then as it was filmed.

    Attributes
    ----------
    hit : int
        Frame of the piece at which what moves lands.
    fast, slow : float
        Seconds of the take for each second of the timeline.
    """

    hit: int
    fast: float
    slow: float

    def points(self, frames: int, fps: float) -> tuple[SpeedPoint, ...]:
        """Return the speeds of a piece of so many frames."""
        fall, hold, rise = (round(seconds * fps) for seconds in (_FALL_S, _HOLD_S, _RISE_S))
        wanted = [
            (0, self.fast),
            (self.hit - fall, self.fast),
            (self.hit, self.slow),
            (self.hit + hold, self.slow),
            (self.hit + hold + rise, 1.0),
        ]
        return tuple(
            SpeedPoint(frame, speed) for frame, speed in wanted if frame == 0 or 0 < frame <= frames
        )

    def passed_s(self, at: NDArray[np.int64], frames: int, fps: float) -> NDArray[np.float64]:
        """Return the seconds of the take that have passed at frames of the piece."""
        shot = Shot("take", 0.0, frames, speed=self.points(frames, fps))
        return Pace(shot, Fraction(fps).limit_denominator(1001)).times_at(at.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a take on the timeline.

    Attributes
    ----------
    take : int
        Which one.
    start_s : float
        In seconds of the take.
    frame, frames : int
        First frame on the timeline, and how many.
    zoom : float
        1 for the whole frame; more for a closer look at the same take.
    ramp : Ramp or None
        None runs as the take was filmed.
    """

    take: int
    start_s: float
    frame: int
    frames: int
    zoom: float = 1.0
    ramp: Ramp | None = None

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.frame + self.frames
