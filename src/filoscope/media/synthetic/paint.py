"""Brushes of the scenes: colour, noise, glows, layers with depth, and the film they end on.

Light is added and blurred in linear numbers; `develop` then bends it as film does, so that
highlights roll off and no gradient bands. Layers are finished colours with soft edges.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias, cast

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from filoscope.media.synthetic.stage import Light, Picture

Plane: TypeAlias = NDArray[Any]  # numbers of one or three channels; float32 where it is large

GRAIN = 2.2  # levels of 255: hides the steps of 8 bits, still calm
PLATES = 8  # grain plates that follow one another
VIGNETTE = 0.26  # how much darker the corners are


def whole(points: ArrayLike) -> NDArray[np.int32]:
    """Return points in whole units, as the drawing functions want them."""
    return np.asarray(points).astype(np.int32)


def rgb(colour: str) -> Plane:
    """Return "#rrggbb" as a screen shows it `(3,)`, from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def ink(colour: str, strength: float = 1.0) -> Plane:
    """Return the light `(3,)` that `develop` turns back into "#rrggbb"."""
    shown = np.minimum(rgb(colour), 0.985)
    return cast(Plane, -np.log1p(-(shown**2)) * np.float32(strength))


def ramp(colours: tuple[str, ...], at: Plane, *, light: bool = True) -> Plane:
    """Return the colour at each place of a ramp: `at` `(...)` from 0 to 1, result `(..., 3)`."""
    points = np.array([ink(c) if light else rgb(c) for c in colours], np.float32)
    steps = np.linspace(0, 1, len(colours))
    fine = np.linspace(0, 1, 1024)
    table = np.stack([np.interp(fine, steps, points[:, c]) for c in range(3)], axis=1)
    place = (np.clip(at, 0, 1) * 1023).astype(np.int32)
    return table.astype(np.float32)[place]


