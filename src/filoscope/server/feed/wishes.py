"""What viewers have chosen and what the owner has set, known to each process without asking the database.

The tables are the truth; they are read at the start, and again when the news says that they changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils import timezone

from filoscope.server.accounts.age import age_years
from filoscope.server.accounts.models import Account
from filoscope.server.feed.kindness import Kindness, Limits, least
from filoscope.server.feed.policies import Weights
from filoscope.server.feed.queries import wishes as queries
from filoscope.server.feed.queries.wishes import Guarded, Rules, Wish

NONE, UNGUARDED = Wish(), Guarded()


@dataclass(slots=True)
class Wishes:
    """Who has chosen what, and the owner's rules."""

    policy: Rules = field(default_factory=lambda: Rules(Weights(), Kindness()))
    _of: dict[int, Wish] = field(default_factory=dict)
    _guarded: dict[int, Guarded] = field(default_factory=dict)

    def load(self) -> None:
        """Read everything."""
        self.policy = queries.rules()
        self._of = queries.wishes()
        self._guarded = queries.guarded()

    def hear_guardian(self, ward_id: int) -> None:
        """Read again what the guardian of one account has set."""
        self._guarded.pop(ward_id, None)
        self._guarded |= queries.guarded(ward_id)

    def hear(self, viewer_id: int) -> None:
        """Read again what one viewer has chosen."""
        for who, wish in queries.wishes(viewer_id, all_of_them=True).items():
            self._of[who] = wish
            if wish == NONE:
                del self._of[who]

    def hear_policy(self) -> None:
        """Read again what the owner has set."""
        self.policy = queries.rules()

    def forget(self, who: int) -> None:
        """Forget a viewer."""
        self._of.pop(who, None)
        self._guarded.pop(who, None)

    def of(self, who: int) -> Wish:
        """Return what somebody has chosen."""
        return self._of.get(who, NONE)

    def limits_of(self, account: Account | None, who: int) -> Limits:
        """Return the limits of somebody: the strictest of their own and those for their age.

        Those of a minor are what the guardian has set, and the owner's where there is none.
        """
        wish, kindness = self.of(who), self.policy.kindness
        remind_min = wish.remind_min if wish.remind_min is not None else kindness.remind_min
        if account is None or not is_minor(account, kindness):
            return Limits(remind_min or None, wish.day_min, time_zone=kindness.time_zone)
        guarded = self._guarded.get(account.pk, UNGUARDED)
        day_min = kindness.minor_day_min if guarded.day_min is None else guarded.day_min
        return Limits(
            remind_min=remind_min or None,
            day_min=least(wish.day_min, day_min),
            sitting_min=(
                kindness.minor_sitting_min if guarded.sitting_min is None else guarded.sitting_min
            ),
            sitting_clips=kindness.minor_sitting_clips,
            break_min=kindness.minor_break_min,
            quiet=guarded.quiet or (kindness.minor_quiet_from, kindness.minor_quiet_to),
            time_zone=kindness.time_zone,
        )


def is_minor(account: Account, kindness: Kindness) -> bool:
    """Say whether the limits of minors hold for somebody; whose age was never asked is no minor."""
    if account.birth_date is None:
        return False
    return age_years(account.birth_date, today=timezone.localdate()) < kindness.minor_years
