"""A rectangle in a picture, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["face", "moving", "text", "tracked"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels of the picture it was found in."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2

    def scaled(self, factor: float) -> Box:
        """Return the same rectangle in a picture that is larger by this factor."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, x: float, y: float) -> Box:
        """Return the rectangle elsewhere."""
        return replace(self, x=self.x + x, y=self.y + y)

    def overlap(self, other: Box) -> float:
        """Return the area of both by the area of either: 1 for the same, 0 for two apart."""
        width = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        height = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        shared = max(width, 0.0) * max(height, 0.0)
        area = self.width * self.height + other.width * other.height - shared
        return shared / area if area > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Subject:
    """Something a viewer would look at.

    Attributes
    ----------
    kind : str
    box : Box
        In pixels of the frame's luma.
    weight : float
        How much it draws the eye, 0 to 1; of a tracked thing, how sure the tracker is.
    """

    kind: Kind
    box: Box
    weight: float
