"""The inbox: notifications, those of one kind about one clip said as one.

"bob and 3 others liked your clip"
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Comment, Notification
from filoscope.server.social.queries import notifications_after
from filoscope.server.videos.models import Clip

ROWS_A_PAGE = 60  # before grouping
ACTORS_SHOWN = 3  # faces beside one line
_GROUPED = {Notification.Kind.LIKE, Notification.Kind.FOLLOW}
_WORDS = {
    Notification.Kind.FOLLOW: "followed you",
    Notification.Kind.LIKE: "liked your clip",
    Notification.Kind.COMMENT: "commented on your clip",
    Notification.Kind.REPLY: "replied to your comment",
    Notification.Kind.MENTION: "mentioned you",
    Notification.Kind.PUBLISHED: "Your clip is there.",
    Notification.Kind.FAILED: "Your clip could not be made.",
    Notification.Kind.MODERATED: "From the moderators",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the inbox."""

    kind: str
    actors: tuple[Account, ...]  # the latest first, each once; empty: the server itself
    clip: Clip | None
    comment: Comment | None
    text: str
    created_at: datetime
    is_unread: bool

    @property
    def shown(self) -> tuple[Account, ...]:
        return self.actors[:ACTORS_SHOWN]

    @property
    def others(self) -> int:
        """How many stand behind the one who is named."""
        return max(0, len(self.actors) - 1)

    @property
    def words(self) -> str:
        if self.kind == Notification.Kind.MENTION and self.comment is None:
            return "mentioned you in a clip"
        return _WORDS[Notification.Kind(self.kind)]

    @property
    def url(self) -> str:
        if self.comment is not None and self.clip is not None:
            return f"{self.clip.get_absolute_url()}/comments#comment-{self.comment.pk}"
        if self.kind == Notification.Kind.FAILED:
            return "/upload"
        if self.clip is not None:
            return self.clip.get_absolute_url()
        return self.actors[0].get_absolute_url() if self.actors else ""


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Lines, the latest first; `last` is the newest id on it, `next` where to go on."""

    lines: tuple[Line, ...]
    last: int | None
    next: int | None


def inbox_page(reader: Account, *, after: int | None = None) -> InboxPage:
    """Return a page of the inbox: one query."""
    rows = list(notifications_after(reader, after=after)[: ROWS_A_PAGE + 1])
    shown = rows[:ROWS_A_PAGE]
    return InboxPage(
        lines=tuple(_line(group) for group in _grouped(shown)),
        last=shown[0].pk if shown else None,
        next=shown[-1].pk if len(rows) > ROWS_A_PAGE else None,
    )


def _grouped(rows: Iterable[Notification]) -> list[list[Notification]]:
    """Put likes of one clip together, and new followers; read and unread stay apart."""
    groups: dict[tuple[object, ...], list[Notification]] = {}
    for row in rows:
        together = row.kind in _GROUPED
        key = (row.kind, row.clip_id, row.read_at is None) if together else (row.pk,)
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _line(rows: list[Notification]) -> Line:
    latest = rows[0]
    actors = {row.actor_id: row.actor for row in rows if row.actor is not None}
    return Line(
        kind=latest.kind,
        actors=tuple(actor for actor in actors.values() if actor is not None),
        clip=latest.clip,
        comment=latest.comment,
        text=latest.text,
        created_at=latest.created_at,
        is_unread=latest.read_at is None,
    )
