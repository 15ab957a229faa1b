"""Following and blocking: what one does to another account."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions.notify import retract, tell
from filoscope.server.social.errors import NotAllowed, NotThere, TooMuch
from filoscope.server.social.models import Block, Follow, Notification
from filoscope.server.social.queries import blocked_between

FOLLOWS_A_DAY = 400  # more than anybody means; what follow-back robots need


@transaction.atomic
def follow(follower: Account, followed: Account) -> int:
    """Follow somebody; return how many followers they have."""
    if follower.pk == followed.pk:
        raise NotAllowed("One cannot follow oneself.")
    follower, followed = _locked_accounts(follower, followed)
    if not followed.is_active or blocked_between(follower, followed):
        raise NotThere("This account is not there.")
    day_ago = timezone.now() - timedelta(days=1)
    if Follow.objects.filter(follower=follower, created_at__gt=day_ago).count() >= FOLLOWS_A_DAY:
        raise TooMuch(f"One can follow {FOLLOWS_A_DAY} accounts a day. Try again tomorrow.")
    if not Follow.objects.filter(follower=follower, followed=followed).exists():
        Follow.objects.create(follower=follower, followed=followed)
        _count_follow(follower, followed, 1)
        tell(followed.pk, Notification.Kind.FOLLOW, actor=follower)
    return followed.follower_count


@transaction.atomic
def unfollow(follower: Account, followed: Account) -> int:
    """Follow somebody no longer; return how many followers they have."""
    follower, followed = _locked_accounts(follower, followed)
    _end_follow(follower, followed)
    return followed.follower_count


@transaction.atomic
def block(blocker: Account, blocked: Account) -> None:
    """Part two people: following ends on both sides, and neither sees the other from now on."""
    if blocker.pk == blocked.pk:
        raise NotAllowed("One cannot block oneself.")
    blocker, blocked = _locked_accounts(blocker, blocked)
    Block.objects.get_or_create(blocker=blocker, blocked=blocked)
    _end_follow(blocker, blocked)
    _end_follow(blocked, blocker)
    Notification.objects.filter(recipient=blocker, actor=blocked).delete()
    Notification.objects.filter(recipient=blocked, actor=blocker).delete()


@transaction.atomic
def unblock(blocker: Account, blocked: Account) -> None:
    """Let somebody be seen again; who followed whom does not come back."""
    Block.objects.filter(blocker=blocker, blocked=blocked).delete()


def _locked_accounts(one: Account, other: Account) -> tuple[Account, Account]:
    """Lock both rows, the lower id first, and return them as they are now."""
    rows = Account.objects.select_for_update(no_key=True).order_by("pk")
    found = {row.pk: row for row in rows.filter(pk__in=(one.pk, other.pk))}
    if len(found) < 2:
        raise NotThere("This account is not there.")
    return found[one.pk], found[other.pk]


def _end_follow(follower: Account, followed: Account) -> None:
    """Remove a follow between two locked accounts, if there is one."""
    gone, _ = Follow.objects.filter(follower=follower, followed=followed).delete()
    if gone:
        _count_follow(follower, followed, -1)
        retract(followed.pk, Notification.Kind.FOLLOW, actor=follower)


def _count_follow(follower: Account, followed: Account, change: int) -> None:
    """Move both counters; the rows are locked by the caller."""
    Account.objects.filter(pk=follower.pk).update(following_count=F("following_count") + change)
    Account.objects.filter(pk=followed.pk).update(follower_count=F("follower_count") + change)
    follower.following_count += change
    followed.follower_count += change
