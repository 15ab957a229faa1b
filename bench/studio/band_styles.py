"""What each style of `band` plays: how dances, bands and machines keep time, as one learns it.

A lane is a drum and its strokes: `x` loud, `o` soft, `.` none, over a bar or two. Alternatives stand in
one tuple; a song draws one.
"""

from __future__ import annotations

from dataclasses import dataclass

Lane = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """A way of playing: beats a bar, steps a beat, tempi, lanes of drums, bass, chords.

    `swing` is in steps; `live` how unsteady the hands and the tempo are (0 to 1); `weight` how often it
    is drawn.
    """

    meter: int
    steps: int
    tempo_bpm: tuple[float, float]
    drums: dict[str, Lane]
    bass: Lane
    chords: Lane
    kinds: tuple[str, ...] = ("keys", "pluck", "pad", "organ", "fuzz", "chip")
    swing: float = 0.0
    live: float = 0.3
    weight: float = 1.0


_BACK = ("....x.......x...",)
_EIGHTHS = ("x.x.x.x.x.x.x.x.", "x.o.x.o.x.o.x.o.", "xoxoxoxoxoxoxoxo", "x...x...x...x...")
_ROCK_KICK = (
    "x.......x.......", "x.......x.x.....", "x.x.....x.x.....", "x.....x.x.......", "x..x..x.x.......",
    "x.........x.....", "x......x..x.....", "x...x.x.x...x...", "x.x.x...x.x.x...",
)  # fmt: skip
_ROCK_BASS = ("x.x.x.x.x.x.x.x.", "x.......x.......", "x.....x.x.....x.", "x...x...x...x...", "x..x..x.x..x..x.")
_STRUM = ("x...x.x...x.x.x.", "x.x.x.x.x.x.x.x.", "x...............", "x.......x.......", "x..x..x.x..x..x.")
_FLOOR = ("x...x...x...x...",)
_OFF = ("..x...x...x...x.",)
_SWING_RIDE = ("x..x.xx..x.x", "x..x..x..x..", "x..x.xx..x.x")
_NONE = ("",)

