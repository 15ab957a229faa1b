"""All that the feed has learned, made anew from the tables: the whole log, not only its newest part.

What a process reads at its start when there is no snapshot is bounded (`log.EVENTS_REPLAYED_MAX`),
because people wait for it. Here nobody waits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from filoscope.recommend import Recommender, relearn, warm
from filoscope.server.feed import snapshots
from filoscope.server.feed.engine import NEWS_AGAIN, told
from filoscope.server.feed.queries import log
from filoscope.server.feed.queries.wishes import rules
from filoscope.server.feed.tail import Tail


@dataclass(slots=True)
class Rebuilt:
    """A recommender that has learned everything, and how far the tables were read."""

    recommender: Recommender
    news: Tail
    events: Tail = field(default_factory=Tail)
    clips: int = 0
    learned: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.learned / max(self.seconds, 1e-9)


def rebuild() -> Rebuilt:
    """Learn the catalogue, the whole log of events, and every like, save, follow and comment."""
    warm()  # compiled once on a machine: not a part of the rate
    began_s = time.monotonic()
    # Where the news stood before anything was read: whatever changes meanwhile is heard again.
    fresh = Rebuilt(Recommender(), Tail(max(0, log.last_news() - NEWS_AGAIN)))
    fresh.recommender.settings = rules().weights.applied_to(fresh.recommender.settings)
    for found in log.catalogue():
        fresh.recommender.add(found.entry)
        if not found.is_open:
            fresh.recommender.remove(found.entry.clip_id)
        fresh.clips += 1
    fresh.learned = relearn(fresh.recommender, told(fresh.events, most=None))
    fresh.seconds = time.monotonic() - began_s
    return fresh


def save(rebuilt: Rebuilt) -> None:
    """Put what was learned where the next start looks for it."""
    snapshots.save(rebuilt.recommender, rebuilt.events, rebuilt.news)
