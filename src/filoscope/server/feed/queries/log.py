"""Rows that the engine learns from, as Unix seconds and keys: events, deeds, clips, blocks.

A watcher's key is the account's, or the viewer's made negative when signed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Max, Q

from filoscope.recommend import CatalogueEntry, Topic
from filoscope.server.feed.models import News, ViewingEvent
from filoscope.server.feed.queries import topics
from filoscope.server.feed.tail import Tail
from filoscope.server.kit import prepared
from filoscope.server.social.models import Block, Comment, Follow, Like, Save
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import visible

CHUNK = 2_000  # rows read at once
TAIL_MAX = 5_000  # rows of news read at once; more wait for the next look
EVENTS_REPLAYED_MAX = 1_000_000  # the newest: half a minute of replaying, and tastes fade anyway

_EVENT = """
SELECT 'event' AS source, event.id AS id, event.kind, COALESCE(viewer.account_id, -viewer.id) AS who,
       event.clip_id, NULL::bigint AS subject, COALESCE(event.watched_s, 0) AS watched_s, event.tab,
       event.position, event.propensity, extract(epoch FROM event.created_at)::float8 AS time_s,
       event.topic_kind, event.topic
FROM feed_viewingevent event JOIN feed_viewer viewer ON viewer.id = event.viewer_id
"""
_NEWS = """
SELECT 'news', id, kind, account_key, clip_key, subject_key, 0, '', NULL, NULL,
       extract(epoch FROM created_at)::float8, '', ''
FROM feed_news
"""
_BEHIND = "WHERE {0}.id > %s OR {0}.id = ANY(%s::bigint[]) ORDER BY {0}.id LIMIT " + str(TAIL_MAX)
_TAIL: Final = (
    f"({_EVENT} {_BEHIND.format('event')}) UNION ALL "
    f"({_NEWS} {_BEHIND.format('feed_news')}) ORDER BY time_s, id"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log or of the news."""

    source: str
    id: int
    kind: str
    who: int | None
    clip_id: int | None
    subject: int | None
    watched_s: float
    tab: str
    position: int | None
    propensity: float | None
    time_s: float
    topic_kind: str = ""
    topic: str = ""

    @property
    def about(self) -> Topic | None:
        """What a correction is about, as the engine names it."""
        if not self.topic_kind:
            return None
        return self.topic_kind, self.topic if self.topic_kind == "tag" else int(self.topic)


def behind(events: Tail, news: Tail) -> list[Line]:
    """Return what has been added to the log and the news, in the order of time: one query."""
    parameters = [events.last, list(events.holes), news.last, list(news.holes)]
    return [Line(*row) for row in prepared.rows(_TAIL, parameters)]


def events(*, most: int | None = EVENTS_REPLAYED_MAX) -> Iterator[list[Line]]:
    """Yield the newest so many events (None: all) in the order of their keys, a chunk at a time."""
    newest = ViewingEvent.objects.aggregate(last=Max("id"))["last"] or 0
    after = 0 if most is None else max(0, newest - most)
    sql = f"{_EVENT} WHERE event.id > %s ORDER BY event.id LIMIT {CHUNK}"
    while chunk := [Line(*row) for row in prepared.rows(sql, [after])]:
        yield chunk
        after = chunk[-1].id


def events_of(viewer_id: int) -> list[Line]:
    """Return what one viewer did, the newest of it."""
    sql = f"{_EVENT} WHERE event.viewer_id = %s ORDER BY event.id DESC LIMIT {TAIL_MAX}"
    return [Line(*row) for row in prepared.rows(sql, [viewer_id])][::-1]


def last_news() -> int:
    """Return the highest key of the news."""
    return int(News.objects.aggregate(last=Max("id"))["last"] or 0)


def mark_of(event_id: int) -> str:
    """Return what tells that an event is still the one that was learned (a database can be restored)."""
    found = ViewingEvent.objects.filter(pk=event_id).values_list("created_at", "clip_id").first()
    return repr(found)


def deeds() -> Iterator[Line]:
    """Yield follows, likes, saves and comments as if they were news."""
    sources: list[tuple[Any, str, tuple[str, str, str]]] = [
        (Follow, News.Kind.FOLLOWED, ("follower_id", "", "followed_id")),
        (Like, News.Kind.LIKED, ("account_id", "clip_id", "")),
        (Save, News.Kind.SAVED, ("account_id", "clip_id", "")),
        (Comment, News.Kind.COMMENTED, ("account_id", "clip_id", "")),
    ]
    for model, kind, names in sources:
        columns = [name for name in names if name]
        rows = model.objects.order_by("pk").values_list("pk", "created_at", *columns)
        for key, created_at, *values in rows.iterator(chunk_size=CHUNK):
            said = dict(zip(columns, values, strict=True))
            who, clip_id, subject = (said.get(name) for name in names)
            moment = created_at.timestamp()
            yield Line("news", key, kind, who, clip_id, subject, 0.0, "", None, None, moment)


def blocks() -> Iterator[tuple[int, int]]:
    """Yield who blocks whom."""
    yield from Block.objects.values_list("blocker_id", "blocked_id").iterator(chunk_size=CHUNK)


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip as the catalogue knows it; not open: nobody finds it in For You now."""

    entry: CatalogueEntry
    slug: str
    is_open: bool


def catalogue(clip_ids: Iterable[int] | None = None, maker: int | None = None) -> Iterator[Entry]:
    """Yield all published clips, or those named, or those of one maker."""
    vocabulary = topics.vocabulary() if clip_ids is None and maker is None else None
    found = Clip.objects.filter(published_at__isnull=False, state=Clip.State.READY)
    if clip_ids is not None:
        found = found.filter(pk__in=list(clip_ids))
    if maker is not None:
        found = found.filter(account=maker)
    after = 0
    while chunk := _chunk(found.filter(pk__gt=after)):
        keys = [row.pk for row in chunk]
        open_ids = set(visible(None).filter(pk__in=keys).values_list("pk", flat=True))
        words = [topics.words_of(row.caption, row.alt_text) for row in chunk]
        known = vocabulary if vocabulary is not None else topics.known(chain.from_iterable(words))
        for row, said in zip(chunk, words, strict=True):
            about = topics.topics(row.tags, said, known)
            yield Entry(_entry(row, about), row.slug, row.pk in open_ids)
        after = keys[-1]


def _entry(row: Any, about: tuple[str, ...]) -> CatalogueEntry:
    return CatalogueEntry(
        clip_id=row.pk,
        maker_id=row.account_id,
        duration_s=row.duration_s or 0.0,
        published_s=row.published_at.timestamp(),
        sound_id=row.sound_id,
        tags=about,
        language=row.language,
    )


def _chunk(clips: Any) -> list[Any]:
    names = ArrayAgg("hashtags__name", filter=Q(hashtags__isnull=False), default=[])
    return list(
        clips.annotate(tags=names)
        .order_by("pk")
        .values_list(
            "pk",
            "account_id",
            "sound_id",
            "duration_s",
            "published_at",
            "language",
            "slug",
            "tags",
            "caption",
            "alt_text",
            named=True,
        )[:CHUNK]
    )
