"""The calm path of a whole scene: each moment within the least zoom that makes it calm.

Third differences cost, by squares that are weighted again and again until they cost nearer to
lengths; where the camera stands still, the picture does.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from filoscope.enhance.highpass import faster_than
from filoscope.enhance.path import Floats, solve, weights_of
from filoscope.enhance.shake import is_still

_CUTOFF_HZ = 0.24
"""Slower is kept as meant, where the crop has room."""

_SWAY_HZ, _SWAY_PX = 0.7, 0.65
"""A path is calm when what is faster moves by less than this (RMS, px of a picture 640 wide)."""

_STEPS = 20
"""Bounds of the zoom that are tried, evenly spaced between none and the user's."""

_NEIGHBOURHOOD_S = 1.0
"""Half of the time over which a bound is chosen together."""

_TRIAL_ITERATIONS, _ITERATIONS = 100, 200

_REWEIGHTS, _REWEIGHT_RANGE = 3, (0.02, 4.0)
"""Of iterated least squares: half of the way to the sum of lengths (L1). All of it costs stability on
three of five clips, for paths that are pieces of parabolas."""


def calm_path(filmed: Floats, *, fps: float, half: Floats, zoom_max: Floats | float) -> Floats:
    """Return the corrections of a scene, each moment within the least zoom that makes it calm.

    Parameters
    ----------
    filmed : ndarray
        Shape (frames, 4).
    fps : float
    half : ndarray
        Half width and half height, in longer sides.
    zoom_max : float or ndarray
        Bound of the zoom.
    """
    nothing = np.zeros((0, 4))
    stiffness = (fps / (2 * np.pi * _CUTOFF_HZ)) ** 6
    weights = weights_of(len(filmed), stiffness=stiffness)
    most = np.broadcast_to(np.asarray(zoom_max, np.float64), (len(filmed),))
    bound, start = most, None
    for step in range(_STEPS, 0, -1):
        trial = most ** (step / _STEPS)
        start = solve(
            filmed,
            nothing,
            half=half,
            zoom_max=trial,
            weights=weights,
            start=start,
            iterations=_TRIAL_ITERATIONS,
        )
        bound = np.where(_sway_px(filmed + start, fps) <= _SWAY_PX, np.minimum(bound, trial), bound)
    reach = round(_NEIGHBOURHOOD_S * fps)
    wide = maximum_filter1d(bound, 2 * reach + 1, mode="nearest")
    eased = gaussian_filter1d(wide, reach / 2.5, mode="nearest", truncate=2.5)
    # Where the camera stands still the picture does: no drift towards the shake to come.
    bound = np.where(is_still(filmed, fps), 1.0, np.minimum(eased, most))
    found = np.zeros_like(filmed)
    for _ in range(_REWEIGHTS + 1):
        found = solve(
            filmed,
            nothing,
            half=half,
            zoom_max=bound,
            weights=weights,
            start=found,
            iterations=_ITERATIONS,
        )
        weights = _reweighted(stiffness, filmed + found)
    return found


def _reweighted(stiffness: float, path: Floats) -> Floats:
    """Return weights under which squares cost nearer to lengths: few changes rather than small."""
    weights = weights_of(len(path), stiffness=stiffness)
    change = np.sqrt((np.diff(path, n=3, axis=0) ** 2).sum(axis=1))
    if len(change):
        usual = float(np.median(change))
        shares = np.sqrt(usual / np.maximum(change, 1e-12))
        weights[2, : len(change)] *= np.clip(shares, *_REWEIGHT_RANGE)
    return weights


def _sway_px(path: Floats, fps: float) -> Floats:
    """Return how much a path still moves around each frame, RMS px of a picture 640 wide."""
    if len(path) < fps or fps <= 2 * _SWAY_HZ:
        return np.full(len(path), np.inf)
    fast = faster_than(_SWAY_HZ, path[:, :2], fps=fps)
    width = 2 * round(_NEIGHBOURHOOD_S * fps) + 1
    power = uniform_filter1d((fast**2).sum(axis=1), width, mode="nearest")
    return np.asarray(np.sqrt(power) * 640, np.float64)
