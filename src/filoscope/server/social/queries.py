"""Who follows, blocks, likes and says what. Reads only.

relations(viewer, clip_ids={7, 8}, account_ids={3})   # Relations(liked={7}, saved=set(), followed={3})
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Value,
    Window,
)
from django.db.models.functions import RowNumber

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block, Comment, Follow, Like, Notification, Save
from filoscope.server.videos.models import Clip

COMMENTS_A_PAGE = 20
UNREAD_COUNT_MAX = 99  # what a badge has room for; counting stops there
REPLIES_SHOWN = 2  # below each comment, before "more replies" is pressed

_M = TypeVar("_M", bound=Model)


@dataclass(frozen=True, slots=True)
class Relations:
    """What one viewer has done to a set of clips and accounts."""

    liked: frozenset[int] = frozenset()
    saved: frozenset[int] = frozenset()
    followed: frozenset[int] = frozenset()


def relations(
    viewer: Account | None, *, clip_ids: Iterable[int] = (), account_ids: Iterable[int] = ()
) -> Relations:
    """Return which of these clips the viewer liked and saved, and whom they follow: one query."""
    clips, accounts = set(clip_ids), set(account_ids)
    if viewer is None or not (clips or accounts):
        return Relations()
    found: dict[str, set[int]] = {"liked": set(), "saved": set(), "followed": set()}
    marked = [
        Like.objects.filter(account=viewer, clip_id__in=clips).values_list(
            _word("liked"), "clip_id"
        ),
        Save.objects.filter(account=viewer, clip_id__in=clips).values_list(
            _word("saved"), "clip_id"
        ),
        Follow.objects.filter(follower=viewer, followed_id__in=accounts).values_list(
            _word("followed"), "followed_id"
        ),
    ]
    for word, key in marked[0].union(marked[1], marked[2], all=True):
        found[word].add(key)
    return Relations(*(frozenset(found[word]) for word in ("liked", "saved", "followed")))


def _word(word: str) -> Value:
    return Value(word, output_field=CharField())


def blocked_between(one: Account, other: Account) -> bool:
    """Say whether either has blocked the other."""
    return Block.objects.filter(
        Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)
    ).exists()


def without_blocked(
    queryset: QuerySet[_M], viewer: Account | None, *, path: str = "account_id"
) -> QuerySet[_M]:
    """Leave out what belongs to somebody who blocks the viewer or whom the viewer blocks."""
    if viewer is None:
        return queryset
    return queryset.exclude(
        Exists(Block.objects.filter(blocker=viewer, blocked_id=OuterRef(path)))
    ).exclude(Exists(Block.objects.filter(blocked=viewer, blocker_id=OuterRef(path))))


def blocked_by(account: Account) -> QuerySet[Account]:
    """Return whom this account has blocked, the latest first."""
    return Account.objects.filter(blocked_by__blocker=account).order_by("-blocked_by__id")


def notifications_after(reader: Account, *, after: int | None = None) -> QuerySet[Notification]:
    """Return the reader's notifications, the latest first, without those of people gone quiet."""
    rows = Notification.objects.filter(recipient=reader).exclude(actor__is_active=False)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return rows.select_related("actor", "clip", "comment").order_by("-id")


def unread_count(reader_id: int) -> int:
    """Return how many notifications were not seen yet, up to the most that a badge can say."""
    unread = Notification.objects.filter(recipient_id=reader_id, read_at=None)
    return len(unread.values_list("pk")[:UNREAD_COUNT_MAX])


# ---- comments ----


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment as a viewer sees it."""

    comment: Comment
    replies: tuple[Remark, ...] = ()
    more_replies: int = 0
    deletable: bool = False


@dataclass(frozen=True, slots=True)
class CommentPage:
    """Comments and the id to go on after; None: these are all."""

    remarks: tuple[Remark, ...]
    next: int | None


def seen_comments(viewer: Account | None) -> QuerySet[Comment]:
    """Return the comments that this viewer may read."""
    comments = Comment.objects.filter(hidden_at=None, account__is_active=True)
    comments = comments.filter(Q(parent=None) | Q(parent__hidden_at=None))
    return without_blocked(comments, viewer).select_related("account")


def comments_page(viewer: Account | None, clip: Clip, *, after: int | None = None) -> CommentPage:
    """Return comments of a clip, the latest first, each with its first replies: two queries."""
    top = seen_comments(viewer).filter(clip=clip, parent=None).order_by("-id")
    if after is not None:
        top = top.filter(id__lt=after)
    found = list(top[: COMMENTS_A_PAGE + 1])
    shown = found[:COMMENTS_A_PAGE]
    replies = _first_replies(viewer, clip, shown)
    remarks = tuple(
        Remark(
            comment,
            tuple(Remark(one, deletable=_deletable(one, clip, viewer)) for one in below),
            more_replies=count - len(below),
            deletable=_deletable(comment, clip, viewer),
        )
        for comment in shown
        for below, count in [replies.get(comment.pk, ([], 0))]
    )
    return CommentPage(remarks, shown[-1].pk if len(found) > COMMENTS_A_PAGE else None)


def replies_page(
    viewer: Account | None, clip: Clip, *, parent: int, after: int | None = None
) -> CommentPage:
    """Return the replies to one comment, the earliest first: one query."""
    below = seen_comments(viewer).filter(clip=clip, parent=parent)
    below = below.filter(id__gt=after or 0).order_by("id")
    found = list(below[: COMMENTS_A_PAGE + 1])
    shown = found[:COMMENTS_A_PAGE]
    remarks = tuple(Remark(one, deletable=_deletable(one, clip, viewer)) for one in shown)
    return CommentPage(remarks, shown[-1].pk if len(found) > COMMENTS_A_PAGE else None)


def _first_replies(
    viewer: Account | None, clip: Clip, comments: list[Comment]
) -> dict[int, tuple[list[Comment], int]]:
    if not comments:
        return {}
    numbered = (
        seen_comments(viewer)
        .filter(clip=clip, parent__in=comments)
        .annotate(
            place=Window(RowNumber(), partition_by=F("parent_id"), order_by="id"),
            total=Window(Count("id"), partition_by=F("parent_id")),
        )
        .filter(place__lte=REPLIES_SHOWN)
        .order_by("parent_id", "id")
    )
    found: dict[int, tuple[list[Comment], int]] = {}
    for reply in numbered:
        assert reply.parent_id is not None
        below, _ = found.setdefault(reply.parent_id, ([], reply.total))
        below.append(reply)
    return found


def _deletable(comment: Comment, clip: Clip, viewer: Account | None) -> bool:
    return viewer is not None and viewer.pk in (comment.account_id, clip.account_id)
