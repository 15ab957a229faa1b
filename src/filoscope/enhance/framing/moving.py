"""What moves in a picture though the camera does not, or moves otherwise than the camera.

The pictures before are laid over this one by the motion of the camera; what then still differs, by more
than noise and beyond what lies a pixel beside it, has moved by itself.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.framing.boxes import Box
from filoscope.enhance.framing.pictures import Colour
from filoscope.enhance.motion import Motion

Floats = NDArray[np.float32]

LONG_SIDE = 160
"""Pixels of the picture that is compared: noise and leaves are gone, people are not."""

_BACK, _BACK_MOVING = (2, 4), (1, 2)
"""Looks back that are compared: someone who strolls takes so long to leave the pixels he was at. But while
the camera moves, what is near and what is far part by more the longer one waits."""

_TRAVELS = 0.02
"""In longer sides of the picture, over the looks kept."""

_MEMORY_S = 0.15
"""A walker's legs move by turns: what moved just now still counts."""

_MOVED = 0.3
_DIFFERENCE = 7.0
"""Levels beyond what lies within a pixel of the same place: noise, and the parallax of a camera
that walks, are less."""

_AREA_MIN, _AREA_FULL = 0.0012, 0.04
"""Of the picture: a bird far away, and someone across the street."""

_EVERYWHERE = 0.35
"""When more of the picture moves, it is water, leaves, or a camera whose motion was not found."""

_RIM_PX = 7
"""Width in which what has just come into view is not compared."""

_THINGS_MAX = 6


class MovingFinder:
    """Finds what moves by itself; keeps four small pictures."""

    def __init__(self) -> None:
        self.begin_scene()

    def begin_scene(self) -> None:
        """Forget the picture before."""
        self._past: deque[tuple[Floats, NDArray[np.float64]]] = deque(maxlen=_BACK[-1])
        self._energy: Floats | None = None

    def find(self, yuv: Colour, motion: Motion, passed_s: float) -> list[tuple[Box, float]]:
        """Return boxes, in pixels of the picture given, and how much each draws the eye (0 to 1).

        Parameters
        ----------
        yuv : ndarray
            Shape (height, width, 3), uint8.
        motion : Motion
            Of the content since the picture before.
        passed_s : float
            Since the picture before.
        """
        grey, scale = _small(yuv)
        matrix = _matrix(motion, grey.shape)
        # Warped anew each time, a picture would blur: its way to now is what is kept up to date.
        self._past = deque(((one, matrix @ way) for one, way in self._past), _BACK[-1])
        past = list(self._past)
        self._past.append((grey, np.eye(3)))
        if len(past) < _BACK[-1] or self._energy is None or self._energy.shape != grey.shape:
            self._energy = np.zeros_like(grey)
            return []
        # What has just been uncovered was seen before its cover came: it differs from one only.
        travelled = float(np.abs(past[0][1][:2, 2]).max()) / max(grey.shape)
        backs = _BACK_MOVING if travelled > _TRAVELS else _BACK
        change = np.min([_change(grey, *past[-back]) for back in backs], axis=0)
        now = np.where(change > 0, np.float32(1.0), np.float32(0.0))
        kept = np.float32(np.exp(-passed_s / _MEMORY_S))
        before = cv2.warpAffine(self._energy, matrix[:2], (grey.shape[1], grey.shape[0]))
        self._energy = np.asarray(np.maximum(now, before * kept), np.float32)
        return self._things(scale)

    def _things(self, scale: float) -> list[tuple[Box, float]]:
        assert self._energy is not None
        spread = cv2.blur(self._energy, (5, 5))
        mask = cv2.dilate((spread > _MOVED).astype(np.uint8), np.ones((5, 3), np.uint8))
        share_moving = float(mask.mean())
        _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
        found = []
        for x, y, width, height, area in stats[1:]:
            share = area / mask.size
            if share < _AREA_MIN:
                continue
            weight = min((share / _AREA_FULL) ** 0.6, 1.0)
            weight *= float(np.clip(2 * (1 - share_moving / _EVERYWHERE), 0.0, 1.0))
            found.append((Box(x, y, width, height).scaled(1 / scale), float(weight)))
        found.sort(key=lambda thing: -thing[1])
        return [thing for thing in found[:_THINGS_MAX] if thing[1] > 0]


def _change(grey: Floats, past: Floats, way: NDArray[np.float64]) -> Floats:
    """Return how much brighter or darker than anything within a pixel of it each place was."""
    size = (grey.shape[1], grey.shape[0])
    moved = cv2.warpAffine(past, way[:2], size, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
    known = cv2.erode((moved >= 0).astype(np.uint8), np.ones((_RIM_PX, _RIM_PX), np.uint8))
    near = np.ones((3, 3), np.uint8)
    brighter, darker = grey - cv2.dilate(moved, near), cv2.erode(moved, near) - grey
    change = np.maximum(brighter, darker) - np.float32(_DIFFERENCE)
    return np.asarray(np.where(known > 0, change, np.float32(-1)), np.float32)


def _small(yuv: Colour) -> tuple[Floats, float]:
    scale = min(LONG_SIDE / max(yuv.shape), 1.0)
    grey = cv2.resize(yuv[..., 0], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32), scale


def _matrix(motion: Motion, shape: tuple[int, ...]) -> NDArray[np.float64]:
    side = max(shape)
    middle = np.array([shape[1], shape[0]]) / 2 - 0.5
    size = np.exp(motion.growth)
    cos, sin = size * np.cos(motion.turn_rad), size * np.sin(motion.turn_rad)
    linear = np.array([[cos, -sin], [sin, cos]])
    shift = np.array([motion.x, motion.y]) * side
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, middle + shift - linear @ middle
    return matrix
