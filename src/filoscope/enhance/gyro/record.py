"""What was recorded of a camera's turns, whatever the kind of file.

The camera's axes: x to the right, y down, z forward, as seen in the upright picture.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.errors import EnhanceError

Floats = NDArray[np.float64]

SAMPLES_MAX = 20_000_000
"""An hour at 4 kHz and more; what is longer is no log of a clip."""


class UnreadableGyro(EnhanceError):
    """A log of a camera's turns that cannot be understood; the message says where."""


def _nothing() -> Floats:
    return np.zeros((0, 3))


@dataclass(frozen=True, slots=True)
class GyroRecord:
    """Turns of a camera over a clip.

    Attributes
    ----------
    times_s : ndarray
        Shape (samples,), rising; by the sensor's own clock, which may be off from the pictures'.
    rates_rad_s : ndarray
        Shape (samples, 3), about x, y, z, right-handed.
    is_aligned : bool
        The axes are the camera's; otherwise those of the sensor, to be found by matching.
    readout_s : float
        Time from the first row to the last, below 0 from the bottom up; 0 when not known.
    gravity_times_s, gravity : ndarray
        Shape (samples,) and (samples, 3): the direction that is down, in the axes of the picture;
        empty when not known.
    """

    times_s: Floats
    rates_rad_s: Floats
    is_aligned: bool = False
    readout_s: float = 0.0
    gravity_times_s: Floats = field(default_factory=lambda: np.zeros(0))
    gravity: Floats = field(default_factory=_nothing)

    def angles(self, times_s: Floats) -> Floats:
        """Return the sum of the turns up to each time, shape (times, 3), in radians.

        A sum of small turns, not an orientation: its differences over parts of a second are what
        is used.
        """
        steps = (self.rates_rad_s[1:] + self.rates_rad_s[:-1]) / 2
        steps = steps * np.diff(self.times_s)[:, None]
        total = np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])
        return np.stack([np.interp(times_s, self.times_s, axis) for axis in total.T], axis=1)
