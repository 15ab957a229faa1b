"""What viewers have chosen, and the owner's policy in force."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.feed.kindness import Kindness, kindness_of
from filoscope.server.feed.models import Guardianship, Policy, Viewer
from filoscope.server.feed.policies import Weights, weights_of

POLICIES_SHOWN = 20  # to the owner, the latest first


@dataclass(frozen=True, slots=True)
class Wish:
    """What one viewer has chosen; None: nothing, 0: no reminder even where the owner has set one."""

    feed: str = Viewer.Feed.FOR_YOU
    remind_min: int | None = None
    day_min: int | None = None


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a guardian has set for a minor; None: as the owner has set."""

    sitting_min: int | None = None
    day_min: int | None = None
    quiet: tuple[int, int] | None = None


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


def guarded(ward_id: int | None = None) -> dict[int, Guarded]:
    """Return what guardians have set, by the account of the minor."""
    found = Guardianship.objects.filter(accepted_at__isnull=False)
    if ward_id is not None:
        found = found.filter(ward=ward_id)
    names = ("ward_id", "sitting_min", "day_min", "quiet_from", "quiet_to")
    return {
        ward: Guarded(sitting_min, day_min, None if begin is None or end is None else (begin, end))
        for ward, sitting_min, day_min, begin, end in found.values_list(*names)
    }


def guardianship_of(ward: Account | None) -> Guardianship | None:
    """Return who looks after somebody, or was asked to."""
    return Guardianship.objects.select_related("guardian").filter(ward=ward).first()


def wards_of(guardian: Account | None) -> list[Guardianship]:
    """Return whom somebody looks after, or was asked to."""
    found = Guardianship.objects.select_related("ward").filter(guardian=guardian)
    return list(found.order_by("pk"))


def rules() -> Rules:
    """Return the policy in force: the latest row, or the defaults."""
    latest = Policy.objects.order_by("-pk").first()
    if latest is None:
        return Rules(Weights(), Kindness())
    return Rules(weights_of(latest.weights), kindness_of(latest.kindness))


def policies() -> QuerySet[Policy]:
    """Return the latest policies: who changed what."""
    return Policy.objects.select_related("changed_by").order_by("-pk")[: POLICIES_SHOWN + 1]
