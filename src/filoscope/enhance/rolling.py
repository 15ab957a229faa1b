"""A rolling shutter: the rows of a picture are filmed one after the other, while the hand moves.

How long it takes from the first row to the last is one number for a whole clip. While the camera
speeds up from one picture to the next, lower rows move further than upper ones, by the readout's
share of that acceleration; `readout_of` lays the two beside each other, over every frame and in
both directions. With that number and the path, `bent_rows` says where each row lies beside the
place it would have had, had all been filmed at once (after Forssen and Ringaby, CVPR 2010, with the
path of the picture in place of a gyroscope).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.motion import Motion
from filoscope.enhance.warp import BANDS

Floats = NDArray[np.float64]

_AGREEMENT_MIN = 0.75
"""Correlation of bend and acceleration, in x and in y apart. Clips of cameras without a rolling
shutter stay below 0.12, one with it is at 0.83. A walk through a forest has 0.68, by what is near
and far as much as by the shutter: put straight it came out no calmer."""

_SLOPE_MAX = 0.012
"""A picture is bent by no more than this: a wrong path must not become a wobble."""

_FRAMES_MIN = 45
_ALIKE = 2.0
"""The readouts found in x and in y may differ by this factor."""

_READOUT_MAX = 1.1
"""A sensor that is read for longer than a frame lasts would miss the next; the rest is error."""

_BEND_MAX = 0.1
"""Steeper bends are failures of the fit."""


@dataclass(frozen=True, slots=True)
class Readout:
    """How a sensor is read.

    Attributes
    ----------
    share : float
        Time from the first row to the last, in frame intervals; negative from the bottom up
        (a phone held upside down); 0 when all rows seem to be filmed at once.
    confidence : float
        Lesser of the correlations in x and y, 0 to 1.
    """

    share: float = 0.0
    confidence: float = 0.0


def readout_of(motions: list[Motion], *, height: float) -> Readout:
    """Find the readout of a scene.

    Parameters
    ----------
    motions : list of Motion
        From frame to frame; the first counts as none.
    height : float
        Of the picture, in longer sides.
    """
    if len(motions) < _FRAMES_MIN:
        return Readout()
    shift = np.array([(motion.x, motion.y) for motion in motions])
    bend = np.array([(motion.skew, motion.stretch) for motion in motions]) * height
    velocity = np.gradient(np.cumsum(shift, axis=0), axis=0)
    change = np.diff(velocity, axis=0, prepend=velocity[:1])
    sound = np.array([motion.share > 0 for motion in motions]) & (np.abs(bend) < _BEND_MAX).all(1)
    sound[:2] = sound[-2:] = False
    change, bend = change[sound], bend[sound]
    power = (change**2).sum(axis=0)
    if len(change) < _FRAMES_MIN or not power.all() or not (bend**2).sum(axis=0).all():
        return Readout()
    shares = (bend * change).sum(axis=0) / power
    agreements = np.abs((bend * change).sum(axis=0)) / np.sqrt(power * (bend**2).sum(axis=0))
    confidence = float(agreements.min())
    low, high = sorted(np.abs(shares))
    is_alike = np.sign(shares[0]) == np.sign(shares[1]) and high <= _ALIKE * low
    if confidence < _AGREEMENT_MIN or not is_alike:
        return Readout(0.0, confidence)
    share = float((bend * change).sum() / power.sum())
    return Readout(float(np.clip(share, -_READOUT_MAX, _READOUT_MAX)), confidence)


def bent_rows(filmed: Floats, index: int, readout: float, *, height: float) -> Floats:
    """Return where rows lie beside their place.

    Parameters
    ----------
    filmed : ndarray
        Path of a scene, shape (frames, 4).
    index : int
        The frame.
    readout : float
        Of the first row to the last, in frame intervals.
    height : float
        Of the picture, in longer sides.

    Returns
    -------
    ndarray
        Shape (`BANDS` + 1, 4), at the edges of equal bands from top to bottom; see `warp_bands`.
    """
    moments = readout * (np.arange(BANDS + 1) / BANDS - 0.5)
    before, now, after = filmed[np.clip([index - 1, index, index + 1], 0, len(filmed) - 1)]
    # The parabola through three frames; at a scene's ends, where two are one, the line.
    is_inner = 0 < index < len(filmed) - 1
    speed = (after - before) / (2 if is_inner else 1)
    change = (after - 2 * now + before) / 2 if is_inner else np.zeros(4)
    bent = moments[:, None] * speed + (moments**2)[:, None] * change
    slope = float(np.hypot(*(bent[-1, :2] - bent[0, :2]))) / height
    return np.asarray(bent * min(1.0, _SLOPE_MAX / max(slope, 1e-12)), np.float64)


def unbent(motions: list[Motion]) -> Floats:
    """Return the steps of a path, shape (frames, 4), that a rolling shutter has not bent."""
    return np.array(
        [(motion.x, motion.y, motion.row_turn_rad, motion.row_growth) for motion in motions]
    )