STYLES: dict[str, Style] = {
    "rock": Style(4, 4, (85, 175), {"k": _ROCK_KICK, "s": _BACK, "h": _EIGHTHS}, _ROCK_BASS, _STRUM, ("fuzz", "pluck", "organ"), weight=3),
    "ride": Style(4, 4, (95, 190), {"k": _ROCK_KICK, "s": _BACK, "r": _EIGHTHS, "C": ("x" + 31 * ".",)}, _ROCK_BASS, _STRUM, ("fuzz",), weight=2),
    "half": Style(4, 4, (110, 170), {"k": _ROCK_KICK, "s": ("........x.......",), "h": _EIGHTHS}, _ROCK_BASS, _STRUM, weight=1),
    "metal": Style(4, 4, (120, 200), {"k": ("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x.", "x.xxx.xxx.xxx.xx", "xxx.xxx.xxx.xxx."), "s": _BACK, "r": _EIGHTHS}, ("xxxxxxxxxxxxxxxx", "x.xxx.xxx.xxx.xx", "x.x.x.x.x.x.x.x."), ("x.xxx.xxx.xxx.xx", "x.x.x.x.x.x.x.x.", "x..............."), ("fuzz",), weight=2),
    "thrash": Style(4, 4, (150, 215), {"k": ("x.......x.......", "x...x...x...x..."), "s": ("..x...x...x...x.",), "r": _FLOOR}, ("x.x.x.x.x.x.x.x.",), ("x.x.x.x.x.x.x.x.", "x..............."), ("fuzz",), weight=1),
    "punk": Style(4, 4, (150, 210), {"k": ("x.....x.x.......", "x.x...x.x.x...x."), "s": _BACK, "h": _EIGHTHS}, ("x.x.x.x.x.x.x.x.",), ("x.x.x.x.x.x.x.x.",), ("fuzz",)),
    "house": Style(4, 4, (115, 140), {"k": _FLOOR, "c": _BACK, "O": _OFF, "h": ("", "xxxxxxxxxxxxxxxx")}, ("..x...x...x...x.", "x..x..x.x..x..x.", "x.x.x.x.x.x.x.x."), ("..x..x..x..x..x.", "x..x..x...x..x..", "x..............."), live=0, weight=2),
    "trance": Style(4, 4, (128, 150), {"k": _FLOOR, "O": _OFF, "c": ("", "....x.......x...")}, (".xxx.xxx.xxx.xxx", "..x...x...x...x."), ("xxxxxxxxxxxxxxxx", "x.xx.xx.x.xx.xx.", "x..............."), ("pluck", "chip", "pad"), live=0, weight=2),
    "breaks": Style(4, 4, (120, 178), {"k": ("x.........x.....", "x.x.......xx....", "x.....x...x....."), "s": ("....x.......x...", "....x..o.o..x..o", "....x..x.x..x..x"), "h": _EIGHTHS}, ("x.........x.....", "x...............", "x..x..x...x..x.."), ("x...............", "x.....x.....x..."), live=0, weight=2),
    "hiphop": Style(4, 4, (78, 108), {"k": ("x......x..x.....", "x..x......x.....", "x.x....x..x..x.."), "s": _BACK, "h": ("x.x.x.x.x.x.x.x.", "x.xxx.x.x.xxx.x.")}, ("x......x..x.....", "x..............."), ("x...............", "x.......x.......", "..x...x...x...x."), swing=0.15, live=0.1, weight=2),
    "trap": Style(4, 4, (128, 160), {"k": ("x.....x.........", "x.........x...x.", "x..x..x........."), "c": ("........x.......",), "h": ("x.x.x.x.x.x.x.x.", "xxx.x.xxx.x.xxxx")}, ("x...............", "x.....x........."), ("x...............",), live=0),
    "funk": Style(4, 4, (90, 122), {"k": ("x.x....x..x.....", "x..x..x...x..x.."), "s": ("....x..o.o..x..o", "....x..o....x..."), "h": ("xoxoxoxoxoxoxoxo",)}, ("x..x...x..x.x.x.", "x.xx..x.x..x..x."), ("..x..x....x..x..", "x..x..x..x..x..."), ("pluck", "organ"), weight=1.5),
    "disco": Style(4, 4, (110, 130), {"k": _FLOOR, "s": _BACK, "h": ("x.x.x.x.x.x.x.x.",), "O": _OFF}, ("x.x.x.x.x.x.x.x.", "x..xx.x.x..xx.x."), ("..x...x...x...x.", "x..x..x.x..x..x."), live=0.2),
    "pop": Style(4, 4, (62, 130), {"k": _ROCK_KICK, "s": ("....x.......x...",), "h": ("x.x.x.x.x.x.x.x.", "x...x...x...x..."), "m": ("", "xoxoxoxoxoxoxoxo")}, _ROCK_BASS, _STRUM, ("keys", "pluck", "pad"), weight=2),
    "reggae": Style(4, 2, (130, 185), {"k": ("....x...",), "s": ("....x...",), "h": ("x.xxx.xx", "x.x.x.x.")}, ("x..xx...", "x...x.xx", "..x.xx.x"), ("..x...x.",), ("organ", "pluck", "keys")),
    "ska": Style(4, 4, (105, 150), {"k": ("........x.......", "x.......x.......", "x...x...x...x..."), "s": _BACK, "h": _EIGHTHS}, ("x.x.x.x.x.x.x.x.", "x...x...x...x..."), _OFF, ("pluck", "organ")),
    "latin": Style(4, 4, (95, 132), {"w": ("x..x..x...x.x...", "..x.x...x..x..x.", "x..x...x..x.x..."), "m": ("x.o.x.o.x.o.x.o.",), "k": ("x...x...x...x...", "......x.......x.", ""), "t": ("......xx......xx", "......o.......xx")}, ("x.....x.x.....x.", "......x.....x...", "x.....x.....x..."), ("x..x..x...x.x...", "..x...x...x...x."), ("keys", "pluck"), weight=2.5),
    "bossa": Style(4, 2, (110, 170), {"w": ("x..x..x...x..x..",), "k": ("x..xx..x",), "h": ("xxxxxxxx",)}, ("x..xx..x",), ("x.x..x.x", "..x..x.."), ("pluck", "keys")),
    "samba": Style(2, 4, (85, 108), {"k": ("x..xx..x", "o...x..."), "m": ("xooxxoox",), "w": ("x.xx.x.x", "")}, ("x..xx..x", "x...x..."), ("x.x..x.x", "..x..x.x"), ("pluck", "keys"), weight=1.5),
    "tango": Style(4, 2, (112, 134), {"s": ("", "x.x.x.xx")}, ("x.x.x.x.", "x...x..."), ("x.x.x.x.", "x.x.x.xx", "x..xx.x."), ("keys", "organ", "pluck", "pad"), weight=1.5),
    "waltz": Style(3, 2, (78, 130), {"k": ("x.....", ""), "h": ("..x.x.", "x.x.x.", "x.xxxx"), "s": ("..x.x.", "....x.", "")}, ("x.....", "x...x."), ("..x.x.", "x.xxxx", "x....."), ("keys", "pad", "pluck", "organ"), weight=3),
    "viennese": Style(3, 2, (150, 190), {"k": ("x.....", ""), "s": ("..x.x.", ""), "h": ("..x.x.", "")}, ("x.....",), ("..x.x.", "x....."), ("keys", "pad", "pluck", "organ"), weight=2),
    "jazzwaltz": Style(3, 3, (100, 190), {"r": ("x..x.xx..", "x..x.xx.x"), "h": ("...x.....", "......x..")}, ("x..x..x..", "x........"), ("x....x...", "..x..x..."), ("keys", "pluck"), live=0.6),
    "swing": Style(4, 3, (105, 215), {"r": _SWING_RIDE, "h": ("...x.....x..",), "k": ("", "o..o..o..o.."), "s": ("", "...o.....o..", "..o.....o..o")}, ("x..x..x..x..",), ("x....x......", "..x.....x..x", "x..........."), ("keys", "pluck", "organ"), live=0.6, weight=2.5),
    "jive": Style(4, 3, (150, 182), {"k": ("x.....x.....", "x..x..x..x.."), "s": ("...x.....x..",), "r": _SWING_RIDE}, ("x..x..x..x..",), ("x..x.xx..x.x", "...x.....x.."), ("keys", "pluck", "fuzz"), weight=1.5),
    "quickstep": Style(4, 3, (190, 212), {"k": ("x.....x.....", ""), "s": ("...x.....x..",), "h": _SWING_RIDE}, ("x.....x.....", "x..x..x..x.."), ("...x.....x..",), ("keys", "pluck", "organ"), weight=1.5),
    "foxtrot": Style(4, 3, (108, 126), {"h": ("...x.....x..", "x..x.xx..x.x"), "k": ("", "x.....x....."), "b": ("x..x.xx..x.x", "")}, ("x.....x.....", "x..x..x..x.."), ("...x.....x..", "x..x..x..x.."), ("keys", "pad", "pluck"), weight=1.5),
    "shuffle": Style(4, 3, (75, 150), {"k": ("x.....x.....", "x.....x.x...", "x..x..x..x.."), "s": ("...x.....x..",), "h": ("x.xx.xx.xx.x", "x..x..x..x..")}, ("x..x..x..x..", "x.xx.xx.xx.x"), ("x.xx.xx.xx.x", "..x..x..x..x"), ("pluck", "fuzz", "keys"), live=0.5, weight=2),
    "slow12": Style(4, 3, (46, 84), {"k": ("x.....x.....", "x....xx....."), "s": ("...x.....x..",), "h": ("xxxxxxxxxxxx",)}, ("x.....x.....", "x..x..x..x.."), ("xxxxxxxxxxxx", "x..........."), ("keys", "pluck", "pad"), live=0.4),
    "jig": Style(2, 3, (80, 128), {"k": ("x.....", ""), "t": ("x..x..", "")}, ("x..x..", "x....."), ("xxxxxx", "x.xx.x", "x..x.."), ("pluck", "keys", "organ"), live=0.5),
    "train": Style(4, 4, (85, 130), {"k": ("x...x...x...x...", "x.......x......."), "b": ("ooxoooxoooxoooxo", "oooxoooxoooxooox", "ooooxoooooooxooo")}, ("x.......x.......", "x...x...x...x..."), ("..x...x...x...x.", "x.x.x.x.x.x.x.x.", "x.xxx.xxx.xxx.xx"), ("pluck", "keys"), live=0.5, weight=2),
    "country": Style(4, 4, (80, 165), {"k": ("x.......x.......", "x.....x.x......."), "s": ("....x.......x...",), "h": ("x.x.x.x.x.x.x.x.", "")}, ("x.......x.......",), ("....x.......x...", "..x...x...x...x."), ("pluck", "keys"), live=0.5, weight=2),
    "polka": Style(2, 4, (100, 135), {"k": ("x.......", ""), "s": ("....x...", "")}, ("x.......",), ("....x...", "..x...x."), ("organ", "keys", "pluck"), live=0.5),
    "march": Style(2, 4, (100, 126), {"k": ("x...x...", "x......."), "s": ("x.xxx.xx", "x.x.xxxx"), "C": ("x...............",)}, ("x...x...",), ("..x...x.", "x...x..."), ("organ", "lead"), live=0.3, weight=0.7),
    "five": Style(5, 2, (110, 175), {"k": ("x.....x...",), "s": ("....x...x.", "...x....x."), "r": ("x.x.x.x.x.", "x.xxx.x.x.")}, ("x..x..x.x.",), ("x..x..x.x.",), live=0.4, weight=0.6),
    "seven": Style(7, 2, (150, 215), {"k": ("x.......x.....", "x.....x...x..."), "s": ("....x.......x.",), "h": ("x.x.x.x.x.x.x.",)}, ("x...x...x.....",), ("x.......x.....",), live=0.3, weight=0.4),
    "balkan": Style(4, 4, (90, 150), {"t": ("x..x..x.x..x..x.", "x..xx.x.x..xx.x."), "w": ("x..x..x.x..x..x.",)}, ("x..x..x.x..x..x.", "x.....x.x.....x."), ("x..x..x.x..x..x.", "..x...x...x...x."), ("pluck", "organ", "lead"), live=0.5, weight=1.5),
    "arps": Style(4, 4, (70, 150), {"k": _NONE}, ("x...............", "x.......x......."), ("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x.", "x..x..x.x..x..x."), ("keys", "pluck", "chip"), live=0.4, weight=2),
    "strings": Style(4, 2, (66, 140), {"k": _NONE}, ("x...x...", "x.x.x.x."), ("x.x.x.x.", "xxxxxxxx", "x......."), ("pad", "organ", "keys"), live=0.9, weight=1.5),
    "strings3": Style(3, 2, (70, 150), {"k": _NONE}, ("x.....",), ("x.x.x.", "..x.x.", "xxxxxx"), ("pad", "organ", "keys"), live=0.9, weight=1.5),
    "chip": Style(4, 4, (100, 160), {"k": ("x...x...x...x...", "x.....x.x.......", ""), "s": _BACK, "h": ("x.x.x.x.x.x.x.x.", "")}, ("x.x.x.x.x.x.x.x.", "x..x..x.x..x..x."), ("xxxxxxxxxxxxxxxx", "x.x.x.x.x.x.x.x."), ("chip",), live=0, weight=1.5),
}  # fmt: skip
