"""What people of the demo community write under their clips, and which songs suit a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Captions of one scene, in turn; `sounds` are places in the list of sounds, in turn."""

    lines: tuple[str, ...]
    sounds: tuple[int, ...]


CAPTIONS: Mapping[str, Words] = {
    "rain city": Words(
        (
            "bus is late, window seat is mine #rain #citynights",
            "counted red lights until my stop. 41. #rain #commute",
            "wet glass makes every street a nice street #rain #bokeh",
        ),
        (3, 0, 11),
    ),
    "aurora": Words(
        (
            "woke everyone up for this and nobody complained #aurora #nightsky",
            "four hours in the cold, four minutes of this #aurora #lake",
            "the lake tried to keep up #aurora #reflection",
        ),
        (4, 10),
    ),
    "fireflies": Words(
        (
            "they blink together if you wait long enough #fireflies #forest",
            "took the long way home #fireflies #summernight",
            "no torch, just these #fireflies #dark",
        ),
        (10, 0, 4),
    ),
    "fireworks": Words(
        (
            "the harbour saved the good ones for the end #fireworks #harbour",
            "watched it from the wrong side of the bay. right side, actually #fireworks",
            "every bang on the beat, i swear i did not edit this #fireworks #sync",
        ),
        (9, 7, 1),
    ),
}
