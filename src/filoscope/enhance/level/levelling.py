"""The slow turn that levels a clip, within what the crop allows.

A horizon that is mended at once looks like a slip of the camera, so the turn follows like the hand
of an operator: at full size where a scene begins (frames are held back, so that the roll is known
by then), and with a bounded speed later. A clip that is level already is not touched; a roll beyond
`MEANT_DEG` was meant.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.level.finder import WINDOW_S, RollFinder
from filoscope.enhance.level.lines import SURE, Roll
from filoscope.enhance.motion import Luma
from filoscope.enhance.path import zoom_needed

Floats = NDArray[np.float64]
Gravity = Callable[[float], float | None]
"""From a time in seconds to the roll by the file's own sensor (signs as in `Roll`), or None."""

TILTED_DEG = 0.6
"""Nobody sees less. From here on a clip is turned, and then all the way to level."""

MEANT_DEG, _SURELY_MEANT_DEG = 9.0, 12.0
"""Between them the turn fades: there is no edge at which it jumps."""

_SPEED_MAX_DPS = 2.0
_QUICKNESS = 2.2
"""Of the damped spring that follows the wanted turn, in 1/s: half of it is done in 0.8 s."""

_LEAD_S = 2 / _QUICKNESS
"""The spring lags by so much behind an even turn, so it follows what will be wanted then."""

_SHARE_OF_CROP = 0.75
"""Of the zoom (as a logarithm) that levelling may use. The rest stays for the shake."""

_HOLD_S = 3.0
_RELEASE_DPS = 0.4
"""With no roll known the turn is held for a while, and then let go too slowly to be seen."""


class LevelPath:
    """Finds the roll of a clip and gives each frame the turn that levels it.

    Parameters
    ----------
    fps : float
        Frames a second, about.
    gravity : callable, optional
        The roll by a sensor; where it gives one, lines are not asked.
    """

    def __init__(self, *, fps: float, gravity: Gravity | None = None) -> None:
        self._finder = RollFinder(fps=fps)
        self._gravity = gravity
        # Lines are looked at on both sides of a frame; a sensor knows each moment by itself.
        self._ahead_s = WINDOW_S / 2 if gravity is None else 0.0
        self.begin_scene()

    def begin_scene(self) -> None:
        """Forget the roll: another scene begins."""
        self._finder.begin_scene()
        self._seen: deque[tuple[float, Roll]] = deque()
        self._hand: _Hand | None = None

    def see(self, luma: Luma, time_s: float, *, turned_rad: float) -> None:
        """Look at the next frame, whose content has turned so far (clockwise) since the scene began."""
        turned_deg = float(np.degrees(turned_rad))
        measured = self._gravity(time_s) if self._gravity is not None else None
        if measured is None:
            roll = self._finder.look(luma, time_s, turned_deg=turned_deg)
        else:
            roll = Roll(measured, 1.0)
        self._seen.append((time_s, Roll(roll.angle_deg - turned_deg, roll.confidence)))

    def turns(self, calm_rad: Floats, times_s: Floats, *, half: Floats, zoom_max: float) -> Floats:
        """Return the turn for each frame held back, the first of which is about to be shown.

        Parameters
        ----------
        calm_rad : ndarray
            Turn of the content in the steadied frames since the scene began, shape (frames,).
        times_s : ndarray
            When they are shown, shape (frames,).
        half : ndarray
            Half width and half height, in longer sides.
        zoom_max : float
            Bound of the zoom, shake and level together.

        Returns
        -------
        ndarray
            Radians clockwise, shape (frames,), to be added to the corrections.
        """
        most = most_turn_deg(half, zoom_max**_SHARE_OF_CROP)
        rolls = [
            None if roll is None else roll + calm
            for roll, calm in zip(self._rolls(times_s), np.degrees(calm_rad), strict=True)
        ]
        ahead = np.searchsorted(times_s, times_s + _LEAD_S).clip(max=len(rolls) - 1)
        hand: _Hand | None = None
        turns: list[float] = []
        for index, time_s in enumerate(times_s):
            sees = rolls[index if self._hand is None and not index else int(ahead[index])]
            hand = self._hand if hand is None else hand.moved(time_s, sees, most)
            if hand is None:
                hand = _Hand.at_start(time_s, sees, most)
            if len(turns) == 1:
                self._hand = hand
            turns.append(hand.turn_deg)
        return np.radians(turns)

    def _rolls(self, times_s: Floats) -> list[float | None]:
        """Return the roll at turn 0 for each time, by the looks on both sides of it."""
        while len(self._seen) > 1 and self._seen[1][0] <= times_s[0] + self._ahead_s:
            self._seen.popleft()
        # Near the start of a scene nothing is sure; what is learned soon after holds there too.
        rolls: list[float | None] = []
        seen = iter(self._seen)
        now = next(seen)
        upcoming = next(seen, None)
        for time_s in times_s:
            while upcoming is not None and upcoming[0] <= time_s + self._ahead_s:
                now, upcoming = upcoming, next(seen, None)
            rolls.append(now[1].angle_deg if now[1].confidence >= SURE else None)
        return rolls


