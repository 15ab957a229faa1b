"""Look at a clip and say what would make it better, or that nothing would.

>>> diagnosis = diagnose("in.mp4")
>>> diagnosis.words
('The camera shakes: 4.2 px of a picture 640 wide. It will be steadied ...',)
>>> diagnosis.recipe.to_json()
{'version': 1, 'steady': {}}

Windows of some seconds are looked at, spread over the clip, so that an hour costs as much as a
minute. A fault must be plain in them before anything is done: a good clip is left alone.
"""

from __future__ import annotations

import math
import os
from dataclasses import asdict, dataclass
from typing import Any

from filoscope.enhance.looks import Grime, Shake, Tilt
from filoscope.enhance.reading import Reading
from filoscope.enhance.recipe import Clean, Recipe, Steady

WINDOW_S = 3.0
"""Long enough to tell a shake at 1 Hz from a pan."""

WINDOWS = 4
"""Spread over the clip; a shorter clip is looked at whole."""

SHAKE_PX = 1.2
"""RMS above 1 Hz, in px of a picture 640 wide. Stabilised in the camera, clips have 0.5; from a
hand, 2 and more."""

NOISE, BLOCKS, FLICKER, POWER = 2.0, 0.9, 0.012, 0.93
"""From here on a fault is plain to see. The cleaner itself would begin at about half."""

READOUT = 0.25
"""Of a frame's time: with less, a shake bends the picture by under a pixel."""

TILT_DEG, TILT_MEANT_DEG = 1.0, 9.0
"""Nobody minds less; more was meant."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured.

    Attributes
    ----------
    duration_s, fps : float
    width, height : int
        As shown.
    shake_px : float
        Of the worst window: RMS of what is faster than 1 Hz, in px of a picture 640 wide.
    readout : float
        Share of a frame's time in which its rows were filmed, one after the other: what a rolling
        shutter bends. 0 where nothing is bent.
    roll_deg : float or None
        How far what is upright leans to the right; None where the clip does not show it.
    noise, blocks : float
        In levels of 8 bit: deviation of the noise, and step at the edges of a codec's blocks.
    flicker : float
        Deviation of the light; 0.01 is one in a hundred.
    power : float
        Of the curve that a dark scene wants; 1 for none.
    """

    duration_s: float
    fps: float
    width: int
    height: int
    shake_px: float
    readout: float
    roll_deg: float | None
    noise: float
    blocks: float
    flicker: float
    power: float


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a clip is like, what to do to it, and why, in words.

    Attributes
    ----------
    figures : Figures
    recipe : Recipe
        Empty when the clip needs nothing.
    words : tuple of str
        A sentence or two for each thing that will be done; one that says so when it is nothing.
    """

    figures: Figures
    recipe: Recipe
    words: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the diagnosis as a plain dictionary."""
        return {
            "figures": asdict(self.figures),
            "recipe": self.recipe.to_json(),
            "words": list(self.words),
        }


def diagnose(path: str | os.PathLike[str]) -> Diagnosis:
    """Look at a clip.

    Raises
    ------
    MediaError
        The file cannot be read.
    """
    reading = Reading(path)
    fps = reading.fps
    shake, tilt, grime = Shake(fps), Tilt(fps), Grime(fps, is_hdr=reading.facts.is_hdr)
    for start_s in _starts(reading.facts.duration_s):
        for frame in reading.frames(start_s=start_s, until_s=start_s + WINDOW_S):
            for look in (shake, tilt, grime):
                look.see(frame)
        for look in (shake, tilt, grime):
            look.end_window()
    return prescribe(
        Figures(
            duration_s=reading.facts.duration_s,
            fps=reading.fps,
            width=reading.size[0],
            height=reading.size[1],
            shake_px=shake.worst_px,
            readout=shake.readout,
            roll_deg=tilt.roll_deg,
            noise=grime.noise,
            blocks=grime.blocks,
            flicker=grime.flicker,
            power=grime.power,
        )
    )


def _starts(duration_s: float) -> list[float]:
    """Return where to look: everywhere in a short clip, else at windows spread evenly."""
    if duration_s <= WINDOW_S * WINDOWS:
        return [WINDOW_S * step for step in range(max(math.ceil(duration_s / WINDOW_S), 1))]
    gap_s = (duration_s - WINDOW_S) / (WINDOWS - 1)
    return [gap_s * step for step in range(WINDOWS)]


def prescribe(figures: Figures) -> Diagnosis:
    """Say what to do to a clip with these figures, and why."""
    words: list[str] = []
    steady = None
    if figures.shake_px >= SHAKE_PX:
        is_bent = abs(figures.readout) >= READOUT
        steady = Steady(mode="quality" if is_bent else "live")
        words.append(
            f"The camera shakes: by {figures.shake_px:.1f} px of a picture 640 wide, where a calm "
            "hand has under 1. It will be steadied, with pans kept; up to a fifth of width and "
            "height is cut away for it."
        )
        if is_bent:
            words.append(
                "Its rows were filmed one after the other (a rolling shutter), which bends the "
                "picture as it shakes. They will be put straight, in two passes."
            )
    roll_deg = figures.roll_deg or 0.0
    is_tilted = TILT_DEG <= abs(roll_deg) <= TILT_MEANT_DEG
    if is_tilted:
        side = "right" if roll_deg > 0 else "left"
        words.append(
            f"The picture leans to the {side} by {abs(roll_deg):.1f} degrees, by its upright "
            "lines. It will be turned level, slowly, within the same crop."
        )
    clean, reasons = _cleaning(figures)
    words += reasons
    if not words:
        words.append("Nothing here needs mending: the clip is left as it is.")
    return Diagnosis(figures, Recipe(steady=steady, level=is_tilted, clean=clean), tuple(words))


def _cleaning(figures: Figures) -> tuple[Clean | None, list[str]]:
    """Return what to clean, None for nothing, and why."""
    words = []
    if figures.noise >= NOISE:
        words.append(
            f"The picture is noisy: {figures.noise:.1f} of 255 levels. Noise will be taken out "
            "along the motion, so that texture stays."
        )
    if figures.blocks >= BLOCKS:
        words.append("The blocks of an earlier encoding show. Their edges will be smoothed.")
    if figures.flicker >= FLICKER:
        words.append(
            f"The light flickers by {100 * figures.flicker:.1f} in a hundred. It will be evened "
            "out."
        )
    if figures.power <= POWER:
        words.append(
            "It is dark. Shadows and middle tones will be lifted; bright parts and colours stay."
        )
    if not words:
        return None, words
    clean = Clean(
        denoise="auto" if figures.noise >= NOISE else None,
        deblock=figures.blocks >= BLOCKS,
        deflicker=figures.flicker >= FLICKER,
        lift=figures.power <= POWER,
    )
    return clean, words
