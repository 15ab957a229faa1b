"""Telling of clips: found by reading, since the videos below know no notifications.

A clip is announced when its maker has a notification of it: that row is also the mark that it is
done, written in one transaction with those of the people mentioned, so nobody is told twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions.comments import MENTIONS_TOLD_MAX, may_be_told
from filoscope.server.social.actions.notify import tell
from filoscope.server.social.models import Notification
from filoscope.server.videos.models import Clip

CLIPS_A_TIME = 200  # the next run takes the others
LOOK_BACK = timedelta(days=2)  # what is older is no news, as after a restored backup


def announce_clips(now: datetime) -> int:
    """Tell of clips that were published or failed lately; return of how many."""
    published = Clip.objects.filter(published_at__gt=now - LOOK_BACK, hidden_at=None)
    failed = Clip.objects.filter(state=Clip.State.FAILED, received_at__gt=now - LOOK_BACK)
    done = 0
    for clips, kind in (
        (published, Notification.Kind.PUBLISHED),
        (failed, Notification.Kind.FAILED),
    ):
        for clip in _untold(clips, kind)[:CLIPS_A_TIME]:
            done += _announce(clip, kind)
    return done


def _untold(clips: QuerySet[Clip], kind: Notification.Kind) -> QuerySet[Clip]:
    told = Notification.objects.filter(
        clip=OuterRef("pk"), recipient=OuterRef("account"), kind=kind
    )
    return clips.exclude(Exists(told)).select_related("account").order_by("pk")


@transaction.atomic
def _announce(clip: Clip, kind: Notification.Kind) -> bool:
    """Write the rows of one clip, unless another worker was faster."""
    rows = Clip.objects.select_for_update(of=("self",), no_key=True).filter(pk=clip.pk)
    if not _untold(rows, kind).exists():
        return False
    tell(clip.account_id, kind, clip=clip, text=clip.failure)
    if kind == Notification.Kind.PUBLISHED:
        mentioned = may_be_told(Account.objects.filter(mentioned_in=clip), clip, clip.account)
        for person in mentioned.exclude(Q(pk=clip.account_id))[:MENTIONS_TOLD_MAX]:
            tell(person.pk, Notification.Kind.MENTION, actor=clip.account, clip=clip)
    return True
