"""What a sticker is drawn on: a square of 100 by 100, y downwards, and round, smooth or plain shapes.

All is drawn several times as large as it is wanted and made smaller once, so that every rim is soft.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

GRID = 100.0
LARGER = 3
"""Pixels drawn for one that is kept, across and down."""

RIM = 3.2
"""Of the white edge that sets a sticker off from any picture, in units of the grid."""

_SMOOTH = 24
"""Points between two of a smooth shape."""

Point = tuple[float, float]


class Sheet:
    """A square to draw on.

    Parameters
    ----------
    side_px : int
        Of the picture that is wanted.
    """

    def __init__(self, side_px: int) -> None:
        self._side = side_px
        self._scale = side_px * LARGER / GRID
        large = (side_px * LARGER, side_px * LARGER)
        self._image = Image.new("RGBA", large)
        self._pen = ImageDraw.Draw(self._image)

    def poly(self, points: Sequence[Point], color: str) -> None:
        """Fill what lies between straight lines."""
        self._pen.polygon([self._at(*point) for point in points], fill=color)

    def blob(self, points: Sequence[Point], color: str) -> None:
        """Fill what lies in a smooth closed line through points."""
        self.poly(smooth([*points, points[0]], is_closed=True), color)

    def oval(self, x: float, y: float, rx: float, ry: float, color: str, turn: float = 0) -> None:
        """Fill an ellipse, turned clockwise by degrees."""
        self.poly(arc(x, y, rx, ry, 0, 360, turn), color)

    def disc(self, x: float, y: float, radius: float, color: str) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, color)

    def box(self, corners: tuple[float, float, float, float], radius: float, color: str) -> None:
        """Fill a rectangle with round corners."""
        left, top, right, bottom = corners
        self._pen.rounded_rectangle(
            [self._at(left, top), self._at(right, bottom)], radius * self._scale, fill=color
        )

    def line(self, points: Sequence[Point], width: float, color: str) -> None:
        """Draw a line with round ends and bends."""
        placed = [self._at(*point) for point in points]
        self._pen.line(placed, fill=color, width=round(width * self._scale))
        for x, y in points:
            self.disc(x, y, width / 2, color)

    def letters(self, words: str, x: float, y: float, size: float, color: str) -> None:
        """Write words about their middle."""
        path = str(files("font_manrope") / "files" / "Manrope-ExtraBold.ttf")
        font = ImageFont.truetype(path, size * self._scale)
        self._pen.text(self._at(x, y), words, fill=color, font=font, anchor="mm")

    def turned(self, degrees: float) -> None:
        """Turn all that is drawn so far clockwise."""
        self._image = self._image.rotate(-degrees, resample=Image.Resampling.BICUBIC)
        self._pen = ImageDraw.Draw(self._image)

    def finished(self) -> Image.Image:
        """Return what is drawn at the size that was wanted, with its white edge around it."""
        size = (self._side, self._side)
        inner = round(self._side * (1 - 2.4 * RIM / GRID))
        art = Image.new("RGBA", size)
        small = self._image.resize((inner, inner), Image.Resampling.LANCZOS)
        art.paste(small, ((self._side - inner) // 2, (self._side - inner) // 2))
        rim = Image.new("RGBA", size, "#ffffff")
        rim.putalpha(_grown(art.getchannel("A"), RIM * self._side / GRID))
        rim.alpha_composite(art)
        return rim

    def _at(self, x: float, y: float) -> Point:
        return x * self._scale, y * self._scale


def _grown(alpha: Image.Image, radius_px: float) -> Image.Image:
    """Return a mask that reaches further by a radius, its rim soft."""
    from scipy.ndimage import distance_transform_edt

    outside = np.asarray(alpha, np.uint8) < 128
    away = distance_transform_edt(outside)
    level = np.clip(radius_px + 0.5 - away, 0, 1) * 255
    return Image.fromarray(level.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def arc(
    x: float, y: float, rx: float, ry: float, begin: float, end: float, turn: float = 0
) -> list[Point]:
    """Return points of an ellipse from one angle to another, in degrees clockwise from the right."""
    angle = np.radians(np.linspace(begin, end, max(int(abs(end - begin) / 2), 8)))
    across, down = rx * np.cos(angle), ry * np.sin(angle)
    way = np.radians(turn)
    return [
        (float(x + a * np.cos(way) - d * np.sin(way)), float(y + a * np.sin(way) + d * np.cos(way)))
        for a, d in zip(across, down, strict=True)
    ]


def smooth(points: Sequence[Point], *, is_closed: bool = False) -> list[Point]:
    """Return a smooth line through points (Catmull-Rom)."""
    places = np.array(points, np.float64)
    before = places[-2] if is_closed else places[0]
    after = places[1] if is_closed else places[-1]
    whole = np.vstack([before, places, after])
    made = []
    share = np.linspace(0, 1, _SMOOTH, endpoint=False)[:, None]
    for a, b, c, d in zip(whole, whole[1:], whole[2:], whole[3:], strict=False):
        made.append(
            0.5
            * (
                2 * b
                + (c - a) * share
                + (2 * a - 5 * b + 4 * c - d) * share**2
                + (3 * b - a - 3 * c + d) * share**3
            )
        )
    return [(float(x), float(y)) for x, y in np.vstack([*made, places[-1:]])]


def star(x: float, y: float, outer: float, inner: float, tips: int, turn: float = 0) -> list[Point]:
    """Return the corners of a star, its first tip upwards."""
    angle = np.radians(np.arange(2 * tips) * 180 / tips - 90 + turn)
    radius = np.where(np.arange(2 * tips) % 2 == 0, outer, inner)
    across, down = x + radius * np.cos(angle), y + radius * np.sin(angle)
    return [(float(a), float(b)) for a, b in zip(across, down, strict=True)]


def heart(x: float, y: float, size: float) -> list[Point]:
    """Return a heart about its middle, `size` wide."""
    t = np.linspace(0, 2 * np.pi, 240)
    across = 16 * np.sin(t) ** 3
    down = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    scale = size / 32
    return [
        (float(x + a * scale), float(y + (d - 2.5) * scale))
        for a, d in zip(across, down, strict=True)
    ]