def noise(
    height: int, width: int, rng: np.random.Generator, *, cells: float = 4, octaves: int = 5
) -> Plane:
    """Return fractal noise `(height, width)` from 0 to 1; `cells` fit into the width."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        across = max(2, round(cells * 2**octave))
        down = max(2, round(across * height / width))
        if across > width or down > height:
            break
        grid = rng.random((down + 3, across + 3), np.float32)
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(1e-6, high - low)


def around(plane: Plane) -> Plane:
    """Return noise whose right edge continues at its left: one end is faded into the other."""
    width = plane.shape[1]
    part = np.clip(np.linspace(-3, 1, width, dtype=np.float32), 0, 1)
    mixed = plane * (1 - part) + np.roll(plane[:, ::-1], 0, axis=1) * part
    return cast(Plane, mixed)


def glow(light: Light, x: float, y: float, radius: float, colour: Plane) -> None:
    """Add a soft round light, exact to a part of a pixel."""
    height, width = light.shape[:2]
    reach = 3 * radius
    left, right = max(0, int(x - reach)), min(width, int(x + reach) + 2)
    top, bottom = max(0, int(y - reach)), min(height, int(y + reach) + 2)
    if left >= right or top >= bottom:
        return
    across = np.exp(-(((np.arange(left, right) - x) / radius) ** 2))
    down = np.exp(-(((np.arange(top, bottom) - y) / radius) ** 2))
    patch = np.outer(down, across).astype(np.float32)
    light[top:bottom, left:right] += patch[..., None] * colour


def splat(height: int, width: int, x: Plane, y: Plane, weight: Plane) -> Plane:
    """Drop points between the pixels of a plane `(height, width)`, each shared by four."""
    inside = (x >= 0) & (x < width - 1) & (y >= 0) & (y < height - 1)
    x, y, weight = x[inside], y[inside], weight[inside]
    left, top = x.astype(np.int64), y.astype(np.int64)
    fx, fy = x - left, y - top
    place = top * width + left
    plane = np.zeros(height * width)
    for offset, share in (
        (0, (1 - fx) * (1 - fy)),
        (1, fx * (1 - fy)),
        (width, (1 - fx) * fy),
        (width + 1, fx * fy),
    ):
        plane += np.bincount(place + offset, weight * share, height * width)[: height * width]
    return plane.reshape(height, width).astype(np.float32)


def blur(picture: Plane, radius: float) -> Plane:
    """Blur softly; wide blurs are made small, blurred and made large again."""
    height, width = picture.shape[:2]
    step = max(1, min(8, int(radius / 4)))
    small = picture
    if step > 1:
        size = (max(2, width // step), max(2, height // step))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(0.3, radius / step))
    return cast(Plane, cv2.resize(small, (width, height)) if step > 1 else small)


class Layer:
    """A cut-out laid over the frame at any place, to a part of a pixel."""

    def __init__(self, colour: Plane, alpha: Plane) -> None:
        """Take a colour `(height, width, 3)` or `(3,)` and how much it covers `(height, width)`."""
        rows = np.flatnonzero(alpha.max(axis=1) > 0.004)
        columns = np.flatnonzero(alpha.max(axis=0) > 0.004)
        self.top, self.left = (int(rows[0]), int(columns[0])) if len(rows) else (0, 0)
        bottom, right = (int(rows[-1]) + 1, int(columns[-1]) + 1) if len(rows) else (1, 1)
        part = (slice(self.top, bottom), slice(self.left, right))
        alpha = alpha[part]
        colour = colour[part] if colour.ndim == 3 else colour
        dither = np.random.default_rng(5).random(alpha.shape, np.float32)[..., None]
        covered = np.clip(colour, 0, 1) * alpha[..., None] * 255
        self.paint = np.clip(covered + dither * (alpha[..., None] > 0), 0, 255).astype(np.uint8)
        keep = ((1 - alpha) * 255 + 0.5).astype(np.uint8)
        self.keep = np.repeat(keep[..., None], 3, axis=2)
        open_rows = np.flatnonzero(keep.max(axis=1) > 0)
        self.solid = int(open_rows[-1]) + 2 if len(open_rows) else 0  # nothing shows below

    def over(self, picture: Picture, x: float = 0.0, y: float = 0.0) -> None:
        """Lay the layer over `picture`: its column `x` comes to the left edge, moved down by `y`."""
        height, width = picture.shape[:2]
        column, row = int(np.floor(x)), self.top + int(np.floor(y))
        left, right = (
            max(0, self.left - column),
            min(width, self.left - column + self.paint.shape[1]),
        )
        top, bottom = max(0, row), min(height, row + len(self.paint))
        if bottom <= top or right <= left:
            return
        first = column + left - self.left
        columns = slice(first, first + right - left + 1)
        shift = np.array([[1, 0, column - x], [0, 1, y - np.floor(y)]], np.float32)
        solid = min(bottom, max(top, row + self.solid))
        for start, end in ((top, solid), (solid, bottom)):
            if end <= start:
                continue
            rows = slice(max(0, start - row - 1), end - row)
            above = start - row - rows.start
            size = (right - left, end - start + above)
            paint = cv2.warpAffine(
                self.paint[rows, columns], shift, size, borderMode=cv2.BORDER_REPLICATE
            )[above:]
            window = picture[start:end, left:right]
            if start < solid:
                keep = cv2.warpAffine(
                    self.keep[rows, columns], shift, size, borderMode=cv2.BORDER_REPLICATE
                )[above:]
                paint = cv2.add(cv2.multiply(window, keep, scale=1 / 255), paint)
            window[:] = paint


def shown(light: Light, size: tuple[int, int]) -> Plane:
    """Bend light as film does, enlarge it to `size` (width, height); 0 to 255, not yet rounded."""
    bent = cv2.sqrt(np.float32(1) - cv2.exp(-np.maximum(light, 0)))
    if (light.shape[1], light.shape[0]) != size:
        bent = cv2.resize(bent, size, interpolation=cv2.INTER_CUBIC)
    return cast(Plane, bent * np.float32(255))


def develop(light: Light, size: tuple[int, int]) -> Picture:
    """Return light as a picture of `size`, dithered so that no gradient bands."""
    bent = shown(light, size)
    bent += _dither(size)
    return cast(Picture, cv2.convertScaleAbs(np.maximum(bent, 0, out=bent)))


def finish(picture: Picture, frame: int, *, grain: float = GRAIN) -> Picture:
    """Darken the corners and lay the film's grain over the picture."""
    height, width = picture.shape[:2]
    picture = cast(Picture, cv2.multiply(picture, _corners(height, width), scale=1 / 255))
    plate = _grain(height, width, frame % PLATES)
    share = grain / 32
    return cast(Picture, cv2.addWeighted(picture, 1.0, plate, share, -128 * share))


def sky(height: int, width: int, colours: tuple[str, ...]) -> Plane:
    """Return a soft vertical ramp of finished colours `(height, width, 3)`, top first."""
    at = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    return np.repeat(ramp(colours, at, light=False), width, axis=1)


@lru_cache(maxsize=2)
def _dither(size: tuple[int, int]) -> Plane:
    rng = np.random.default_rng(9)
    return rng.random((size[1], size[0], 3), np.float32) - np.float32(0.5)


@lru_cache(maxsize=2)
def _corners(height: int, width: int) -> Picture:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    shade = 1 - VIGNETTE * np.clip((x**2 + y**2) / 2, 0, 1) ** 1.5
    return np.repeat((shade * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)


@lru_cache(maxsize=2 * PLATES)
def _grain(height: int, width: int, plate: int) -> Picture:
    rng = np.random.default_rng([13, plate])
    grey = np.clip(rng.standard_normal((height, width), np.float32) * 32 + 128, 0, 255)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
