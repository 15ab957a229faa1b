"""Whom a newcomer may want to follow."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Follow
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.queries import visible

SUGGESTED = 12


def suggestions(viewer: Account | None) -> list[Account]:
    """Return people whose clips can be seen, whom the viewer does not follow yet: one query."""
    makers = Account.objects.filter(
        Exists(visible(None).filter(account=OuterRef("pk"))), is_active=True
    )
    if viewer is not None:
        follows = Follow.objects.filter(follower=viewer, followed=OuterRef("pk"))
        makers = without_blocked(makers, viewer, path="pk").exclude(Exists(follows))
        makers = makers.exclude(pk=viewer.pk)
    return list(makers.order_by("-follower_count", "-pk")[:SUGGESTED])
