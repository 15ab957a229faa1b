"""Light that flickers: lamps on the mains, shutters and time lapse, seen as gain from picture to picture.

>>> flicker_of([cells_of(luma) for luma in lumas], fps=30)
Flicker(whole=0.041, bands=0.003)

The picture's brightness is kept in cells. How the light changed is the median over the cells of how
each changed, so that somebody who walks by has no say. Added up over time this gives a curve; what is
faster than a fifth of a second in it is flicker, and a gain takes it out. A lamp that beats against
the shutter's rows shows as bands: the same, for each row of cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from filoscope.enhance.clean.shrink import Floats, Plane

Step = NDArray[np.float64]

CELLS = (36, 16)
"""Rows and columns of cells."""

REACH_S = 0.4
"""Of pictures looked ahead and back."""

_SMOOTH_S = 0.16
"""Deviation of the curve that is kept: faster than about 2 a second is flicker."""

WHOLE_MIN, WHOLE_FULL = 0.006, 0.012
"""Deviation of the light's logarithm: below the first nothing is done, above the second all. Clips
without flicker have 0.003; an eye sees 0.01."""

BANDS_MIN, BANDS_FULL = 0.015, 0.03
"""The same for bands. Things that move up and down make some of their own."""

GAIN_MAX = 0.35
"""Of the logarithm: what is more is lightning, and meant."""

_STEPS_OF_FAST = 2.0
"""At 2.5 times a second, the slowest that counts, and 30 pictures, a sine is 2.7 times its steps."""

_DEVIATION_OF_MEDIAN = 1.4826
_DOUBT, _DOUBT_OF_ROW = 0.25, 0.5
"""Of how far the cells are apart, by the median: light changes all alike, a camera that is shaken none
like the other. A row has few cells."""

_FLOOR = 4.0
"""Levels added before the logarithm, so that black cells weigh nothing."""

_BLACK = 16.0
"""Of limited range: what a gain leaves where it is."""


@dataclass(frozen=True, slots=True)
class Flicker:
    """Deviation of the fast part of the light's logarithm (0.01 is one in a hundred).

    Attributes
    ----------
    whole : float
        Of the whole picture's light.
    bands : float
        Of its rows against the whole.
    """

    whole: float
    bands: float


def cells_of(luma: Plane) -> Floats:
    """Return the mean brightness of each cell, shape `CELLS`, in levels of 8 bit."""
    scale = 1.0 if luma.dtype == np.uint8 else 0.25
    # A quarter of the rows is enough for a mean, and four times as fast.
    part = luma[::4] if luma.shape[0] >= 8 * CELLS[0] else luma
    small = cv2.resize(part, (CELLS[1] * 4, CELLS[0]), interpolation=cv2.INTER_AREA)
    means = small.astype(np.float32).reshape(CELLS[0], CELLS[1], 4).mean(axis=2)
    return np.asarray(means * np.float32(scale), np.float32)


def flicker_of(means: Sequence[Floats] | Floats, *, fps: float = 30.0) -> Flicker:
    """Measure the flicker of consecutive pictures of one scene.

    Parameters
    ----------
    means : array, shape (pictures, rows, columns) or (pictures,)
        From `cells_of`; or one mean for each picture.
    fps : float
        Pictures a second.
    """
    cells = np.asarray(means, np.float32)
    if len(cells) < 3:
        return Flicker(0.0, 0.0)
    if cells.ndim == 1:
        cells = np.broadcast_to(cells[:, None, None], (len(cells), *CELLS))
    return flicker_in([no_step(), *(step_between(*pair) for pair in pairwise(cells))], fps=fps)


def flicker_in(steps: Sequence[Step], *, fps: float) -> Flicker:
    """Measure the flicker of pictures whose steps are known."""
    curves = np.asarray(steps)
    whole, bands = _fast(curves, fps)
    # A lamp that is switched on is fast but once: flicker changes from each picture to the next.
    return Flicker(
        min(_deviation(whole), _STEPS_OF_FAST * _deviation(curves[1:, 0])),
        min(_deviation(bands), _STEPS_OF_FAST * _deviation(curves[1:, 1:])),
    )


def no_step() -> Step:
    """Return the step to a scene's first picture."""
    return np.zeros(CELLS[0] + 1)


def step_between(before: Floats, after: Floats) -> Step:
    """Return the change of light between pictures with these cells: the whole's, then each row's."""
    floor = np.float32(_FLOOR)
    changes = np.log((after + floor) / (before + floor)).astype(np.float64)
    whole = _agreed(changes.reshape(1, -1), _DOUBT)
    return np.concatenate([whole, _agreed(changes - whole, _DOUBT_OF_ROW)])


def _agreed(changes: NDArray[np.float64], doubt: float) -> NDArray[np.float64]:
    """Return the median over the last axis, drawn to nothing by as much as the cells disagree."""
    middle = np.median(changes, axis=-1)
    apart = np.median(np.abs(changes - middle[..., None]), axis=-1)
    agreed = np.sign(middle) * np.maximum(np.abs(middle) - doubt * apart, 0)
    return np.asarray(agreed, np.float64)


def _fast(
    steps: NDArray[np.float64], fps: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    curve = np.cumsum(steps, axis=0)
    fast = curve - gaussian_filter1d(curve, _SMOOTH_S * fps, axis=0, mode="nearest", truncate=2.5)
    bands = fast[:, 1:]
    if bands.shape[1] > 3:
        bands = gaussian_filter1d(bands, 1.0, axis=1, mode="nearest")
    return fast[:, 0], bands


def _deviation(fast: NDArray[np.float64]) -> float:
    """By the median, which a flash does not move."""
    return float(np.median(np.abs(fast))) * _DEVIATION_OF_MEDIAN


def gains_at(
    steps: Sequence[Step], place: int, fps: float, strength: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the gain of each row of cells that takes the flicker out of the picture at `place`.

    Shape (rows,). `strength`, 0 to 1, is how much of the whole's and of the bands' is taken.
    """
    whole, bands = _fast(np.asarray(steps), fps)
    found = strength[0] * whole[place] + strength[1] * bands[place]
    return np.asarray(np.exp(-np.clip(found, -GAIN_MAX, GAIN_MAX)))


def strength_for(flicker: Flicker) -> tuple[float, float]:
    """Return how much of the whole's and of the bands' flicker to take out, 0 to 1 each."""
    whole = (flicker.whole - WHOLE_MIN) / (WHOLE_FULL - WHOLE_MIN)
    bands = (flicker.bands - BANDS_MIN) / (BANDS_FULL - BANDS_MIN)
    return min(max(whole, 0.0), 1.0), min(max(bands, 0.0), 1.0)


def apply_gains(planes: tuple[Plane, ...], gains: NDArray[np.float64]) -> tuple[Plane, ...]:
    """Return the planes with each row's light multiplied: luma above black, chroma about grey."""
    return tuple(_multiply(plane, gains, index > 0) for index, plane in enumerate(planes))


def _multiply(plane: Plane, gains: NDArray[np.float64], is_chroma: bool) -> Plane:
    height = plane.shape[0]
    unit = 1.0 if plane.dtype == np.uint8 else 4.0
    rows = (np.arange(height) + 0.5) * (CELLS[0] / height) - 0.5
    gain = np.interp(rows, np.arange(CELLS[0]), gains).astype(np.float32)[:, None]
    centre = np.float32((128.0 if is_chroma else _BLACK) * unit)
    moved = (plane.astype(np.float32) - centre) * gain + (centre + np.float32(0.5))
    result: Plane = np.clip(moved, 0, 256 * unit - 1).astype(plane.dtype)
    return result
