"""Small pictures of a frame, as the finders want them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Plane = NDArray[np.uint8] | NDArray[np.uint16]
Colour = NDArray[np.uint8]

_NEUTRAL = 128
_LUMA = 255 / 219
_TO_RGB = np.array(
    [
        [_LUMA, 0.0, 1.793, -16 * _LUMA - 128 * 1.793],
        [_LUMA, -0.213, -0.533, -16 * _LUMA + 128 * (0.213 + 0.533)],
        [_LUMA, 2.112, 0.0, -16 * _LUMA - 128 * 2.112],
    ]
)
"""What Y, U, V and 1 are multiplied by for R, G, B."""


LONG_SIDE = 480
"""Pixels of the picture in which faces are looked for and things are tracked."""


def shrunk(plane: Plane, size: tuple[int, int]) -> Grey:
    """Return a plane at another size (width, height), in 8 bit."""
    # Every second or third pixel is enough to make one of four out of: a fifth of the time.
    step = max(plane.shape[1] // (2 * size[0]), 1)
    picked = plane[::step, ::step].copy()
    small = cv2.resize(picked, size, interpolation=cv2.INTER_AREA)
    if small.dtype == np.uint8:
        return np.asarray(small, np.uint8)
    return np.asarray(np.asarray(small, np.uint16) >> 2, np.uint8)


def small_yuv(planes: tuple[Plane, ...], long_side: int) -> Colour:
    """Return a frame as one picture of Y, U, V, its longer side at most this long.

    Parameters
    ----------
    planes : tuple of ndarray
        Luma, and two planes of chroma where there is colour.

    Returns
    -------
    ndarray
        Shape (height, width, 3), uint8.
    """
    scale = min(long_side / max(planes[0].shape), 1.0)
    height, width = planes[0].shape[:2]
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    layers = [shrunk(plane, size) for plane in planes[:3]]
    while len(layers) < 3:
        layers.append(np.full_like(layers[0], _NEUTRAL))
    return np.asarray(cv2.merge(layers), np.uint8)


def rgb_of(yuv: Colour) -> Colour:
    """Return Y, U, V (BT.709, limited range) as R, G, B."""
    return np.asarray(cv2.transform(yuv, _TO_RGB), np.uint8)
