"""The demo community's programme: which clip shows which scene to which song, in whose words.

>>> [spec.scene for spec in demo_specs(count=3, seed=1)]
['ridges', 'rain city', 'record']
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from filoscope.media.synthetic import creatures, fields, landscapes, nights, paper, rhythm
from filoscope.media.synthetic.captions import CAPTIONS
from filoscope.media.synthetic.stage import Scene

SPECS_MAX = 500  # a demo, not a load test

SCENES: Mapping[str, type[Scene]] = {
    "ridges": landscapes.Ridges,
    "rain city": nights.RainCity,
    "record": rhythm.TurningRecord,
    "jellyfish": creatures.Jellyfish,
    "paper sea": paper.PaperSea,
    "fireworks": nights.Fireworks,
    "train window": landscapes.TrainWindow,
    "kaleidoscope": fields.Kaleidoscope,
    "murmuration": creatures.Murmuration,
    "night road": rhythm.NightRoad,
    "carp pond": creatures.CarpPond,
    "strata": landscapes.Strata,
    "aurora": nights.Aurora,
    "silk": fields.Silk,
    "pendulum wave": rhythm.PendulumWave,
    "fireflies": nights.Fireflies,
    "lava lamp": fields.LavaLamp,
    "harmonograph": rhythm.Harmonograph,
    "ink flow": fields.InkFlow,
    "coral": fields.Coral,
}


@dataclass(frozen=True, slots=True)
class Sound:
    """A song by name: several clips play the same one."""

    title: str
    artist: str
    style: str
    seed: int
    tempo_bpm: float


SOUNDS: tuple[Sound, ...] = (
    Sound("Kitchen Window, 7 a.m.", "Ines Sol", "lofi", 3, 78),
    Sound("Tram to the Harbour", "Mono Marten", "house", 5, 122),
    Sound("Two Left Shoes", "The Attic Trio", "waltz", 2, 104),
    Sound("Nightbus N17", "Kestrel", "drum and bass", 8, 174),
    Sound("Lake Without a Name", "Halden", "ambient", 4, 72),
    Sound("Extra Life", "8 Bit Bakery", "chiptune", 6, 148),
    Sound("Shade of the Fig Tree", "Clara Vento", "bossa", 7, 128),
    Sound("Last Exit, Pink Sky", "Arcade Avenue", "synthwave", 9, 104),
    Sound("Dust on the Needle", "Ines Sol", "lofi", 12, 84),
    Sound("Warm Concrete", "Mono Marten", "house", 14, 126),
    Sound("Slow Weather", "Halden", "ambient", 15, 70),
    Sound("Chrome Horizon", "Arcade Avenue", "synthwave", 18, 96),
)


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """Everything that makes a clip; equal specs give equal clips.

    `style` None: no sound. `shake` and `darkness` go from 0 to 1. `width` and `height` are the
    stored picture's; `rotation_deg` (counter-clockwise) is how a player turns it.
    """

    name: str
    scene: str
    seed: int
    width: int
    height: int
    fps: float
    duration_s: float
    style: str | None
    song_seed: int
    tempo_bpm: float
    song_title: str
    song_artist: str
    caption: str
    tags: tuple[str, ...]
    shake: float = 0.0
    darkness: float = 0.0
    variable_rate: bool = False
    rotation_deg: int = 0


# Sizes in turn: mostly the phone's 9:16, every eighth clip on its side.
_SIZES = ((540, 960),) * 3 + ((720, 1280),) + ((540, 960),) * 3 + ((960, 540),)
_LENGTHS_S = (8.0, 6.0, 10.0, 7.0, 12.0, 5.0, 9.0, 6.5, 7.5, 15.0, 5.5)
_RATES = (30.0, 30.0, 24.0, 30.0, 30.0, 25.0, 30.0)
# What phones do: place in the programme -> what is unusual about that clip.
_MANNERS: Mapping[int, Mapping[str, float | bool | int]] = {
    3: {"shake": 0.9},
    6: {"darkness": 0.75},
    10: {"variable_rate": True},
    13: {"shake": 0.6},
    16: {"rotation_deg": 90},
    18: {"fps": 60.0},
    21: {"darkness": 0.6, "shake": 0.5},
    25: {"variable_rate": True, "shake": 0.4},
    29: {"shake": 1.0},
    34: {"fps": 60.0},
    38: {"darkness": 0.85},
}
_SILENT = 20  # this one has no sound at all
_LONG = {5: 20.0, 26: 18.0}


def demo_specs(*, count: int = 48, seed: int = 1) -> tuple[ClipSpec, ...]:
    """Return the programme: every scene in turn, each time in other colours.

    Raises
    ------
    ValueError
        A count below 1 or above `SPECS_MAX`.
    """
    if not 1 <= count <= SPECS_MAX:
        raise ValueError(f"count {count}: between 1 and {SPECS_MAX}")
    rng = np.random.default_rng([seed, 51])
    names = list(SCENES)
    order: list[str] = []
    order += names  # the first round in the order above: what a newcomer sees first
    while len(order) < count:
        order += [names[place] for place in rng.permutation(len(names))]
    turns: dict[str, int] = {}
    specs = []
    for place, scene in enumerate(order[:count]):
        turn = turns.get(scene, 0)
        turns[scene] = turn + 1
        specs.append(_spec(place, scene, turn, seed))
    return tuple(specs)


def _spec(place: int, scene: str, turn: int, seed: int) -> ClipSpec:
    words = CAPTIONS[scene]
    sound = SOUNDS[words.sounds[turn % len(words.sounds)]]
    caption = words.lines[turn % len(words.lines)]
    manner = dict(_MANNERS.get(place, {}))
    width, height = _SIZES[place % len(_SIZES)]
    if manner.get("rotation_deg"):
        width, height = 960, 540
    silent = place == _SILENT
    return ClipSpec(
        name=f"{place + 1:03d}-{scene.replace(' ', '-')}",
        scene=scene,
        seed=seed * 3 + turn + 3 * (place // 97),
        width=width,
        height=height,
        fps=float(manner.pop("fps", _RATES[place % len(_RATES)])),
        duration_s=_LONG.get(place, _LENGTHS_S[place % len(_LENGTHS_S)]),
        style=None if silent else sound.style,
        song_seed=sound.seed,
        tempo_bpm=sound.tempo_bpm,
        song_title="" if silent else sound.title,
        song_artist="" if silent else sound.artist,
        caption=caption,
        tags=tuple(word[1:].rstrip(".,") for word in caption.split() if word.startswith("#")),
        shake=float(manner.get("shake", 0.0)),
        darkness=float(manner.get("darkness", 0.0)),
        variable_rate=bool(manner.get("variable_rate", False)),
        rotation_deg=int(manner.get("rotation_deg", 0)),
    )
