"""A batch of events as browsers send it, read strictly.

    {"events": [{"key": "0b6e...", "clip": "AbCdEfGhJkm", "kind": "watched", "watched_s": 7.2,
                 "tab": "for-you", "position": 3, "served": "...", "at_ms_ago": 1200}]}

What is malformed is refused with its reason, as a whole: we wrote the sender. What is merely about
clips that are gone, or longer than anybody can have watched, is the world's doing, and is mended.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filoscope.server.feed import served
from filoscope.server.feed.cursors import POSITION_MAX
from filoscope.server.feed.models import CORRECTIONS, ViewingEvent

BATCH_MAX = 100  # events; the browser keeps more for the next batch
BODY_BYTES_MAX = 64_000  # a full batch takes 30,000
AGO_MS_MAX = 7 * 86_400_000  # a phone that was offline for a week
WATCHED_S_MAX = 86_400.0
_SLUG = re.compile(r"[A-Za-z0-9]{11}")
_KINDS = frozenset(ViewingEvent.Kind.values) - set(CORRECTIONS)  # those are said by a form


class BadBatch(ValueError):
    """A batch that our own page would not send; says which event and why."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event as the browser told it."""

    key: uuid.UUID
    slug: str
    kind: str
    watched_s: float | None
    tab: str
    position: int | None
    propensity: float | None
    ms_ago: float
    source: str = ""


def read(body: bytes) -> tuple[Told, ...]:
    """Read a batch, the earliest event first; raise `BadBatch`."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadBatch(f"this is no JSON: {error}") from error
    events = said.get("events") if isinstance(said, dict) else None
    if not isinstance(events, list):
        raise BadBatch('a batch is {"events": [...]}')
    if len(events) > BATCH_MAX:
        raise BadBatch(f"{len(events)} events; a batch takes {BATCH_MAX}")
    told = [_event(event, number) for number, event in enumerate(events)]
    return tuple(sorted(told, key=lambda one: -one.ms_ago))


def _event(event: Any, number: int) -> Told:
    where = f"event {number}"
    if not isinstance(event, Mapping):
        raise BadBatch(f"{where} is no object")
    slug, kind = event.get("clip"), event.get("kind")
    if not isinstance(slug, str) or not _SLUG.fullmatch(slug):
        raise BadBatch(f"{where}: clip is {slug!r:.40}")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise BadBatch(f"{where}: kind is {kind!r:.40}")
    tab, position, propensity, source = _place(event, slug, where)
    watched_s = event.get("watched_s")
    return Told(
        key=_key(event.get("key"), where),
        slug=slug,
        kind=kind,
        watched_s=(
            None if watched_s is None else _number(watched_s, WATCHED_S_MAX, f"{where}: watched_s")
        ),
        tab=tab,
        position=position,
        propensity=propensity,
        ms_ago=_number(event.get("at_ms_ago", 0), AGO_MS_MAX, f"{where}: at_ms_ago"),
        source=source,
    )


def _place(
    event: Mapping[str, Any], slug: str, where: str
) -> tuple[str, int | None, float | None, str]:
    """Return tab, position, propensity and source: as we signed them, or the browser's word of two."""
    token = event.get("served", "")
    if isinstance(token, str) and len(token) == served.TOKEN_LENGTH:
        signed = served.read(slug, token)
        if signed is not None:
            return signed.tab, signed.position, signed.propensity, signed.source
    tab, position = event.get("tab", ""), event.get("position")
    if tab not in ("", *served.TABS):
        raise BadBatch(f"{where}: tab is {tab!r:.40}")
    if position is None:
        return tab, None, None, ""
    return tab, int(_number(position, POSITION_MAX, f"{where}: position")), None, ""


def _key(key: Any, where: str) -> uuid.UUID:
    try:
        return uuid.UUID(key)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadBatch(f"{where}: key is {key!r:.50}, not a UUID") from error


def _number(value: Any, at_most: float, name: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 0 <= value < math.inf:  # no NaN, and no integer too long for a float
        raise BadBatch(f"{name} is {value!r:.40}, not a number from 0 up")
    return float(min(value, at_most))
