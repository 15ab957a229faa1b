"""Cards as HTML: `feed/card.html`, rendered once for each look that a card can have, then filled in.

A look is what the template branches on: the shape, which texts there are, whether the viewer likes it.
For each look the template is rendered with marks in the place of texts, which makes an outline:

    ... data-slug="%(slug)s" data-tab="%(tab)s" ... <p class="caption">%(caption)s</p> ...

A community knows a few dozen looks, so a card that nobody has met costs one formatting of a string. What
comes of it is kept as the card's own outline, in which only its place in the feed is still to be filled in.
Every text is escaped before it is filled in, as the template itself would (`words.escaped`). What the
template may not do is change a text (`|upper`): `words` does that, and a test compares both ways.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from filoscope.server.feed import words
from filoscope.server.feed.card import Facts, Place, Standing

TEMPLATE = "feed/card.html"
SHEETS_MAX = 20_000  # cards of some 4 kB each, so 80 MB; each costs 0.06 ms to write again
FILLED_MAX = 20_000  # the same with their outlines, so 80 MB more; each costs 0.02 ms
LOOKS_MAX = 1_000  # outlines of some 4 kB each; each costs a millisecond to render again
_FIRST_MARK = 0xE000  # private use: in no template
_MARK_OR_PERCENT = re.compile("[\ue000-\uf8ff%]")
_PLACING = {name: f"%({name})s" for name in words.PLACING}


class Placed(NamedTuple):
    """A card of a page: what it shows, how the viewer stands to it, where it is."""

    facts: Facts
    standing: Standing
    place: Place


class Look(NamedTuple):
    """All that the template asks about a card before it writes a text."""

    shape: str
    tracks: int
    names: tuple[str, ...]  # of the texts that there are; the others are empty
    is_first: bool
    is_me: bool
    is_followed: bool
    is_liked: bool
    is_saved: bool


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What a card shows to everyone: its texts, escaped, and what the template asks about them.

    A sheet is known by its identity: there is one for each version of a clip.
    """

    texts: dict[str, str]
    names: tuple[str, ...]
    shape: str
    tracks: int


_sheets: OrderedDict[tuple[int, str], Sheet] = OrderedDict()
_lock = threading.Lock()


def html(placed: Iterable[Placed], *, begins_page: bool) -> SafeString:
    """Return the cards as HTML; the first of a page loads its poster at once, the others when due."""
    cards: list[str] = []
    now = timezone.now()
    for index, one in enumerate(placed):
        sheet = _sheet(one.facts)
        placing = words.of_place(one.place, one.facts, now=now)
        placing["reason"] = escape(placing["reason"])  # the others are words of our own
        there_are = tuple([name for name, text in placing.items() if text])
        filled = _filled(sheet, there_are, one.standing.marks, begins_page and not index)
        cards.append(filled % placing)
    return mark_safe("".join(cards))  # a template, and words escaped


def write_ahead(clips: Iterable[Facts]) -> None:
    """Write cards before anybody asks for them, as a page shows them to somebody new to them."""
    for facts in clips:
        _filled(_sheet(facts), words.PLACING, Standing(facts.clip_id, facts.version).marks, False)


def context(look: Look, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template is given: texts by name (or their marks), and what it asks about."""
    card: dict[str, Any] = {name: texts[name] for name in look.names}
    card |= {name: getattr(look, name) for name in Look._fields if name != "names"}
    card["tracks"] = [
        {part: texts.get(words.of_track(number, part), "") for part in words.TRACK_PARTS}
        for number in range(look.tracks)
    ]
    return {"card": card}


@lru_cache(FILLED_MAX)
def _filled(sheet: Sheet, placing: tuple[str, ...], marks: tuple[bool, ...], is_first: bool) -> str:
    """Fill in all texts of a card but those of its place, of which `placing` names those there are."""
    look = Look(sheet.shape, sheet.tracks, sheet.names + placing, is_first, *marks)
    texts = {name: text.replace("%", "%%") for name, text in sheet.texts.items()}
    return _outline(look).replace("%%", "%%%%") % (texts | _PLACING)


def _sheet(facts: Facts) -> Sheet:
    """Return the texts of a card, kept for as long as its version lasts."""
    key = (facts.clip_id, facts.version)
    with _lock:
        if (sheet := _sheets.get(key)) is not None:
            _sheets.move_to_end(key)
            return sheet
    texts = words.escaped(words.of_clip(facts))
    names = tuple(name for name, text in texts.items() if text)
    sheet = Sheet(texts, names, words.shape(facts), len(facts.caption_tracks))
    with _lock:
        _sheets[key] = sheet
        if len(_sheets) > SHEETS_MAX:
            _sheets.popitem(last=False)
    return sheet


@lru_cache(LOOKS_MAX)
def _outline(look: Look) -> str:
    """Render the template with a mark for each text, and turn the marks into places to fill in."""
    marks = {name: chr(_FIRST_MARK + number) for number, name in enumerate(look.names)}
    places = {mark: f"%({name})s" for name, mark in marks.items()} | {"%": "%%"}
    rendered = get_template(TEMPLATE).render(context(look, marks))
    return _MARK_OR_PERCENT.sub(lambda found: places[found[0]], rendered)
