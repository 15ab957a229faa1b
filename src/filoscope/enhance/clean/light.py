"""Pictures that are too dark, lifted: shadows open, highlights stay, black stays black, hues stay.

>>> light_of(luma)
Light(mean=41.0, shadows=24.0, middle=33.0, highlights=97.0)

The curve is a power of the level, so that what is black stays so and contrast falls nowhere to
nothing, blended back into the straight line towards white. How strong it is follows from the
histogram; how steep it may be at the dark end, from the noise that it would lift as well. Chroma is
multiplied by what luma was multiplied by at its place: all three of R, G and B then rise by the same
factor, and a face keeps its hue and its saturation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.clean.shrink import Plane

BLACK, WHITE = 16.0, 235.0
"""Of limited range."""

DARK_MEAN, DARK_MIDDLE = 72.0, 62.0
"""Levels. A picture is too dark whose mean and whose median are below."""

HIGHLIGHTS_MAX = 205.0
"""A picture with more than one pixel in twenty above this is exposed for them: a sunset, a stage."""

_MIDDLE_MIN = 22.0
"""Half of the picture at black was lit so, or is a title: there is nothing in it to lift."""

_AIM = 84.0
"""What the mean is brought towards: below a grey card's 110, so that evening stays evening."""

_POWER_MIN = 0.52
_SLOPE_MAX = 2.6
"""At the dark end; less where there is noise."""

_NOISE_SHOWN = 9.0
"""Deviation, in levels, that lifted noise may come to."""


@dataclass(frozen=True, slots=True)
class Light:
    """How light a picture is, in levels of 8 bit (16 is black, 235 white).

    Attributes
    ----------
    mean : float
    shadows, middle, highlights : float
        Levels that 5, 50 and 95 in a hundred pixels stay below.
    """

    mean: float
    shadows: float
    middle: float
    highlights: float

    @property
    def is_dark(self) -> bool:
        """Whether lifting it would make it better."""
        return (
            self.mean < DARK_MEAN
            and _MIDDLE_MIN < self.middle < DARK_MIDDLE
            and self.highlights < HIGHLIGHTS_MAX
        )


def light_of(luma: Plane) -> Light:
    """Measure a picture's light, on one pixel in sixteen."""
    part = luma[::4, ::4]
    levels = part if part.dtype == np.uint8 else (part >> 2).astype(np.uint8)
    counts = np.bincount(levels.reshape(-1), minlength=256)
    share = np.cumsum(counts) / max(counts.sum(), 1)
    low, middle, high = (float(np.searchsorted(share, point)) for point in (0.05, 0.5, 0.95))
    return Light(float((counts * np.arange(256)).sum() / max(counts.sum(), 1)), low, middle, high)


def power_for(light: Light) -> float:
    """Return the power that brings a dark picture's mean to where it should be; 1 for none."""
    if not light.is_dark:
        return 1.0
    now = max((light.mean - BLACK) / (WHITE - BLACK), 0.02)
    # Half of the way, in stops: what is dark is partly meant to be.
    depth = min((DARK_MEAN - light.mean) / 12.0, (DARK_MIDDLE - light.middle) / 12.0, 1.0)
    full = np.log((_AIM - BLACK) / (WHITE - BLACK)) / np.log(now)
    return float(1.0 - (1.0 - max(full, _POWER_MIN)) * depth)


def curve_for(power: float, sigma: float) -> NDArray[np.float64]:
    """Return what each level of 8 bit becomes, shape (257,), for noise of that deviation."""
    levels = np.arange(257.0)
    place = np.clip((levels - BLACK) / (WHITE - BLACK), 1e-6, 1)
    slope = float(np.clip(_NOISE_SHOWN / max(sigma, 0.1), 1.0, _SLOPE_MAX))
    lifted = np.minimum(place**power, slope * place)
    # A shoulder: from three quarters of the lifted range on, back to the straight line.
    back = np.clip((place - 0.35) / 0.65, 0, 1) ** 2
    lifted = lifted * (1 - back) + place * back
    curve = np.where(levels < BLACK, levels, BLACK + (WHITE - BLACK) * lifted)
    return np.asarray(np.where(levels > WHITE, levels, curve))


def lift(planes: tuple[Plane, ...], curve: NDArray[np.float64]) -> tuple[Plane, ...]:
    """Return the planes lifted by a curve."""
    luma = planes[0]
    top = 256 if luma.dtype == np.uint8 else 1024
    levels = np.arange(top) * (256 / top)
    lifted = np.interp(levels, np.arange(257.0), curve)
    table = np.rint(lifted * (top / 256)).clip(0, top - 1).astype(luma.dtype)
    gains = ((lifted - BLACK) / np.maximum(levels - BLACK, 1e-3)).astype(np.float32)
    gains[levels <= BLACK + 0.5] = gains[np.searchsorted(levels, BLACK + 1)]
    made: list[Plane] = [_look_up(luma, table)]
    gain = np.empty((0, 0), np.float32)
    for plane in planes[1:]:
        if gain.shape != plane.shape:
            size = (plane.shape[1], plane.shape[0])
            small: Any = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
            gain = _look_up(small, gains)
        grey = np.float32(top // 2)
        moved = (plane.astype(np.float32) - grey) * gain + (grey + np.float32(0.5))
        made.append(np.clip(moved, 0, top - 1).astype(plane.dtype))
    return tuple(made)


def _look_up(plane: Plane, table: NDArray[Any]) -> Any:
    if plane.dtype == np.uint8:
        return cv2.LUT(plane, table)
    return table[np.minimum(plane, len(table) - 1)]
