"""What was learned, in a file of the data folder, so that a start need not read the whole log again.

A line of JSON (which database, how far its tables were read), then the recommender's own bytes.
The file is only a shortcut: torn, old or of another database, it is passed over.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from filoscope.recommend import Recommender, SnapshotUnreadable
from filoscope.server.feed.queries import log
from filoscope.server.feed.tail import Tail

logger = logging.getLogger(__name__)

AGE_MAX_S = 3 * 86_400.0  # news is kept for longer (jobs.NEWS_KEPT): nothing is missed in between
FILE = Path("feed") / "learned.snapshot"


@dataclass(frozen=True, slots=True)
class Saved:
    """A recommender and how far it had read."""

    recommender: Recommender
    events: Tail
    news: Tail


def save(recommender: Recommender, events: Tail, news: Tail) -> None:
    """Write the file whole or not at all; a full disk costs only the shortcut."""
    said = {
        "database": _database(),
        "saved_s": time.time(),
        "mark": log.mark_of(events.last),
        "events": [events.last, sorted(events.holes)],
        "news": [news.last, sorted(news.holes)],
    }
    path = settings.HOME / FILE
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(json.dumps(said).encode() + b"\n" + recommender.snapshot())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        logger.warning("what the feed learned is not saved to %s: %s", path, error)


def load() -> Saved | None:
    """Return what was saved, or None when there is nothing that still holds."""
    path = settings.HOME / FILE
    try:
        line, _, snapshot = path.read_bytes().partition(b"\n")
        said = json.loads(line)
        events, news = (
            Tail(last, dict.fromkeys(holes, time.monotonic()))
            for last, holes in (said["events"], said["news"])
        )
        if not _holds(said, events, news):
            return None
        return Saved(Recommender.restore(snapshot, seed=os.getpid()), events, news)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, SnapshotUnreadable) as error:
        logger.warning("%s is passed over, the log is read instead: %s", path, error)
        return None


def _holds(said: dict[str, object], events: Tail, news: Tail) -> bool:
    """Say whether the database is the one that was learned from, and has only gone on since."""
    age_s = time.time() - float(str(said["saved_s"]))
    return (
        said["database"] == _database()
        and 0 <= age_s < AGE_MAX_S
        and said["mark"] == log.mark_of(events.last)
        and news.last <= log.last_news()
    )


def _database() -> list[str]:
    parts = connection.settings_dict
    return [str(parts[name]) for name in ("NAME", "HOST", "PORT")]
