"""Where each place of a steadied picture is taken from, by true turns of the camera.

A correction is a turn in three dimensions, so that what a similarity leaves bent at the edges of a
wide lens is straight. Each row is taken as of the moment when the sensor read it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from filoscope.enhance.gyro.lens import Lens
from filoscope.enhance.gyro.matching import Match
from filoscope.enhance.gyro.record import Floats, GyroRecord

MESH = (19, 33)
"""Rows and columns of the mesh: between its points even a fisheye is all but straight."""

_BORDER = 9
"""Points along each edge at which the zoom is found."""

_SETTLED = 1e-4


@dataclass(frozen=True, slots=True)
class View:
    """A camera whose turns are known.

    Attributes
    ----------
    times_s, angles : ndarray
        Shape (samples,) by the clock of the pictures, and (samples, 3): sum of the turns up to
        then, about the camera's axes.
    lens : Lens
    readout_s : float
        See `GyroRecord`.
    """

    times_s: Floats
    angles: Floats
    lens: Lens
    readout_s: float

    @classmethod
    def of(cls, record: GyroRecord, match: Match, lens: Lens | None = None) -> View:
        """Return the view of a record that belongs to a clip as matched."""
        angles = record.angles(record.times_s) @ match.axes.T
        times_s = record.times_s - match.offset_s
        return cls(times_s, angles, lens or Lens(match.focal), record.readout_s)

    def path(self, times_s: Floats) -> Floats:
        """Return the path of the picture's content, shape (frames, 4), as `path` has it."""
        pitch, yaw, roll = self._at(times_s).T
        focal = self.lens.focal
        return np.stack([-focal * yaw, focal * pitch, -roll, np.zeros(len(times_s))], axis=1)

    def sources(
        self, places: Floats, correction: Floats, zoom: float, time_s: float, height: float
    ) -> Floats:
        """Return where places are taken from, both of shape (places, 2), in longer sides.

        Parameters
        ----------
        places : ndarray
        correction : ndarray
            Shape (4,), see `path`.
        zoom : float
        time_s : float
            Of the picture's middle row.
        height : float
            Of the picture, in longer sides.
        """
        focal = self.lens.focal
        turn = Rotation.from_rotvec([correction[1] / focal, -correction[0] / focal, -correction[2]])
        rays = turn.apply(self.lens.rays(places / zoom * np.exp(-correction[3])))
        if not self.readout_s:
            return self.lens.places(rays)
        # A row's moment depends on where the ray falls, and that on the moment: once is enough.
        now = self._at(np.array([time_s]))
        rows = self.lens.places(rays)[:, 1]
        for _ in range(2):
            moments = time_s + self.readout_s * np.clip(rows / height, -0.5, 0.5)
            since = Rotation.from_rotvec(self._at(moments) - now)
            found = self.lens.places(since.inv().apply(rays))
            rows = found[:, 1]
        return found

    def zoom_needed(
        self, correction: Floats, time_s: float, half: Floats, zoom_max: float
    ) -> float:
        """Return the zoom that leaves no pixel empty, at most all but `zoom_max` times 2."""
        line = np.linspace(-1, 1, _BORDER)
        edge = np.ones(_BORDER)
        border = half * np.concatenate(
            [np.stack(pair, axis=1) for pair in ((line, edge), (line, -edge))]
            + [np.stack(pair, axis=1) for pair in ((edge, line), (-edge, line))]
        )
        zoom = 1.0
        for _ in range(20):
            found = self.sources(border, correction, zoom, time_s, 2 * float(half[1]))
            over = float((np.abs(found) / half).max())
            if over <= 1 or zoom > 2 * zoom_max:
                break
            # Of an edge that lies outside, the part that a zoom moves is half the picture.
            zoom /= max(1 - (over - 1) * zoom - _SETTLED, 0.5)
        return zoom

    def _at(self, times_s: Floats) -> Floats:
        return np.stack([np.interp(times_s, self.times_s, axis) for axis in self.angles.T], axis=1)


def mesh_places(height: float, width: float) -> Floats:
    """Return the points of the mesh, shape (rows * columns, 2), of a picture of this size."""
    rows, columns = MESH
    y, x = np.meshgrid(
        (np.arange(rows) / (rows - 1) - 0.5) * height,
        (np.arange(columns) / (columns - 1) - 0.5) * width,
        indexing="ij",
    )
    return np.stack([x.ravel(), y.ravel()], axis=1)
