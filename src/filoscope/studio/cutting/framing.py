"""How a shot fills the frame: cut around where the eye goes, and a slow move over a photo."""

from __future__ import annotations

import numpy as np

from filoscope.studio.cutting.material import PAN_MAX, eye_weights
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.timeline import Box, Move
from filoscope.studio.timeline.shots import Framing
from filoscope.studio.watching import Footage

Point = tuple[float, float]

_SAME_SHAPE = 0.02
_PHOTO_ZOOM = 0.14
"""By how much a photo grows or shrinks in four seconds: slow enough not to be noticed as such."""

_PHOTO_S = 4.0
_PHOTO_ZOOM_MAX = 0.24
_FOLLOWED = 0.12
"""Of the crop's width: the eye's focus moves by less in most shots, and a still crop is calmer."""

_HEAD = 0.42
"""Where the eye's focus lies in the height of the frame: heads are above the middle."""


def framing_of(
    piece: Piece, footage: Footage, *, aspect: float, fps: float, span_s: float, is_odd: bool
) -> Framing | Box | Move:
    """Return how a piece is to be framed.

    Parameters
    ----------
    piece : Piece
    footage : Footage
    aspect : float
        Width of the timeline's frame by its height.
    fps : float
    span_s : float
        Seconds of the take that the piece shows.
    is_odd : bool
        Photos grow and shrink by turns.
    """
    if footage.is_photo:
        x, y = float(footage.focus_x[0]), float(footage.focus_y[0])
        seconds = piece.frames / fps
        zoom = 1 + min(_PHOTO_ZOOM * seconds / _PHOTO_S, _PHOTO_ZOOM_MAX)
        wide, near = (_box(footage, aspect, x, y, factor) for factor in (1.0, zoom))
        return Move(near, wide) if is_odd else Move(wide, near)
    shape = footage.width / footage.height / aspect
    if abs(shape - 1) < _SAME_SHAPE and piece.zoom == 1:
        return "fill"
    begin, end = _focus(piece, footage, span_s)
    boxes = [_box(footage, aspect, x, y, piece.zoom) for x, y in (begin, end)]
    if abs(boxes[1].x - boxes[0].x) > _FOLLOWED * boxes[0].width:
        return Move(boxes[0], boxes[1])
    x, y = ((one + other) / 2 for one, other in zip(begin, end, strict=True))
    return _box(footage, aspect, x, y, piece.zoom)


def _focus(piece: Piece, footage: Footage, seconds: float) -> tuple[Point, Point]:
    """Return where the eye goes at a piece's beginning and end, in widths and heights.

    Across, by the line that fits best, faces and motion weighing more; down, all the time the same:
    a crop that bobs is worse than one that is a little low.
    """
    times = footage.times_s
    within = (times >= piece.start_s - 0.1) & (times <= piece.start_s + seconds + 0.1)
    if not within.any():
        within = np.abs(times - piece.start_s) <= np.abs(times - piece.start_s).min()
    weights = eye_weights(footage)[within]
    passed = times[within] - piece.start_s - seconds / 2
    x = footage.focus_x[within]
    middle = float(np.average(x, weights=weights))
    passed = passed - np.average(passed, weights=weights)
    spread = float(np.average(np.square(passed), weights=weights))
    slope = float(np.average(passed * (x - middle), weights=weights)) / (spread + 0.02)
    slope = float(np.clip(slope, -PAN_MAX, PAN_MAX))
    y = float(np.average(footage.focus_y[within], weights=weights))
    return (middle - slope * seconds / 2, y), (middle + slope * seconds / 2, y)


def _box(footage: Footage, aspect: float, x: float, y: float, zoom: float) -> Box:
    """Return the largest part of the frame's shape around a point, or so much less of it."""
    shape = footage.width / footage.height
    width, height = min(aspect / shape, 1.0) / zoom, min(shape / aspect, 1.0) / zoom
    left = min(max(x - width / 2, 0.0), 1 - width)
    top = min(max(y - _HEAD * height, 0.0), 1 - height)
    return Box(round(left, 5), round(top, 5), round(width, 5), round(height, 5))
