"""The International Standard Recording Code, ISO 3901:2019.

>>> read_isrc("isrc us-rc1-76-07839"), show_isrc("USRC17607839")
('USRC17607839', 'US-RC1-76-07839')
"""

from __future__ import annotations

import re

from filoscope.server.sounds.errors import BadISRC

_SPACERS = re.compile(r"[\s\-‐-―]+")  # hyphens as people and word processors write them
# Prefix code (two letters and three characters), year of reference, designation: clause 4.
_CODE = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_GAP = r"[\s\-‐-―]*"
# The same for the form of a page, so that a code is mended before its song is sent.
PATTERN = f"{_GAP}(?:[Ii]{_GAP}[Ss]{_GAP}[Rr]{_GAP}[Cc]{_GAP}:?{_GAP})?" + "".join(
    f"{letter}{_GAP}" for letter in ["[A-Za-z]"] * 2 + ["[A-Za-z0-9]"] * 3 + ["[0-9]"] * 7
)


def read_isrc(typed: str) -> str:
    """Return the twelve characters of what was typed, or an empty string for nothing."""
    code = _SPACERS.sub("", typed).upper()
    if len(code) > 12:
        code = code.removeprefix("ISRC").removeprefix(":")
    if code and not _CODE.fullmatch(code):
        raise BadISRC(
            "An ISRC has two letters, three letters or digits, two digits of the year and five more "
            "digits, as US-RC1-76-07839."
        )
    return code


def show_isrc(code: str) -> str:
    """Return a code as it is printed, with hyphens."""
    return "-".join((code[:2], code[2:5], code[5:7], code[7:])) if code else ""
