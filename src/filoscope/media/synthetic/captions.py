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
    "ridges": Words(
        (
            "five rows of mountains and one thermos #mountains #sunset",
            "the birds had the better seat #sunset #hike",
            "walked until the phone had no signal, then filmed #mountains #slowtv",
        ),
        (4, 6, 10),
    ),
    "record": Words(
        (
            "side B, always side B #vinyl #nowplaying",
            "found this one in a box marked 'do not keep' #vinyl #fleamarket",
            "the crackle is part of the song, do not argue #vinyl #lofi",
        ),
        (8, 0, 9),
    ),
    "jellyfish": Words(
        (
            "they have no brain and better rhythm than me #jellyfish #ocean",
            "stood in front of this tank for an hour #aquarium #jellyfish",
            "nobody is in a hurry down there #jellyfish #calm",
        ),
        (10, 1, 4),
    ),
    "paper sea": Words(
        (
            "cut 214 waves, glued 213 #papercraft #stopmotion",
            "the whale took me two evenings. worth it #papercraft #whale",
            "a small boat for a small apartment #papercraft #handmade",
        ),
        (2, 6),
    ),
    "train window": Words(
        (
            "poles on the beat all the way to the coast #train #windowseat",
            "missed my stop, got this instead #train #fields",
            "four hours, no laptop, 10/10 #train #slowtravel",
        ),
        (1, 6, 11),
    ),
    "kaleidoscope": Words(
        (
            "grandma's kaleidoscope, my phone, one rubber band #kaleidoscope #glass",
            "every turn is the last time you see it #kaleidoscope #pattern",
            "do not try to pause on the pretty one, they all are #kaleidoscope",
        ),
        (2, 5, 9),
    ),
    "murmuration": Words(
        (
            "same field, same time, every evening in november #starlings #murmuration",
            "nobody leads. nobody bumps into anyone #birds #murmuration",
            "the whole village came out to look up #starlings #dusk",
        ),
        (10, 4),
    ),
    "night road": Words(
        (
            "no destination, full tank #synthwave #nightdrive",
            "the sun never sets on this road #synthwave #retro",
            "last exit was an hour ago #nightdrive #80s",
        ),
        (7, 11, 5),
    ),
    "carp pond": Words(
        (
            "they know it is feeding time. i do not have food #koi #pond",
            "rain on the temple pond #koi #rain",
            "lunch break, found the quiet corner #koi #slow",
        ),
        (6, 0, 4),
    ),
    "strata": Words(
        (
            "hills, if hills could breathe #generative #pattern",
            "my code had one job and did another. keeping it #generative #design",
            "thirty sheets of colour going for a walk #motion #design",
        ),
        (9, 8, 3),
    ),
    "silk": Words(
        (
            "washed the curtains in a bug, looks better #generative #marble",
            "poured two paints and let them argue #marbling #satisfying",
            "cannot stop looking at this #satisfying #loop",
        ),
        (9, 10, 3),
    ),
    "pendulum wave": Words(
        (
            "fifteen strings, a bit of maths, wait for it #physics #pendulum",
            "they drift apart. they come back. every time #physics #satisfying",
            "hung this in the stairwell, the neighbours approve #physics #diy",
        ),
        (1, 7, 2),
    ),
    "lava lamp": Words(
        (
            "finally fixed grandpa's lamp #lavalamp #retro",
            "my evening plans #lavalamp #cosy",
            "it needs forty minutes to warm up, like me #lavalamp",
        ),
        (0, 8, 4),
    ),
    "harmonograph": Words(
        (
            "two pendulums and one pen of light #harmonograph #math",
            "never the same figure twice #math #drawing",
            "built from broom sticks, works anyway #diy #harmonograph",
        ),
        (10, 1, 2),
    ),
    "ink flow": Words(
        (
            "1500 grains, one wind #generative #flowfield",
            "let it run overnight, woke up to this #generative #ink",
            "like watching hair grow but nice #flowfield #satisfying",
        ),
        (3, 9, 10),
    ),
    "coral": Words(
        (
            "two chemicals that cannot agree #reactiondiffusion #science",
            "it grows! #reactiondiffusion #pattern",
            "turing was right about the zebras #science #pattern",
        ),
        (3, 5, 4),
    ),
}
