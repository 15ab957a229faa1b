"""How much one account may move what others are shown.

An account that nobody knows yet, one that never sleeps, and one that acts in step with others are
cheap to have by the thousand. So what an account does counts for others by its `force`, from 0 to 1:

* it grows with the clips that the account has met: a third for the first one, then more;
* it falls once more than `DAILY` clips a day were met: n a day weigh about `DAILY` (1 + ln(n / DAILY));
* it is nothing for accounts that are found in lockstep, from then on and looking back.

For the account's own feed everything that it does counts in full. Devices and addresses play no part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend.lockstep import Lockstep

DAILY = 600.0  # clips a day that count in full: three hours of watching
HALF_LIFE_S = 86400.0  # of what was spent
NOVICE = 2.0  # clips at no force that every account starts with
FULL = 255  # force is kept in one byte of each meeting
FIRST_ROOM = 1024


class Influence:
    """What accounts have spent, and which act together.

    Accounts are named by their small numbers in the order of their first events.
    """

    COLUMNS = ("spent", "spent_s")

    def __init__(self) -> None:
        self.lockstep = Lockstep()
        self.spent = np.zeros(FIRST_ROOM)
        self.spent_s = np.zeros(FIRST_ROOM)

    def spend(self, account: int, met: int, time_s: float) -> int:
        """Count one more clip met; return its force, 0 to `FULL`.

        Parameters
        ----------
        met
            Clips that the account has met, this one too.
        """
        self.make_room(account)
        if self.lockstep.is_caught(account):
            return 0
        return int(spend(self.spent, self.spent_s, account, met, time_s))

    def make_room(self, account: int) -> None:
        """Grow until this account has a place."""
        while account >= len(self.spent):
            for name in self.COLUMNS:
                column = getattr(self, name)
                setattr(self, name, np.concatenate([column, np.zeros_like(column)]))

    def forget(self, account: int) -> None:
        """Forget an account that was erased: its number may be given to another."""
        self.lockstep.forget(account)
        if account < len(self.spent):
            self.spent[account] = self.spent_s[account] = 0.0

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return arrays from which `restore` makes the same state."""
        own = {name: getattr(self, name) for name in self.COLUMNS}
        return own | {f"lockstep.{name}": array for name, array in self.lockstep.state().items()}

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Become what `state` described."""
        for name in self.COLUMNS:
            setattr(self, name, arrays[name].copy())
        mark = "lockstep."
        self.lockstep.restore(
            {
                name.removeprefix(mark): array
                for name, array in arrays.items()
                if name.startswith(mark)
            }
        )


@njit(cache=True)
def spend(
    spent: NDArray[np.float64], spent_s: NDArray[np.float64], account: int, met: int, time_s: float
) -> int:
    """Count one more clip that an account met; return its force, 0 to `FULL`."""
    gone_s = max(time_s - spent_s[account], 0.0)
    spent[account] = spent[account] * 2.0 ** -min(gone_s / HALF_LIFE_S, 1000.0) + 1.0
    spent_s[account] = max(time_s, spent_s[account])
    return int(FULL * min(DAILY / spent[account], 1.0) * met / (met + NOVICE))
