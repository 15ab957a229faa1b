"""How a shot fills the frame: cut around where the eye goes, and a slow move over a photo."""

from __future__ import annotations

import numpy as np

from filoscope.studio.cutting.scoring import Piece
from filoscope.studio.timeline import Box, Move
from filoscope.studio.timeline.shots import Framing
from filoscope.studio.watching import Footage

_SAME_SHAPE = 0.02
_PHOTO_ZOOM = 0.14
"""By how much a photo grows or shrinks in four seconds: slow enough not to be noticed as such."""

_PHOTO_S = 4.0
_PHOTO_ZOOM_MAX = 0.24
_HEAD = 0.42
"""Where the eye's focus lies in the height of the frame: heads are above the middle."""


def framing_of(
    piece: Piece, footage: Footage, *, aspect: float, fps: float, is_odd: bool
) -> Framing | Box | Move:
    """Return how a piece is to be framed.

    Parameters
    ----------
    piece : Piece
    footage : Footage
    aspect : float
        Width of the timeline's frame by its height.
    fps : float
    is_odd : bool
        Photos grow and shrink by turns.
    """
    x, y = _focus(piece, footage, fps)
    if footage.is_photo:
        seconds = piece.frames / fps
        zoom = 1 + min(_PHOTO_ZOOM * seconds / _PHOTO_S, _PHOTO_ZOOM_MAX)
        wide, near = (_box(footage, aspect, x, y, factor) for factor in (1.0, zoom))
        return Move(near, wide) if is_odd else Move(wide, near)
    shape = footage.width / footage.height / aspect
    if abs(shape - 1) < _SAME_SHAPE and piece.zoom == 1:
        return "fill"
    return _box(footage, aspect, x, y, piece.zoom)


def _focus(piece: Piece, footage: Footage, fps: float) -> tuple[float, float]:
    """Return where the eye goes in a piece, in widths and heights; faces and motion weigh more."""
    times, end_s = footage.times_s, piece.start_s + piece.frames / fps
    within = (times >= piece.start_s - 0.1) & (times <= end_s + 0.1)
    if footage.is_photo or not within.any():
        within = np.ones(len(times), bool)
    weights = 0.05 + footage.motion[within] + (footage.face_counts[within] > 0)
    x = float(np.average(footage.focus_x[within], weights=weights))
    y = float(np.average(footage.focus_y[within], weights=weights))
    return x, y


def _box(footage: Footage, aspect: float, x: float, y: float, zoom: float) -> Box:
    """Return the largest part of the frame's shape around a point, or so much less of it."""
    shape = footage.width / footage.height
    width, height = min(aspect / shape, 1.0) / zoom, min(shape / aspect, 1.0) / zoom
    left = min(max(x - width / 2, 0.0), 1 - width)
    top = min(max(y - _HEAD * height, 0.0), 1 - height)
    return Box(round(left, 5), round(top, 5), round(width, 5), round(height, 5))
