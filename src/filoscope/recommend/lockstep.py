"""Find accounts that act together: like, share and follow the same clips at the same time.

People who share a taste like some of the same clips, hours and days apart, among much else. Hired or
automated accounts like the same ones within minutes, again and again, and little else. So every deed
is matched with the latest deeds of others on the same clip; pairs that match often, and in much of
what they do, are linked, and a group of accounts that are each linked with several others of it is
a farm. After CopyCatch (Beutel et al., WWW 2013) and SynchroTrap (Cao et al., CCS 2014), kept up
with every deed and in bounded memory instead of once a day.

    lockstep = Lockstep()
    for actor, clip, time_s in deeds:
        for caught in lockstep.observe(actor, clip, time_s):
            ...  # take back what this account has moved
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 2 * 3600.0  # deeds on one clip match when they are no further apart
MATCH_FADES_S = 1800.0  # a match counts e^-(distance / this): hands on one switch are minutes apart
NEIGHBOURS_MAX = 24  # latest deeds on a clip that a new one is matched with
MATCHES_MIN = 5.0  # of a pair, before it is linked: fewer happen by chance
SHARE_MIN = 0.1  # of what the busier of the two does: more camouflage than that is dear
LINKS_MIN = 4  # of an account inside its group
GROUP_MIN = 6  # a family or a few friends are no farm
PAIRS_MAX = 500_000  # remembered at once: some 60 MB
CLIPS_MAX = 100_000  # whose latest deeds are remembered


class Lockstep:
    """Deeds in, accounts that belong to a farm out.

    Accounts and clips are small whole numbers in the order of their first appearance, so that the
    answer does not depend on ids. Everything is deterministic.
    """

    def __init__(self) -> None:
        self._latest: OrderedDict[int, deque[tuple[int, float]]] = OrderedDict()
        self._matches: dict[tuple[int, int], float] = {}
        self._deeds: dict[int, float] = {}
        self._links: dict[int, set[int]] = {}
        self._caught: set[int] = set()

    def is_caught(self, actor: int) -> bool:
        """Return whether the deeds of this account weigh nothing."""
        return actor in self._caught

    @property
    def caught(self) -> frozenset[int]:
        """Accounts found so far."""
        return frozenset(self._caught)

    def observe(self, actor: int, clip: int, time_s: float) -> tuple[int, ...]:
        """Take in one deed; return the accounts that it gives away, in rising order."""
        latest = self._latest.setdefault(clip, deque(maxlen=NEIGHBOURS_MAX))
        self._latest.move_to_end(clip)
        if len(self._latest) > CLIPS_MAX:
            self._latest.popitem(last=False)
        if any(other == actor for other, _ in latest):
            return ()
        self._deeds[actor] = self._deeds.get(actor, 0.0) + 1.0
        linked = False
        for other, moment_s in latest:
            apart_s = abs(time_s - moment_s)
            if apart_s <= WINDOW_S:
                linked |= self._match(actor, other, math.exp(-apart_s / MATCH_FADES_S))
        latest.append((actor, time_s))
        if len(self._matches) > PAIRS_MAX:
            self._make_room()
        return self._found(actor) if linked else ()

    def forget(self, actor: int) -> None:
        """Forget an account that was erased."""
        self._deeds.pop(actor, None)
        self._caught.discard(actor)
        for other in self._links.pop(actor, set()):
            self._links[other].discard(actor)
        self._matches = {pair: n for pair, n in self._matches.items() if actor not in pair}
        for clip, latest in list(self._latest.items()):
            kept = deque((deed for deed in latest if deed[0] != actor), maxlen=NEIGHBOURS_MAX)
            if kept:
                self._latest[clip] = kept
            else:
                del self._latest[clip]

    def _match(self, actor: int, other: int, weight: float) -> bool:
        """Count a match of two accounts; return whether that links them."""
        pair = (actor, other) if actor < other else (other, actor)
        matches = self._matches[pair] = self._matches.get(pair, 0.0) + weight
        deeds = max(self._deeds.get(actor, 1.0), self._deeds.get(other, 1.0))
        if matches < MATCHES_MIN or matches < SHARE_MIN * deeds:
            return False
        if other in self._links.get(actor, ()):
            return False
        self._links.setdefault(actor, set()).add(other)
        self._links.setdefault(other, set()).add(actor)
        return True

    def _found(self, actor: int) -> tuple[int, ...]:
        """Return who around an account is in a group of which each has enough links."""
        group = self._around(actor)
        while weak := {one for one in group if len(self._links[one] & group) < LINKS_MIN}:
            group -= weak
        fresh = group - self._caught if len(group) >= GROUP_MIN else set()
        self._caught |= fresh
        return tuple(sorted(fresh))

    def _around(self, actor: int) -> set[int]:
        """Return everybody that links lead to."""
        found, open_ = {actor}, [actor]
        while open_:
            for other in self._links.get(open_.pop(), ()):
                if other not in found:
                    found.add(other)
                    open_.append(other)
        return found

    def _make_room(self) -> None:
        """Drop the pairs that have least in common, measured by all that they do."""
        common = {
            pair: matches / max(self._deeds.get(one, 1.0) for one in pair)
            for pair, matches in self._matches.items()
        }
        least = float(np.partition(list(common.values()), PAIRS_MAX // 2)[PAIRS_MAX // 2])
        self._matches = {pair: n for pair, n in self._matches.items() if common[pair] > least}

    def state(self) -> dict[str, NDArray[np.generic]]:
        """Return arrays from which `restore` makes the same state."""
        pairs = list(self._matches)
        links = [(one, other) for one in self._links for other in sorted(self._links[one])]
        deeds = [
            (clip, actor, moment)
            for clip, latest in self._latest.items()
            for actor, moment in latest
        ]
        return {
            "pairs": np.array(pairs, np.int64).reshape(-1, 2),
            "matches": np.array([self._matches[pair] for pair in pairs], np.float64),
            "actors": np.array(list(self._deeds), np.int64),
            "deeds": np.array(list(self._deeds.values()), np.float64),
            "links": np.array(links, np.int64).reshape(-1, 2),
            "latest": np.array([deed[:2] for deed in deeds], np.int64).reshape(-1, 2),
            "latest_s": np.array([deed[2] for deed in deeds], np.float64),
            "caught": np.array(sorted(self._caught), np.int64),
        }

    def restore(self, arrays: dict[str, NDArray[np.generic]]) -> None:
        """Become what `state` described."""
        pairs: Iterable[list[int]] = arrays["pairs"].tolist()
        self._matches = {
            (one, other): n
            for (one, other), n in zip(pairs, arrays["matches"].tolist(), strict=True)
        }
        self._deeds = dict(zip(arrays["actors"].tolist(), arrays["deeds"].tolist(), strict=True))
        self._links = {}
        for one, other in arrays["links"].tolist():
            self._links.setdefault(one, set()).add(other)
        self._latest = OrderedDict()
        for (clip, actor), moment_s in zip(
            arrays["latest"].tolist(), arrays["latest_s"].tolist(), strict=True
        ):
            latest = self._latest.setdefault(clip, deque(maxlen=NEIGHBOURS_MAX))
            latest.append((actor, moment_s))
        self._caught = set(arrays["caught"].tolist())
