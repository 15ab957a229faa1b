"""When a feed pauses: reminders, limits of a day and of a sitting, and quiet hours. Pure: it reads no clock.

A sitting is what somebody watches in one go; whoever asks for nothing for `SITTING_ENDS_S` has taken a
break by themselves. What counts are pages that the server was asked for, not what a browser tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from filoscope.server.feed.policies import PolicyRefused

SITTING_ENDS_S = 900.0  # longer than a page of the longest clips takes
DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class Kindness:
    """Limits as the owner sets them; None or equal hours: no such limit.

    Parameters
    ----------
    remind_min
        Minutes of watching after which everybody is reminded, unless they choose otherwise.
    minor_years
        Who is younger than this is a minor; the age is known from sign-up.
    minor_sitting_min, minor_sitting_clips
        After so many minutes or clips in one go the feed of a minor rests for `minor_break_min`.
    minor_day_min
        After so many minutes in a day it ends until the next.
    minor_quiet_from, minor_quiet_to
        Hours between which it rests at night.
    time_zone
        Where the community is (IANA), for days and nights.
    """

    remind_min: int | None = None
    minor_years: int = 18
    minor_sitting_min: int | None = 30
    minor_sitting_clips: int | None = 100
    minor_break_min: int = 10
    minor_day_min: int | None = 60
    minor_quiet_from: int = 22
    minor_quiet_to: int = 6
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        """Refuse limits that mean nothing."""
        for name in ("remind_min", "minor_sitting_min", "minor_day_min", "minor_break_min"):
            minutes = getattr(self, name)
            if minutes is not None and not 1 <= minutes <= DAY_MIN:
                raise PolicyRefused(f"{name} must be 1 to {DAY_MIN} minutes, is {minutes}.")
        if self.minor_sitting_clips is not None and self.minor_sitting_clips < 1:
            raise PolicyRefused("Clips in one go must be 1 or more.")
        if not 0 <= self.minor_years <= 30:
            raise PolicyRefused("The age must be 0 to 30 years.")
        if not (0 <= self.minor_quiet_from < 24 and 0 <= self.minor_quiet_to < 24):
            raise PolicyRefused("Quiet hours begin and end at 0 to 23.")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise PolicyRefused(f"There is no time zone {self.time_zone!r}.") from error

    def changed(self) -> dict[str, Any]:
        """Return what differs from the defaults: what a row keeps."""
        usual = Kindness()
        return {
            part.name: getattr(self, part.name)
            for part in fields(self)
            if getattr(self, part.name) != getattr(usual, part.name)
        }


def kindness_of(stored: Mapping[str, Any]) -> Kindness:
    """Read a row; what an older version knew and this one does not is left out."""
    known = {part.name for part in fields(Kindness)}
    return Kindness(**{name: value for name, value in stored.items() if name in known})


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for one viewer; None: no such limit."""

    remind_min: int | None = None
    day_min: int | None = None
    sitting_min: int | None = None
    sitting_clips: int | None = None
    break_min: int = 10
    quiet: tuple[int, int] | None = None
    time_zone: str = "UTC"

    @property
    def are_any(self) -> bool:
        """Whether anything has to be counted."""
        return any(
            (self.remind_min, self.day_min, self.sitting_min, self.sitting_clips, self.quiet)
        )


def least(*limits: int | None) -> int | None:
    """Return the strictest of limits, where None is none."""
    return min((limit for limit in limits if limit is not None), default=None)


class BreakKind(StrEnum):
    """Why a feed pauses."""

    REMINDER = "reminder"  # of one's own: one may go on
    REST = "rest"  # a while after a sitting
    DAY = "day"  # until tomorrow
    NIGHT = "night"  # until the morning


@dataclass(frozen=True, slots=True)
class Break:
    """The card that a feed ends with: why, until when, and after how many minutes."""

    kind: BreakKind
    until: datetime | None = None
    minutes: int = 0

    @property
    def clock(self) -> str:
        """When it goes on, as clocks where the community is show it."""
        return f"{self.until:%H:%M}" if self.until is not None else ""


