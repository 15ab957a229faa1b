"""A card: everything that one place of the feed shows, read once and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.conf import settings


@dataclass(frozen=True, slots=True)
class SoundLink:
    """The sound of a clip; without an address where it is hidden, and the clip muted."""

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
    cut_url: str  # where its cut is filled; empty: its maker does not share it
    duration_s: float
    width: int
    height: int
    poster_url: str
    preview_url: str
    placeholder: str
    colour: str
    hls_url: str
    renditions: tuple[Rung, ...]
    caption_tracks: tuple[Track, ...]
    counts: Counts
    published_at: datetime | None


class Standing(NamedTuple):  # which Python makes in a third of a dataclass's time: a page has eight
    """How one viewer stands to one clip, and which version of it there is."""

    clip_id: int
    version: str
    is_me: bool = False
    followed: bool = False
    liked: bool = False
    saved: bool = False

    @property
    def marks(self) -> tuple[bool, bool, bool, bool]:
        """What a card shows of it: whether it is the viewer's own, followed, liked, saved."""
        return (self.is_me, self.followed, self.liked, self.saved)


class Place(NamedTuple):
    """Where in which feed a card is, how it came there, and the token that proves it."""

    tab: str
    position: int
    propensity: float | None = None
    reason: str = ""
    served: str = ""


def media_url(*parts: str) -> str:
    """Return the address of a file below MEDIA_ROOT; empty when its folder is not there yet."""
    return settings.MEDIA_URL + "/".join(parts) if all(parts) else ""
