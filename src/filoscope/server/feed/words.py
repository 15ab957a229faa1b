"""The texts of a card by the names that `feed/card.html` calls them, ready made: it only places them.

of_clip(facts)["label"]         # "Alice: a walk by the sea …"
escaped(of_clip(facts))         # the same, as HTML
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils.safestring import SafeString
from django.utils.text import Truncator

from filoscope.server.accounts.templatetags.ago import ago
from filoscope.server.feed.card import Facts, Place
from filoscope.server.kit.templatetags.captions import linked

LABEL_LENGTH = 80  # of a caption: what a screen reader says before one can go on
TALL, WIDE = 0.67, 1.04  # width by height: below fills a phone, above is letterboxed
PLACING: Final = ("tab", "position", "served", "reason", "ago")  # texts of the place, not the clip
TRACK_PARTS: Final = ("language", "label", "url")


def of_clip(facts: Facts) -> dict[str, str]:
    """Return what the card shows to everyone; an empty text is one that there is not."""
    counts, sound = facts.counts, facts.sound
    said = {
        "slug": facts.slug,
        "url": facts.url,
        "handle": facts.handle,
        "name": facts.name,
        "letter": facts.name[:1].lower()[:1],
        "avatar_url": facts.avatar_url,
        "label": _label(facts),
        "caption": linked(facts.caption),
        "alt_text": facts.alt_text,
        "sound_url": sound.url if sound else "",
        "sound_title": sound.title if sound else "",
        "cut_url": facts.cut_url,
        "duration": f"{facts.duration_s:.2f}",
        "width": str(facts.width),
        "height": str(facts.height),
        "colour": _behind(facts),
        "poster_url": facts.poster_url,
        "rungs": ",".join(f"{one.short_edge} {one.bitrate_kbps} {one.url}" for one in facts.renditions),
        "rung_url": facts.renditions[0].url if facts.renditions else "",
        "tracks_told": ",".join(f"{one.language}|{one.label}|{one.url}" for one in facts.caption_tracks),
        "published": facts.published_at.isoformat() if facts.published_at else "",
        "like_count": str(counts.like),
        "comment_count": str(counts.comment),
        "save_count": str(counts.save),
        "share_count": str(counts.share),
    }  # fmt: skip
    for number, track in enumerate(facts.caption_tracks):
        said |= {of_track(number, part): getattr(track, part) for part in TRACK_PARTS}
    return said


def of_track(number: int, part: str) -> str:
    """Return the name of a text about one of the captions' languages."""
    return f"track{number}_{part}"


def of_place(place: Place, facts: Facts, *, now: datetime) -> dict[str, str]:
    """Return what differs from place to place, and from moment to moment."""
    return {
        "tab": place.tab,
        "position": str(place.position),
        "served": place.served,
        "reason": place.reason,
        "ago": ago(facts.published_at, now) if facts.published_at else "",
    }


def shape(facts: Facts) -> str:
    """Return how the picture fills the screen: tall, even or wide."""
    share = round(facts.width / facts.height, 2)
    return "tall" if share < TALL else "wide" if share > WIDE else "even"


def escaped(texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts as HTML, as Django's templates escape them; what is HTML already stays."""
    return {
        name: text if isinstance(text, SafeString) else html.escape(text)
        for name, text in texts.items()
    }


def _behind(facts: Facts) -> str:
    """Return what CSS paints behind a poster that is not there yet."""
    if not facts.placeholder:
        return facts.colour
    return f"{facts.colour} url({facts.placeholder}) center / 100% 100%"


def _label(facts: Facts) -> str:
    if not facts.caption:
        return facts.name
    return f"{facts.name}: {Truncator(facts.caption).chars(LABEL_LENGTH)}"
