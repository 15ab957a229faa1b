"""A minor asks a grown-up to set their limits; the grown-up agrees, sets them, or ends it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.models import Guardianship
from filoscope.server.feed.queries.wishes import Guarded, rules
from filoscope.server.feed.wishes import is_minor
from filoscope.server.social.queries import without_blocked

WARDS_MAX = 20  # a class is no family


class GuardianRefused(ValueError):
    """Somebody who cannot be a guardian; says why."""


def ask_guardian(ward: Account, handle: str) -> Guardianship:
    """Ask somebody to set one's limits."""
    kindness = rules().kindness
    people = Account.objects.filter(is_active=True, handle__iexact=handle).exclude(pk=ward.pk)
    guardian = without_blocked(people, ward, path="pk").first()
    if guardian is None or is_minor(guardian, kindness):
        raise GuardianRefused("There is no grown-up of this name here.")
    if not is_minor(ward, kindness):
        raise GuardianRefused("You set your limits yourself.")
    if Guardianship.objects.filter(guardian=guardian).count() >= WARDS_MAX:
        raise GuardianRefused("They look after many already.")
    try:
        with transaction.atomic():
            Guardianship.objects.filter(ward=ward, accepted_at=None).delete()
            return Guardianship.objects.create(ward=ward, guardian=guardian)
    except IntegrityError as error:
        raise GuardianRefused("You have a guardian already.") from error


def withdraw_guardian(ward: Account) -> bool:
    """Take the question back, as long as nobody has agreed."""
    return bool(Guardianship.objects.filter(ward=ward, accepted_at=None).delete()[0])


def accept_ward(guardian: Account, ward_id: int) -> bool:
    """Agree to set somebody's limits."""
    asked = Guardianship.objects.filter(guardian=guardian, ward=ward_id, accepted_at=None)
    return bool(asked.update(accepted_at=timezone.now()))


def end_ward(guardian: Account, ward_id: int) -> bool:
    """Say no, or look after somebody no longer: the owner's limits hold again."""
    return bool(Guardianship.objects.filter(guardian=guardian, ward=ward_id).delete()[0])


def limit_ward(guardian: Account, ward_id: int, guarded: Guarded) -> bool:
    """Set the limits of somebody one looks after."""
    begin, end = guarded.quiet or (None, None)
    mine = Guardianship.objects.filter(guardian=guardian, ward=ward_id, accepted_at__isnull=False)
    return bool(
        mine.update(
            sitting_min=guarded.sitting_min,
            day_min=guarded.day_min,
            quiet_from=begin,
            quiet_to=end,
        )
    )
