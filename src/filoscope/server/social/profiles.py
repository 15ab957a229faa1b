"""A profile as one viewer sees it: who it is, and a page of clips. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Exists, Q, QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Block, Follow, Like, Save
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import visible

THUMBS_A_PAGE = 24  # divides by 2, 3, 4 and 6 columns
DRAFTS_SHOWN = 60  # one's own clips that others do not see yet, the latest first
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How a viewer and an account stand to each other."""

    is_me: bool = False
    is_followed: bool = False
    follows_me: bool = False
    is_blocked: bool = False  # by the viewer
    blocks_me: bool = False


@dataclass(frozen=True, slots=True)
class Thumbs:
    """Clips of a grid; `next` is where to go on, an empty string: these are all."""

    clips: Sequence[Clip]
    next: str


def standing(viewer: Account | None, account: Account) -> Standing:
    """Return how they stand to each other: one query."""
    if viewer is None:
        return Standing()
    if viewer.pk == account.pk:
        return Standing(is_me=True)
    there = {"follower": viewer, "followed": account}
    back = {"follower": account, "followed": viewer}
    found = Account.objects.filter(pk=viewer.pk).values_list(
        Exists(Follow.objects.filter(**there)),
        Exists(Follow.objects.filter(**back)),
        Exists(Block.objects.filter(blocker=viewer, blocked=account)),
        Exists(Block.objects.filter(blocker=account, blocked=viewer)),
    )
    return Standing(False, *found.get())


def published(viewer: Account | None, account: Account, *, after: str = "") -> Thumbs:
    """Return what an account has published and the viewer may find, the latest first."""
    clips = visible(viewer).filter(account=account).order_by("-published_at", "-id")
    if (place := _place(after)) is not None:
        at, key = place
        clips = clips.filter(Q(published_at__lt=at) | Q(published_at=at, id__lt=key))
    found = list(clips[: THUMBS_A_PAGE + 1])
    shown = found[:THUMBS_A_PAGE]
    return Thumbs(shown, _cursor(shown[-1]) if len(found) > THUMBS_A_PAGE else "")


def unpublished(account: Account) -> Sequence[Clip]:
    """Return one's own clips that nobody else sees: drafts, in the making, failed."""
    return list(
        Clip.objects.filter(account=account, published_at=None).order_by("-id")[:DRAFTS_SHOWN]
    )


def marked(viewer: Account, marks: type[Like] | type[Save], *, after: str = "") -> Thumbs:
    """Return what the viewer liked or saved and may still see, the latest mark first."""
    clips = without_blocked(visible(viewer), viewer)
    rows: QuerySet[Any] = marks.objects.filter(account=viewer, clip__in=clips).select_related(
        "clip__account"
    )
    if after.isascii() and after.isdigit():
        rows = rows.filter(id__lt=min(int(after[:19]), _CURSOR_MAX))
    found = list(rows.order_by("-id")[: THUMBS_A_PAGE + 1])
    shown = found[:THUMBS_A_PAGE]
    more = str(shown[-1].pk) if len(found) > THUMBS_A_PAGE else ""
    return Thumbs([row.clip for row in shown], more)


def _cursor(clip: Clip) -> str:
    assert clip.published_at is not None  # `visible` lets no other through
    return f"{(clip.published_at - _EPOCH) // timedelta(microseconds=1)}-{clip.pk}"


def _place(cursor: str) -> tuple[datetime, int] | None:
    """Read a cursor; what is none is the beginning."""
    at, _, key = cursor.partition("-")
    if not (at.isascii() and at.isdigit() and key.isascii() and key.isdigit()):
        return None
    if len(at) > 17 or len(key) > 18:  # beyond the year 5000, or beyond a bigint
        return None
    return _EPOCH + timedelta(microseconds=int(at)), int(key)
