"""Count how long somebody with a limit watches, and say when the feed pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, fields

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from filoscope.server.feed.kindness import Break, Limits, Sat, places_left, sit
from filoscope.server.feed.models import Sitting, Viewer

NAMES = tuple(part.name for part in fields(Sat))
now_s: Callable[[], float] = time.time


def ask_for_page(viewer: Viewer, limits: Limits) -> tuple[Break | None, int | None]:
    """Count the time since the last page; return why there is none now, or how long it may be."""
    with transaction.atomic():
        sitting, _ = Sitting.objects.select_for_update().get_or_create(
            viewer=viewer, defaults={"day": timezone.localdate()}
        )
        before = Sat(**{name: getattr(sitting, name) for name in NAMES})
        after, pause = sit(before, limits, now_s=now_s())
        Sitting.objects.filter(pk=sitting.pk).update(**asdict(after))
    return pause, places_left(after, limits)


def note_served(viewer: Viewer, clips: int) -> None:
    """Count the clips of a page."""
    Sitting.objects.filter(viewer=viewer).update(clips=F("clips") + clips)
