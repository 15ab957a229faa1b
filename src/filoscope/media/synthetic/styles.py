"""What each style of the demo songs plays: one character for each sixteenth of a bar.

`x` is a stroke, `o` a soft one, `a` the next note of a broken chord, `-` holds, `.` is silence;
in a bass line 1, 3, 5 and 8 are the steps of the chord.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SCALES: Mapping[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
}


@dataclass(frozen=True, slots=True)
class Drum:
    """One drum's part; `fill` replaces the pattern in every fourth bar."""

    drum: str
    pattern: str
    gain: float
    pan: float = 0.0
    fill: str = ""
    enters_later: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Who plays a part, on which steps, how loud."""

    instrument: str
    pattern: str
    gain: float


@dataclass(frozen=True, slots=True)
class Style:
    """A way of playing; `swing` is in sixteenths, `room_s` the length of the reverberation."""

    tempo_bpm: tuple[float, float]
    scale: str
    key_low: int
    progressions: tuple[tuple[int, ...], ...]
    drums: tuple[Drum, ...]
    bass: Voice
    chords: Voice
    lead: Voice | None
    beats_per_bar: int = 4
    chord_notes: int = 4
    busy: float = 0.5
    lead_enters: int = 1
    swing: float = 0.0
    swung_step: int = 2
    strum_s: float = 0.0
    duck: float = 0.0
    echo: float = 0.3
    room: float = 0.2
    room_s: float = 1.4
    loudness: float = 1.0


STYLES: Mapping[str, Style] = {
    "lofi": Style(
        tempo_bpm=(72, 88),
        scale="dorian",
        key_low=57,
        progressions=((0, 3, 6, 2), (1, 4, 0, 0), (0, 5, 1, 4)),
        drums=(
            Drum("soft_kick", "x.....x...x.....", 0.62, fill="x.....x...x..o.x"),
            Drum("snare", "....x.......x..o", 0.3, 0.05),
            Drum("hat", "x.o.x.o.x.o.x.oo", 0.1, 0.3),
            Drum("shaker", "..x...x...x...x.", 0.06, -0.4, enters_later=True),
        ),
        bass=Voice("upright", "1-----1-5---3---", 0.36),
        chords=Voice("keys", "x-------..x-----", 0.16),
        lead=Voice("bell", "", 0.1),
        busy=0.5,
        swing=0.3,
        strum_s=0.014,
        duck=0.25,
        room=0.22,
        loudness=1.1,
    ),
    "house": Style(
        tempo_bpm=(118, 128),
        scale="minor",
        key_low=55,
        progressions=((0, 5, 2, 6), (0, 3, 5, 4), (5, 6, 0, 0)),
        drums=(
            Drum("kick", "x...x...x...x...", 0.72),
            Drum("clap", "....x.......x...", 0.3, fill="....x.......x.xo"),
            Drum("open_hat", "..x...x...x...x.", 0.13, 0.15),
            Drum("hat", "xoxoxoxoxoxoxoxo", 0.07, -0.25, enters_later=True),
        ),
        bass=Voice("bass", "..1-..1-..1-..18", 0.27),
        chords=Voice("stab", "x--x--x---x--x--", 0.15),
        lead=Voice("keys", "", 0.17),
        busy=0.55,
        duck=0.7,
        echo=0.42,
        room=0.25,
        loudness=1.1,
    ),
    "waltz": Style(
        tempo_bpm=(92, 112),
        scale="major",
        key_low=55,
        progressions=((0, 5, 3, 4), (0, 2, 3, 4), (0, 3, 1, 4)),
        drums=(
            Drum("soft_kick", "x...........", 0.4),
            Drum("brush", "....x...x.o.", 0.16, 0.2),
            Drum("rim", "............", 0.12, -0.3, fill="........x.x."),
        ),
        bass=Voice("upright", "1-------5---", 0.3),
        chords=Voice("nylon", "....x---x---", 0.19),
        lead=Voice("flute", "", 0.26),
        beats_per_bar=3,
        chord_notes=3,
        busy=0.62,
        strum_s=0.012,
        room=0.34,
        room_s=2.0,
        loudness=1.05,
    ),
    "drum and bass": Style(
        tempo_bpm=(168, 174),
        scale="minor",
        key_low=57,
        progressions=((0, 0, 5, 6), (0, 0, 3, 4), (5, 5, 6, 0)),
        drums=(
            Drum("kick", "x.........x.....", 0.72, fill="x.....x...x..x.."),
            Drum("snare", "....x..o.o..x...", 0.5, fill="....x..o.ox.xoxx"),
            Drum("hat", "x.xox.xox.xox.xo", 0.1, 0.25),
            Drum("shaker", "oooooooooooooooo", 0.07, -0.35, enters_later=True),
        ),
        bass=Voice("reese", "1---..1-----3-5-", 0.24),
        chords=Voice("pad", "x---------------", 0.12),
        lead=Voice("bell", "", 0.14),
        busy=0.5,
        lead_enters=2,
        duck=0.35,
        echo=0.45,
        room=0.3,
        room_s=1.8,
        loudness=1.1,
    ),
    "ambient": Style(
        tempo_bpm=(66, 80),
        scale="lydian",
        key_low=53,
        progressions=((0, 4, 5, 1), (0, 2, 5, 4), (0, 5, 0, 1)),
        drums=(
            Drum("soft_kick", "x...............", 0.3),
            Drum("shaker", "....o.......o.o.", 0.06, 0.4, enters_later=True),
        ),
        bass=Voice("upright", "1-------------..", 0.36),
        chords=Voice("pad", "x---------------", 0.16),
        lead=Voice("bell", "", 0.13),
        busy=0.45,
        lead_enters=0,
        echo=0.55,
        room=0.6,
        room_s=3.2,
        loudness=1.2,
    ),
    "chiptune": Style(
        tempo_bpm=(132, 156),
        scale="major",
        key_low=57,
        progressions=((0, 4, 5, 3), (5, 3, 0, 4), (0, 3, 4, 0)),
        drums=(
            Drum("kick", "x.....x.x.......", 0.45),
            Drum("snare", "....x.......x...", 0.26, fill="....x.......xoxx"),
            Drum("hat", "x.x.x.x.x.x.x.xx", 0.08, 0.2),
        ),
        bass=Voice("chip_bass", "1.1.8.1.1.1.8.5.", 0.2),
        chords=Voice("chip", "aaaaaaaaaaaaaaaa", 0.08),
        lead=Voice("chip", "", 0.17),
        chord_notes=3,
        busy=0.8,
        lead_enters=0,
        echo=0.3,
        room=0.06,
        room_s=0.6,
        loudness=1.35,
    ),
    "bossa": Style(
        tempo_bpm=(116, 138),
        scale="major",
        key_low=55,
        progressions=((0, 1, 4, 0), (1, 4, 2, 5), (0, 5, 1, 4)),
        drums=(
            Drum("soft_kick", "x.....xxx.....xx", 0.34),
            Drum("rim", "x..x..x...x..x..", 0.17, -0.25),
            Drum("shaker", "xoooxoooxoooxooo", 0.09, 0.35),
        ),
        bass=Voice("upright", "1-----515-----15", 0.3),
        chords=Voice("nylon", "x-..x-x-..x-.x--", 0.15),
        lead=Voice("flute", "", 0.22),
        busy=0.5,
        strum_s=0.008,
        room=0.22,
        room_s=1.3,
        loudness=1.05,
    ),
    "synthwave": Style(
        tempo_bpm=(92, 112),
        scale="minor",
        key_low=57,
        progressions=((0, 5, 2, 6), (0, 6, 5, 6), (5, 6, 0, 2)),
        drums=(
            Drum("kick", "x...x...x...x...", 0.66),
            Drum("snare", "....x.......x...", 0.46, fill="....x.......xxxx"),
            Drum("hat", "x.x.x.x.x.x.x.x.", 0.09, 0.2),
        ),
        bass=Voice("bass", "1.1.1.1.1.1.1.8.", 0.36),
        chords=Voice("pad", "x---------------", 0.13),
        lead=Voice("lead", "", 0.15),
        busy=0.55,
        duck=0.45,
        echo=0.4,
        room=0.35,
        room_s=1.9,
        loudness=1.1,
    ),
}
