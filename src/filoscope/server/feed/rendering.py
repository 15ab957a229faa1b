"""Cards as HTML. Each is rendered by its template once for each of its states and kept.

What differs from place to place (tab, position, token, reason) stands in the template as a mark and
is put in afterwards. So a page of eight cards costs eight joins of strings.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from filoscope.server.feed.card import Card, Facts, Place, Standing, card

TEMPLATE = "feed/card.html"
KEPT_MAX = 20_000  # cards of some 3.5 kB each, so 70 MB; each costs a millisecond to render again
_NAMES = ("tab", "position", "served", "reason")
_MARKS = Place(
    tab="\ue000tab\ue001",
    position="\ue000position\ue001",
    served="\ue000served\ue001",
    reason="\ue000reason\ue001",
)  # private use: in no caption
_MARK = re.compile("\ue000(" + "|".join(_NAMES) + ")\ue001")
_PRIVATE = str.maketrans("", "", "\ue000\ue001")


@dataclass(frozen=True, slots=True)
class Placed:
    """A card of a page: what it shows, how the viewer stands to it, where it is."""

    facts: Facts
    standing: Standing
    place: Place

    def card(self) -> Card:
        """Return what templates and the API are given."""
        return card(self.facts, self.standing, self.place)


Key = tuple[int, str, bool, bool, bool, bool, bool]
_kept: OrderedDict[Key, tuple[str, ...]] = OrderedDict()
_lock = threading.Lock()


def html(placed: Iterable[Placed], *, begins_page: bool) -> SafeString:
    """Return the cards as HTML; the first of a page loads its poster at once, the others when due."""
    pieces: list[str] = []
    for index, one in enumerate(placed):
        filled = {
            "tab": one.place.tab,
            "position": str(one.place.position),
            "served": one.place.served,
            "reason": escape(one.place.reason),
        }
        for number, piece in enumerate(_pieces(one, first=begins_page and index == 0)):
            pieces.append(filled[piece] if number % 2 else piece)
    return mark_safe("".join(pieces))  # a template, and words escaped


def _pieces(one: Placed, *, first: bool) -> tuple[str, ...]:
    """Return the card's HTML around its marks: text and names of marks in turn."""
    standing = one.standing
    key: Key = (
        one.facts.clip_id, one.facts.version, first,
        standing.is_me, standing.followed, standing.liked, standing.saved,
    )  # fmt: skip
    with _lock:
        if (pieces := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return pieces
    pieces = tuple(_MARK.split(_render(one, first=first)))
    with _lock:
        _kept[key] = pieces
        if len(_kept) > KEPT_MAX:
            _kept.popitem(last=False)
    return pieces


def _render(one: Placed, *, first: bool) -> str:
    clean = replace(
        one.facts,
        caption=one.facts.caption.translate(_PRIVATE),
        alt_text=one.facts.alt_text.translate(_PRIVATE),
        name=one.facts.name.translate(_PRIVATE),
    )
    context = {"card": card(clean, one.standing, _MARKS), "forloop": {"first": first}}
    return get_template(TEMPLATE).render(context)
