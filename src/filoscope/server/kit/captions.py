"""What a caption is made of: text, #hashtags and @mentions, in any script.

>>> parse("at the #Straße with @alice")
(Text('at the '), Tag('#Straße', 'straße'), Text(' with '), Mention('@alice', 'alice'))

The spans joined by their `text` give the caption back, letter for letter. Nothing is found inside
a web address, in the middle of a word, or in a tag of digits only ("#1").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

TAG_LENGTH_MAX = 100  # the column of Hashtag.name
TAGS_MAX = 30  # what people know from elsewhere; the thirty-first stays plain text
MENTIONS_MAX = 20  # each sends a notification


@dataclass(frozen=True, slots=True)
class Text:
    """Words that lead nowhere."""

    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag; `name` is what it is found by: NFKC, folded case, without its #."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person; `handle` is as written, without its @."""

    text: str
    handle: str


Span: TypeAlias = Text | Tag | Mention

_FOUND = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\S+"  # addresses: nothing is found inside them
    r"|(?<![\w&/])(?P<tag>[#＃])(?=\w)"
    r"|(?<![\w/.])[@＠](?P<handle>[A-Za-z0-9_](?:[A-Za-z0-9_.]{0,28}[A-Za-z0-9_])?)(?![\w@])",
    re.IGNORECASE,
)
_JOINERS = "\u200c\u200d"  # they shape words in Persian and Sinhala


def parse(text: str) -> tuple[Span, ...]:
    """Split a caption into its spans."""
    spans: list[Span] = []
    tags_left, mentions_left = TAGS_MAX, MENTIONS_MAX
    plain_from = at = 0
    while found := _FOUND.search(text, at):
        at = found.end()
        span: Span
        if found["tag"]:
            at = _end_of_word(text, at)
            if not (name := tag_name(text[found.end() : at])) or not tags_left:
                continue
            span, tags_left = Tag(text[found.start() : at], name), tags_left - 1
        elif found["handle"] and mentions_left:
            span, mentions_left = Mention(found[0], found["handle"]), mentions_left - 1
        else:
            continue
        if found.start() > plain_from:
            spans.append(Text(text[plain_from : found.start()]))
        spans.append(span)
        plain_from = at
    if plain_from < len(text):
        spans.append(Text(text[plain_from:]))
    return tuple(spans)


def _end_of_word(text: str, at: int) -> int:
    """Return where the word ends: a mark belongs to the letter before it (Devanagari, Thai)."""
    while at < len(text) and _is_of_a_word(text[at]):
        at += 1
    return at


def _is_of_a_word(letter: str) -> bool:
    if letter.isalnum() or letter == "_" or letter in _JOINERS:
        return True
    return unicodedata.category(letter).startswith("M")


def tag_name(written: str) -> str:
    """Return the name of a tag as it is stored, or an empty string when it is none."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", written).casefold())
    name = "".join(letter for letter in name if _is_of_a_word(letter)).strip(_JOINERS)
    if len(name) > TAG_LENGTH_MAX or not any(letter.isalpha() for letter in name):
        return ""
    return name


def tags(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the names of the tags, each once, in the order of their first use."""
    return tuple(dict.fromkeys(span.name for span in spans if isinstance(span, Tag)))


def handles(spans: Iterable[Span]) -> tuple[str, ...]:
    """Return the handles mentioned, each once whatever its case, in the order of their first use."""
    found = {span.handle.lower(): span.handle for span in spans if isinstance(span, Mention)}
    return tuple(found.values())
