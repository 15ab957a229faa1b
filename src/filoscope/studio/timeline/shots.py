"""What stands in a timeline's picture: shots end to end, and how one comes after another.

Places in a source are seconds from the start of the clip (its first picture or sound); lengths on
the timeline are whole frames of the timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from filoscope.enhance.recipe import Recipe
from filoscope.studio.timeline.checking import (
    check,
    check_color,
    check_count,
    check_number,
    check_source,
    check_word,
)

FRAMES_MAX = 4 * 3600 * 60
"""Of a timeline, and so of each part: four hours at 60 a second."""

SECONDS_MAX = 4 * 3600.0
"""Where in a source a shot may begin."""

SPEED_MIN, SPEED_MAX = 0.05, 20.0
"""Slower, flow has nothing between two pictures to go by; faster, a shot of a second eats a clip."""

GAIN_DB_MIN, GAIN_DB_MAX = -60.0, 24.0
DRIFT_PPM_MAX = 2000.0
"""Clocks of devices differ by up to 100; a tape or a film that was converted, by 1001/1000."""

POINTS_MAX = 64
FRAMINGS = ("fill", "fit", "blur")
TRANSITIONS = ("cut", "crossfade", "whip", "zoom", "flash", "match")
SOUND_EFFECTS = ("higher", "lower", "robot", "echo", "telephone")
Framing = Literal["fill", "fit", "blur"]
SoundEffect = Literal["higher", "lower", "robot", "echo", "telephone"]


@dataclass(frozen=True, slots=True)
class SpeedPoint:
    """How fast a shot runs at one of its frames; between two points it changes evenly.

    Attributes
    ----------
    frame : int
        Counted from the shot's first.
    speed : float
        Seconds of the source for each second of the timeline.
    """

    frame: int
    speed: float

    def __post_init__(self) -> None:
        check_count("frame", self.frame, 0, FRAMES_MAX)
        check_number("speed", self.speed, SPEED_MIN, SPEED_MAX)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of an upright picture, in shares of its width and height."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        check_number("x", self.x, 0, 1)
        check_number("y", self.y, 0, 1)
        check_number("width", self.width, 0.01, 1)
        check_number("height", self.height, 0.01, 1)
        check(self.x + self.width <= 1 + 1e-9, "width", self.width, "one that ends in the picture")
        check(
            self.y + self.height <= 1 + 1e-9, "height", self.height, "one that ends in the picture"
        )


@dataclass(frozen=True, slots=True)
class Move:
    """A slow move over a picture, from one box to another: what makes a photo live."""

    start: Box
    end: Box


@dataclass(frozen=True, slots=True)
class Look:
    """A colour table.

    Attributes
    ----------
    name : str
        One of `filoscope.studio.rendering.looks.LOOKS`, or the path of a .cube file.
    strength : float
        0 leaves the picture as it is, 1 is all of the table.
    """

    name: str
    strength: float = 1.0

    def __post_init__(self) -> None:
        check_source("name", self.name)
        check_number("strength", self.strength, 0, 1)

    @property
    def is_file(self) -> bool:
        """Whether the name is that of a .cube file."""
        return self.name.lower().endswith(".cube") or "/" in self.name or ":" in self.name


@dataclass(frozen=True, slots=True)
class Transition:
    """How a shot comes after the one before it.

    The frames lie around the cut, half of them (rounded down) before it; both shots are shown in
    all of them. Into the first shot it comes from black (a flash: from white) after the cut.
    """

    kind: Literal["cut", "crossfade", "whip", "zoom", "flash", "match"] = "cut"
    frames: int = 0

    def __post_init__(self) -> None:
        check_word("kind", self.kind, TRANSITIONS)
        check_count("frames", self.frames, 0, FRAMES_MAX)
        if self.kind == "cut":
            check(self.frames == 0, "frames", self.frames, "0 for a cut")
        else:
            check(self.frames >= 2, "frames", self.frames, f"2 or more for a {self.kind}")

    @property
    def before(self) -> int:
        """Frames before the cut."""
        return self.frames // 2

    @property
    def after(self) -> int:
        """Frames from the cut on."""
        return self.frames - self.frames // 2


@dataclass(frozen=True, slots=True)
class Key:
    """Green screen: what is of one colour becomes transparent.

    Attributes
    ----------
    color : str
    tolerance, softness : float
        Distance in colour (shares of the range of Cb and Cr) up to which all goes, and over which
        what is left fades in.
    spill : float
        How much of the screen's light is taken off the subject, 0 to 1.
    behind : str or None
        A clip or a photo to show through; None shows `backdrop`. An overlay shows the shot.
    behind_start_s : float
    backdrop : str
    """

    color: str = "#00b140"
    tolerance: float = 0.12
    softness: float = 0.08
    spill: float = 1.0
    behind: str | None = None
    behind_start_s: float = 0.0
    backdrop: str = "#101014"

    def __post_init__(self) -> None:
        check_color("color", self.color)
        check_number("tolerance", self.tolerance, 0, 1)
        check_number("softness", self.softness, 0.001, 1)
        check_number("spill", self.spill, 0, 1)
        if self.behind is not None:
            check_source("behind", self.behind)
        check_number("behind_start_s", self.behind_start_s, 0, SECONDS_MAX)
        check_color("backdrop", self.backdrop)


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of one source.

    Attributes
    ----------
    source : str
        A clip or a photo.
    start_s : float
        Where in the source it begins. What reaches beyond the source stands still.
    frames : int
        Length on the timeline.
    speed : float or tuple of SpeedPoint
    drift_ppm : float
        By how many millionths the clock of the take runs fast against the song's: as much more of
        it is shown in each second.
    framing : "fill", "fit", "blur", Box or Move
        Cut to the frame, whole between black bars or over a blurred one of itself, or a part.
    look : Look or None
    transition : Transition or None
        Into this shot.
    gain_db : float or None
        Of its own sound; None is silent.
    sound_effect : str or None
        One of `SOUND_EFFECTS`.
    key : Key or None
    enhance : Recipe or None
        Followed before all else.
    is_mirrored : bool
    """

    source: str
    start_s: float
    frames: int
    speed: float | tuple[SpeedPoint, ...] = 1.0
    drift_ppm: float = 0.0
    framing: Framing | Box | Move = "fill"
    look: Look | None = None
    transition: Transition | None = None
    gain_db: float | None = None
    sound_effect: SoundEffect | None = None
    key: Key | None = None
    enhance: Recipe | None = None
    is_mirrored: bool = False

    def __post_init__(self) -> None:
        check_source("source", self.source)
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_count("frames", self.frames, 1, FRAMES_MAX)
        if isinstance(self.speed, tuple):
            check(2 <= len(self.speed) <= POINTS_MAX, "speed", len(self.speed), "2 to 64 points")
            at = [point.frame for point in self.speed]
            check(at == sorted(set(at)), "speed", at, "points whose frames rise")
        else:
            check_number("speed", self.speed, SPEED_MIN, SPEED_MAX)
        check_number("drift_ppm", self.drift_ppm, -DRIFT_PPM_MAX, DRIFT_PPM_MAX)
        if isinstance(self.framing, str):
            check_word("framing", self.framing, FRAMINGS)
        if self.gain_db is not None:
            check_number("gain_db", self.gain_db, GAIN_DB_MIN, GAIN_DB_MAX)
        if self.sound_effect is not None:
            check_word("sound_effect", self.sound_effect, SOUND_EFFECTS)
