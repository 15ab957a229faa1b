"""Writing that was put into the picture to be read: signs, titles, slides.

Letters are strokes side by side: strong edges across, close together, in a row that is longer than
high. No letter is read; a fence may pass for a title, which is why text weighs little and is only
looked at when it stands still.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.framing.boxes import Box
from filoscope.enhance.framing.pictures import Colour

_ROW_MIN, _ROW_MAX = 0.03, 0.2
"""Height of a row of writing, in heights of the picture: large enough to be read on a phone."""

_LONG_MIN = 2.2
_FILLED_MIN = 0.45
_CROSSINGS_MIN = 0.8
"""Strokes for each height of the row along its length: letters have one or two, a wall's bricks
and a face have fewer."""


_TWO_TONES_MIN = 0.8
"""Share of the variance between ink and paper: leaves have every tone between."""


def find_text(yuv: Colour) -> list[tuple[Box, float]]:
    """Return rows of writing, in pixels of the picture given, and how much each draws the eye."""
    grey = np.ascontiguousarray(yuv[..., 0])
    height, width = grey.shape
    contrast = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    strong = np.asarray(contrast > 90, np.uint8)
    joined = cv2.morphologyEx(strong, cv2.MORPH_CLOSE, np.ones((3, max(width // 40, 5)), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((5, 9), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = []
    for x, y, wide, high, area in stats[1:]:
        is_row = _ROW_MIN * height < high < _ROW_MAX * height and wide > _LONG_MIN * high
        if not is_row or area < _FILLED_MIN * wide * high:
            continue
        part = grey[y : y + high, x : x + wide]
        level, two_tones = _two_tones(part)
        if two_tones < _TWO_TONES_MIN:
            continue
        across = np.abs(np.diff((part > level).astype(np.int8), axis=1)).sum(axis=1)
        crossings = float(np.median(across)) / 2 * high / wide
        if crossings > _CROSSINGS_MIN:
            share = wide * high / grey.size
            found.append((Box(float(x), float(y), float(wide), float(high)), min(share / 0.03, 1)))
    return found


def _two_tones(part: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the level between the two tones of a picture (Otsu), and their share of its variance."""
    level, _ = cv2.threshold(np.ascontiguousarray(part), 0, 1, cv2.THRESH_OTSU)
    bright = part[part > level].astype(np.float64)
    dark = part[part <= level].astype(np.float64)
    if not bright.size or not dark.size:
        return level, 0.0
    apart = bright.size * dark.size / part.size**2 * (bright.mean() - dark.mean()) ** 2
    return level, float(apart / max(float(part.astype(np.float64).var()), 1e-9))
