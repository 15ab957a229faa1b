"""Clips as small pictures in a grid: of a hashtag, of a sound, of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.feed.card import media_url
from filoscope.server.feed.queries.standings import BEHIND, After
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import visible

FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
THUMBS_A_PAGE = 30  # ten rows of three on a phone, and five of six


@dataclass(frozen=True, slots=True)
class Thumb:
    """One small picture and where it leads."""

    url: str
    poster_url: str
    caption: str
    alt_text: str
    handle: str
    name: str
    like_count: int
    view_count: int
    after: After

    @property
    def label(self) -> str:
        """What a screen reader says."""
        return f"{self.name}: {self.caption or self.alt_text or 'a clip'}"


def shown(viewer: Account | None) -> QuerySet[Clip]:
    """Return the clips that this viewer may be shown."""
    return without_blocked(visible(viewer), viewer)


def thumbs(clips: QuerySet[Clip, Any], after: After) -> tuple[Sequence[Thumb], bool]:
    """Return a page of thumbs, newest first, and whether there are more: one query."""
    behind = clips.extra(where=[BEHIND], params=[after.published_at, after.slug])
    return cut(behind.order_by("-published_at", "-pk"))


def cut(clips: QuerySet[Clip, Any], offset: int = 0) -> tuple[Sequence[Thumb], bool]:
    """Return a page of thumbs in the order of the clips, and whether there are more: one query."""
    rows = list(
        clips.values_list(
            "slug", "folder", "caption", "alt_text", "account__handle", "account__display_name",
            "like_count", "view_count", "published_at",
        )[offset : offset + THUMBS_A_PAGE + 1]
    )  # fmt: skip
    return [_thumb(*row) for row in rows[:THUMBS_A_PAGE]], len(rows) > THUMBS_A_PAGE


def _thumb(
    slug: str, folder: str, caption: str, alt_text: str, handle: str, name: str,
    like_count: int, view_count: int, published_at: datetime | None,
) -> Thumb:  # fmt: skip
    return Thumb(
        url=f"/v/{slug}",
        poster_url=media_url(folder, "poster.webp"),
        caption=caption,
        alt_text=alt_text,
        handle=handle,
        name=name or handle,
        like_count=like_count,
        view_count=view_count,
        after=After(published_at or FIRST_MOMENT, slug),
    )
