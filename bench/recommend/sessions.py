"""Sessions from a cold start on KuaiRec, whose test part is complete: ours beside the peers.

Once with all sessions side by side, and once with a few at a time, so that later viewers find what
earlier ones taught. Ours was set on sessions of held-out viewers of the training part. The feed as the
network runs it (`Recommender`, its usual settings) swipes beside them.

    python -m bench.recommend --only sessions
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend import CatalogueEntry, Event, EventKind, Recommender, relearn, sessions

FOLDER = "kuairec"
AT_ONCE = (sessions.SESSIONS_MAX, 64)
LENGTH_S, LONG_S, SHORT_S = 10.0, 20.0, 1.0  # a clip; watched twice, as the log's likes are; left
NOW_S, DAY_S = 1_790_000_000.0, 86_400.0
SWIPE_S = 10.0
LOG_DAYS = 3.0
FIRST_NEWCOMER = 10**8  # beyond every viewer of the log


class LiveFeed:
    """The network's feed. The log holds watches only: for each, its viewer left a clip by chance.

    Clips have neither tags nor sounds here, and makers of their own.
    """

    def __init__(self, watched: sparse.csr_array, targets: NDArray[np.intp]) -> None:
        self.feed = Recommender(seed=sessions.SEED)
        for clip in range(len(targets)):
            self.feed.add(CatalogueEntry(clip, clip, LENGTH_S, NOW_S - 30 * DAY_S))
        relearn(self.feed, _log(watched[:, targets].tocsr()))
        self._first, self._count, self._now_s = FIRST_NEWCOMER, 0, NOW_S

    def begin(self, viewers: int) -> Self:
        """Let newcomers come."""
        self._first, self._count = self._first + self._count, viewers
        return self

    def choose(self) -> NDArray[np.intp]:
        """Ask for a page of one for each."""
        self._now_s += SWIPE_S
        newcomers = range(self._first, self._first + self._count)
        pages = (self.feed.recommend(viewer, 1, now_s=self._now_s) for viewer in newcomers)
        return np.array([page[0].clip_id for page in pages])

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Tell how long each was watched."""
        for place, (clip, is_liked) in enumerate(zip(picks.tolist(), liked.tolist(), strict=True)):
            self.feed.observe(_watch(self._first + place, clip, is_liked, self._now_s))


def _log(watched: sparse.csr_array) -> Iterator[Event]:
    generator = np.random.default_rng(sessions.SEED)
    viewers = np.repeat(np.arange(watched.shape[0]), np.diff(watched.indptr))
    order = generator.permutation(len(viewers))
    left = generator.integers(watched.shape[1], size=len(order)).tolist()
    for number, place in enumerate(order.tolist()):
        time_s = NOW_S - LOG_DAYS * DAY_S * (1.0 - number / len(order))
        viewer = int(viewers[place])
        yield _watch(viewer, int(watched.indices[place]), True, time_s)
        yield _watch(viewer, left[number], False, time_s + 1.0)


def _watch(viewer: int, clip: int, is_liked: bool, time_s: float) -> Event:
    watched_s = LONG_S if is_liked else SHORT_S
    return Event(
        EventKind.WATCH, viewer_id=viewer, clip_id=clip, time_s=time_s, watched_s=watched_s
    )


def rows(options: argparse.Namespace) -> list[sessions.Row]:
    """Measure everybody; wants `options.data`, the folder of the data."""
    found = []
    folder = Path(options.data) / FOLDER
    swipes = getattr(options, "swipes", None) or 100
    for at_once in AT_ONCE:
        asked = argparse.Namespace(
            folder=folder,
            swipes=swipes,
            sessions=sessions.SESSIONS_MAX,
            at_once=at_once,
            peers="all",
        )
        live = sessions.measure(
            "filoscope, the live feed",
            LiveFeed,
            sessions.read(folder),
            swipes=swipes,
            at_once=at_once,
        )
        order = "side by side" if at_once == sessions.SESSIONS_MAX else f"{at_once} at a time"
        found += [row | {"sessions": order} for row in [*sessions.rows(asked), live]]
    return found
