"""A camera whose turns are known: it looks at a far painted wall, row by row, and keeps a log.

What it sees is computed from its pose at each row's own moment, so that the truth is exact: turns,
rolling shutter, focal length, and the log's clock that is off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from filoscope.enhance import Frame

from .shaken import FPS, SIZE, wall

Floats = NDArray[np.float64]

FOCAL_PX = 300.0
"""Of pictures `SIZE` large: a view of 56 degrees."""

READOUT_S = 0.02
LOG_HZ = 200
LOG_LATE_S = 0.12


@dataclass(frozen=True, slots=True)
class Camera:
    """Turns about x (right), y (down), z (forward), in radians, as sums of sines and a pan."""

    shake_rad: float = 0.012
    pan_rad_s: float = 0.05
    readout_s: float = READOUT_S

    def angles(self, times_s: Floats) -> Floats:
        """Return the pose at each time, shape (times, 3)."""
        waves = [(2.3, 0.4), (3.1, 1.7), (2.7, 2.9)]
        shake = [np.sin(2 * np.pi * hz * times_s + phase) for hz, phase in waves]
        angles = self.shake_rad * np.stack(shake, axis=1)
        angles[:, 1] += self.pan_rad_s * (times_s - 2.0)
        return angles

    def frame(self, time_s: float) -> NDArray[np.uint8]:
        """Return what it sees; the middle row is read at this time."""
        width, height = SIZE
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        moments = time_s + self.readout_s * ((np.arange(height) + 0.5) / height - 0.5)
        rays = np.stack(
            [(x + 0.5 - width / 2) / FOCAL_PX, (y + 0.5 - height / 2) / FOCAL_PX, np.ones_like(x)],
            axis=2,
        )
        poses = Rotation.from_rotvec(self.angles(moments)).as_matrix()
        world = np.einsum("hij,hwj->hwi", poses, rays)
        far = FOCAL_PX * world[..., :2] / world[..., 2:] + (650.0, 350.0)
        found = cv2.remap(
            wall(), far[..., 0].astype(np.float32), far[..., 1].astype(np.float32), cv2.INTER_CUBIC
        )
        return np.asarray(found, np.uint8)

    def frames(self, count: int) -> Iterator[Frame]:
        """Yield frames from 0 s on."""
        for index in range(count):
            yield Frame(index / FPS, (self.frame(index / FPS),))

    def log(self, duration_s: float) -> str:
        """Return its log, as Gyroflow has it: axes x right, y up, z backward, clock late."""
        times_s = np.arange(-0.6, duration_s + 0.6, 1 / LOG_HZ)
        step = 1e-4
        before, after = (
            Rotation.from_rotvec(self.angles(times_s + off)) for off in (-step / 2, step / 2)
        )
        rates = (before.inv() * after).as_rotvec() / step
        head = [
            "GYROFLOW IMU LOG", "version,1.3", "id,painted", "orientation,XYZ", "tscale,0.001",
            "gscale,0.0001", f"frame_readout_time,{self.readout_s * 1000}",
            "frame_readout_direction,0", "t,gx,gy,gz",
        ]  # fmt: skip
        rows = [
            f"{(time_s + LOG_LATE_S) * 1000:.3f},{x * 1e4:.4f},{-y * 1e4:.4f},{-z * 1e4:.4f}"
            for time_s, (x, y, z) in zip(times_s, rates, strict=True)
        ]
        return "\n".join([*head, *rows]) + "\n"