@dataclass(frozen=True, slots=True)
class Sat:
    """How long somebody has watched; see `models.Sitting`."""

    day: date
    day_s: float = 0.0
    sitting_s: float = 0.0
    clips: int = 0
    reminded_s: float = 0.0
    asked_s: float = 0.0
    rests_until_s: float = 0.0


def sit(sat: Sat, limits: Limits, *, now_s: float) -> tuple[Sat, Break | None]:
    """Count the time since the last page, and say whether the feed pauses now."""
    now = datetime.fromtimestamp(now_s, ZoneInfo(limits.time_zone))
    sat = _counted(sat, now.date(), now_s)
    sat, pause = _pause(sat, limits, now)
    if pause is not None and pause.kind is not BreakKind.REMINDER:
        sat = replace(sat, asked_s=0.0)  # nothing was shown: what follows is no watching
    return sat, pause


def _pause(sat: Sat, limits: Limits, now: datetime) -> tuple[Sat, Break | None]:
    if (until := _morning(now, limits)) is not None:
        return sat, Break(BreakKind.NIGHT, until)
    if limits.day_min is not None and sat.day_s >= 60 * limits.day_min:
        return sat, Break(BreakKind.DAY, _midnight(now), round(sat.day_s / 60))
    if now.timestamp() < sat.rests_until_s:
        return sat, Break(BreakKind.REST, datetime.fromtimestamp(sat.rests_until_s, now.tzinfo))
    too_long = limits.sitting_min is not None and sat.sitting_s >= 60 * limits.sitting_min
    too_many = limits.sitting_clips is not None and sat.clips >= limits.sitting_clips
    if too_long or too_many:
        return _resting(sat, limits, now.timestamp())
    if limits.remind_min is not None and sat.sitting_s - sat.reminded_s >= 60 * limits.remind_min:
        reminded = replace(sat, reminded_s=sat.sitting_s)
        return reminded, Break(BreakKind.REMINDER, None, round(sat.sitting_s / 60))
    return sat, None


def serve(sat: Sat, limits: Limits, clips: int, *, now_s: float) -> tuple[Sat, int, Break | None]:
    """Count the clips of a page: how many of them may come, and the break they end with, if any."""
    if limits.sitting_clips is None:
        return sat, clips, None
    allowed = min(clips, max(limits.sitting_clips - sat.clips, 0))
    sat = replace(sat, clips=sat.clips + allowed)
    if sat.clips < limits.sitting_clips:
        return sat, allowed, None
    sat, pause = _resting(sat, limits, now_s)
    return sat, allowed, pause


def _resting(sat: Sat, limits: Limits, now_s: float) -> tuple[Sat, Break]:
    rests_until_s = now_s + 60 * limits.break_min
    until = datetime.fromtimestamp(rests_until_s, ZoneInfo(limits.time_zone))
    pause = Break(BreakKind.REST, until, round(sat.sitting_s / 60))
    rested = replace(sat, sitting_s=0.0, clips=0, reminded_s=0.0, rests_until_s=rests_until_s)
    return rested, pause


def _counted(sat: Sat, today: date, now_s: float) -> Sat:
    passed_s = max(now_s - sat.asked_s, 0.0)
    if sat.day != today:
        sat = replace(sat, day=today, day_s=0.0)
    if passed_s > SITTING_ENDS_S:
        return replace(sat, sitting_s=0.0, clips=0, reminded_s=0.0, asked_s=now_s)
    return replace(
        sat, day_s=sat.day_s + passed_s, sitting_s=sat.sitting_s + passed_s, asked_s=now_s
    )


def _morning(now: datetime, limits: Limits) -> datetime | None:
    """Return when the night ends, if it is night."""
    if limits.quiet is None or limits.quiet[0] == limits.quiet[1]:
        return None
    begin, end = limits.quiet
    is_night = begin <= now.hour < end if begin < end else now.hour >= begin or now.hour < end
    if not is_night:
        return None
    morning = now.replace(hour=end, minute=0, second=0, microsecond=0)
    return morning if morning > now else morning + timedelta(days=1)


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
