"""How one shot becomes the next: what is shown while both are.

A `Join` is asked for its frames in order; `share` goes from 0 to 1, its middle being the cut. Each
is the shot before at 0 and the shot after at 1.
"""

from __future__ import annotations

from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import (
    BLACK,
    WHITE,
    Plane,
    Planes,
    filled,
    mixed,
    size_of,
)
from filoscope.studio.timeline import Transition

_ZOOM = 0.75
"""How much larger a shot has become where a zoom leaves it."""

_MATCH = 0.34
"""Of the canvas's longer side: how far the pictures move on in a match."""

_STILL_PX = 0.4
"""Per frame, on the small picture: slower is no motion to go on with, and the two only fade."""

_SMALL_PX = 160
_BLUR_SHARE = 0.6
"""Of the way that a picture goes in a frame, smeared: a shutter open for over half of it."""

_SHAKES = 5
"""Pictures laid over each other for the smear of a zoom."""


class Join(Protocol):
    """Two shots into one picture."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture at a share of the transition."""


class Crossfade:
    """One fades into the other: evenly, since eased fades look like a hesitation."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the mixture."""
        return mixed(before, after, share)


class Flash:
    """Light floods the picture up to the cut and ebbs away after it, more slowly than it came."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture under the light."""
        light = (2 * share) ** 2 if share < 0.5 else (2 - 2 * share) ** 1.5
        shown = before if share < 0.5 else after
        return mixed(shown, filled(size_of(shown), WHITE), light)


class Whip:
    """The camera is torn aside, and comes to rest on the next shot; smeared as it flies."""

    def __init__(self, frames: int) -> None:
        self._frames = frames

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the view between two pictures that lie side by side."""
        width = size_of(before)[0]
        place = _torn(share)
        step = _torn(min(share + 0.5 / self._frames, 1)) - _torn(max(share - 0.5 / self._frames, 0))
        made = []
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            fine = 1 if index == 0 else 2
            left = round(place * width / fine)
            view = np.concatenate([one[:, left:], other[:, :left]], axis=1)
            smear = int(step * width / fine * _BLUR_SHARE) | 1
            made.append(view if smear < 3 else np.asarray(cv2.blur(view, (smear, 1)), np.uint8))
        return made[0], made[1], made[2]


def _torn(share: float) -> float:
    """Return how far a thing that is torn away and caught has come: fastest in the middle."""
    return 8 * share**4 if share < 0.5 else 1 - 8 * (1 - share) ** 4


class Zoom:
    """The picture rushes towards the viewer, and the next one out of it."""

    def __init__(self, frames: int) -> None:
        self._frames = frames

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture on its way."""
        half = 0.5 / self._frames
        laid: Planes | None = None
        for number in range(_SHAKES):
            near = share + half * _BLUR_SHARE * (2 * number / (_SHAKES - 1) - 1)
            view = self._view(before, after, min(max(near, 0.0), 1.0))
            laid = view if laid is None else mixed(laid, view, 1 / (number + 1))
        assert laid is not None
        return laid

    def _view(self, before: Planes, after: Planes, share: float) -> Planes:
        place = _torn(share)
        faded = min(max((share - 0.35) / 0.3, 0.0), 1.0)
        one = before if faded >= 1 else _grown(before, 1 + _ZOOM * 2 * place)
        other = after if faded <= 0 else _grown(after, 1 / (1 + _ZOOM * 2 * (1 - place)))
        return mixed(one, other, faded)


def _grown(planes: Planes, scale: float) -> Planes:
    """Return a picture made larger or smaller about its middle; beyond its edges it is mirrored."""
    if abs(scale - 1) < 1e-3:
        return planes
    width, height = size_of(planes)
    shift = ((1 - scale) * width / 2, (1 - scale) * height / 2)
    return _moved(planes, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]))


def _moved(planes: Planes, matrix: NDArray[np.float64]) -> Planes:
    """Move a picture by a matrix in pixels of luma."""
    made: list[Plane] = []
    for index, plane in enumerate(planes):
        fine = 1 if index == 0 else 2
        own = matrix.copy()
        own[:, 2] /= fine
        moved = cv2.warpAffine(
            plane,
            own,
            (plane.shape[1], plane.shape[0]),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        made.append(np.asarray(moved, np.uint8))
    return made[0], made[1], made[2]


class Match:
    """The motion of the shot that ends is carried on into the one that begins.

    The first two pictures of the shot before say whither it moves. Both pictures slide on that way,
    gathering speed up to the cut and losing it after, and fade into each other at the fastest.
    Where nothing moves they only fade.
    """

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._first: Plane | None = None
        self._way: tuple[float, float] | None = None

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture on its way."""
        small = _small(before[0])
        if self._first is None:
            self._first = small
        elif self._way is None:
            self._way = _way_of(self._first, small)
        faded = min(max((share - 0.3) / 0.4, 0.0), 1.0)
        faded = faded * faded * (3 - 2 * faded)
        if self._way is None:
            return mixed(before, after, faded)
        reach = _MATCH * max(size_of(before))
        place = _torn(share)
        gone, left = place * reach, (place - 1) * reach
        one = before if faded >= 1 else self._slid(before, gone)
        other = after if faded <= 0 else self._slid(after, left)
        return mixed(one, other, faded)

    def _slid(self, planes: Planes, far: float) -> Planes:
        assert self._way is not None
        x, y = self._way
        return _moved(planes, np.array([[1.0, 0, x * far], [0, 1.0, y * far]]))


def _small(luma: Plane) -> Plane:
    scale = _SMALL_PX / max(luma.shape)
    size = (max(round(luma.shape[1] * scale), 8), max(round(luma.shape[0] * scale), 8))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _way_of(one: Plane, other: Plane) -> tuple[float, float] | None:
    """Return the direction in which what moves moves, None where hardly anything does."""
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = np.asarray(finder.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float64)
    speed = np.hypot(flow[..., 0], flow[..., 1])
    moving = speed > max(float(np.quantile(speed, 0.75)), _STILL_PX)
    if moving.mean() < 0.02:
        return None
    x, y = (float(flow[..., axis][moving].mean()) for axis in (0, 1))
    length = float(np.hypot(x, y))
    return (x / length, y / length) if length > _STILL_PX else None


def join_of(transition: Transition) -> Join:
    """Return what joins two shots."""
    frames = transition.frames
    if transition.kind == "whip":
        return Whip(frames)
    if transition.kind == "zoom":
        return Zoom(frames)
    if transition.kind == "match":
        return Match(frames)
    return Flash() if transition.kind == "flash" else Crossfade()


def begun(transition: Transition | None, planes: Planes, number: int) -> Planes:
    """Return a frame of the first shot, which comes from black, or from white in a flash."""
    if transition is None or number >= transition.after:
        return planes
    luma = WHITE if transition.kind == "flash" else BLACK
    return mixed(filled(size_of(planes), luma), planes, (number + 0.5) / transition.after)
