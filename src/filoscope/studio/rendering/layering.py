"""What lies over the shots: overlays, then texts, then captions, each drawn onto a copy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.rendering.canvas import Canvas, Planes, copied
from filoscope.studio.rendering.laying import Laying
from filoscope.studio.rendering.lettering import Inked, Lettering, lettered
from filoscope.studio.rendering.patch import (
    AS_IT_IS,
    Inlay,
    Patch,
    Shape,
    inlay_of,
    lay,
    patch_of,
    shaped,
    shown_at,
)
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.timeline import Caption, Overlay, Text, Timeline

SAFE_X, SAFE_TOP, SAFE_BOTTOM = 0.05, 0.07, 0.14
"""Shares of the frame in which no word stands: notches, names and buttons of apps lie there."""

_KEPT = 48
"""Drawn words that are kept: a caption's states, and the texts on screen."""


class Layers:
    """Draws what lies over the shots.

    Parameters
    ----------
    timeline : Timeline
    canvas : Canvas
    stock : Stock
    """

    def __init__(self, timeline: Timeline, canvas: Canvas, stock: Stock) -> None:
        self._timeline, self._canvas, self._stock = timeline, canvas, stock
        self._overlays = [
            Laying(overlay, f"overlays[{index}]", canvas, stock)
            for index, overlay in enumerate(timeline.overlays)
        ]
        self._kept: OrderedDict[Hashable, Patch] = OrderedDict()
        # The patch is kept beside its planes: while it lives, no other has its number.
        self._inlays: OrderedDict[Hashable, tuple[Patch, Inlay | None]] = OrderedDict()

    def over(self, planes: Planes, number: int) -> Planes:
        """Return a frame with all that lies over it; the same planes where nothing does."""
        laid = [
            (overlay, self._overlays[index].at(number))
            for index, overlay in enumerate(self._timeline.overlays)
            if overlay.at <= number < overlay.at + overlay.frames
        ]
        shown = [
            (text, self._text(text))
            for text in self._timeline.texts
            if text.at <= number < text.at + text.frames
        ]
        caption = self._caption(number)
        if not (laid or shown or caption):
            return planes
        made = copied(planes)
        over: list[tuple[Overlay | Text, Patch]] = [*laid, *shown]
        for part, patch in over:
            shape = shown_at(part.entrance, part.exit, number - part.at, part.frames, self._canvas)
            self._lay(made, patch, shape)
        if caption is not None:
            self._lay(made, caption, AS_IT_IS)
        return made

    def _lay(self, planes: Planes, patch: Patch, shape: Shape) -> None:
        placed = shaped(patch, shape) if shape != AS_IT_IS else patch
        inlay = self._inlay(placed)
        if inlay is not None:
            lay(planes, inlay, shape.opacity)

    def close(self) -> None:
        """Let go of what is open."""
        for laying in self._overlays:
            laying.close()

    def _text(self, text: Text) -> Patch:
        def draw() -> Patch:
            way = Lettering(
                text.size * self._canvas.short_edge,
                text.width * self._canvas.width,
                text.color,
                text.outline,
                text.box,
                text.align,
            )
            lines = [
                [Inked(word, text.color) for word in line.split()] or [Inked(" ", None)]
                for line in text.words.splitlines()
            ]
            return self._placed(lettered(lines, way), text.x, text.y, text.turn_deg)

        return self._once(text, draw)

    def _caption(self, number: int) -> Patch | None:
        style = self._timeline.caption_style
        if not style.is_burnt:
            return None
        # A frame shows what is said in its middle.
        time_s = (number + 0.5) / float(self._canvas.fps)
        now = next((c for c in self._timeline.captions if c.start_s <= time_s < c.end_s), None)
        if now is None:
            return None
        said = sum(word.start_s <= time_s for word in now.words)
        if style.way == "line":
            said = 0
        return self._once((now, said), lambda: self._drawn_caption(now, said))

    def _drawn_caption(self, caption: Caption, said: int) -> Patch:
        style = self._timeline.caption_style
        inked = []
        for index, word in enumerate(caption.words):
            color: str | None = style.color
            if style.way == "karaoke" and index == said - 1:
                color = style.highlight
            elif style.way == "word" and index >= said:
                color = None
            inked.append(Inked(word.text, color))
        way = Lettering(
            style.size * self._canvas.short_edge,
            (1 - 2 * SAFE_X) * self._canvas.width,
            style.color,
            style.outline,
            style.box,
        )
        return self._placed(lettered([inked], way), 0.5, style.y, 0.0)

    def _placed(self, pixels: NDArray[np.uint8], x: float, y: float, turn_deg: float) -> Patch:
        """Return words where they are wanted, moved inwards where they would leave the safe area."""
        width, height = self._canvas.size
        patch = patch_of(pixels, turn_deg=turn_deg)
        half_x, half_y = patch.width / 2 / width, patch.height / 2 / height
        return patch.moved(
            round(_within(x, SAFE_X, 1 - SAFE_X, half_x) * width - patch.width / 2),
            round(_within(y, SAFE_TOP, 1 - SAFE_BOTTOM, half_y) * height - patch.height / 2),
        )

    def _inlay(self, patch: Patch) -> Inlay | None:
        """Return a patch as planes, once for as long as it is the same."""
        key = id(patch.rgba), patch.x, patch.y
        if key not in self._inlays:
            self._inlays[key] = (patch, inlay_of(patch, self._canvas.size))
            if len(self._inlays) > _KEPT:
                self._inlays.popitem(last=False)
        return self._inlays[key][1]

    def _once(self, key: Hashable, draw: Callable[[], Patch]) -> Patch:
        if key not in self._kept:
            self._kept[key] = draw()
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def _within(place: float, least: float, most: float, half: float) -> float:
    if least + half > most - half:
        return (least + most) / 2
    return min(max(place, least + half), most - half)
