"""Count how long somebody with a limit watches, and say when the feed pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields

from django.db import transaction
from django.utils import timezone

from filoscope.server.feed.kindness import Break, Limits, Sat, serve, sit
from filoscope.server.feed.models import Sitting, Viewer

NAMES = tuple(part.name for part in fields(Sat))
now_s: Callable[[], float] = time.time


@dataclass(slots=True)
class _Held:
    sat: Sat


@contextmanager
def _held(viewer: Viewer) -> Iterator[_Held]:
    """Hold the sitting of a viewer, and write what has become of it."""
    with transaction.atomic():
        row, _ = Sitting.objects.select_for_update().get_or_create(
            viewer=viewer, defaults={"day": timezone.localdate()}
        )
        held = _Held(Sat(**{name: getattr(row, name) for name in NAMES}))
        yield held
        Sitting.objects.filter(pk=row.pk).update(**asdict(held.sat))


def ask_for_page(viewer: Viewer, limits: Limits) -> Break | None:
    """Count the time since the last page; return why the feed pauses, if it does."""
    with _held(viewer) as held:
        held.sat, pause = sit(held.sat, limits, now_s=now_s())
    return pause


def serve_page(viewer: Viewer, limits: Limits, clips: int) -> tuple[int, Break | None]:
    """Count the clips of a page; return how many may come, and the break they end with, if any."""
    with _held(viewer) as held:
        held.sat, allowed, pause = serve(held.sat, limits, clips, now_s=now_s())
    return allowed, pause
