"""How much one viewer or one address may send: a token bucket for each, in this process's memory.

Each web process counts by itself, so that a limit is a few times higher where there are a few: it
keeps a runaway page or a script from filling the log, and need not be exact.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

EVENTS_A_MINUTE = 600  # of one viewer; swiping through a clip a second makes 240
VIEWERS_A_MINUTE = 60  # new signed-out sessions of one address: a school behind one
KEYS_MAX = 50_000  # buckets kept; the one used longest ago goes first


class Buckets:
    """A bucket of `a_minute` tokens for each key, filled again in a minute."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: object, count: int = 1) -> bool:
        """Take tokens if there are as many; say whether there were."""
        now_s = time.monotonic()
        with self._lock:
            left, at_s = self._left.pop(key, (float(self._a_minute), now_s))
            left = min(self._a_minute, left + (now_s - at_s) * self._a_minute / 60.0)
            is_enough = left >= count
            self._left[key] = (left - count if is_enough else left, now_s)
            if len(self._left) > KEYS_MAX:
                self._left.popitem(last=False)
        return is_enough


events = Buckets(EVENTS_A_MINUTE)
viewers = Buckets(VIEWERS_A_MINUTE)
