"""How much a camera shakes, and whether that is enough to do something about it.

>>> shake_of(motions, fps=30).usual_px
4.1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening, maximum_filter1d, median_filter, uniform_filter1d

from filoscope.enhance.highpass import faster_than
from filoscope.enhance.motion import Motion
from filoscope.enhance.path import Floats

SHAKE_HZ = 1.0
"""Hands shake at 1 to 12 Hz; slower is what the one who films meant."""

CALM_PX, SHAKY_PX = 0.8, 1.4
"""RMS of shake, in px of a picture 640 wide: below the first nothing is done, above the second all.
Stabilised in the camera, clips have 0.5; from a hand, 2 and more."""

_STRENGTH_S = 3.0
"""Time over which the shake decides how much is done, with the whole clip at hand."""

_STILL_PX, _STILL_S = 0.15, 0.6

_SHAKE_FRAMES_MIN = 5
RMS_OF_MEDIAN = 1 / np.sqrt(np.log(2))
"""Of a length whose two parts are normal."""


def shake_px(filmed: Floats, fps: float) -> Floats:
    """Return the length of the shake at each frame: what is faster than `SHAKE_HZ`.

    Parameters
    ----------
    filmed : ndarray
        Path, shape (frames, 2 or more): x and y first, in longer sides.
    fps : float

    Returns
    -------
    ndarray
        Shape (frames,), px of a picture 640 wide.
    """
    if len(filmed) < _SHAKE_FRAMES_MIN or fps <= 2 * SHAKE_HZ:
        return np.zeros(len(filmed))
    fast = faster_than(SHAKE_HZ, filmed[:, :2], fps=fps)
    return np.asarray(np.hypot(*fast.T) * 640, np.float64)


def usual_px(filmed: Floats, fps: float) -> float:
    """Return the shake of a path by the median, RMS px of a picture 640 wide: one jerk of the hand,
    as that which stops the camera, makes no shaky clip."""
    return float(np.median(shake_px(filmed, fps)) * RMS_OF_MEDIAN)


def strength_of(filmed: Floats, fps: float) -> Floats:
    """Return how much of the correction each frame of a scene is to have: 0 where it is calm.

    Parameters
    ----------
    filmed : ndarray
        Path, shape (frames, 4).
    fps : float

    Returns
    -------
    ndarray
        Shape (frames,), 0 to 1.
    """
    if not len(filmed):
        return np.zeros(0)
    width = min(2 * round(_STRENGTH_S * fps / 2) + 1, 2 * len(filmed) - 1)
    # Mirrored: what is fast fades at a scene's ends, and repeated an end would outvote a short scene.
    usual = median_filter(shake_px(filmed, fps), width, mode="reflect") * RMS_OF_MEDIAN
    # A shaky clip is not let go for a quiet moment: each change of strength is a motion too.
    aim = maximum_filter1d(np.clip((usual - CALM_PX) / (SHAKY_PX - CALM_PX), 0, 1), width)
    return np.asarray(uniform_filter1d(aim, 2 * round(fps / 2) + 1, mode="nearest"), np.float64)


def is_still(filmed: Floats, fps: float) -> NDArray[np.bool_]:
    """Say where the camera stood on something, shape (frames,): no hand is as calm for so long."""
    if len(filmed) < fps:
        return np.zeros(len(filmed), bool)
    width = 2 * round(_STILL_S * fps / 2) + 1
    usual = median_filter(shake_px(filmed, fps), width, mode="reflect") * RMS_OF_MEDIAN
    return np.asarray(binary_opening(usual < _STILL_PX, np.ones(width)), bool)


@dataclass(frozen=True, slots=True)
class Shake:
    """How much a camera shook.

    Attributes
    ----------
    jitter_px : float
        RMS of the motion faster than `SHAKE_HZ` over the scenes, in px of a picture 640 wide.
    usual_px : float
        By the median, which one jerk does not move.
    shaky_share : float
        Share of the frames that `Stabilizer` would move.
    """

    jitter_px: float
    usual_px: float
    shaky_share: float


def shake_of(motions: Iterable[Motion], *, fps: float) -> Shake:
    """Return how much a camera shook, by its motions from picture to picture."""
    scenes: list[list[tuple[float, float]]] = [[]]
    for motion in motions:
        if motion.is_cut:
            scenes.append([])
        scenes[-1].append((motion.x, motion.y))
    paths = [np.cumsum(scene, axis=0) for scene in scenes if scene]
    if not paths:
        return Shake(0.0, 0.0, 0.0)
    fast = np.concatenate([shake_px(path, fps) for path in paths])
    strength = np.concatenate([strength_of(path, fps) for path in paths])
    return Shake(
        jitter_px=float(np.sqrt((fast**2).mean())),
        usual_px=float(np.median(fast)) * RMS_OF_MEDIAN,
        shaky_share=float((strength > 0).mean()),
    )
