"""Choices of viewers and rules of the owner: one transaction for one action."""

from __future__ import annotations

from django.db import transaction

from filoscope.server.accounts.models import Account
from filoscope.server.feed.kindness import Kindness
from filoscope.server.feed.models import Policy, Viewer
from filoscope.server.feed.policies import Weights
from filoscope.server.feed.queries.wishes import rules


def choose_feed(viewer: Viewer, feed: Viewer.Feed) -> None:
    """Take another feed from now on."""
    Viewer.objects.filter(pk=viewer.pk).update(feed=feed)


def choose_limits(viewer: Viewer, *, remind_min: int | None, day_min: int | None) -> None:
    """Be reminded, and end the day's feed, after so many minutes."""
    Viewer.objects.filter(pk=viewer.pk).update(remind_min=remind_min, day_min=day_min)


@transaction.atomic
def set_policy(
    owner: Account, *, weights: Weights | None = None, kindness: Kindness | None = None
) -> None:
    """Add a policy that differs from the one in force by what is given."""
    Account.objects.select_for_update().get(pk=owner.pk)  # one change of an owner at a time
    now = rules()
    weights, kindness = weights or now.weights, kindness or now.kindness
    if (weights.changed(), kindness) != (now.weights.changed(), now.kindness):
        Policy.objects.create(
            changed_by=owner, weights=weights.changed(), kindness=kindness.changed()
        )
