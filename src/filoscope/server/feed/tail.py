"""Read a table that only grows, without missing a row that is committed late.

Keys are given out in order, but transactions end in any order: a row can appear below one that was
read long ago. So every key left out is a hole, asked for again until it is filled or too old (its
transaction was rolled back).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

HOLE_S = 60.0  # longer than any of our transactions: nobody waits for a row more than 10 s
HOLES_MAX = 5_000  # beyond, the lowest are given up: a sequence has jumped


@dataclass(slots=True)
class Tail:
    """How far a table has been read: the highest key, and the holes below it."""

    last: int = 0
    holes: dict[int, float] = field(default_factory=dict)  # key -> when it was first missed

    def take(self, keys: Iterable[int], *, now_s: float) -> None:
        """Note that the rows of these keys, in rising order, have been read."""
        for key in keys:
            if key <= self.last:
                self.holes.pop(key, None)
                continue
            for missed in range(max(self.last + 1, key - HOLES_MAX), key):
                self.holes[missed] = now_s
            self.last = key
        self._forget(now_s)

    def _forget(self, now_s: float) -> None:
        old = [key for key, since_s in self.holes.items() if now_s - since_s > HOLE_S]
        too_many = sorted(self.holes)[: max(0, len(self.holes) - HOLES_MAX)]
        for key in (*old, *too_many):
            self.holes.pop(key, None)
