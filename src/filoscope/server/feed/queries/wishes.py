"""What viewers have chosen, and the owner's policy in force."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from filoscope.server.feed.kindness import Kindness, kindness_of
from filoscope.server.feed.models import Policy, Viewer
from filoscope.server.feed.policies import Weights, weights_of

POLICIES_SHOWN = 20  # to the owner, the latest first


@dataclass(frozen=True, slots=True)
class Wish:
    """What one viewer has chosen; None: nothing, 0: no reminder even where the owner has set one."""

    feed: str = Viewer.Feed.FOR_YOU
    remind_min: int | None = None
    day_min: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What the owner has set."""

    weights: Weights
    kindness: Kindness


def wishes(viewer_id: int | None = None, *, all_of_them: bool = False) -> dict[int, Wish]:
    """Return what viewers have chosen, by the engine's key of them."""
    found = Viewer.objects.all() if viewer_id is None else Viewer.objects.filter(pk=viewer_id)
    if not all_of_them:
        usual = Q(feed=Viewer.Feed.FOR_YOU, remind_min=None, day_min=None)
        found = found.exclude(usual)
    rows = found.values_list("pk", "account_id", "feed", "remind_min", "day_min")
    return {
        account_id or -viewer: Wish(feed, remind_min, day_min)
        for viewer, account_id, feed, remind_min, day_min in rows
    }


def rules() -> Rules:
    """Return the policy in force: the latest row, or the defaults."""
    latest = Policy.objects.order_by("-pk").first()
    if latest is None:
        return Rules(Weights(), Kindness())
    return Rules(weights_of(latest.weights), kindness_of(latest.kindness))


def policies() -> QuerySet[Policy]:
    """Return the latest policies: who changed what."""
    return Policy.objects.select_related("changed_by").order_by("-pk")[: POLICIES_SHOWN + 1]
