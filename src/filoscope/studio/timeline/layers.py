"""What lies over the shots: pictures, words and voices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from filoscope.studio.timeline.checking import (
    check,
    check_color,
    check_count,
    check_number,
    check_source,
    check_word,
)
from filoscope.studio.timeline.shots import (
    FRAMES_MAX,
    GAIN_DB_MAX,
    GAIN_DB_MIN,
    SECONDS_MAX,
    SOUND_EFFECTS,
    Key,
    SoundEffect,
)

ANIMATIONS = ("none", "fade", "pop", "rise")
CAPTION_WAYS = ("line", "word", "karaoke")
WORDS_MAX = 2000
"""Characters of one text: a screen holds some hundred that can be read."""

CAPTION_WORDS_MAX = 200
DUCKING_DB_MAX = 40.0
SIZE_MIN, SIZE_MAX = 0.01, 0.5

Animation = Literal["none", "fade", "pop", "rise"]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture over the shots: a sticker (PNG, transparent), a photo, a clip (picture in picture).

    Attributes
    ----------
    source : str
    at, frames : int
        First frame on the timeline, and how many.
    start_s : float
        Where in a clip it begins.
    x, y : float
        Its centre, in shares of the frame's width and height.
    width : float
        In shares of the frame's width; the height follows from the picture.
    turn_deg : float
        Clockwise.
    opacity : float
    corner : float
        Radius of its corners as a share of its shorter side: 0 square, 0.5 round.
    entrance, exit : str
        One of `ANIMATIONS`, over a quarter of a second.
    key : Key or None
        Green screen; the shots show through.
    gain_db : float or None
        Of its own sound; None is silent.
    is_mirrored : bool
    """

    source: str
    at: int
    frames: int
    start_s: float = 0.0
    x: float = 0.5
    y: float = 0.5
    width: float = 0.3
    turn_deg: float = 0.0
    opacity: float = 1.0
    corner: float = 0.0
    entrance: Animation = "none"
    exit: Animation = "none"
    key: Key | None = None
    gain_db: float | None = None
    is_mirrored: bool = False

    def __post_init__(self) -> None:
        check_source("source", self.source)
        check_count("at", self.at, 0, FRAMES_MAX)
        check_count("frames", self.frames, 1, FRAMES_MAX)
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_number("x", self.x, -1, 2)
        check_number("y", self.y, -1, 2)
        check_number("width", self.width, SIZE_MIN, 4)
        check_number("turn_deg", self.turn_deg, -360, 360)
        check_number("opacity", self.opacity, 0, 1)
        check_number("corner", self.corner, 0, 0.5)
        check_word("entrance", self.entrance, ANIMATIONS)
        check_word("exit", self.exit, ANIMATIONS)
        if self.gain_db is not None:
            check_number("gain_db", self.gain_db, GAIN_DB_MIN, GAIN_DB_MAX)


