"""What to do to a clip, as a value: written by `diagnose`, edited by people, followed by `render`.

>>> Recipe(steady=Steady(mode="quality"), level=True).to_json()
{'version': 1, 'steady': {'mode': 'quality'}, 'level': True}
>>> Recipe.from_json({"version": 1, "clean": {"denoise": "auto"}})
Recipe(steady=None, level=False, clean=Clean(denoise='auto', ...), frame=None, crop_max=0.2)

A recipe that names nothing leaves the clip as it is. What its JSON does not say has its default;
what it says and is not known is refused, so that a word misspelt is not a wish passed over.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from filoscope.enhance.errors import BadRecipe

VERSION = 1
CROP_MAX = 0.2
"""Share of width and height that steadying and levelling may cost: more is seen as a zoom."""

CROP_MOST = 0.5
SIGMA_MOST = 80.0
"""In 8-bit levels; with more there is no picture left to find."""

ASPECTS = {"9:16": (9, 16), "4:5": (4, 5), "1:1": (1, 1)}
_BYTES_MAX = 1 << 16
"""A recipe has a dozen words."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Steady:
    """Take the shake out.

    Attributes
    ----------
    mode : "live" or "quality"
        In one pass with two seconds of look-ahead, or in two passes over the whole clip.
    gyro : str or None
        A file with the camera's turns (Gyroflow, .gcsv); None takes the clip's own, if any.
    """

    mode: Literal["live", "quality"] = "live"
    gyro: str | None = None

    def __post_init__(self) -> None:
        _check(self.mode in ("live", "quality"), "steady.mode", self.mode, '"live" or "quality"')
        _check(self.gyro is None or isinstance(self.gyro, str), "steady.gyro", self.gyro, "a name")
        is_fit = self.gyro is None or self.mode == "quality"
        _check(is_fit, "steady.mode", self.mode, '"quality" where steady.gyro names a file')


@dataclass(frozen=True, slots=True)
class Clean:
    """Take away what the camera and its codec have added.

    Attributes
    ----------
    denoise : "auto", float or None
        "auto" measures the noise as it goes; a number is its sigma in 8-bit levels; None: not.
    deblock, deflicker, lift : bool
        Blocks of a codec, light that pulses, and a picture too dark.
    """

    denoise: Literal["auto"] | float | None = "auto"
    deblock: bool = False
    deflicker: bool = False
    lift: bool = False

    def __post_init__(self) -> None:
        wish = self.denoise
        is_sigma = _is_number(wish) and 0 < float(wish or 0) <= SIGMA_MOST
        _check(
            wish in ("auto", None) or is_sigma,
            "clean.denoise",
            wish,
            f'"auto", null or a sigma up to {SIGMA_MOST:g}',
        )
        for name in ("deblock", "deflicker", "lift"):
            _check_flag(getattr(self, name), f"clean.{name}")


@dataclass(frozen=True, slots=True)
class Track:
    """A box around what to follow, in pixels of the upright clip, at a time."""

    x: float
    y: float
    width: float
    height: float
    time_s: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            _check(
                _is_number(value) and value >= 0, f"frame.track.{field.name}", value, "0 or more"
            )
        _check(
            min(self.width, self.height) > 0, "frame.track", "an empty box", "a width and height"
        )


@dataclass(frozen=True, slots=True)
class Reframe:
    """Cut the picture to another shape, following its subject.

    Attributes
    ----------
    aspect : str
        One of `ASPECTS`.
    track : Track or None
        What to follow; None finds the subject.
    """

    aspect: str = "9:16"
    track: Track | None = None

    def __post_init__(self) -> None:
        _check(self.aspect in ASPECTS, "frame.aspect", self.aspect, f"one of {', '.join(ASPECTS)}")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do to a clip; nothing when it is empty.

    Attributes
    ----------
    steady : Steady or None
    level : bool
        Bring the horizon to level.
    clean : Clean or None
    frame : Reframe or None
    crop_max : float
        Share of width and height that steadying and levelling may cost, 0 to 0.5.

    Raises
    ------
    BadRecipe
    """

    steady: Steady | None = None
    level: bool = False
    clean: Clean | None = None
    frame: Reframe | None = None
    crop_max: float = CROP_MAX

    def __post_init__(self) -> None:
        _check_flag(self.level, "level")
        share = self.crop_max
        _check(
            _is_number(share) and 0 <= share <= CROP_MOST,
            "crop_max",
            share,
            f"a share from 0 to {CROP_MOST:g}",
        )

    @property
    def is_empty(self) -> bool:
        """Whether the clip stays as it is."""
        return not (self.steady or self.level or self.clean or self.frame)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as a plain dictionary, without what has its default."""
        return {"version": VERSION, **_plain(self)}

    @classmethod
    def from_json(cls, stored: Any) -> Recipe:
        """Rebuild a recipe from `to_json`, or from what a person has made of it.

        Raises
        ------
        BadRecipe
        """
        _check(isinstance(stored, dict), "the recipe", stored, "an object in braces")
        version = stored.get("version", VERSION)
        _check(version == VERSION, "version", version, f"{VERSION}, the one known here")
        rest = {name: value for name, value in stored.items() if name != "version"}
        if "frame" in rest and isinstance(rest["frame"], dict):
            frame = dict(rest["frame"])
            frame["track"] = _part(Track, frame.get("track"), "frame.track")
            rest["frame"] = _part(Reframe, frame, "frame")
        else:
            rest["frame"] = _part(Reframe, rest.get("frame"), "frame")
        rest["steady"] = _part(Steady, rest.get("steady"), "steady")
        rest["clean"] = _part(Clean, rest.get("clean"), "clean")
        return _built(cls, rest, "the recipe")


def read_recipe(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe from a file of JSON.

    Raises
    ------
    BadRecipe
        The file is no recipe; what is wrong with it is said.
    OSError
    """
    with Path(path).open("rb") as file:
        content = file.read(_BYTES_MAX + 1)
    try:
        if len(content) > _BYTES_MAX:
            raise ValueError("it is far too long")
        stored = json.loads(content)
    except ValueError as error:
        raise BadRecipe(f"{path} is no recipe: {error}. A recipe is a short JSON file.") from error
    return Recipe.from_json(stored)


def _part(kind: type[T], stored: Any, where: str) -> T | None:
    """Rebuild a part of a recipe: None and false are none, true is one with its defaults."""
    if stored is None or stored is False:
        return None
    if stored is True:
        stored = {}
    _check(isinstance(stored, dict), where, stored, "true, false or an object in braces")
    return _built(kind, stored, where)


def _built(kind: type[T], stored: dict[str, Any], where: str) -> T:
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    for name in stored:
        _check(name in known, where, name, f"one of {', '.join(known)}")
    try:
        return kind(**stored)
    except TypeError as error:
        raise BadRecipe(f"{where}: something is missing. It takes {', '.join(known)}.") from error


def _plain(value: Any) -> dict[str, Any]:
    said = {}
    for field in fields(value):
        here = getattr(value, field.name)
        if here != field.default:
            said[field.name] = _plain(here) if hasattr(here, "__dataclass_fields__") else here
    return said


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _check_flag(value: Any, where: str) -> None:
    _check(isinstance(value, bool), where, value, "true or false")


def _check(is_right: bool, where: str, value: Any, wanted: str) -> None:
    if not is_right:
        said = json.dumps(value, default=str)[:60]
        raise BadRecipe(f"{where} is {said}; give {wanted}.")
