"""Notifications: a row for the inbox, and news for the pages that are open."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.kit import live
from filoscope.server.social.models import Comment, Notification
from filoscope.server.social.queries import unread_count
from filoscope.server.videos.models import Clip

_SAID = {
    Notification.Kind.FOLLOW: "{name} follows you now",
    Notification.Kind.LIKE: "{name} liked your clip",
    Notification.Kind.COMMENT: "{name} commented on your clip",
    Notification.Kind.REPLY: "{name} replied to you",
    Notification.Kind.MENTION: "{name} mentioned you",
    Notification.Kind.PUBLISHED: "Your clip is there",
    Notification.Kind.FAILED: "Your clip could not be made",
    Notification.Kind.MODERATED: "A moderator wrote to you",
}
# Pressing like on and off again tells the other person once.
_ONCE = {Notification.Kind.FOLLOW, Notification.Kind.LIKE}


@transaction.atomic(savepoint=False)
def tell(
    recipient_id: int,
    kind: Notification.Kind,
    *,
    actor: Account | None = None,
    clip: Clip | None = None,
    comment: Comment | None = None,
    text: str = "",
) -> None:
    """Write a notification and send it to the pages that its reader has open; never to oneself."""
    if actor is not None and actor.pk == recipient_id:
        return
    told: dict[str, Any] = {
        "recipient_id": recipient_id,
        "kind": kind,
        "actor": actor,
        "clip": clip,
        "comment": comment,
    }
    if kind in _ONCE and Notification.objects.filter(**told).exists():
        return
    Notification.objects.create(**told, text=text)
    name = "" if actor is None else actor.name
    _publish(recipient_id, text=_SAID[kind].format(name=name), about=kind)


@transaction.atomic(savepoint=False)
def retract(
    recipient_id: int,
    kind: Notification.Kind,
    *,
    actor: Account,
    clip: Clip | None = None,
) -> None:
    """Take back a notification that was not read yet."""
    unread = Notification.objects.filter(
        recipient_id=recipient_id, kind=kind, actor=actor, clip=clip, read_at=None
    )
    if unread.delete()[0]:
        _publish(recipient_id, text="", about=kind)


@transaction.atomic(savepoint=False)
def mark_read(account: Account, *, up_to: int) -> None:
    """Note that everything up to this notification was seen."""
    unread = Notification.objects.filter(recipient=account, read_at=None, id__lte=up_to)
    if unread.update(read_at=timezone.now()):
        _publish(account.pk, text="", about="read")


def _publish(recipient_id: int, *, text: str, about: str) -> None:
    live.publish(
        f"account:{recipient_id}",
        {
            "kind": "notification",
            "about": str(about),
            "text": text,
            "unread_count": unread_count(recipient_id),
        },
    )
