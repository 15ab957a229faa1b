"""A sound among the clips that are set to it: which, how many, since when; and shelves of sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.queries.thumbs import shown
from filoscope.server.sounds.models import SavedSound, Sound
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import hearable_sounds, usable_sounds, visible

DAYS_SHOWN = 28  # while a sound is young; afterwards a bar is a week
WEEKS_SHOWN = 26
POPULAR_DAYS = 28
SOUNDS_A_PAGE = 30
SHELVES = ("popular", "new", "saved", "yours")

CHART_WIDTH, CHART_HEIGHT = 560, 96
_GAP = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """How many clips were set to a sound in one day or week, as a bar of a chart."""

    since: date
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Uses over time."""

    bars: tuple[Bar, ...]
    unit: str  # "day" | "week"
    count_max: int
    total: int


@dataclass(frozen=True, slots=True)
class SoundShown:
    """A sound as one viewer sees it."""

    sound: Sound
    is_saved: bool
    is_usable: bool
    # Of the clip that it is the own sound of, when the viewer may be shown that one.
    clip_slug: str | None = None
    clip_caption: str | None = None


def found(slug: str, viewer: Account | None) -> SoundShown | None:
    """Return a sound whose page this viewer may see, with its maker, or None: one query."""
    own_of = shown(viewer).filter(sound=OuterRef("pk"), owns_sound=True)[:1]
    row: Any = (
        hearable_sounds(viewer)
        .select_related("maker")
        .annotate(
            is_usable=Exists(usable_sounds(viewer).filter(pk=OuterRef("pk"))),
            is_saved=Exists(SavedSound.objects.filter(sound=OuterRef("pk"), account=viewer)),
            clip_slug=Subquery(own_of.values("slug")),
            clip_caption=Subquery(own_of.values("caption")),
        )
        .filter(slug=slug)
        .first()
    )
    if row is None:
        return None
    return SoundShown(row, row.is_saved, row.is_usable, row.clip_slug, row.clip_caption)


def clips_to(sound: Sound, viewer: Account | None) -> QuerySet[Clip]:
    """Return the clips to a sound that this viewer may be shown."""
    return shown(viewer).filter(sound=sound)


def uses(sound: Sound, today: date) -> Chart | None:
    """Return how many public clips were set to a sound, by day or by week; None for none."""
    clips = visible(None).filter(sound=sound)
    counted = (
        clips.annotate(day=TruncDate("published_at"))
        .values("day")
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    by_day = {row["day"]: int(row["count"]) for row in counted}
    return chart(by_day, today) if by_day else None


def chart(by_day: dict[date, int], today: date) -> Chart:
    """Lay bars out for counts of days: by day for four weeks, by week for half a year."""
    is_young = (today - min(by_day)).days < DAYS_SHOWN
    number, days = (DAYS_SHOWN, 1) if is_young else (WEEKS_SHOWN, 7)
    begins = [today - timedelta(days=days * (number - place) - 1) for place in range(number)]
    counts = [0] * number
    for day, count in by_day.items():
        place = number - 1 - (today - day).days // days
        if 0 <= place < number:
            counts[place] += count
    most = max(*counts, 1)
    width = (CHART_WIDTH + _GAP) / number - _GAP
    bars = []
    for place, (since, count) in enumerate(zip(begins, counts, strict=True)):
        height = max(CHART_HEIGHT * count / most, 6.0) if count else 2.0
        x = round(place * (width + _GAP), 1)
        bars.append(
            Bar(since, count, x, round(CHART_HEIGHT - height, 1), round(width, 1), round(height, 1))
        )
    return Chart(tuple(bars), "day" if is_young else "week", most, sum(by_day.values()))


@dataclass(frozen=True, slots=True)
class ShelfSound:
    """A sound on a shelf, with how many public clips are set to it."""

    sound: Sound
    clip_count: int


def shelf(
    name: str, viewer: Account | None, *, words: str = "", offset: int = 0
) -> tuple[Sequence[ShelfSound], bool]:
    """Return a page of sounds that can be heard, and whether there are more: two queries.

    Popular sounds are those that most clips of the last four weeks are set to.
    """
    rows: QuerySet[Any] = hearable_sounds(viewer).filter(ready_at__isnull=False)
    rows = rows.select_related("maker")
    if words:
        rows = rows.filter(
            Q(title__icontains=words) | Q(artist__icontains=words) | Q(maker__handle__iexact=words)
        )
    if name == "saved":
        rows = rows.filter(saves__account=viewer).order_by("-saves__pk")
    elif name == "yours":
        rows = rows.filter(maker=viewer).order_by("-pk")
    elif name == "new":
        rows = rows.filter(is_original=False, hidden_at=None).order_by("-ready_at", "-pk")
    else:
        rows = _popular(rows)
    page = list(rows[offset : offset + SOUNDS_A_PAGE + 1])
    counts = _counts([sound.pk for sound in page])
    shelved = [ShelfSound(sound, counts.get(sound.pk, 0)) for sound in page[:SOUNDS_A_PAGE]]
    return shelved, len(page) > SOUNDS_A_PAGE


def _popular(rows: QuerySet[Any]) -> QuerySet[Any]:
    since = timezone.now() - timedelta(days=POPULAR_DAYS)
    recent = visible(None).filter(published_at__gte=since).values("pk")
    uses = Count("clips", filter=Q(clips__in=recent))
    popular: QuerySet[Any] = rows.filter(hidden_at=None).annotate(uses=uses).filter(uses__gt=0)
    return popular.order_by("-uses", "-pk")


def _counts(sound_ids: list[int]) -> dict[int, int]:
    counted = visible(None).filter(sound__in=sound_ids).values("sound").annotate(count=Count("pk"))
    return {row["sound"]: row["count"] for row in counted.order_by()}
