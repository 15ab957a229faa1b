"""A token on each card that says where the server put it and with what chance.

The browser sends it back with what happened to the card, so that the log knows tab, position,
propensity and source without believing anybody: keyed BLAKE2b (RFC 7693) over them and the clip, of 64
bits; a page has eight of them, and HMAC takes ten times as long.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from functools import cache
from typing import NamedTuple

from django.conf import settings

from filoscope.recommend import Source

TABS = ("for-you", "following", "latest", "clip")
SOURCES = ("", *Source)  # at most 64: they share a byte with the tab
_TAB_NUMBERS = {tab: number for number, tab in enumerate(TABS)}
_SOURCE_NUMBERS = {str(source): number for number, source in enumerate(SOURCES)}
_LAYOUT = struct.Struct("<BIf")  # tab and source, position, propensity (0: not drawn)
_SIGNATURE_BYTES = 8  # a guess in 2**64; a forged line in one's own log is worth no more
TOKEN_LENGTH = 23  # base64 of 17 bytes, with one = cut off


class Served(NamedTuple):
    """Where a card was put."""

    tab: str
    position: int
    propensity: float | None
    source: str = ""  # what brought it there; empty: not drawn


@cache
def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), b"filoscope.feed.served", "sha256")


def sign(slug: str, served: Served) -> str:
    """Return the token of a card."""
    kind = _TAB_NUMBERS[served.tab] + len(TABS) * _SOURCE_NUMBERS[served.source]
    packed = _LAYOUT.pack(kind, served.position, served.propensity or 0.0)
    return base64.urlsafe_b64encode(packed + _signature(slug, packed)).decode().rstrip("=")


def read(slug: str, token: str) -> Served | None:
    """Return what a token says about this clip, or None when we did not sign it."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    packed, signature = whole[: _LAYOUT.size], whole[_LAYOUT.size :]
    if len(packed) != _LAYOUT.size or not hmac.compare_digest(signature, _signature(slug, packed)):
        return None
    kind, position, propensity = _LAYOUT.unpack(packed)
    source, tab = divmod(kind, len(TABS))
    known = SOURCES[source] if source < len(SOURCES) else ""
    return Served(TABS[tab], position, propensity or None, str(known))


def _signature(slug: str, packed: bytes) -> bytes:
    message = slug.encode() + packed
    return hashlib.blake2b(message, key=_key(), digest_size=_SIGNATURE_BYTES).digest()
