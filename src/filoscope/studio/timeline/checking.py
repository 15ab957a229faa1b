"""Refuse a field in words: where it lies, what it says, what it may say."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from filoscope.studio.errors import BadTimeline

_SAID_MAX = 60
"""Characters of a wrong value that are repeated: enough to find it again."""

_COLOR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")


class Misfit(BadTimeline):
    """One field of one part of a timeline is wrong.

    Attributes
    ----------
    where : str
        The field, from the outermost part that is known: "shots[3].speed".
    """

    def __init__(self, where: str, value: Any, wanted: str) -> None:
        self.where, self.value, self.wanted = where, value, wanted
        said = json.dumps(value, default=str)
        if len(said) > _SAID_MAX:
            said = said[:_SAID_MAX] + "..."
        super().__init__(f"{where} is {said}; give {wanted}.")

    def inside(self, outer: str) -> Misfit:
        """Return the same complaint, seen from the part that holds this one."""
        joint = "" if not self.where or self.where.startswith("[") else "."
        return Misfit(f"{outer}{joint}{self.where}", self.value, self.wanted)


def check(is_right: bool, field: str, value: Any, wanted: str) -> None:
    """Raise `Misfit` when a field is wrong."""
    if not is_right:
        raise Misfit(field, value, wanted)


def check_number(field: str, value: Any, least: float, most: float) -> None:
    """Raise `Misfit` for what is no number between two bounds."""
    is_fit = isinstance(value, int | float) and not isinstance(value, bool)
    is_fit = is_fit and math.isfinite(value) and least <= value <= most
    check(is_fit, field, value, f"a number from {least:g} to {most:g}")


def check_count(field: str, value: Any, least: int, most: int) -> None:
    """Raise `Misfit` for what is no whole number between two bounds."""
    is_fit = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    check(is_fit, field, value, f"a whole number from {least} to {most}")


def check_color(field: str, value: Any) -> None:
    """Raise `Misfit` for what is no colour."""
    is_fit = isinstance(value, str) and _COLOR.fullmatch(value) is not None
    check(is_fit, field, value, 'a colour such as "#ffcc00", or "#ffcc0080" for half of it')


def check_word(field: str, value: Any, known: tuple[str, ...]) -> None:
    """Raise `Misfit` for what is none of the known words."""
    check(value in known, field, value, f"one of {', '.join(known)}")


def check_source(field: str, value: Any) -> None:
    """Raise `Misfit` for what cannot name a file."""
    is_fit = isinstance(value, str) and 0 < len(value) <= _NAME_MAX and "\0" not in value
    check(is_fit, field, value, "the name of a file")


_NAME_MAX = 4096
"""Bytes of a path on Linux."""
