"""Words as pictures: laid out, outlined, boxed, each once however long it stands.

Letters are those of Manrope (SIL Open Font License), which is installed with us, so that every
machine draws the same: Latin, Greek, Cyrillic. A text of another script is drawn as a whole in a font
of the system that has its letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

LEADING = 1.18
"""Distance of lines, in heights of a line."""

_OUTLINE = 0.075
_BOX_X, _BOX_Y, _BOX_ROUND = 0.38, 0.2, 0.28
"""Widths in heights of a line: seen beside what large apps write over clips, and found readable."""

_SHADOW = 0.05
"""Offset of the soft shadow without which white letters are lost on a white sky."""

_LINES_MAX = 40
_SIZE, _BASE = 0.92, 0.8
"""Size of the font and place of its base line, in heights of a line: accents and tails fit in."""

_PROBED_PX = 24.0
_SYSTEM_FONTS = (
    "NotoSans-Bold", "DejaVuSans-Bold", "NotoSansCJK-Bold", "NotoSansArabic-Bold",
    "NotoSansHebrew-Bold", "NotoSansDevanagari-Bold", "NotoSansThai-Bold", "DroidSansFallbackFull",
    "Arial Unicode", "Arial Bold",
)  # fmt: skip
"""Free ones of Linux first; what macOS and Windows have serves on those machines."""

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts",
                 "/System/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip

Pixels = NDArray[np.uint8]
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Lettering:
    """How words are drawn.

    Attributes
    ----------
    line_px : float
        Height of a line.
    width_px : float
        The longest line.
    color : str
    outline, box : str or None
    align : str
    """

    line_px: float
    width_px: float
    color: str
    outline: str | None
    box: str | None
    align: str = "center"


@dataclass(frozen=True, slots=True)
class Inked:
    """A word and its colour; None leaves its place empty."""

    word: str
    color: str | None


def lettered(paragraphs: Sequence[Sequence[Inked]], way: Lettering) -> Pixels:
    """Return words as a picture.

    Parameters
    ----------
    paragraphs : sequence of sequences of Inked
        Lines as they were written; each is broken where it is too long.
    way : Lettering

    Returns
    -------
    ndarray
        RGBA, not premultiplied, shape (height, width, 4), just large enough.
    """
    px = way.line_px
    face = Face(_font_for("".join(inked.word for words in paragraphs for inked in words)), px)
    lines = [line for words in paragraphs for line in _broken(words, face, way.width_px)][
        :_LINES_MAX
    ]
    rim = round(px * max(_OUTLINE, _SHADOW * 3)) + 2
    pad_x, pad_y = (round(px * side) for side in (_BOX_X, _BOX_Y)) if way.box else (0, 0)
    widths = [_width(line, face) for line in lines]
    width = round(max(widths)) + 2 * (rim + pad_x)
    step = px * LEADING + (pad_y if way.box else 0)
    height = round(step * (len(lines) - 1) + px) + 2 * (rim + pad_y)
    sheet = _Sheet((width, height), face)
    for index, (line, long) in enumerate(zip(lines, widths, strict=True)):
        free = width - 2 * (rim + pad_x) - long
        x = rim + pad_x + free * {"left": 0.0, "center": 0.5, "right": 1.0}[way.align]
        y = rim + pad_y + index * step
        sheet.write(line, x, y)
        if way.box and any(inked.color for inked in line):
            sheet.box((x - pad_x, y - pad_y, x + long + pad_x, y + px + pad_y))
    return sheet.drawn(way)


class _Sheet:
    """Masks of what is drawn, laid over each other at the end."""

    def __init__(self, size: tuple[int, int], face: Face) -> None:
        self._size, self._face, self._px = size, face, face.px
        self._boxes = Image.new("L", size)
        self._rims = Image.new("L", size)
        self._inks: dict[str, Image.Image] = {}

    def write(self, line: Sequence[Inked], x: float, y: float) -> None:
        """Write a line whose top left corner is given."""
        for inked in line:
            if inked.color is not None:
                mask = self._inks.setdefault(inked.color, Image.new("L", self._size))
                self._write(mask, inked.word, x, y, 0.0)
                self._write(self._rims, inked.word, x, y, _OUTLINE)
            x += _long(inked.word, self._face) + _space(self._face)

    def _write(self, mask: Image.Image, word: str, x: float, y: float, stroke: float) -> None:
        draw = ImageDraw.Draw(mask)
        for font, run in _runs(word, self._face):
            # The line's middle, so that letters of every font stand on one line.
            place = (x, y + self._px * _BASE)
            width = stroke * self._px
            draw.text(place, run, fill=255, font=font, anchor="ls", stroke_width=width)
            x += font.getlength(run)

    def box(self, corners: tuple[float, float, float, float]) -> None:
        """Put a box behind a line."""
        draw = ImageDraw.Draw(self._boxes)
        draw.rounded_rectangle(corners, radius=self._px * _BOX_ROUND, fill=255)

    def drawn(self, way: Lettering) -> Pixels:
        """Return all of it, one over the other."""
        whole = Image.new("RGBA", self._size)
        if way.box is not None:
            whole.alpha_composite(_flooded(self._boxes, way.box))
        elif way.outline is None:
            whole.alpha_composite(_flooded(self._shadow(), "#000000b0"))
        if way.outline is not None:
            whole.alpha_composite(_flooded(self._rims, way.outline))
        for color, mask in self._inks.items():
            whole.alpha_composite(_flooded(mask, color))
        return np.asarray(whole, np.uint8)

    def _shadow(self) -> Image.Image:
        moved = Image.new("L", self._size)
        moved.paste(self._rims, (0, round(self._px * _SHADOW)))
        return moved.filter(ImageFilter.GaussianBlur(self._px * _SHADOW))


def _flooded(mask: Image.Image, color: str) -> Image.Image:
    """Return one colour, as opaque as a mask and the colour say."""
    red, green, blue, *rest = (int(color[at : at + 2], 16) for at in range(1, len(color), 2))
    flat = Image.new("RGBA", mask.size, (red, green, blue, 0))
    flat.putalpha(mask.point(lambda level: level * rest[0] // 255) if rest else mask)
    return flat


@dataclass(frozen=True, slots=True)
class Face:
    """A font at the size at which a line is so high; None is Manrope."""

    path: str | None
    px: float


def _broken(words: Sequence[Inked], face: Face, width_px: float) -> list[list[Inked]]:
    """Break words into lines; a word longer than a line is broken within."""
    lines: list[list[Inked]] = [[]]
    space, width = _space(face), 0.0
    for inked in (part for word in words for part in _pieces(word, face, width_px)):
        long = _long(inked.word, face)
        if lines[-1] and width + space + long > width_px:
            lines.append([])
            width = 0.0
        width += long + (space if lines[-1] else 0.0)
        lines[-1].append(inked)
    return lines


def _pieces(inked: Inked, face: Face, width_px: float) -> list[Inked]:
    pieces, rest = [], inked.word
    while len(rest) > 1 and _long(rest, face) > width_px:
        fits = next(
            (n for n in range(len(rest) - 1, 0, -1) if _long(rest[:n], face) <= width_px), 1
        )
        pieces.append(Inked(rest[:fits], inked.color))
        rest = rest[fits:]
    return [*pieces, Inked(rest, inked.color)]


def _width(line: Sequence[Inked], face: Face) -> float:
    spaces = _space(face) * max(len(line) - 1, 0)
    return sum(_long(inked.word, face) for inked in line) + spaces


def _long(word: str, face: Face) -> float:
    return float(sum(font.getlength(run) for font, run in _runs(word, face)))


def _space(face: Face) -> float:
    return 0.26 * face.px


def _runs(word: str, face: Face) -> list[tuple[Font, str]]:
    """Return a word in parts, each with a font that has its letters."""
    runs: list[tuple[Font, str]] = []
    for letter in word:
        path = face.path if _has(face.path, letter) else _font_for(letter)
        if not _has(path, letter):
            continue  # of a letter that no font has nothing is better than an empty box
        font = _font(path, face.px)
        if runs and runs[-1][0] is font:
            runs[-1] = (font, runs[-1][1] + letter)
        else:
            runs.append((font, letter))
    return runs


@lru_cache(maxsize=64)
def _font(path: str | None, px: float) -> Font:
    if path is None:
        path = str(files("font_manrope") / "files" / "Manrope-ExtraBold.ttf")
    return ImageFont.truetype(path, px * _SIZE)


@lru_cache(maxsize=4096)
def _font_for(text: str) -> str | None:
    """Return the first font that has the most letters of a text."""
    letters = set(text)
    if all(_has(None, letter) for letter in letters):
        return None
    known = (None, *_system_fonts())
    return max(known, key=lambda path: sum(_has(path, letter) for letter in letters))


@lru_cache(maxsize=65536)
def _has(path: str | None, letter: str) -> bool:
    font = _font(path, _PROBED_PX)
    # A font draws the same box for all that it has no letter for.
    drawn, missing = (bytes(font.getmask(text)) for text in (letter, "\uffff"))
    return letter.isspace() or drawn != missing


@lru_cache(maxsize=1)
def _system_fonts() -> tuple[str, ...]:
    found = {
        path.stem: str(path)
        for folder in _FONT_FOLDERS
        for path in sorted(Path(folder).rglob("*"))
        if path.suffix.lower() in (".ttf", ".otf", ".ttc")
    }
    return tuple(found[name] for name in _SYSTEM_FONTS if name in found)
