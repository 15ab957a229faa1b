"""Rows of those who watch: made at need, taken over by accounts, and gone with their session."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.models import News, Viewer, ViewingEvent
from filoscope.server.kit import prepared

NEWS_KEPT = timedelta(days=7)  # longer than the oldest snapshot that is still read
SWEPT_MAX = 5_000  # viewers removed at once: their events go with them


def viewer_for(account: Account | None, known: int | None) -> Viewer:
    """Return the row of an account, or of a signed-out session that knows its key; made at need."""
    if account is not None:
        found = prepared.objects(Viewer, "account_id = %s", [account.pk])
        return found[0] if found else Viewer.objects.get_or_create(account=account)[0]
    found = prepared.objects(Viewer, "id = %s AND account_id IS NULL", [known]) if known else []
    return found[0] if found else Viewer.objects.create()


def take_over(viewer_id: int, account: Account) -> bool:
    """Give what was watched signed out to an account that has watched nothing yet."""
    try:
        with transaction.atomic():
            return bool(Viewer.objects.filter(pk=viewer_id, account=None).update(account=account))
    except IntegrityError:  # the account has a viewer of its own
        return False


def forget_idle_viewers() -> int:
    """Remove signed-out viewers whose session must have ended, with what they did."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    active = ViewingEvent.objects.filter(viewer=OuterRef("pk"), created_at__gte=since)
    idle = Viewer.objects.filter(account=None, created_at__lt=since).exclude(Exists(active))
    keys = list(idle.values_list("pk", flat=True)[:SWEPT_MAX])
    Viewer.objects.filter(pk__in=keys).delete()
    return len(keys)


def forget_old_news() -> int:
    """Remove news that every process has long read."""
    removed, _ = News.objects.filter(created_at__lt=timezone.now() - NEWS_KEPT).delete()
    return removed
