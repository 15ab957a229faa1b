"""The timeline: a whole cut as one value, which nothing changes and everything is made from.

>>> shots = (Shot("a.mp4", 2.0, 45), Shot("b.mp4", 0.5, 60, transition=Transition("whip", 8)))
>>> timeline = Timeline(1080, 1920, Fraction(30), SoundTrack("song.ogg", 31.2), shots)
>>> timeline.duration_s
3.5
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from filoscope.enhance.recipe import Recipe
from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline.checking import (
    Misfit,
    check,
    check_count,
    check_number,
    check_source,
)
from filoscope.studio.timeline.layers import Caption, CaptionStyle, Overlay, Text, Voice
from filoscope.studio.timeline.plain import built, plain
from filoscope.studio.timeline.shots import (
    FRAMES_MAX,
    GAIN_DB_MAX,
    GAIN_DB_MIN,
    SECONDS_MAX,
    Key,
    Look,
    Shot,
)

VERSION = 1
SIDE_MIN, SIDE_MAX = 16, 4096
FPS_MAX = 120
SEED_MAX = 2**53 - 1
"""The largest whole number that a page's script keeps exactly."""

PARTS_MAX = 5000
"""Shots, texts and so on of one timeline: a cut a second for over an hour."""

_BYTES_MAX = 32 << 20
"""Of a file: 5,000 parts of each kind, and captions word by word for hours."""

COLOR = "color:"
"""A source that is no file but one colour: "color:#000000"."""

_SOURCES = {"source", "behind"}
_AS_USUAL = CaptionStyle()


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """The song under a cut.

    Attributes
    ----------
    source : str
    start_s : float
        Where in the song the timeline's first frame lies.
    gain_db : float
    fade_in_s, fade_out_s : float
        At the ends of the timeline.
    """

    source: str
    start_s: float = 0.0
    gain_db: float = 0.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0

    def __post_init__(self) -> None:
        check_source("source", self.source)
        check_number("start_s", self.start_s, 0, SECONDS_MAX)
        check_number("gain_db", self.gain_db, GAIN_DB_MIN, GAIN_DB_MAX)
        check_number("fade_in_s", self.fade_in_s, 0, 60)
        check_number("fade_out_s", self.fade_out_s, 0, 60)


@dataclass(frozen=True, slots=True)
class Timeline:
    """A cut.

    Attributes
    ----------
    width, height : int
        Of the picture, even.
    fps : Fraction
    sound : SoundTrack or None
        The song; None leaves what the shots and voices sound.
    shots : tuple of Shot
        End to end, without gaps.
    overlays, texts, captions, voices : tuple
        Later ones lie over earlier ones.
    caption_style : CaptionStyle
    beats_s : tuple of float
        The beats of the song, in seconds of the timeline: markers, to cut by.
    style : str
        Of the arrangement that made it; empty when a person did.
    seed : int
    score : float or None
        What the arrangement thinks of it.
    reasons : tuple of str
        The terms of the score, in words.
    """

    width: int
    height: int
    fps: Fraction
    sound: SoundTrack | None
    shots: tuple[Shot, ...]
    overlays: tuple[Overlay, ...] = ()
    texts: tuple[Text, ...] = ()
    captions: tuple[Caption, ...] = ()
    voices: tuple[Voice, ...] = ()
    caption_style: CaptionStyle = _AS_USUAL
    beats_s: tuple[float, ...] = ()
    style: str = ""
    seed: int = 0
    score: float | None = None
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("width", "height"):
            side = getattr(self, field)
            check_count(field, side, SIDE_MIN, SIDE_MAX)
            check(side % 2 == 0, field, side, "an even number: H.264 stores colour for each two")
        is_rate = isinstance(self.fps, Fraction) and 1 <= self.fps <= FPS_MAX
        check(is_rate, "fps", str(self.fps), f"a rate from 1 to {FPS_MAX}")
        for field in ("shots", "overlays", "texts", "captions", "voices", "beats_s", "reasons"):
            count = len(getattr(self, field))
            most = FRAMES_MAX if field == "beats_s" else PARTS_MAX
            check(count <= most, field, count, f"{most} at most")
        check(bool(self.shots), "shots", [], "one shot or more")
        check(self.frame_count <= FRAMES_MAX, "shots", self.frame_count, "four hours at most")
        check_count("seed", self.seed, 0, SEED_MAX)
        if self.score is not None:
            check_number("score", self.score, -1e9, 1e9)
        for beat_s in self.beats_s:
            check_number("beats_s", beat_s, 0, SECONDS_MAX)
        check(list(self.beats_s) == sorted(self.beats_s), "beats_s", "out of order", "rising times")
        self._check_transitions()

    def _check_transitions(self) -> None:
        """Two transitions never share a frame, so that at most two shots are shown at a time."""
        shots = self.shots
        for index, shot in enumerate(shots):
            begin = shot.transition.after if shot.transition else 0
            following = shots[index + 1].transition if index + 1 < len(shots) else None
            room = shot.frames - begin - (following.before if following else 0)
            if room < 0:
                raise Misfit(
                    f"shots[{index}].frames",
                    shot.frames,
                    f"{shot.frames - room} or more, so that the transitions at its two ends do not "
                    "meet, or make them shorter",
                )

    @property
    def frame_count(self) -> int:
        """Length in frames."""
        return sum(shot.frames for shot in self.shots)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.frame_count / self.fps)

    @property
    def sources(self) -> tuple[str, ...]:
        """Every file that it names, once, in order: clips, songs, stickers, tables, gyro records."""
        return tuple(dict.fromkeys(_sources_in(self)))

    def with_sources(self, mapping: Mapping[str, str | os.PathLike[str]]) -> Timeline:
        """Return the same cut with other names for its files.

        Raises
        ------
        BadTimeline
            A file is not in the mapping: nothing that was not named by the caller is ever opened.
        """
        for name in self.sources:
            if name not in mapping:
                raise BadTimeline(
                    f"The timeline uses {name}, which is not here. Add it, or cut it."
                )
        names = {name: os.fspath(path) for name, path in mapping.items()}
        renamed: Timeline = _renamed(self, names)
        return renamed

    def to_json(self) -> dict[str, Any]:
        """Return the timeline as a plain dictionary, with every field."""
        return {"version": VERSION, **plain(self)}

    @classmethod
    def from_json(cls, stored: Any) -> Timeline:
        """Rebuild a timeline from `to_json`, or from what a page or a person has made of it.

        What is not said has its default.

        Raises
        ------
        BadTimeline
            Names the field, what is wrong with it, and what to give.
        """
        check(isinstance(stored, dict), "the timeline", stored, "an object in braces")
        version = stored.get("version", VERSION)
        check(version == VERSION, "version", version, f"{VERSION}, the one known here")
        return built(cls, {name: value for name, value in stored.items() if name != "version"})

    def to_otio(self) -> Any:
        """Return the timeline as an `opentimelineio.schema.Timeline`."""
        from filoscope.studio.timeline.interchange import to_otio

        return to_otio(self)

    @classmethod
    def from_otio(cls, stored: Any) -> Timeline:
        """Rebuild a timeline from `to_otio`, or from what another program has made.

        Raises
        ------
        BadTimeline
            Says what of it cannot be shown here.
        """
        from filoscope.studio.timeline.interchange import from_otio

        return from_otio(stored)


