"""What is left of somebody in other people's counters, taken away before they go."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions.comments import recount
from filoscope.server.social.models import Block, Comment, Follow, Like, Notification, Save
from filoscope.server.videos.models import Clip


@transaction.atomic
def erase_traces(account: Account) -> None:
    """Delete all that an account did to others, and make the counters of those others right."""
    for marks, counter in ((Like, "like_count"), (Save, "save_count")):
        _lock_clips(list(marks.objects.filter(account=account).values_list("clip_id", flat=True)))
        rows = marks.objects.filter(account=account)
        clips = list(rows.values_list("clip_id", flat=True))
        Clip.objects.filter(pk__in=clips).update(**{counter: F(counter) - 1})
        rows.delete()
    commented = list(
        Comment.objects.filter(account=account).values_list("clip_id", flat=True).distinct()
    )
    _lock_clips(commented)
    Comment.objects.filter(account=account).delete()
    for clip_id in commented:
        recount(clip_id)
    _end_follows(account)
    Block.objects.filter(blocker=account).delete()
    Block.objects.filter(blocked=account).delete()
    Notification.objects.filter(recipient=account).delete()
    Notification.objects.filter(actor=account).delete()


def _lock_clips(keys: list[int]) -> None:
    """Lock in the order of ids, so that two erasures never wait for each other."""
    list(Clip.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _end_follows(account: Account) -> None:
    followed = list(Follow.objects.filter(follower=account).values_list("followed_id", flat=True))
    followers = list(Follow.objects.filter(followed=account).values_list("follower_id", flat=True))
    rows = Account.objects.select_for_update(no_key=True).order_by("pk")
    list(rows.filter(pk__in={*followed, *followers, account.pk}))
    Account.objects.filter(pk__in=followed).update(follower_count=F("follower_count") - 1)
    Account.objects.filter(pk__in=followers).update(following_count=F("following_count") - 1)
    Follow.objects.filter(follower=account).delete()
    Follow.objects.filter(followed=account).delete()
    Account.objects.filter(pk=account.pk).update(follower_count=0, following_count=0)
