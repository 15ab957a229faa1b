"""What a viewer has said about what the feed believes of them: it outweighs whatever they watched.

A viewer may ask for more or less of a topic, have a topic forgotten, have everything forgotten, or
pause learning. Each of these is an event in the log like any other, with its time. What is held here
depends on those times and not on the order of arrival, so a like that is read again after a rebuild
stays forgotten if it was forgotten once.

    said = Corrections()
    said.take(EventKind.LESS, 7, time_s=1.8e9)   # 7: the catalogue's code of #cats
    said.stances[7].wanted                       # -1.0
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from filoscope.recommend.events import EventKind

STANCES_MAX = 300  # topics that one viewer may speak about; the oldest word goes first
PAUSES_MAX = 100  # times that learning was stopped or went on again; older ones are one long pause
WANTED = {EventKind.MORE: 1.0, EventKind.LESS: -1.0, EventKind.FORGET_TOPIC: 0.0}
NEVER_S = -1.0  # before every time that an event can have


@dataclass(frozen=True, slots=True)
class Stance:
    """What a viewer said last of one topic.

    Attributes
    ----------
    wanted
        1 for more of it, -1 for less, 0 where it was only forgotten.
    said_s, forgotten_s
        When it was said, and up to when whatever was done with such clips is forgotten; -1 for never.
    """

    wanted: float = 0.0
    said_s: float = NEVER_S
    forgotten_s: float = NEVER_S


@dataclass(slots=True)
class Corrections:
    """All that one viewer has said about what the feed believes of them.

    Attributes
    ----------
    stances
        By the catalogue's code of a topic.
    reset_s
        Up to when everything is forgotten.
    pauses
        By time: whether learning was stopped or went on.
    """

    stances: dict[int, Stance] = field(default_factory=dict)
    reset_s: float = NEVER_S
    pauses: list[tuple[float, bool]] = field(default_factory=list)

    def take(self, kind: EventKind, code: int | None, *, time_s: float) -> None:
        """Take in what was said; words older than those that are known change nothing."""
        if kind in (EventKind.PAUSE, EventKind.RESUME):
            self.pauses = sorted({*self.pauses, (time_s, kind is EventKind.PAUSE)})[-PAUSES_MAX:]
        elif kind is EventKind.RESET:
            self.reset_s = max(self.reset_s, time_s)
            self.stances = {
                known: stance for known, stance in self.stances.items() if stance.said_s > time_s
            }
        elif code is not None and time_s > self.reset_s:
            self._say(kind, code, time_s)

    def _say(self, kind: EventKind, code: int, time_s: float) -> None:
        stance = self.stances.pop(code, Stance())
        forgotten_s = stance.forgotten_s
        if kind is EventKind.FORGET_TOPIC:
            forgotten_s = max(forgotten_s, time_s)
        if time_s >= stance.said_s:
            stance = Stance(WANTED[kind], time_s, forgotten_s)
        else:
            stance = Stance(stance.wanted, stance.said_s, forgotten_s)
        self.stances[code] = stance
        if len(self.stances) > STANCES_MAX:
            del self.stances[min(self.stances, key=lambda known: self.stances[known].said_s)]

    def is_paused(self, time_s: float) -> bool:
        """Say whether learning was paused at a time."""
        paused = False
        for since_s, is_pause in self.pauses:
            if since_s > time_s:
                break
            paused = is_pause
        return paused

    def is_unlearned(self, codes: Iterable[int], time_s: float) -> bool:
        """Say whether what was done at a time with a clip of these topics must not be learned."""
        if time_s <= self.reset_s or self.is_paused(time_s):
            return True
        return any(
            time_s <= stance.forgotten_s
            for code in codes
            if (stance := self.stances.get(code)) is not None
        )

    def state(self) -> list[Any]:
        """Return what JSON can hold, equal for equal corrections."""
        said = [
            [code, stance.wanted, stance.said_s, stance.forgotten_s]
            for code, stance in sorted(self.stances.items())
        ]
        return [self.reset_s, [list(pause) for pause in self.pauses], said]

    @classmethod
    def restored(cls, state: list[Any]) -> Corrections:
        """Return what `state` described."""
        reset_s, pauses, said = state
        return cls(
            {int(code): Stance(*map(float, rest)) for code, *rest in said},
            float(reset_s),
            [(float(since_s), bool(is_pause)) for since_s, is_pause in pauses],
        )
