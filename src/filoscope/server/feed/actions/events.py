"""Add to the log what somebody did, each event once, and count views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.beacon import Told
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.social.queries import without_blocked
from filoscope.server.videos.models import Clip
from filoscope.server.videos.queries import watchable

LOOPS_MAX = 100  # counted of one clip in one go: beyond it plays to an empty room
SLACK_S = 1.0  # clocks of players run a little differently
VIEW_AGAIN_AFTER = timedelta(hours=24)  # one viewer is one view of a clip a day


def record(viewer: Viewer, account: Account | None, told: Sequence[Told]) -> int:
    """Add the events that are new to the log; return how many those were.

    Events about clips that do not play for this viewer are left out.
    """
    with transaction.atomic():
        # One batch of a viewer at a time: else two tabs would count a view twice.
        Viewer.objects.select_for_update().get(pk=viewer.pk)
        clips = {
            clip.slug: clip
            for clip in without_blocked(watchable(account), account)
            .filter(slug__in={one.slug for one in told})
            .only("slug", "duration_s", "account_id")
        }
        rows = [_row(viewer, clips[one.slug], one) for one in told if one.slug in clips]
        known = set(
            ViewingEvent.objects.filter(key__in=[row.key for row in rows]).values_list(
                "key", flat=True
            )
        )
        fresh = list({row.key: row for row in rows if row.key not in known}.values())
        _count_views(viewer, fresh)
        ViewingEvent.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def correct(
    viewer: Viewer, kind: ViewingEvent.Kind, *, topic_kind: str = "", topic: str = ""
) -> None:
    """Add to the log what a viewer says about what the feed believes of them."""
    ViewingEvent.objects.create(viewer=viewer, kind=kind, topic_kind=topic_kind, topic=topic)


def _row(viewer: Viewer, clip: Clip, told: Told) -> ViewingEvent:
    watched_s = told.watched_s
    if watched_s is not None and clip.duration_s:
        watched_s = min(watched_s, clip.duration_s * LOOPS_MAX + SLACK_S)
    return ViewingEvent(
        key=told.key,
        viewer=viewer,
        clip=clip,
        kind=told.kind,
        watched_s=watched_s,
        tab=told.tab,
        position=told.position,
        propensity=told.propensity,
        source=told.source,
        created_at=timezone.now() - timedelta(milliseconds=told.ms_ago),
    )


def _count_views(viewer: Viewer, fresh: Sequence[ViewingEvent]) -> None:
    """Count a view where a clip began to play for the first time in a day, but not its maker's."""
    started = {
        row.clip.pk
        for row in fresh
        if row.kind == ViewingEvent.Kind.STARTED
        and row.clip is not None
        and row.clip.account_id != viewer.account_id
    }
    if not started:
        return
    before = ViewingEvent.objects.filter(
        viewer=viewer,
        clip=OuterRef("pk"),
        kind=ViewingEvent.Kind.STARTED,
        created_at__gt=timezone.now() - VIEW_AGAIN_AFTER,
    )
    # In the order of keys: two batches that lock the same clips never wait for each other in a circle.
    clips_seen = Clip.objects.filter(~Exists(before), pk__in=started).order_by("pk")
    keys = list(clips_seen.select_for_update(of=("self",)).values_list("pk", flat=True))
    Clip.objects.filter(pk__in=keys).update(view_count=F("view_count") + 1)
