"""Figures of the feed, from its log. Nothing is told of fewer than `GROUP_MIN` people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from filoscope.server.feed.queries.wishes import rules
from filoscope.server.insights.models import Trial
from filoscope.server.videos.queries import visible

GROUP_MIN = 5  # people: of fewer, a figure would tell what one of them did
QUICK_S = 2.0  # who is gone by then has not looked
TRIALS_SHOWN = 3
DAYS = (7, 28)
SOURCE_WORDS = {"cowatch": "Watched together", "explore": "Exploring", "fresh": "New",
                "forecast": "Forecast", "popular": "Watched by many"}  # fmt: skip

# What was drawn and shown, and what became of it: one row for each viewer and clip.
_MET = """
WITH drawn AS (
    SELECT viewer_id, clip_id, min(source) AS source, min(created_at) AS shown_at
    FROM feed_viewingevent
    WHERE kind = 'shown' AND source <> '' AND created_at >= %(since)s
    GROUP BY viewer_id, clip_id
), deeds AS (
    SELECT viewer_id, clip_id, max(watched_s) AS watched_s,
           bool_or(kind IN ('watched', 'skipped', 'finished')) AS left_it,
           bool_or(kind = 'finished') AS finished,
           bool_or(kind IN ('liked', 'saved', 'shared', 'commented', 'followed')) AS liked,
           bool_or(kind IN ('not_interested', 'reported')) AS refused
    FROM feed_viewingevent
    WHERE clip_id IS NOT NULL AND created_at >= %(since)s
    GROUP BY viewer_id, clip_id
), met AS (
    SELECT drawn.*, clip.account_id AS maker_id, clip.duration_s, deeds.watched_s, deeds.left_it,
           deeds.finished, deeds.liked, deeds.refused
    FROM drawn JOIN deeds USING (viewer_id, clip_id) JOIN videos_clip clip ON clip.id = clip_id
)
"""
_BY_SOURCE = (
    _MET
    + """
SELECT source, count(*), count(DISTINCT viewer_id),
       avg(least(watched_s / nullif(duration_s, 0), 1)),
       avg(finished::int), avg(liked::int), avg(refused::int),
       avg(CASE WHEN left_it THEN (coalesce(watched_s, 0) < %(quick)s AND NOT finished)::int END)
FROM met GROUP BY GROUPING SETS ((source), ()) ORDER BY count(*) DESC
"""
)
_BY_CLIP = _MET + "SELECT clip_id, maker_id, count(*) FROM met GROUP BY clip_id, maker_id"
_FRESH = """
WITH fresh AS (
    SELECT id, published_at FROM videos_clip
    WHERE published_at >= %(since)s AND state = 'ready' AND visibility = 'public'
), showings AS (
    SELECT clip_id, created_at, row_number() OVER (PARTITION BY clip_id ORDER BY created_at) AS place
    FROM feed_viewingevent
    WHERE kind = 'shown' AND source <> '' AND clip_id IN (SELECT id FROM fresh)
)
SELECT extract(epoch FROM showings.created_at - fresh.published_at)::float8
FROM fresh LEFT JOIN showings ON showings.clip_id = fresh.id AND showings.place = %(audience)s
"""
_REPORTS = "SELECT count(*) FROM moderation_report WHERE created_at >= %(since)s"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of what one source brought; shares are None for too few people."""

    source: str
    impressions: int
    share: float
    watched: float | None
    finished: float | None
    liked: float | None
    refused: float | None
    quick: float | None

    @property
    def words(self) -> str:
        """What brought it, for people."""
        return SOURCE_WORDS.get(self.source, self.source.capitalize())

    @property
    def percent(self) -> float:
        """Its share of all that was shown, for a bar."""
        return 100 * self.share


@dataclass(frozen=True, slots=True)
class Figures:
    """The feed of some days; None: too few people, or nothing to tell."""

    impressions: int
    people: int | None
    total: Fate | None
    sources: tuple[Fate, ...]
    exploring: float | None
    gini_clips: float | None
    gini_makers: float | None
    coverage: float | None
    clips: int
    fresh: int
    fresh_met: float | None
    fresh_hours: float | None
    audience: int
    reports: int


def figures(days: int) -> Figures:
    """Return the figures of the last days."""
    since = timezone.now() - timedelta(days=days)
    audience = round(rules().weights["first_audience"])
    named: dict[str, Any] = {"since": since, "quick": QUICK_S, "audience": audience}
    rows = _rows(_BY_SOURCE, named)
    whole = next((row for row in rows if row[0] is None), None)
    impressions, people = (whole[1], whole[2]) if whole is not None else (0, 0)
    is_told = people >= GROUP_MIN
    sources = tuple(_fate(row, impressions) for row in rows if row[0] is not None)
    listed = dict(visible(None).values_list("pk", "account_id"))
    counts = _rows(_BY_CLIP, named) if is_told else []
    by_clip = dict.fromkeys(listed, 0) | {row[0]: row[2] for row in counts if row[0] in listed}
    by_maker = dict.fromkeys(listed.values(), 0)
    for clip_id, count in by_clip.items():
        by_maker[listed[clip_id]] += count
    waits = [row[0] for row in _rows(_FRESH, named)]
    met = [wait_s for wait_s in waits if wait_s is not None]
    return Figures(
        impressions=impressions,
        people=people if is_told else None,
        total=_fate(whole, impressions) if whole is not None else None,
        sources=sources,
        exploring=sum(one.share for one in sources if one.source == "explore") if is_told else None,
        gini_clips=gini(list(by_clip.values())) if is_told else None,
        gini_makers=gini(list(by_maker.values())) if is_told else None,
        coverage=_share(sum(count > 0 for count in by_clip.values()), len(by_clip), is_told),
        clips=len(listed),
        fresh=len(waits),
        fresh_met=_share(len(met), len(waits), is_told),
        fresh_hours=float(np.median(met)) / 3600 if met and is_told else None,
        audience=audience,
        reports=_rows(_REPORTS, named)[0][0],
    )


def _fate(row: tuple[Any, ...], impressions: int) -> Fate:
    source, count, people, *shares = row
    told = [float(share) if share is not None else None for share in shares]
    if people < GROUP_MIN:
        told = [None] * len(told)
    return Fate(source or "", count, count / max(impressions, 1), *told)


def _share(part: int, whole: int, is_told: bool) -> float | None:
    return part / whole if whole and is_told else None


def gini(counts: list[int]) -> float | None:
    """Return how unevenly something is shared out: 0 all alike, near 1 all for one (Gini, 1912)."""
    amounts = np.sort(np.array(counts, np.float64))
    if not amounts.size or not amounts.sum():
        return None
    ranks = np.arange(1, amounts.size + 1)
    return float((2 * ranks - amounts.size - 1) @ amounts / (amounts.size * amounts.sum()))


def trials() -> list[Trial]:
    """Return the latest estimates."""
    return list(Trial.objects.select_related("asked_by").order_by("-pk")[:TRIALS_SHOWN])


def _rows(sql: str, named: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, named)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
