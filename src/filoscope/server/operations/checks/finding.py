"""One thing that was looked at: good, odd (worth a look), or bad (with how to mend it)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    GOOD = "good"
    ODD = "odd"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it (empty: nothing)."""

    about: str
    grade: Grade
    says: str
    mend: str = ""


def good(about: str, says: str) -> Finding:
    return Finding(about, Grade.GOOD, says)


def odd(about: str, says: str, mend: str = "") -> Finding:
    return Finding(about, Grade.ODD, says, mend)


def bad(about: str, says: str, mend: str) -> Finding:
    return Finding(about, Grade.BAD, says, mend)
