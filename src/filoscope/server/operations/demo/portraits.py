"""Portraits that nobody sat for: flat shapes, each from its own seed.

>>> draw_portrait(seed=3).size
(320, 320)
"""

from __future__ import annotations

import colorsys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE = 320
_SCALE = 3  # drawn larger and made smaller: smooth edges
_SKINS = ("#f6d7c3", "#eebd9b", "#d99f77", "#b97a52", "#8d5a3b", "#5f3b28")
_HAIRS = ("#201a17", "#3a2a20", "#6b4428", "#a8692f", "#d9b25f", "#8e8d92", "#7a2f26", "#2b2f4a")
Box = tuple[float, float, float, float]


def draw_portrait(*, seed: int) -> Image.Image:
    """Draw a head and shoulders before a gradient."""
    dice = np.random.default_rng(seed)
    side = SIZE * _SCALE
    picture = _background(dice, side)
    pen = ImageDraw.Draw(picture)
    skin = _SKINS[dice.integers(len(_SKINS))]
    hair = _HAIRS[dice.integers(len(_HAIRS))]
    cloth = _colour(dice.random(), 0.45 + 0.3 * dice.random(), 0.45 + 0.4 * dice.random())
    style = int(dice.integers(5))
    head = _scaled((0.335, 0.24, 0.665, 0.67), side)
    if style in (1, 4):  # long hair falls behind the shoulders
        pen.rounded_rectangle(_scaled((0.27, 0.22, 0.73, 0.80), side), 0.19 * side, fill=hair)
    pen.ellipse(_scaled((0.13, 0.74, 0.87, 1.5), side), fill=cloth)
    pen.rounded_rectangle(_scaled((0.43, 0.58, 0.57, 0.80), side), 0.06 * side, fill=_darker(skin))
    pen.pieslice(_scaled((0.40, 0.68, 0.60, 0.84), side), 0, 180, fill=_darker(skin))
    pen.ellipse(head, fill=skin)
    _ears(pen, side, skin)
    _hair(pen, side, hair, style)
    _face(pen, side, dice, hair)
    return picture.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def _background(dice: np.random.Generator, side: int) -> Image.Image:
    hue = dice.random()
    one = _rgb(_colour(hue, 0.55, 0.95))
    other = _rgb(_colour(hue + 0.12 + 0.2 * dice.random(), 0.6, 0.75))
    angle = dice.random() * 2 * np.pi
    y, x = np.mgrid[0:side, 0:side] / side - 0.5
    share = np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, 1)[..., None]
    pixels = np.array(one) * (1 - share) + np.array(other) * share
    picture = Image.fromarray(pixels.astype(np.uint8), "RGB")
    glow = Image.new("L", (side, side), 0)
    ImageDraw.Draw(glow).ellipse(_scaled((0.18, 0.08, 0.82, 0.78), side), fill=90)
    glow = glow.filter(ImageFilter.GaussianBlur(side / 12))
    return Image.composite(Image.new("RGB", (side, side), "white"), picture, glow)


def _ears(pen: ImageDraw.ImageDraw, side: int, skin: str) -> None:
    for left in (0.312, 0.63):
        pen.ellipse(_scaled((left, 0.43, left + 0.058, 0.53), side), fill=_darker(skin))


def _hair(pen: ImageDraw.ImageDraw, side: int, hair: str, style: int) -> None:
    """Short, long, curly, bun, fringe."""
    cap = _scaled((0.315, 0.19, 0.685, 0.60), side)
    if style == 2:
        for turn in np.linspace(np.pi * 0.95, np.pi * 2.05, 11):
            x, y = 0.5 + 0.175 * np.cos(turn), 0.40 + 0.19 * np.sin(turn)
            pen.ellipse(_scaled((x - 0.072, y - 0.072, x + 0.072, y + 0.072), side), fill=hair)
        return
    pen.pieslice(cap, 180, 360, fill=hair)
    if style == 3:
        pen.ellipse(_scaled((0.425, 0.10, 0.575, 0.25), side), fill=hair)
    if style == 4:
        pen.pieslice(_scaled((0.315, 0.19, 0.60, 0.62), side), 150, 330, fill=hair)
    if style == 0:
        pen.pieslice(_scaled((0.36, 0.20, 0.72, 0.50), side), 180, 352, fill=hair)


def _face(pen: ImageDraw.ImageDraw, side: int, dice: np.random.Generator, hair: str) -> None:
    for x in (0.435, 0.565):
        pen.ellipse(_scaled((x - 0.014, 0.452, x + 0.014, 0.484), side), fill="#2a2320")
        brow = _scaled((x - 0.035, 0.415, x + 0.035, 0.46), side)
        pen.arc(brow, 200, 340, fill=hair, width=int(0.011 * side))
    smile = _scaled((0.445, 0.50, 0.555, 0.60), side)
    pen.arc(smile, 20, 160, fill="#7a3b34", width=int(0.013 * side))
    if dice.random() < 0.3:  # glasses
        for x in (0.435, 0.565):
            rim = _scaled((x - 0.05, 0.425, x + 0.05, 0.515), side)
            pen.ellipse(rim, outline="#2b2b33", width=int(0.009 * side))
        pen.line((*_point(0.485, 0.46, side), *_point(0.515, 0.46, side)), fill="#2b2b33", width=8)


def _scaled(box: Box, side: int) -> Box:
    return box[0] * side, box[1] * side, box[2] * side, box[3] * side


def _point(x: float, y: float, side: int) -> tuple[float, float]:
    return x * side, y * side


def _colour(hue: float, saturation: float, value: float) -> str:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _darker(colour: str) -> str:
    return "#" + "".join(f"{round(part * 0.88):02x}" for part in _rgb(colour))
