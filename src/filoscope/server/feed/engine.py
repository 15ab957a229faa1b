"""The one recommender of this process, and how it hears of what other processes did.

    engine().catch_up()                       # whatever was committed until now is learned
    engine().recommend(key, 8, held=(), now_s=time.time())

What it knows is made of tables alone: the catalogue, who did what (likes, follows, blocks), and the
append-only log of events. It is read once at first use, and then followed by its tail (`tail`), with
the news that triggers write (`models.News`). A snapshot in the data folder saves the next start
from reading the log again. See docs/decisions/0008-how-processes-share-what-was-learned.md.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from filoscope.recommend import (
    Candidate,
    Context,
    Event,
    EventKind,
    InvalidEvent,
    Recommender,
    relearn,
)
from filoscope.server.feed import cursors, queries, rendering, snapshots
from filoscope.server.feed.models import News, Viewer, ViewingEvent
from filoscope.server.feed.queries import log
from filoscope.server.feed.tail import Tail
from filoscope.server.feed.wishes import Wishes

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25  # how stale a page may be about what another process heard
SNAPSHOT_EVERY_S = 600.0
NEWS_AGAIN = 500  # read again at the start: what was in flight then may have a lower key
NOBODY = 0  # key of somebody signed out who has done nothing yet

Kind, Told = ViewingEvent.Kind, News.Kind
# What a signed-in person liked, saved, followed or said is learned from the rows themselves: the
# browser's word for it is only kept in the log.
LEARNED = {
    Kind.SHOWN: EventKind.IMPRESSION,
    Kind.STARTED: EventKind.START,
    Kind.WATCHED: EventKind.WATCH,
    Kind.FINISHED: EventKind.FINISH,
    Kind.SKIPPED: EventKind.SKIP,
    Kind.SHARED: EventKind.SHARE,
    Kind.NOT_INTERESTED: EventKind.NOT_INTERESTED,
    Kind.MORE: EventKind.MORE,
    Kind.LESS: EventKind.LESS,
    Kind.FORGET: EventKind.FORGET_TOPIC,
    Kind.RESET: EventKind.RESET,
    Kind.PAUSE: EventKind.PAUSE,
    Kind.RESUME: EventKind.RESUME,
    Told.LIKED: EventKind.LIKE,
    Told.UNLIKED: EventKind.UNLIKE,
    Told.SAVED: EventKind.SAVE,
    Told.UNSAVED: EventKind.UNSAVE,
    Told.COMMENTED: EventKind.COMMENT,
    Told.REPORTED: EventKind.REPORT,
    Told.FOLLOWED: EventKind.FOLLOW,
    Told.UNFOLLOWED: EventKind.UNFOLLOW,
}
FROM_LOG = frozenset(kind for kind in LEARNED if kind in Kind.values and kind not in Told.values)


def event_of(line: log.Line) -> Event | None:
    """Return what the engine learns from a line; None: nothing, or something that cannot be true."""
    kind = LEARNED.get(line.kind)  # type: ignore[call-overload]
    if kind is None or line.who is None:
        return None
    if line.source == "event" and line.kind not in FROM_LOG:
        return None
    try:
        return Event(
            kind,
            viewer_id=line.who,
            time_s=line.time_s,
            clip_id=line.clip_id,
            maker_id=line.subject,
            watched_s=line.watched_s,
            position=line.position,
            tab=line.tab,
            propensity=line.propensity,
            topic=line.about,
        )
    except InvalidEvent as error:
        logger.warning("%s %s is left out: %s", line.source, line.id, error)
        return None


def told(events: Tail, *, most: int | None = log.EVENTS_REPLAYED_MAX) -> Iterator[Event]:
    """Yield the log (its newest, or all) and then the deeds; note how far the log was read."""
    for chunk in log.events(most=most):
        yield from filter(None, map(event_of, chunk))
        events.take([line.id for line in chunk], now_s=time.monotonic())
    yield from filter(None, map(event_of, log.deeds()))


class FeedEngine:
    """The recommender, what it has heard of, and who blocks whom."""

    def __init__(self, recommender: Recommender | None = None) -> None:
        self.recommender = recommender or Recommender(seed=time.time_ns() & 0xFFFF)
        self.events = Tail()
        self.news = Tail()
        self.wishes = Wishes()
        self._looking = threading.Lock()
        self._looked_s = 0.0
        self._saved_s = time.monotonic()
        self._clip_of: dict[int, int] = {}  # by the digest of its slug
        self._blocking: dict[int, set[int]] = defaultdict(set)
        self._blocked_by: dict[int, set[int]] = defaultdict(set)

    # ---- asked ----

    def recommend(
        self, who: int, count: int, *, held: Sequence[int], now_s: float, without: set[int]
    ) -> list[Candidate]:
        """Pick the next clips; `held` are digests of slugs in order, `without` further clips."""
        named = (self._clip_of.get(digest) for digest in held)
        exclude = [*without, *(clip_id for clip_id in named if clip_id is not None)]
        blocked = self._blocking.get(who, set()) | self._blocked_by.get(who, set()) | {who}
        return self.recommender.recommend(
            who,
            count,
            now_s=now_s,
            exclude=exclude,
            blocked_makers=blocked,
            context=self._context(who),
        )

    def _context(self, who: int) -> Context:
        return Context(profiling=self.wishes.of(who).feed == Viewer.Feed.FOR_YOU)

    # ---- told ----

    def catch_up(self, *, at_once: bool = False) -> None:
        """Learn what was committed; unless `at_once`, only if it is time to look again."""
        if not at_once and time.monotonic() - self._looked_s < LOOK_EVERY_S:
            return
        if not self._looking.acquire(blocking=at_once):
            return  # another thread is looking this moment
        try:
            while self._look() >= log.TAIL_MAX:
                pass
            self._looked_s = time.monotonic()
            if self._looked_s - self._saved_s > SNAPSHOT_EVERY_S:
                self._saved_s = self._looked_s
                snapshots.save(self.recommender, self.events, self.news)
        finally:
            self._looking.release()

    def _look(self) -> int:
        lines = log.behind(self.events, self.news)
        changed = {line.clip_id for line in lines if line.kind == Told.CLIP and line.clip_id}
        if changed:
            self._list(changed)
        for line in lines:
            self._learn(line)
        now_s = time.monotonic()
        for source, tail in (("event", self.events), ("news", self.news)):
            tail.take(sorted(line.id for line in lines if line.source == source), now_s=now_s)
        return len(lines)

    def _learn(self, line: log.Line) -> None:
        """Learn from one line; what cannot be true is logged and left out."""
        match line.kind:
            case Told.BLOCKED if line.who and line.subject:
                self._block(line.who, line.subject)
            case Told.UNBLOCKED if line.who and line.subject:
                self._blocking[line.who].discard(line.subject)
                self._blocked_by[line.subject].discard(line.who)
            case Told.MAKER:
                self._list(maker=line.subject)
            case Told.FORGOTTEN:
                self._forget(line.who if line.who else -(line.subject or 0))
            case Told.ADOPTED:
                self._adopt(line.subject or 0)
            case Told.WISHES if line.subject:
                self.wishes.hear(line.subject)
            case Told.WISHES:
                self.wishes.hear_guardian(line.who or 0)
            case Told.POLICY:
                self._obey()
            case _:
                self._observe(line)

    def _observe(self, line: log.Line) -> None:
        event = event_of(line)
        if event is not None:
            self.recommender.observe(event)

    def _obey(self) -> None:
        """Rank as the owner has set it from now on."""
        self.wishes.hear_policy()
        self.recommender.settings = self.wishes.policy.weights.applied_to(self.recommender.settings)

    def _block(self, blocker: int, blocked: int) -> None:
        self._blocking[blocker].add(blocked)
        self._blocked_by[blocked].add(blocker)

    def _forget(self, who: int) -> None:
        self.recommender.forget(who)
        self.wishes.forget(who)

    def _adopt(self, viewer_id: int) -> None:
        self._forget(-viewer_id)
        self.wishes.hear(viewer_id)
        for line in log.events_of(viewer_id):
            self._learn(line)

    def _list(self, clip_ids: set[int] | None = None, maker: int | None = None) -> None:
        """Bring clips in the catalogue in line with the table; those not found there are gone."""
        gone = set(clip_ids or ())
        for found in log.catalogue(clip_ids, maker):
            gone.discard(found.entry.clip_id)
            self.recommender.add(found.entry)
            self._clip_of[cursors.digest(found.slug)] = found.entry.clip_id
            if not found.is_open:
                self.recommender.remove(found.entry.clip_id)
        for clip_id in gone:
            self.recommender.remove(clip_id)

    # ---- begun ----

    def load(self) -> None:
        """Read everything: at the first use in this process."""
        saved = snapshots.load()
        if saved is None:
            self.news = Tail(max(0, log.last_news() - NEWS_AGAIN))
        else:
            self.recommender, self.events, self.news = saved.recommender, saved.events, saved.news
        self.wishes.load()
        self._obey()
        self._list()
        for blocker, blocked in log.blocks():
            self._block(blocker, blocked)
        if saved is None:
            self._replay()
        self.catch_up(at_once=True)

    def _replay(self) -> None:
        relearn(self.recommender, told(self.events))


_current: FeedEngine | None = None
_loading = threading.Lock()


def engine() -> FeedEngine:
    """Return the engine of this process, loaded at its first use."""
    global _current
    if _current is None:
        with _loading:
            if _current is None:
                fresh = FeedEngine()
                fresh.load()
                rendering.write_ahead(queries.read_ahead())
                _current = fresh
    return _current
