"""Cut shapes of the scenes: polygons, hills, suns, with soft edges and finished colours."""

from __future__ import annotations

import cv2
import numpy as np

from filoscope.media.synthetic.paint import Plane, noise, rgb, whole
from filoscope.media.synthetic.stage import Picture

AROUND = 16  # drawing in sixteenths of a pixel


def poly(cover: Picture, points: list[tuple[float, float]], value: int = 255) -> None:
    """Fill a polygon with soft edges."""
    cv2.fillPoly(cover, [whole(np.array(points) * AROUND)], value, cv2.LINE_AA, 4)


def hill(height: int, crest: Plane) -> Plane:
    """Return what lies under a crest line `(width,)`: 1 below, 0 above, a soft pixel between."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.asarray(np.clip(rows - crest[None, :] + 0.5, 0, 1).astype(np.float32), np.float32)


def crest_line(width: int, rng: np.random.Generator, *, cells: float, octaves: int = 6) -> Plane:
    """Return one line of fractal noise `(width,)` from 0 to 1."""
    return np.asarray(noise(2, width, rng, cells=cells, octaves=octaves)[0], np.float32)


def to_picture(colour: Plane) -> Picture:
    """Round finished colours `(..., 3)` from 0 to 1, dithered."""
    dither = np.random.default_rng(6).random(colour.shape[:2], np.float32)[..., None]
    return np.clip(colour * 255 + dither, 0, 255).astype(np.uint8)


def sun(picture: Plane, x: float, y: float, radius: float, colour: str) -> None:
    """Add a sun and its haze to finished colours, in place."""
    height, width = picture.shape[:2]
    gy, gx = np.ogrid[0:height, 0:width]
    far = np.sqrt((gx - x) ** 2 + (gy - y) ** 2).astype(np.float32)
    haze = 0.55 * np.exp(-far / (radius * 3.2)) + 0.3 * np.exp(-far / (radius * 9))
    disc = np.clip((radius - far) * 0.5 + 0.5, 0, 1)
    cover = np.maximum(haze, disc)[..., None]
    picture += (1 - picture) * cover * (0.35 + 0.65 * rgb(colour))
