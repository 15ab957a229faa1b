"""What one picture is like: sharp, light, full of detail, and what it looks like from afar."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.framing import Box
from filoscope.studio.watching.footage import THUMB
from filoscope.studio.watching.reading import Grey

_BLUR_PX = 9
_SHARPNESS_NOTHING, _SHARPNESS_ALL = 0.15, 0.75
"""Share of the differences between neighbours that blurring takes away: of smear, and of a still life."""

_DIFFERENCE_LEAST = 0.8
"""Mean difference of neighbours, in levels: below it there is nothing that could be sharp."""

_TILES = (10, 6)
_DETAIL_LEAST = 1.1
"""Mean deviation from the surroundings, in levels, below which a tile is flat: a finger, a pocket."""

_BLACK, _WHITE = 16, 235

_FACE_FAR, _FACE_NEAR = 0.05, 0.5
"""Heights of a face, in heights of the picture, of a view from afar and of one that is filled."""

_BODY_NEAR = 0.5
"""Size of a shot whose height somebody's motion fills."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a take.

    Attributes
    ----------
    sharpness, light, flat_share : float
        0 to 1; the last is the share of tiles without detail.
    spread : float
        Deviation of the picture's luma, in levels.
    thumb : ndarray
        Shape (48,), uint8.
    """

    sharpness: float
    light: float
    flat_share: float
    spread: float
    thumb: NDArray[np.uint8]


def look_at(luma: Grey, grey: Grey) -> Look:
    """Measure one picture.

    Parameters
    ----------
    luma : ndarray
        Shape (height, width).
    grey : ndarray
        The same, smaller.
    """
    values = grey.astype(np.float32)
    detail = np.abs(values - cv2.blur(values, (5, 5)))
    tiles = cv2.resize(detail, _TILES, interpolation=cv2.INTER_AREA)
    thumb = cv2.resize(grey, THUMB, interpolation=cv2.INTER_AREA)
    return Look(
        sharpness=sharpness_of(luma),
        light=float(np.clip((values.mean() - _BLACK) / (_WHITE - _BLACK), 0, 1)),
        flat_share=float(np.mean(tiles < _DETAIL_LEAST)),
        spread=float(values.std()),
        thumb=np.asarray(thumb, np.uint8).ravel(),
    )


def sharpness_of(luma: Grey) -> float:
    """Return how much blurring would take away, 0 to 1 (Crete et al., "The Blur Effect", 2007)."""
    shares = [_lost_by_blur(luma), _lost_by_blur(np.ascontiguousarray(luma.T))]
    share = min(shares)  # Smear takes one direction alone.
    ratio = (share - _SHARPNESS_NOTHING) / (_SHARPNESS_ALL - _SHARPNESS_NOTHING)
    return float(np.clip(ratio, 0, 1))


def _lost_by_blur(luma: Grey) -> float:
    """Return the share of the differences down the picture that blurring down it takes away.

    Neighbours of a running mean differ by what enters it and what leaves it, so that nothing has to
    be blurred.
    """
    reach = _BLUR_PX // 2
    padded = cv2.copyMakeBorder(luma, reach, reach, 0, 0, cv2.BORDER_REFLECT_101)
    own = cv2.absdiff(luma[1:], luma[:-1])
    passing = cv2.absdiff(padded[_BLUR_PX:], padded[:-_BLUR_PX])
    lost = cv2.addWeighted(own, _BLUR_PX, passing, -1, 0, dtype=cv2.CV_16S)
    lost = cv2.threshold(lost, 0, 0, cv2.THRESH_TOZERO)[1]
    mean = float(cv2.mean(own)[0])
    # What has no detail at all has only noise, which is always sharp.
    share = float(cv2.mean(lost)[0]) / _BLUR_PX / max(mean, 1e-6)
    return share * min(mean / _DIFFERENCE_LEAST, 1.0)


def shot_size(face_height: float, extent: float) -> float:
    """Return 0 for a view from afar to 1 for a face that fills the picture.

    Parameters
    ----------
    face_height : float
        Of the largest face, in heights of the picture; 0 for none.
    extent : float
        Heights of the picture that what moves takes.
    """
    if face_height > 0:
        span = np.log(_FACE_NEAR / _FACE_FAR)
        return float(np.clip(np.log(face_height / _FACE_FAR) / span, 0, 1))
    return float(np.clip((extent - 0.25) / 0.75, 0, 1)) * _BODY_NEAR


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of one picture.

    Attributes
    ----------
    time_s : float
    count : int
    height : float
        Of the largest, in heights of the picture.
    x, y : float
        Its centre, in widths and heights.
    """

    time_s: float
    count: int = 0
    height: float = 0.0
    x: float = 0.5
    y: float = 0.5

    def towards(self, other: Faces, time_s: float) -> Faces:
        """Return the faces at a moment between two looks: they move evenly from one to the other."""
        share = (time_s - self.time_s) / (other.time_s - self.time_s)
        nearer = self if share < 0.5 else other
        height, x, y = (
            one + share * (another - one)
            for one, another in ((self.height, other.height), (self.x, other.x), (self.y, other.y))
        )
        return Faces(time_s, nearer.count, height, x, y)


def faces_of(found: list[tuple[Box, float]], shape: tuple[int, ...], time_s: float) -> Faces:
    """Sum up what a finder of faces found in a picture of this shape."""
    if not found:
        return Faces(time_s)
    largest = max((box for box, _ in found), key=lambda box: box.height)
    x, y = largest.centre
    height, width = shape[:2]
    return Faces(time_s, len(found), largest.height / height, x / width, y / height)
