"""Stickers of our own, drawn by shapes: nobody else's pictures, crisp at any size.

>>> from filoscope.studio.stickers import STICKERS, draw
>>> draw("heart", 324).size
(324, 324)
"""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from filoscope.studio.errors import NothingToSee
from filoscope.studio.stickers import faces, signs, things
from filoscope.studio.stickers.sheet import Sheet

SIDE_PX = 1080
"""As wide as a phone's frame: not even a sticker that fills it is made larger than it was drawn."""

STICKERS: dict[str, Callable[[Sheet], None]] = {
    "heart": things.red_heart,
    "hearts": things.hearts,
    "broken-heart": things.broken_heart,
    "fire": things.fire,
    "sparkles": things.sparkles,
    "star": things.gold_star,
    "smile": faces.smile,
    "laugh": faces.laugh,
    "love": faces.love,
    "wink": faces.wink,
    "cool": faces.cool,
    "wow": faces.wow,
    "cry": faces.cry,
    "eyes": faces.eyes,
    "cat": faces.cat,
    "ghost": faces.ghost,
    "note": things.note,
    "headphones": things.headphones,
    "microphone": things.microphone,
    "vinyl": things.vinyl,
    "disco": things.disco,
    "camera": things.camera,
    "party": things.party,
    "balloon": things.balloon,
    "crown": things.crown,
    "hundred": signs.hundred,
    "sun": things.sun,
    "moon": things.moon,
    "cloud": things.cloud,
    "rainbow": things.rainbow,
    "bolt": things.bolt,
    "flower": things.flower,
    "arrow": signs.arrow,
    "ring": signs.circle,
    "look-here": signs.clap,
    "thumb": signs.thumb,
    "check": signs.check,
    "cross": signs.cross,
    "question": signs.question,
    "exclamation": signs.exclamation,
    "bubble": signs.bubble,
    "wow-burst": signs.wow_burst,
    "pow-burst": signs.pow_burst,
    "yes": signs.yes,
    "nope": signs.no,
    "new": signs.new,
    "rec": signs.live,
}
"""By name, in the order in which they are shown."""


def draw(name: str, side_px: int = SIDE_PX) -> Image.Image:
    """Return a sticker as RGBA.

    Raises
    ------
    NothingToSee
        None has that name.
    """
    if name not in STICKERS:
        raise NothingToSee(f"No sticker is called {name}. Give one of {', '.join(STICKERS)}.")
    sheet = Sheet(side_px)
    STICKERS[name](sheet)
    return sheet.finished()
