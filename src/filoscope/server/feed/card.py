"""A card: everything that one place of the feed shows, read once and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made the clip, as this viewer sees them."""

    handle: str
    name: str
    avatar_url: str
    is_followed: bool = False
    is_me: bool = False


@dataclass(frozen=True, slots=True)
class SoundLink:
    """The sound of a clip."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A file to play."""

    short_edge: int
    width: int
    height: int
    bitrate_kbps: int
    url: str


@dataclass(frozen=True, slots=True)
class Track:
    """What is said, in one language."""

    language: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How often it was liked and so on."""

    like: int
    comment: int
    save: int
    share: int
    view: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What is the same for every viewer, as of one version of the clip."""

    clip_id: int
    account_id: int
    version: str
    slug: str
    url: str
    handle: str
    name: str
    avatar_url: str
    caption: str
    alt_text: str
    language: str
    sound: SoundLink | None
    duration_s: float
    width: int
    height: int
    poster_url: str
    preview_url: str
    blurhash: str
    colour: str
    hls_url: str
    renditions: tuple[Rung, ...]
    caption_tracks: tuple[Track, ...]
    counts: Counts
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How one viewer stands to one clip, and which version of it there is."""

    clip_id: int
    version: str
    is_me: bool = False
    followed: bool = False
    liked: bool = False
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which feed a card is, how it came there, and the token that proves it."""

    tab: str
    position: int | str
    propensity: float | None = None
    reason: str = ""
    served: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One place of the feed, ready for its template."""

    slug: str
    url: str
    account: Maker
    caption: str
    sound: SoundLink | None
    duration_s: float
    width: int
    height: int
    poster_url: str
    preview_url: str
    blurhash: str
    colour: str
    renditions: tuple[Rung, ...]
    hls_url: str
    caption_tracks: tuple[Track, ...]
    counts: Counts
    liked: bool
    saved: bool
    published_at: datetime | None
    alt_text: str
    tab: str
    position: int | str
    propensity: float | None
    reason: str
    served: str


SHARED = (
    "slug", "url", "caption", "sound", "duration_s", "width", "height", "poster_url", "preview_url",
    "blurhash", "colour", "renditions", "hls_url", "caption_tracks", "counts", "published_at",
    "alt_text",
)  # fmt: skip


def card(facts: Facts, standing: Standing, place: Place) -> Card:
    """Put together what everyone sees, how this viewer stands to it, and where it is shown."""
    shared: dict[str, Any] = {name: getattr(facts, name) for name in SHARED}
    return Card(
        account=Maker(
            facts.handle, facts.name, facts.avatar_url, standing.followed, standing.is_me
        ),
        liked=standing.liked,
        saved=standing.saved,
        tab=place.tab,
        position=place.position,
        propensity=place.propensity,
        reason=place.reason,
        served=place.served,
        **shared,
    )


def media_url(*parts: str) -> str:
    """Return the address of a file below MEDIA_ROOT; empty when its folder is not there yet."""
    return settings.MEDIA_URL + "/".join(parts) if all(parts) else ""
