"""How the camera moved from one picture to the next, whatever else moves in it.

>>> finder = MotionFinder()
>>> for luma in lumas:
...     print(finder.see(luma).x)

Corners (Shi and Tomasi 1994) spread over the picture are followed by pyramidal Lucas-Kanade on a
small grey picture; those that do not come back to where they began are dropped. RANSAC then finds
the similarity that most of the picture agrees with, so that someone who walks through it has no
say. Where nothing can be followed (smear, fog), phase correlation gives the shift alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

Luma = NDArray[np.uint8] | NDArray[np.uint16]
Grey = NDArray[np.uint8]
Points = NDArray[np.float32]
Floats = NDArray[np.float64]

LONG_SIDE = 480
"""Pixels of the longer side where motion is looked for: a quarter of a pixel here is one in 1080p."""

_CORNERS_MAX = 320
_CELLS = (6, 8)
"""Corners are chosen in each cell apart, or the one textured thing in view would decide alone."""

_QUALITY = 0.005
_APART_PX = 6
_WINDOW_PX = (17, 17)
_LEVELS = 4
_RETURN_PX = 0.6
"""Followed forth and back, a corner that is this far off has slid along an edge or was covered."""

_RANSAC_PX = 1.2
_INLIERS_MIN = 12
_SHARE_MIN = 0.25
"""With a smaller share of the corners in agreement, what they agree on may be a passer-by."""

_BENT_PX = 2.5
"""So far from the similarity a rolling shutter may take what still belongs to the whole picture."""

_RESPONSE_MIN = 0.08
_THUMB = (32, 18)
_CUT_DIFFERENCE = 22.0
"""Mean difference of thumbnails, out of 255, above which pictures that do not match are two scenes:
whip pans and flashes stay below, or still match."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How the content of the picture moved since the last one, about the picture's centre.

    Attributes
    ----------
    x, y : float
        Shift of the centre, in longer sides of the picture; right and down are positive.
    turn_rad : float
        Clockwise.
    growth : float
        Natural logarithm of the scale: above 0 the content has become larger.
    is_cut : bool
        Another scene begins; then the rest is 0.
    share : float
        Share of the followed corners that agree; 0 where only a shift could be found, or nothing.
    skew, stretch : float
        What the similarity cannot say: how far x and y shift further for each longer side down.
    row_turn_rad, row_growth : float
        Turn and growth along rows alone, which a rolling shutter does not bend.
    """

    x: float = 0.0
    y: float = 0.0
    turn_rad: float = 0.0
    growth: float = 0.0
    is_cut: bool = False
    share: float = 0.0
    skew: float = 0.0
    stretch: float = 0.0
    row_turn_rad: float = 0.0
    row_growth: float = 0.0


class MotionFinder:
    """Follows one clip, picture by picture; keeps the latest one only."""

    def __init__(self) -> None:
        self._grey: Grey | None = None
        self._thumb: NDArray[np.float32] | None = None

    def see(self, luma: Luma) -> Motion:
        """Return the motion since the picture before; none for the first.

        Parameters
        ----------
        luma : ndarray
            Shape (height, width), uint8 or uint16 (10 bit).
        """
        grey = small_grey(luma)
        thumb = cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA).astype(np.float32)
        last, last_thumb = self._grey, self._thumb
        self._grey, self._thumb = grey, thumb
        if last is None or last_thumb is None or last.shape != grey.shape:
            return Motion(is_cut=last is not None)
        start, end = follow(last, grey)
        motion = _agreed(start, end, grey.shape)
        if motion is not None:
            return motion
        if float(np.abs(thumb - last_thumb).mean()) > _CUT_DIFFERENCE:
            return Motion(is_cut=True)
        return _shift(last, grey)


def small_grey(luma: Luma) -> Grey:
    """Return the picture as 8 bit, its longer side `LONG_SIDE` pixels at most."""
    scale = min(LONG_SIDE / max(luma.shape), 1.0)
    size = tuple(max(round(side * scale), 1) for side in luma.shape[::-1])
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    eight_bit = small if small.dtype == np.uint8 else np.asarray(small, np.uint16) >> 2
    return np.asarray(eight_bit, np.uint8)


def follow(last: Grey, grey: Grey) -> tuple[Points, Points]:
    """Return where corners of one picture are, and where they have gone in the next.

    Returns
    -------
    start, end : ndarray
        Shape (corners, 2), in pixels of the small picture, those that could be followed.
    """
    start = _corners(last)
    if not len(start):
        return start, start
    end, found = _flow(last, grey, start)
    back, found_back = _flow(grey, last, end)
    returned = np.abs(back - start).max(axis=1) < _RETURN_PX
    kept = found & found_back & returned
    return start[kept], end[kept]


def _flow(last: Grey, grey: Grey, start: Points) -> tuple[Points, NDArray[np.bool_]]:
    nowhere = np.empty_like(start)
    end, found, _ = cv2.calcOpticalFlowPyrLK(
        last, grey, start, nowhere, winSize=_WINDOW_PX, maxLevel=_LEVELS
    )
    return np.asarray(end, np.float32), np.asarray(found).ravel().astype(bool)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _strengths(grey):  # type: ignore[no-untyped-def]
    """Return the smaller eigenvalue of each 3 x 3 neighbourhood's gradients, of arbitrary scale.

    As OpenCV's `cornerMinEigenVal`, a fifth of the time; nothing within two pixels of the edge.
    """
    height, width = grey.shape
    strength = np.zeros((height, width), np.float32)
    xx = np.zeros((3, width), np.float32)
    xy, yy = np.zeros_like(xx), np.zeros_like(xx)
    for y in range(1, height - 1):
        above, here, below, place = grey[y - 1], grey[y], grey[y + 1], y % 3
        for x in range(1, width - 1):
            right = np.int32(above[x + 1]) + 2 * np.int32(here[x + 1]) + np.int32(below[x + 1])
            left = np.int32(above[x - 1]) + 2 * np.int32(here[x - 1]) + np.int32(below[x - 1])
            low = np.int32(below[x - 1]) + 2 * np.int32(below[x]) + np.int32(below[x + 1])
            high = np.int32(above[x - 1]) + 2 * np.int32(above[x]) + np.int32(above[x + 1])
            across, down = np.float32(right - left), np.float32(low - high)
            xx[place, x], xy[place, x] = across * across, across * down
            yy[place, x] = down * down
        if y < 3:
            continue
        row = strength[y - 1]
        for x in range(2, width - 2):
            a = b = c = np.float32(0)
            for i in range(3):
                a += xx[i, x - 1] + xx[i, x] + xx[i, x + 1]
                b += xy[i, x - 1] + xy[i, x] + xy[i, x + 1]
                c += yy[i, x - 1] + yy[i, x] + yy[i, x + 1]
            row[x] = a + c - np.sqrt((a - c) * (a - c) + np.float32(4) * b * b)
    return strength


def _corners(grey: Grey) -> Points:
    rows, columns = _CELLS
    strength = _strengths(grey)
    # The strongest of each neighbourhood, then the strongest few of each cell.
    peaks = strength == cv2.dilate(strength, np.ones((_APART_PX, _APART_PX), np.uint8))
    rim = 4
    peaks[:rim], peaks[-rim:], peaks[:, :rim], peaks[:, -rim:] = False, False, False, False
    peaks &= strength > _QUALITY * np.percentile(strength[::3, ::3], 99.5)
    y, x = np.nonzero(peaks)
    cell = (y * rows // grey.shape[0]) * columns + x * columns // grey.shape[1]
    order = np.lexsort((-strength[y, x], cell))
    _, first, count = np.unique(cell[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, count)
    chosen = order[rank < _CORNERS_MAX // (rows * columns)]
    return np.stack([x[chosen], y[chosen]], axis=1).astype(np.float32)


def _agreed(start: Points, end: Points, shape: tuple[int, ...]) -> Motion | None:
    """Return the similarity most corners agree with, None when too few do."""
    if len(start) < _INLIERS_MIN:
        return None
    centre = np.array([shape[1], shape[0]], np.float32) / 2
    matrix, inliers = cv2.estimateAffinePartial2D(
        start - centre, end - centre, ransacReprojThreshold=_RANSAC_PX, confidence=0.999
    )
    if matrix is None:
        return None
    share = float(inliers.mean())
    if inliers.sum() < _INLIERS_MIN or share < _SHARE_MIN:
        return None
    side = max(shape)
    places = (start - centre).astype(np.float64) / side, (end - centre).astype(np.float64) / side
    bend = _bend(*places, np.asarray(matrix, np.float64), side)
    return Motion(
        x=float(matrix[0, 2] / side),
        y=float(matrix[1, 2] / side),
        turn_rad=float(np.arctan2(matrix[1, 0], matrix[0, 0])),
        growth=float(np.log(np.hypot(matrix[0, 0], matrix[1, 0]))),
        share=share,
        skew=float(bend[0, 1] + bend[1, 0]),
        stretch=float(bend[1, 1] - bend[0, 0]),
        row_turn_rad=float(bend[1, 0]),
        row_growth=float(bend[0, 0]),
    )


def _bend(start: Floats, end: Floats, similarity: Floats, side: int) -> Floats:
    """Return the affine part, less the identity, of the motion near a similarity, shape (2, 2)."""
    offset = similarity[:, 2] / side
    off = np.hypot(*(end - start @ similarity[:, :2].T - offset).T)
    kept = off < _BENT_PX / side
    places = np.column_stack([start, np.ones(len(start))])
    fit = similarity[:, :2].T - np.eye(2)
    for _ in range(2):
        if kept.sum() < _INLIERS_MIN:
            break
        fit, *_ = np.linalg.lstsq(places[kept], (end - start)[kept], rcond=None)
        off = np.hypot(*(end - start - places @ fit).T)
        kept = off < max(2.5 * float(np.median(off)), 0.3 / side)
    return np.asarray(fit[:2].T, np.float64)


def _shift(last: Grey, grey: Grey) -> Motion:
    window = cv2.createHanningWindow(grey.shape[::-1], cv2.CV_32F)
    (x, y), response = cv2.phaseCorrelate(last.astype(np.float32), grey.astype(np.float32), window)
    if response < _RESPONSE_MIN:
        return Motion()
    side = max(grey.shape)
    return Motion(x=x / side, y=y / side)
