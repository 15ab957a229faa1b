"""How old somebody is, in whole years."""

from __future__ import annotations

from datetime import date

AGE_MAX_YEARS = 122  # Jeanne Calment's, the longest life on record; older is a slip of the finger


def age_years(birth_date: date, *, today: date) -> int:
    """Return the birthdays somebody has had; one born on 29 February has theirs on 1 March."""
    had_it = (today.month, today.day) >= (birth_date.month, birth_date.day)
    return today.year - birth_date.year - (not had_it)


def is_old_enough(birth_date: date, *, today: date, min_years: int) -> bool:
    """Say whether somebody has reached this age."""
    return age_years(birth_date, today=today) >= min_years
