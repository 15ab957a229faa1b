"""How a lens maps directions to places in the picture: a focal length and a simple polynomial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ITERATIONS = 8
"""Of fixed point; for lenses people use, the last one changes less than a thousandth of a pixel."""


@dataclass(frozen=True, slots=True)
class Lens:
    """A lens.

    Attributes
    ----------
    focal : float
        In longer sides of the picture: 0.5 / tan(half of the field of view along it).
    k1, k2 : float
        Radial distortion: a point at r focal lengths shows the direction r (1 + k1 r^2 + k2 r^4).
    """

    focal: float
    k1: float = 0.0
    k2: float = 0.0

    @classmethod
    def of_view(cls, degrees: float) -> Lens:
        """Return the lens without distortion that sees so much along the longer side."""
        return cls(0.5 / float(np.tan(np.radians(degrees) / 2)))

    def rays(self, places: Floats) -> Floats:
        """Return directions, shape (..., 3), of places (..., 2) in longer sides about the centre."""
        flat = places / self.focal
        square = (flat**2).sum(axis=-1, keepdims=True)
        bent = flat * (1 + self.k1 * square + self.k2 * square**2)
        return np.concatenate([bent, np.ones((*places.shape[:-1], 1))], axis=-1)

    def places(self, rays: Floats) -> Floats:
        """Return where directions, shape (..., 3), show: (..., 2)."""
        wanted = rays[..., :2] / np.maximum(rays[..., 2:], 1e-3)
        flat = wanted
        if self.k1 or self.k2:
            for _ in range(_ITERATIONS):
                square = (flat**2).sum(axis=-1, keepdims=True)
                flat = wanted / (1 + self.k1 * square + self.k2 * square**2)
        return np.asarray(flat * self.focal, np.float64)
