"""What a search finds: clips by full text, people and tags and sounds by how they begin.

Any input is a search: `websearch_to_tsquery` never fails on what people type, and what goes into
LIKE is escaped by Django. NUL, which no text of PostgreSQL can hold, is taken out before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.queries.thumbs import Thumb, cut, shown
from filoscope.server.kit.captions import tag_name
from filoscope.server.social.queries import without_blocked
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip, Hashtag
from filoscope.server.videos.queries import visible

WORDS_MAX = 200  # letters of a search; nobody types more into one line
FOUND_A_PAGE = 30
TRENDING = 20
TRENDING_DAYS = 14
SEARCH_CONFIGURATION = "simple"  # as the clips are indexed


def clean(typed: str) -> str:
    """Return what was typed as it is searched for."""
    return " ".join(typed.replace("\0", " ").split())[:WORDS_MAX]


def clips(viewer: Account | None, words: str, *, offset: int = 0) -> tuple[Sequence[Thumb], bool]:
    """Return clips whose caption, maker or sound has the words; the last may be unfinished."""
    query = SearchQuery(words, config=SEARCH_CONFIGURATION, search_type="websearch")
    if prefix := _unfinished(words):
        query |= SearchQuery(prefix, config=SEARCH_CONFIGURATION, search_type="raw")
    found = shown(viewer).filter(search=query).annotate(rank=SearchRank(F("search"), query))
    return cut(found.order_by("-rank", "-published_at", "-pk"), offset)


def _unfinished(words: str) -> str:
    """Return a tsquery that finds words as they are being typed: all of them, the last by its start."""
    plain = ["".join(letter for letter in word if letter.isalnum()) for word in words.split()]
    plain = [word for word in plain if word]
    return " & ".join([*(f"'{word}'" for word in plain[:-1]), f"'{plain[-1]}':*"]) if plain else ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag and how many clips have it."""

    name: str
    clip_count: int


def people(
    viewer: Account | None, words: str, *, offset: int = 0
) -> tuple[Sequence[Account], bool]:
    """Return accounts whose handle begins so, or whose name has a word that does."""
    begins = words.removeprefix("@")
    if not begins:
        return [], False
    found = without_blocked(Account.objects.filter(is_active=True), viewer, path="pk").filter(
        Q(handle__istartswith=begins)
        | Q(display_name__istartswith=begins)
        | Q(display_name__icontains=f" {begins}")
    )
    return _page(found.order_by("-follower_count", "pk"), offset)


def tags(words: str, *, offset: int = 0) -> tuple[Sequence[Tag], bool]:
    """Return hashtags of public clips that begin so: just this one, then the most used."""
    name = tag_name(words.removeprefix("#")) or words.removeprefix("#").casefold()
    if not name:
        return [], False
    begins = _counted(Hashtag.objects.filter(name__startswith=name))
    exact_first = Case(When(name=name, then=0), default=1, output_field=IntegerField())
    rows, is_more = _page(begins.order_by(exact_first, "-clip_count", "name"), offset)
    return [Tag(row.name, row.clip_count) for row in rows], is_more


def sounds(words: str, *, offset: int = 0) -> tuple[Sequence[Sound], bool]:
    """Return songs, and the sounds of public clips, whose title or artist has the words."""
    if not words:
        return [], False
    heard = visible(None).filter(sound=OuterRef("pk"))
    found = Sound.objects.filter(Q(title__icontains=words) | Q(artist__icontains=words))
    is_song = Q(is_original=False, ready_at__isnull=False)
    shown_ones = found.filter(is_song | Exists(heard), hidden_at=None)
    return _page(shown_ones.order_by("-pk"), offset)


def trending() -> Sequence[Tag]:
    """Return the tags most used these two weeks, for whoever has not typed yet."""
    since = timezone.now() - timedelta(days=TRENDING_DAYS)
    recent = visible(None).filter(published_at__gte=since)
    rows = _counted(Hashtag.objects.all(), recent)[:TRENDING]
    return [Tag(row.name, row.clip_count) for row in rows]


def _counted(
    hashtags: QuerySet[Hashtag], clips: QuerySet[Clip] | None = None
) -> QuerySet[Any, Any]:
    among = visible(None) if clips is None else clips
    count = Count("clips", filter=Q(clips__in=among.values("pk")))
    return (
        hashtags.annotate(clip_count=count).filter(clip_count__gt=0).order_by("-clip_count", "name")
    )


def _page(found: QuerySet[Any, Any], offset: int) -> tuple[Sequence[Any], bool]:
    rows = list(found[offset : offset + FOUND_A_PAGE + 1])
    return rows[:FOUND_A_PAGE], len(rows) > FOUND_A_PAGE
