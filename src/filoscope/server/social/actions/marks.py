"""Likes, saves and shares: what one does to a clip with one press."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions.notify import retract, tell
from filoscope.server.social.errors import NotThere
from filoscope.server.social.models import Like, Notification, Save
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import watchable


@transaction.atomic
def like(account: Account, clip: Clip) -> int:
    """Like a clip; return how many likes it has."""
    clip = locked_clip(account, clip)
    if not Like.objects.filter(account=account, clip=clip).exists():
        Like.objects.create(account=account, clip=clip)
        _count(clip, "like_count", 1)
        tell(clip.account_id, Notification.Kind.LIKE, actor=account, clip=clip)
    return clip.like_count


@transaction.atomic
def unlike(account: Account, clip: Clip) -> int:
    """Take a like back; return how many likes are left."""
    clip = _still_there(clip)
    gone, _ = Like.objects.filter(account=account, clip=clip).delete()
    _must_be_known(account, clip, undone=gone)
    if gone:
        _count(clip, "like_count", -1)
        retract(clip.account_id, Notification.Kind.LIKE, actor=account, clip=clip)
    return clip.like_count


@transaction.atomic
def save(account: Account, clip: Clip) -> int:
    """Keep a clip for later; return by how many it is kept."""
    clip = locked_clip(account, clip)
    if not Save.objects.filter(account=account, clip=clip).exists():
        Save.objects.create(account=account, clip=clip)
        _count(clip, "save_count", 1)
    return clip.save_count


@transaction.atomic
def unsave(account: Account, clip: Clip) -> int:
    """Keep it no longer; return by how many it is kept."""
    clip = _still_there(clip)
    gone, _ = Save.objects.filter(account=account, clip=clip).delete()
    _must_be_known(account, clip, undone=gone)
    if gone:
        _count(clip, "save_count", -1)
    return clip.save_count


@transaction.atomic
def share(viewer: Account | None, clip: Clip) -> int:
    """Count that a clip was passed on; return how often it was."""
    clip = locked_clip(viewer, clip)
    _count(clip, "share_count", 1)
    return clip.share_count


def locked_clip(viewer: Account | None, clip: Clip) -> Clip:
    """Lock the clip's row if this viewer may watch it; raise `NotThere` if not."""
    allowed = without_blocked(watchable(viewer), viewer).filter(pk=clip.pk)
    found = allowed.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotThere("This clip is not there any more.")
    return found


def _still_there(clip: Clip) -> Clip:
    """Lock the clip's row, seen or not: what one did can be undone; raise `NotThere` if deleted."""
    found = Clip.objects.select_for_update(no_key=True).filter(pk=clip.pk).first()
    if found is None:
        raise NotThere("This clip is not there any more.")
    return found


def _must_be_known(account: Account, clip: Clip, *, undone: int) -> None:
    """Raise `NotThere` where nothing was undone and the clip does not play: it may be anybody's secret."""
    if not undone and not without_blocked(watchable(account), account).filter(pk=clip.pk).exists():
        raise NotThere("This clip is not there any more.")


def _count(clip: Clip, counter: str, change: int) -> None:
    """Move one counter of a locked clip, in the row and in what was read of it."""
    Clip.objects.filter(pk=clip.pk).update(**{counter: F(counter) + change})
    setattr(clip, counter, getattr(clip, counter) + change)
