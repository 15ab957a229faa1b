"""Pictures between pictures, by optical flow: slow motion of what was not filmed fast.

Dense inverse search (Kroeger, Timofte, Dai & Van Gool 2016) in both directions, at half size; each
of the two pictures is moved its part of the way, and they are mixed by how near each is in time.
Where the two directions disagree, something is hidden: there the nearer picture counts alone.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import Plane, Planes

_FLOW_PX = 480
"""Longer side at which flow is found: finer flow follows noise, at four times the cost."""

_AGREE_PX = 1.5
"""How far forth and back may differ, at that size."""

_CUT_ERROR = 22.0
"""Mean difference of luma after moving, above which two pictures show different scenes."""

Flow = NDArray[np.float32]


class Between:
    """Two pictures that follow one another, and all that lie between them."""

    def __init__(self, one: Planes, other: Planes) -> None:
        self._one, self._other = one, other
        scale = min(_FLOW_PX / max(one[0].shape), 1.0)
        size = (
            max(round(one[0].shape[1] * scale), 16),
            max(round(one[0].shape[0] * scale), 16),
        )
        small = [
            np.asarray(cv2.resize(planes[0], size, interpolation=cv2.INTER_AREA), np.uint8)
            for planes in (one, other)
        ]
        finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._forth = np.asarray(
            finder.calc(small[0], small[1], np.zeros((*small[0].shape, 2), np.float32)), np.float32
        )
        self._back = np.asarray(
            finder.calc(small[1], small[0], np.zeros((*small[0].shape, 2), np.float32)), np.float32
        )
        moved = _pulled(small[1], self._forth, 1.0)
        error = np.abs(moved.astype(np.int16) - small[0]).mean()
        self.is_cut = bool(error > _CUT_ERROR)

    def at(self, share: float) -> Planes:
        """Return the picture at a share of the way from one to the other."""
        if share < 0.02:
            return self._one
        if share > 0.98:
            return self._other
        if self.is_cut:
            return self._one if share < 0.5 else self._other
        # Where the picture between has a pixel, flow is not known; the nearer one's is taken.
        forth = _pulled(self._forth, self._back, share)
        back = _pulled(self._back, self._forth, 1 - share)
        gap = np.hypot(*np.moveaxis(forth + back, -1, 0))
        trust = np.clip(1 - (gap - _AGREE_PX) / _AGREE_PX, 0, 1)
        weight = np.where(trust > 0, share, np.float32(share > 0.5))
        weight = cv2.GaussianBlur(np.asarray(weight, np.float32), (5, 5), 0)
        made = [
            _laid(one, other, forth, back, np.asarray(weight, np.float32), share)
            for one, other in zip(self._one, self._other, strict=True)
        ]
        return made[0], made[1], made[2]


def _laid(one: Plane, other: Plane, forth: Flow, back: Flow, weight: Flow, share: float) -> Plane:
    size = (one.shape[1], one.shape[0])
    scale = np.array([size[0] / forth.shape[1], size[1] / forth.shape[0]], np.float32)
    large_forth = np.asarray(cv2.resize(forth, size), np.float32) * scale
    large_back = np.asarray(cv2.resize(back, size), np.float32) * scale
    first = _pulled(one, large_forth, -share).astype(np.float32)
    second = _pulled(other, large_back, share - 1).astype(np.float32)
    mixture = first + (second - first) * np.asarray(cv2.resize(weight, size), np.float32)
    return np.asarray(mixture + np.float32(0.5), np.uint8)


def _pulled(picture: NDArray[np.generic], flow: Flow, share: float) -> NDArray[np.float32]:
    """Return a picture whose pixels are taken from a share of the flow away."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    part = np.float32(share)
    return np.asarray(
        cv2.remap(
            np.ascontiguousarray(picture),
            x + flow[..., 0] * part,
            y + flow[..., 1] * part,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