def read_timeline(path: str | os.PathLike[str]) -> Timeline:
    """Read a timeline from a file: .json as `to_json` says it, or .otio.

    Sources that are relative lie beside the file.

    Raises
    ------
    BadTimeline
    OSError
    """
    path = Path(path)
    with path.open("rb") as file:
        content = file.read(_BYTES_MAX + 1)
    if len(content) > _BYTES_MAX:
        raise BadTimeline(f"{path} is no timeline: it is far too long.")
    timeline = _read_otio(content, path) if _is_otio(path) else _read_json(content, path)
    folder = path.absolute().parent
    return timeline.with_sources(
        {name: name if Path(name).is_absolute() else folder / name for name in timeline.sources}
    )


def write_timeline(timeline: Timeline, path: str | os.PathLike[str]) -> None:
    """Write a timeline to a file, .otio or .json, whole or not at all.

    Raises
    ------
    OSError
    """
    path = Path(path)
    if _is_otio(path):
        from filoscope.studio.timeline.interchange import to_otio_text

        text = to_otio_text(timeline)
    else:
        text = json.dumps(timeline.to_json(), indent=1)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_text(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _is_otio(path: Path) -> bool:
    return path.suffix.lower() == ".otio"


def _read_otio(content: bytes, path: Path) -> Timeline:
    from filoscope.studio.timeline.interchange import from_otio_text

    return from_otio_text(content.decode(errors="replace"), str(path))


def _read_json(content: bytes, path: Path) -> Timeline:
    try:
        stored = json.loads(content)
    except ValueError as error:
        raise BadTimeline(f"{path} is no timeline: {error}. Give a .otio or a .json.") from error
    return Timeline.from_json(stored)


def _sources_in(part: Any) -> Iterator[str]:
    if isinstance(part, Recipe):
        if part.steady is not None and part.steady.gyro is not None:
            yield part.steady.gyro
    elif isinstance(part, Look):
        if part.is_file:
            yield part.name
    elif isinstance(part, tuple):
        for one in part:
            yield from _sources_in(one)
    elif is_dataclass(part):
        for field in fields(part):
            value = getattr(part, field.name)
            if _is_file(field.name, value):
                yield value
            else:
                yield from _sources_in(value)


def _is_file(field: str, value: Any) -> bool:
    return field in _SOURCES and isinstance(value, str) and not value.startswith(COLOR)


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """Return a part of a timeline with every file in it renamed."""
    if isinstance(part, Recipe):
        steady = part.steady
        if steady is None or steady.gyro is None:
            return part
        return replace(part, steady=replace(steady, gyro=names[steady.gyro]))
    if isinstance(part, Look):
        return replace(part, name=names[part.name]) if part.is_file else part
    if isinstance(part, tuple):
        return tuple(_renamed(one, names) for one in part)
    if not isinstance(part, Timeline | Shot | SoundTrack | Overlay | Voice | Key):
        return part
    changed: dict[str, Any] = {}
    for field in fields(part):
        value = getattr(part, field.name)
        is_file = _is_file(field.name, value)
        changed[field.name] = names[value] if is_file else _renamed(value, names)
    return replace(part, **changed)
