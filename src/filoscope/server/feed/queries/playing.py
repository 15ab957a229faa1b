"""Which clips play for a viewer who names them: what may be told about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from filoscope.server.accounts.models import Account
from filoscope.server.feed.queries.compiled import ARGUMENT_MARK, run
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import watchable


@dataclass(frozen=True, slots=True)
class Playing:
    """A clip that plays for the viewer."""

    slug: str
    clip_id: int
    duration_s: float | None


def playing(viewer: Account | None, slugs: Collection[str]) -> dict[str, Playing]:
    """Return those of the clips that play for the viewer, by slug: one query."""
    return {row[0]: Playing(*row) for row in run(_playing, viewer, [list(slugs)])}


def _playing(viewer: Account | None) -> QuerySet[Clip, Any]:
    """Build: the clips of these slugs that play for the viewer."""
    named = without_blocked(watchable(viewer), viewer).extra(
        where=["videos_clip.slug = ANY(%s::text[])"], params=[ARGUMENT_MARK]
    )
    return named.values_list("slug", "pk", "duration_s").order_by()
