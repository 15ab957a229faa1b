"""Follow what is in a box, and know when it is lost.

>>> tracker = BoxTracker(yuv, Box(310, 120, 40, 90))
>>> for yuv in later:
...     seen = tracker.follow(yuv)
...     print(seen.box, seen.confidence)

A correlation filter learned as it goes (Bolme et al. 2010; Danelljan et al. 2014: brightness, colour
and eight directions of edges, each with its own filter) answers where the thing is; the share of its
colours against those around it (as in Staple, Bertinetto et al. 2016) corrects it where the thing
bends. How sharp the answer's peak is says how sure it is: below a bound nothing is learned, and the
thing is looked for all over the picture until it is back.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft2, rfft2

from filoscope.enhance.framing.boxes import Box
from filoscope.enhance.framing.pictures import Colour

Floats = NDArray[np.float32]
Complexes = NDArray[np.complex64]

LOST = 0.35
"""Confidence below which the box is where the thing was last, not where it is."""

_SIDE = 48
"""Cells of the patch in which the thing is looked for."""

_AROUND = 2.4
"""The patch in sizes of the thing: as far as it gets from one picture to the next."""

_SHARP = 0.09
"""Standard deviation of the wanted answer, in sides of the thing."""

_LEARN, _COLOUR_LEARN = 0.03, 0.04
_RIDGE = 1e-3
_SCALES = (1.0, 0.95, 1.05)
_SCALE_COST = 0.985
"""Another size must answer by so much better: sizes flicker where nothing grows."""

_COLOUR_SHARE = 0.3
_BINS = 16
_DIRECTIONS = 8
_SHARPNESS_NOTHING, _SHARPNESS_SURE = 4.0, 11.0
"""Peak of the answer over what else there is, in its standard deviations: on what is not the thing,
and on the thing."""

_PEAK = (0.08, 0.25)
"""Height of the answer, 1 for what was learned: on other things, and on the thing."""

_COLOURS_ALIKE = (0.25, 0.6)
"""Bhattacharyya's coefficient of the colours in the box, now and when it was drawn."""

_COLOURS_OWN = (0.5, 0.8)
"""Share of the box in colours that were the thing's and not its surroundings', now by then."""

_FOUND = 0.5
_SEARCH_PLACES_MAX = 8
"""Places looked at in each picture while the thing is lost."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a tracked thing is.

    Attributes
    ----------
    box : Box
        In pixels of the picture given.
    confidence : float
        0 to 1; under `LOST` the box is where it was last.
    """

    box: Box
    confidence: float