@dataclass(frozen=True, slots=True)
class _Hand:
    """The operator's hand at a moment: how far it has turned, how fast, what it last knew."""

    time_s: float
    turn_deg: float = 0.0
    speed_dps: float = 0.0
    known_s: float = -np.inf
    is_tilted: bool = False

    @classmethod
    def at_start(cls, time_s: float, roll_deg: float | None, most_deg: float) -> _Hand:
        """Take its place before anyone looks."""
        if roll_deg is None:
            return cls(time_s)
        is_tilted = abs(roll_deg) > TILTED_DEG
        turn = _turn_for(roll_deg, most_deg) if is_tilted else 0.0
        return cls(time_s, turn, 0.0, time_s, is_tilted)

    def moved(self, time_s: float, roll_deg: float | None, most_deg: float) -> _Hand:
        """Follow like a critically damped spring whose speed is bounded."""
        passed_s = max(time_s - self.time_s, 1e-6)
        if roll_deg is None:
            speed = self.speed_dps * float(np.exp(-4 * passed_s))
            if time_s - self.known_s > _HOLD_S:
                speed = -float(np.sign(self.turn_deg))
                speed *= min(_RELEASE_DPS, abs(self.turn_deg) / passed_s)
            turn = self.turn_deg + speed * passed_s
            return _Hand(time_s, turn, speed, self.known_s, self.is_tilted)
        # Once begun it follows to the end of the scene: to let go would be seen.
        is_tilted = self.is_tilted or abs(roll_deg) > TILTED_DEG
        aim = _turn_for(roll_deg, most_deg) if is_tilted else 0.0
        pull = _QUICKNESS**2 * (aim - self.turn_deg) - 2 * _QUICKNESS * self.speed_dps
        speed = self.speed_dps + pull * passed_s
        speed = float(np.clip(speed, -_SPEED_MAX_DPS, _SPEED_MAX_DPS))
        return _Hand(time_s, self.turn_deg + speed * passed_s, speed, time_s, is_tilted)


def _turn_for(roll_deg: float, most_deg: float) -> float:
    fade = (_SURELY_MEANT_DEG - abs(roll_deg)) / (_SURELY_MEANT_DEG - MEANT_DEG)
    return float(np.clip(-roll_deg * np.clip(fade, 0.0, 1.0), -most_deg, most_deg))


def most_turn_deg(half: Floats, zoom_max: float) -> float:
    """Return the largest turn that this zoom hides."""
    angles = np.linspace(0.0, _SURELY_MEANT_DEG, 121)
    turns = np.zeros((len(angles), 4))
    turns[:, 2] = np.radians(angles)
    return float(angles[zoom_needed(turns, half) <= zoom_max].max())


def turn_about(corrections: Floats, turns: Floats) -> Floats:
    """Return corrections, shape (frames, 4), with a further turn about the picture's centre each."""
    cos, sin = np.cos(turns), np.sin(turns)
    x, y, turn, growth = corrections.T
    return np.stack([cos * x - sin * y, sin * x + cos * y, turn + turns, growth], axis=1)