@dataclass(frozen=True, slots=True)
class Text:
    """Words over the picture.

    Attributes
    ----------
    words : str
        A line break is one; longer lines are broken at `width`.
    at, frames : int
        First frame on the timeline, and how many.
    x, y : float
        Centre, in shares of the frame; moved inwards where it would leave the safe area.
    size : float
        Height of a line, in shares of the frame's shorter side.
    color : str
    outline, box : str or None
        Colour around the letters; colour of a box behind the lines.
    width : float
        The longest line, in shares of the frame's width.
    turn_deg : float
        Clockwise.
    align : "left", "center" or "right"
    entrance, exit : str
        One of `ANIMATIONS`, over a quarter of a second.
    """

    words: str
    at: int
    frames: int
    x: float = 0.5
    y: float = 0.5
    size: float = 0.08
    color: str = "#ffffff"
    outline: str | None = "#000000"
    box: str | None = None
    width: float = 0.84
    turn_deg: float = 0.0
    align: Literal["left", "center", "right"] = "center"
    entrance: Animation = "none"
    exit: Animation = "none"

    def __post_init__(self) -> None:
        is_text = isinstance(self.words, str) and 0 < len(self.words) <= WORDS_MAX
        check(is_text, "words", self.words, f"1 to {WORDS_MAX} characters")
        check_count("at", self.at, 0, FRAMES_MAX)
        check_count("frames", self.frames, 1, FRAMES_MAX)
        check_number("x", self.x, 0, 1)
        check_number("y", self.y, 0, 1)
        check_number("size", self.size, SIZE_MIN, SIZE_MAX)
        check_color("color", self.color)
        for field in ("outline", "box"):
            if getattr(self, field) is not None:
                check_color(field, getattr(self, field))
        check_number("width", self.width, 0.1, 1)
        check_number("turn_deg", self.turn_deg, -360, 360)
        check_word("align", self.align, ("left", "center", "right"))
        check_word("entrance", self.entrance, ANIMATIONS)
        check_word("exit", self.exit, ANIMATIONS)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is said, in seconds of the timeline."""

    text: str
    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        is_text = isinstance(self.text, str) and 0 < len(self.text.strip()) <= WORDS_MAX
        check(is_text, "text", self.text, f"1 to {WORDS_MAX} characters")
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_number("end_s", self.end_s, 0, SECONDS_MAX)
        check(self.end_s > self.start_s, "end_s", self.end_s, f"more than {self.start_s:g}")


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of what is said, word by word; in seconds of the timeline, as WebVTT has them."""

    start_s: float
    end_s: float
    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_number("end_s", self.end_s, 0, SECONDS_MAX)
        check(self.end_s > self.start_s, "end_s", self.end_s, f"more than {self.start_s:g}")
        count = len(self.words)
        check(1 <= count <= CAPTION_WORDS_MAX, "words", count, f"1 to {CAPTION_WORDS_MAX} words")
        starts = [word.start_s for word in self.words]
        check(starts == sorted(starts), "words", starts, "words whose times rise")

    @property
    def text(self) -> str:
        """The whole line."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class CaptionStyle:
    """How captions look.

    Attributes
    ----------
    is_burnt : bool
        Drawn into the picture; else they are a file beside it.
    way : "line", "word" or "karaoke"
        The line at once, its words as they are said, or the line with the word being said in
        `highlight`.
    y : float
        Centre, as a share of the frame's height; moved inwards where it would leave the safe area.
    size : float
        Height of a line, in shares of the frame's shorter side.
    color, highlight : str
    outline, box : str or None
    """

    is_burnt: bool = True
    way: Literal["line", "word", "karaoke"] = "karaoke"
    y: float = 0.74
    size: float = 0.075
    color: str = "#ffffff"
    highlight: str = "#ffd83d"
    outline: str | None = "#000000"
    box: str | None = None

    def __post_init__(self) -> None:
        check_word("way", self.way, CAPTION_WAYS)
        check_number("y", self.y, 0, 1)
        check_number("size", self.size, SIZE_MIN, SIZE_MAX)
        check_color("color", self.color)
        check_color("highlight", self.highlight)
        for field in ("outline", "box"):
            if getattr(self, field) is not None:
                check_color(field, getattr(self, field))


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice over the song, which steps back while it sounds.

    Attributes
    ----------
    source : str
    at, frames : int
        First frame on the timeline, and how many.
    start_s : float
        Where in the recording it begins.
    gain_db : float
    ducking_db : float
        By how much song and shots are lowered while the voice sounds.
    effect : str or None
        One of `SOUND_EFFECTS`.
    """

    source: str
    at: int
    frames: int
    start_s: float = 0.0
    gain_db: float = 0.0
    ducking_db: float = 12.0
    effect: SoundEffect | None = None

    def __post_init__(self) -> None:
        check_source("source", self.source)
        check_count("at", self.at, 0, FRAMES_MAX)
        check_count("frames", self.frames, 1, FRAMES_MAX)
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_number("gain_db", self.gain_db, GAIN_DB_MIN, GAIN_DB_MAX)
        check_number("ducking_db", self.ducking_db, 0, DUCKING_DB_MAX)
        if self.effect is not None:
            check_word("effect", self.effect, SOUND_EFFECTS)