class BoxTracker:
    """Follows one thing.

    Parameters
    ----------
    yuv : ndarray
        Shape (height, width, 3), uint8, the picture in which the box is known.
    box : Box
    """

    def __init__(self, yuv: Colour, box: Box) -> None:
        # The patch is a square; the thing in it is `size` of its own shape.
        self._aspect = box.width / box.height
        self._size = float(np.sqrt(box.width * box.height))
        self._size_first = self._size
        self._centre = box.centre
        self._speed = (0.0, 0.0)
        self._confidence = 1.0
        self._window = np.outer(np.hanning(_SIDE), np.hanning(_SIDE)).astype(np.float32)
        self._wanted = rfft2(_bump(_SIDE, _SHARP * _SIDE / _AROUND)).astype(np.complex64)
        patch = self._patch(yuv, self._centre, self._size)
        layers = self._layers(patch)
        self._top = np.conj(self._wanted) * layers
        self._bottom = _power(layers)
        self._colours = self._histograms(patch)
        self._colours_first = self._colours.copy()
        self._own_first = self._own_colours(patch)

    @property
    def box(self) -> Box:
        """Where it is, or was last."""
        height = self._size / np.sqrt(self._aspect)
        width = self._size * np.sqrt(self._aspect)
        return Box(self._centre[0] - width / 2, self._centre[1] - height / 2, width, height)

    def follow(self, yuv: Colour) -> Seen:
        """Find the thing in the next picture."""
        is_lost = self._confidence < LOST
        found = self._search(yuv) if is_lost else self._step(yuv)
        if found is None:
            return Seen(self.box, self._confidence)
        centre, size, confidence = found
        if is_lost:
            self._confidence, self._speed = confidence, (0.0, 0.0)
            self._centre, self._size = centre, size
            return Seen(self.box, confidence)
        self._confidence += 0.5 * (confidence - self._confidence)
        if confidence >= LOST:
            self._speed = (centre[0] - self._centre[0], centre[1] - self._centre[1])
            self._centre, self._size = self._within(centre, yuv), size
            if confidence > _FOUND:
                self._learn(yuv, confidence)
        return Seen(self.box, self._confidence)

    def _step(self, yuv: Colour) -> tuple[tuple[float, float], float, float] | None:
        """Look around where it should be by now, at its size and a little smaller and larger."""
        ahead = (self._centre[0] + 0.5 * self._speed[0], self._centre[1] + 0.5 * self._speed[1])
        centre, peak, confidence = self._answer(yuv, ahead, self._size, has_colour=True)
        best, size = peak, self._size
        for scale in _SCALES[1:]:
            other = self._size * scale
            if not 0.3 < other / self._size_first < 3.5:
                continue
            _, peak, _ = self._answer(yuv, centre, other, has_colour=False)
            if peak * _SCALE_COST > best:
                best, size = peak * _SCALE_COST, self._size + 0.5 * (other - self._size)
        return centre, size, confidence

    def _search(self, yuv: Colour) -> tuple[tuple[float, float], float, float] | None:
        """Look where in the picture its colours are."""
        answers = [
            (*self._answer(yuv, centre, size, has_colour=True), size)
            for centre in self._alike(yuv)
            for size in {self._size, self._size_first}
        ]
        if not answers:
            return None
        centre, _, confidence, size = max(answers, key=lambda answer: answer[2])
        # Once more from there: a thing at the rim of a patch is dimmed by its window.
        centre, _, confidence = self._answer(yuv, centre, size, has_colour=True)
        return (centre, size, confidence) if confidence >= _FOUND else None

    def _alike(self, yuv: Colour) -> list[tuple[float, float]]:
        """Return the places that differ most in colour from what is around them as it did."""
        inside, around = self._colours_first
        share = inside / (inside + around + 1e-4)
        likely = np.asarray(share[self._codes(yuv[::2, ::2])], np.float32)
        box = self.box
        width, height = max(round(box.width / 2), 3), max(round(box.height / 2), 3)
        stands_out = 2 * cv2.blur(likely, (width, height)) - cv2.blur(
            likely, (2 * width, 2 * height)
        )
        peaks = stands_out == cv2.dilate(stands_out, np.ones((height, width), np.uint8))
        rows, columns = np.nonzero(peaks)
        best = np.argsort(-stands_out[rows, columns])[:_SEARCH_PLACES_MAX]
        return [(2.0 * columns[index], 2.0 * rows[index]) for index in best]

    def _answer(
        self, yuv: Colour, centre: tuple[float, float], size: float, *, has_colour: bool
    ) -> tuple[tuple[float, float], float, float]:
        """Return where in the patch it is, the height of the peak and how sure that is."""
        patch = self._patch(yuv, centre, size)
        layers = self._layers(patch)
        response = irfft2(
            (self._top * np.conj(layers)).sum(axis=0).conj() / (self._bottom + _RIDGE),
            (_SIDE, _SIDE),
        )
        response = np.asarray(np.fft.fftshift(response), np.float32)
        peak = float(response.max())
        mixed = response
        if has_colour:
            likely = self._likelihood(patch)
            mixed = (1 - _COLOUR_SHARE) * response + _COLOUR_SHARE * likely * max(peak, 0.0)
        row, column = np.unravel_index(int(mixed.argmax()), mixed.shape)
        y, x = _peak_at(mixed, int(row), int(column))
        step = size * _AROUND / _SIDE
        place = (centre[0] + (x - _SIDE // 2) * step, centre[1] + (y - _SIDE // 2) * step)
        if not has_colour:
            return place, peak, 0.0
        sure = _sureness(response, int(row), int(column)) * _ramp(peak, *_PEAK)
        if sure > LOST:
            # By the colours it had when it was boxed: a filter that has drifted is sure of itself.
            there = self._patch(yuv, place, size)
            alike = np.sqrt(self._histograms(there)[0] * self._colours_first[0]).sum()
            sure *= _ramp(float(alike), *_COLOURS_ALIKE)
            sure *= _ramp(self._own_colours(there) / self._own_first, *_COLOURS_OWN)
        return place, peak, sure

    def _learn(self, yuv: Colour, confidence: float) -> None:
        patch = self._patch(yuv, self._centre, self._size)
        layers = self._layers(patch)
        share = np.float32(_LEARN * confidence)
        self._top += share * (np.conj(self._wanted) * layers - self._top)
        self._bottom += share * (_power(layers) - self._bottom)
        self._colours += np.float32(_COLOUR_LEARN) * (self._histograms(patch) - self._colours)

    def _patch(self, yuv: Colour, centre: tuple[float, float], size: float) -> Colour:
        """Return the square around a place, `_AROUND` sizes of the thing wide."""
        step = size * _AROUND / _SIDE
        matrix = np.array(
            [
                [step, 0, centre[0] - step * (_SIDE // 2)],
                [0, step, centre[1] - step * (_SIDE // 2)],
            ]
        )
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
        patch = cv2.warpAffine(
            yuv, matrix, (_SIDE, _SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(patch, np.uint8)

    def _layers(self, patch: Colour) -> Complexes:
        """Return the spectra of brightness, colour and edges by direction."""
        values = patch.astype(np.float32) / 255
        luma = values[..., 0]
        across = cv2.Sobel(luma, cv2.CV_32F, 1, 0)
        down = cv2.Sobel(luma, cv2.CV_32F, 0, 1)
        size, angle = cv2.cartToPolar(across, down)
        bins = (angle * (_DIRECTIONS / np.pi)).astype(np.int32) % _DIRECTIONS
        strength = np.sqrt(size)
        edges = [np.where(bins == one, strength, np.float32(0)) for one in range(_DIRECTIONS)]
        stack = np.stack([luma, 2 * values[..., 1], 2 * values[..., 2], *edges])
        stack -= stack.mean(axis=(1, 2), keepdims=True)
        return np.asarray(rfft2(stack * self._window), np.complex64)

    def _codes(self, patch: Colour) -> NDArray[np.int32]:
        # Chroma keeps to the middle of its range: there its bins are twice as fine.
        luma = patch[..., 0].astype(np.int32) * 8 // 256
        chroma = np.clip((patch[..., 1:].astype(np.int32) - 64) * _BINS // 128, 0, _BINS - 1)
        return np.asarray((luma * _BINS + chroma[..., 0]) * _BINS + chroma[..., 1], np.int32)

    def _inside(self) -> tuple[slice, slice]:
        half_x = _SIDE / _AROUND / 2 * np.sqrt(self._aspect)
        half_y = _SIDE / _AROUND / 2 / np.sqrt(self._aspect)
        middle = _SIDE // 2
        rows = slice(max(round(middle - half_y), 0), min(round(middle + half_y), _SIDE))
        columns = slice(max(round(middle - half_x), 0), min(round(middle + half_x), _SIDE))
        return rows, columns

    def _histograms(self, patch: Colour) -> Floats:
        """Return the shares of each colour in the thing and around it, shape (2, colours)."""
        codes = self._codes(patch)
        count = 8 * _BINS * _BINS
        everywhere = np.bincount(codes.ravel(), minlength=count).astype(np.float32)
        inside = np.bincount(codes[self._inside()].ravel(), minlength=count).astype(np.float32)
        around = everywhere - inside
        return np.stack([inside / max(inside.sum(), 1), around / max(around.sum(), 1)])

    def _own_colours(self, patch: Colour) -> float:
        inside, around = self._colours_first
        share = inside / (inside + around + 1e-4)
        return max(float(share[self._codes(patch)[self._inside()]].mean()), 1e-3)

    def _likelihood(self, patch: Colour) -> Floats:
        """Return for each place how much of a box around it has the thing's colours, 0 to 1."""
        inside, around = self._colours
        share = inside / (inside + around + 1e-4)
        likely = np.asarray(share[self._codes(patch)], np.float32)
        rows, columns = self._inside()
        size = (columns.stop - columns.start, rows.stop - rows.start)
        return np.asarray(cv2.blur(likely, size), np.float32)

    def _within(self, centre: tuple[float, float], yuv: Colour) -> tuple[float, float]:
        height, width = yuv.shape[:2]
        return min(max(centre[0], 0.0), width - 1.0), min(max(centre[1], 0.0), height - 1.0)


def _bump(side: int, sigma: float) -> Floats:
    place = np.minimum(np.arange(side), side - np.arange(side)).astype(np.float32)
    line = np.exp(-0.5 * np.square(place / sigma))
    return np.asarray(np.outer(line, line), np.float32)


def _power(layers: Complexes) -> Floats:
    return np.asarray(np.square(np.abs(layers)).sum(axis=0), np.float32)


def _peak_at(response: Floats, row: int, column: int) -> tuple[float, float]:
    """Return the peak to a fraction of a cell, by a parabola."""

    def fraction(before: float, at: float, after: float) -> float:
        bend = before - 2 * at + after
        return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < 0 else 0.0

    y, x = float(row), float(column)
    if 0 < row < _SIDE - 1:
        y += fraction(*(float(response[row + step, column]) for step in (-1, 0, 1)))
    if 0 < column < _SIDE - 1:
        x += fraction(*(float(response[row, column + step]) for step in (-1, 0, 1)))
    return y, x


def _sureness(response: Floats, row: int, column: int) -> float:
    """Return 0 to 1 by how far the peak stands above what is not near it (PSR, Bolme)."""
    near = 5
    top, left = max(row - near, 0), max(column - near, 0)
    peak = float(response[top : row + near + 1, left : column + near + 1].max())
    rest = np.ones(response.shape, bool)
    rest[top : row + near + 1, left : column + near + 1] = False
    others = response[rest]
    sharpness = (peak - float(others.mean())) / (float(others.std()) + 1e-6)
    return _ramp(sharpness, _SHARPNESS_NOTHING, _SHARPNESS_SURE)


def _ramp(value: float, nothing: float, all_of_it: float) -> float:
    return float(np.clip((value - nothing) / (all_of_it - nothing), 0.0, 1.0))
