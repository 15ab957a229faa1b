"""`after=`: where to go on, in the address itself, so that any process answers and no page repeats.

A feed by time goes on behind a clip: `8.1763700000000000.AbCdEfGhJkm` is the ninth card, published
in that microsecond. The For You feed is drawn anew for each page, so its cursor names the cards that
the page holds already, each by 32 bits of its slug's digest (nobody can count clips by it): beside
what was watched, which the engine knows, these are never drawn again.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from filoscope.server.feed.queries.standings import After

HELD_MAX = 300  # cards: 1,600 letters; whoever swipes further has long told what they saw
POSITION_MAX = 100_000  # nobody swipes further
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BY_TIME = re.compile(r"(\d{1,6})\.(\d{1,17})\.([A-Za-z0-9]{11})")
FIRST = After(datetime(9999, 1, 1, tzinfo=UTC), "")


class BadCursor(ValueError):
    """An `after` that we did not write."""


@dataclass(frozen=True, slots=True)
class TimeCursor:
    """Behind which clip to go on, and at which position of the feed."""

    after: After = FIRST
    position: int = 0

    def __str__(self) -> str:
        moment = (self.after.published_at - _EPOCH) // _MICROSECOND
        return f"{self.position}.{moment}.{self.after.slug}"


def read_time(text: str) -> TimeCursor:
    """Read a cursor of a feed by time; an empty one is its beginning."""
    if not text:
        return TimeCursor()
    found = _BY_TIME.fullmatch(text)
    if found is None:
        raise BadCursor(f"after={text[:60]!r} is no place in this feed")
    position, moment, slug = found.groups()
    return TimeCursor(After(_EPOCH + int(moment) * _MICROSECOND, slug), int(position))


def digest(slug: str) -> int:
    """Return the 32 bits by which a cursor names a clip."""
    return zlib.crc32(slug.encode())


@dataclass(frozen=True, slots=True)
class HeldCursor:
    """Which cards a page holds, the latest last, and at which position to go on."""

    digests: tuple[int, ...] = ()
    position: int = 0

    def with_cards(self, slugs: list[str]) -> HeldCursor:
        """Return the cursor behind these further cards."""
        digests = (*self.digests, *(digest(slug) for slug in slugs))
        return HeldCursor(digests[-HELD_MAX:], min(self.position + len(slugs), POSITION_MAX))

    def __str__(self) -> str:
        packed = struct.pack(f"<I{len(self.digests)}I", self.position, *self.digests)
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_held(text: str) -> HeldCursor:
    """Read a cursor of the For You feed; an empty one is its beginning."""
    if not text:
        return HeldCursor()
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        position, *digests = struct.unpack(f"<{len(packed) // 4}I", packed)
    except (binascii.Error, ValueError, struct.error) as error:
        raise BadCursor(f"after={text[:60]!r} is no place in this feed") from error
    if len(digests) > HELD_MAX or position > POSITION_MAX:
        raise BadCursor(f"after= names {len(digests)} cards at {position}; that is too far")
    return HeldCursor(tuple(digests), position)
