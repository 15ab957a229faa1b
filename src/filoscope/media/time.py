"""Time is a timestamp: seconds as `Fraction`, or whole ticks of a 90 kHz clock, never a frame index.

90,000 is divisible by every usual frame rate (24, 25, 30, 50, 60 and, as 3003 ticks, 29.97), so
the clock of the output is exact. `Timeline` turns the timestamps of decoded frames, which may
start anywhere, stand still or run backwards, into the ticks at which each is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

TICKS_PER_SECOND = 90_000
TICK = Fraction(1, TICKS_PER_SECOND)

HOLD_TICKS = TICKS_PER_SECOND
"""A frame that stays for longer is shown again each second, so that every segment of two seconds
can begin with a key frame, and a player that seeks finds a picture near."""


def ticks_of(seconds: Fraction | float) -> int:
    """Round seconds to the nearest tick."""
    return round(seconds * TICKS_PER_SECOND)


def seconds_of(ticks: int) -> float:
    """Return ticks as seconds."""
    return ticks / TICKS_PER_SECOND


@dataclass(slots=True)
class Timeline:
    """Place decoded frames on the clock of the output.

    Variable frame rates stay variable: a phone that took 22 frames in a second meant those 22
    moments, and converting to a constant rate would double some and drop others.

    Parameters
    ----------
    start_s : Fraction
        Timestamp of the source that becomes 0.
    fps_max : float
        Frames that come sooner after one another than this allows are dropped.
    """

    start_s: Fraction
    fps_max: float
    _last: int | None = field(default=None, init=False)
    _interval_min: int = field(init=False)
    _grid: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._interval_min = int(TICKS_PER_SECOND / self.fps_max)

    def place(self, timestamp_s: Fraction | None, *, fallback_interval_s: float) -> int | None:
        """Return the tick at which a frame is shown, or None when it is to be dropped.

        Parameters
        ----------
        timestamp_s : Fraction or None
            Presentation time in the source; None (a broken file) means one interval later.
        fallback_interval_s : float
            Used when there is no timestamp.
        """
        if timestamp_s is None:
            last = self._last
            tick = 0 if last is None else last + ticks_of(fallback_interval_s)
        else:
            tick = ticks_of(timestamp_s - self.start_s)
        if self._last is None:
            # The first picture is shown from the very start: no frame of a clip is ever black.
            self._last = 0
            self._grid = self._interval_min
            return 0
        # A tenth of an interval of grace: timestamps are often rounded to milliseconds.
        if tick <= self._last or tick < self._grid - self._interval_min // 10:
            return None
        self._grid = max(self._grid + self._interval_min, tick + self._interval_min * 9 // 10)
        self._last = tick
        return tick


def shown_ticks(tick: int, until: int) -> list[int]:
    """Return every tick at which a frame is given to the encoder: at `tick`, and each second on."""
    return list(range(tick, max(until, tick + 1), HOLD_TICKS))
