"""`{{ comment.created_at|ago }}`: how long ago, in the few letters that a list has room for."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

register = template.Library()

_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (604_800, 86_400, "d"))
WEEKS_MAX = 8  # then a date says more


@register.filter
def ago(then: datetime, now: datetime | None = None) -> str:
    """Say `now`, `5 min`, `3 h`, `2 d`, `4 wk`, or the date."""
    seconds = ((now or timezone.now()) - then).total_seconds()
    if seconds < _STEPS[0][0]:
        return "now"
    for limit, unit, name in _STEPS[1:]:
        if seconds < limit:
            return f"{int(seconds // unit)} {name}"
    weeks = int(seconds // _STEPS[-1][0])
    return f"{weeks} wk" if weeks <= WEEKS_MAX else f"{then:%d %b %Y}".lstrip("0")
