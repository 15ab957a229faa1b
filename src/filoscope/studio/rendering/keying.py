"""Green screen: what has the screen's colour becomes clear, and its light is taken off the rest.

In Cb and Cr, where a lit and a shaded part of a screen lie on one ray: distance from the key's
colour is measured across that ray more than along it. Spill is what of the key's direction is left
in the colour of the subject; it is taken away, and nothing is made magenta.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import Planes, color_of
from filoscope.studio.timeline import Key

_RANGE = 224.0
"""Of Cb and Cr: tolerance and softness are shares of it."""

_ALONG = 0.8
"""How much a difference in saturation counts beside one in hue: folds of the screen go with it, and
a grey shirt stays."""

Alpha = NDArray[np.float32]


def keyed(planes: Planes, key: Key) -> tuple[Planes, Alpha, Alpha]:
    """Return a picture without its screen.

    Returns
    -------
    Planes
        With the spill taken off.
    ndarray
        How opaque each pixel is, at the size of luma; and at that of chroma.
    """
    (_, cb, cr), _ = color_of(key.color)
    way = np.array([cb - 128.0, cr - 128.0])
    length = max(float(np.hypot(*way)), 1.0)
    way /= length
    u = planes[1].astype(np.float32) - 128
    v = planes[2].astype(np.float32) - 128
    along = u * np.float32(way[0]) + v * np.float32(way[1])
    across = v * np.float32(way[0]) - u * np.float32(way[1])
    # More saturated than the key is screen as well.
    missing = np.maximum(length - along, 0) * np.float32(_ALONG)
    distance = np.hypot(missing, across) / np.float32(_RANGE)
    coarse = np.clip((distance - key.tolerance) / key.softness, 0, 1).astype(np.float32)
    # A pixel of a subject's rim is not wholly one of it.
    coarse = np.asarray(
        cv2.GaussianBlur(np.asarray(cv2.erode(coarse, _CROSS)), (3, 3), 0), np.float32
    )
    size = (planes[0].shape[1], planes[0].shape[0])
    alpha = np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
    spill = np.maximum(along - np.abs(across), 0) * np.float32(key.spill)
    clean = tuple(
        np.clip(np.rint(plane - spill * np.float32(part) + 128), 0, 255).astype(np.uint8)
        for plane, part in ((u, way[0]), (v, way[1]))
    )
    return (planes[0], clean[0], clean[1]), alpha, coarse


_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)


def over(front: tuple[Planes, Alpha, Alpha], back: Planes) -> Planes:
    """Return a keyed picture over another of the same size."""
    planes, alpha, coarse = front
    made = []
    for index, (plane, behind) in enumerate(zip(planes, back, strict=True)):
        share = alpha if index == 0 else coarse
        mixture = behind + (plane.astype(np.float32) - behind) * share
        made.append(np.asarray(mixture + np.float32(0.5), np.uint8))
    return made[0], made[1], made[2]
