"""Add to the log what somebody did, each event once, and count views."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed import queries
from filoscope.server.feed.beacon import Told
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.feed.queries.playing import Playing
from filoscope.server.kit import prepared

LOOPS_MAX = 100  # counted of one clip in one go: beyond it plays to an empty room
SLACK_S = 1.0  # clocks of players run a little differently
VIEW_AGAIN_AFTER = timedelta(hours=24)  # one viewer is one view of a clip a day

# Batches sent twice begin with the same event: the second waits until the first is in the log.
_WAIT: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s::text, 0))"
_SENDER: Final = (
    "account_id IS NULL AND id IN "
    "(SELECT viewer_id FROM feed_viewingevent WHERE key = ANY(%s::uuid[])) ORDER BY id LIMIT 1"
)
_HOLD: Final = "SELECT id FROM feed_viewer WHERE id = %s FOR UPDATE"
# All parts of one statement see the tables as they were before it: `first` asks what was started before.
# No clip is deleted meanwhile (KEY SHARE); those counted are locked in the order of keys, so that two
# batches never wait for each other in a circle.
_ADD: Final = """
WITH told AS (
    SELECT * FROM json_to_recordset(%(told)s::json) AS told (
        number int, key uuid, clip_id bigint, kind text, watched_s float8, tab text,
        position int, propensity float8, source text, ms_ago float8
    )
), fresh AS (
    INSERT INTO feed_viewingevent
        (key, viewer_id, clip_id, kind, watched_s, tab, position, propensity, source, created_at)
    SELECT key, %(viewer)s, clip.id, kind, told.watched_s, tab, position, propensity, source,
        %(now)s::timestamptz - ms_ago * interval '1 millisecond'
    FROM told JOIN videos_clip clip ON clip.id = told.clip_id
    ORDER BY number FOR KEY SHARE OF clip
    ON CONFLICT (key) DO NOTHING
    RETURNING clip_id, kind
), first AS (
    SELECT clip.id FROM videos_clip clip
    WHERE clip.id IN (SELECT clip_id FROM fresh WHERE kind = 'started')
    AND clip.account_id IS DISTINCT FROM %(account)s::bigint
    AND NOT EXISTS (
        SELECT FROM feed_viewingevent before
        WHERE before.viewer_id = %(viewer)s AND before.clip_id = clip.id AND before.kind = 'started'
        AND before.created_at > %(since)s::timestamptz
    )
    ORDER BY clip.id FOR NO KEY UPDATE
), counted AS (
    UPDATE videos_clip SET view_count = view_count + 1 FROM first WHERE videos_clip.id = first.id
)
SELECT count(*) FROM fresh
"""


def record_unknown(told: Sequence[Told]) -> Viewer:
    """Add the events of somebody signed out whom no session knows yet; return their row.

    A page that is left sends what it has not been told was taken once more, and both may come before
    the first cookie is back. Keys of events are made by the sender, a hundred and twenty-two bits of
    chance: whoever sends one that is in the log is the one who sent it first.
    """
    with transaction.atomic():
        prepared.rows(_WAIT, [told[0].key])
        keys = [one.key for one in told]
        found = prepared.objects(Viewer, _SENDER, [keys])
        viewer = found[0] if found else Viewer.objects.create()
        record(viewer, None, told)
        return viewer


def record(viewer: Viewer, account: Account | None, told: Sequence[Told]) -> int:
    """Add the events that are new to the log; return how many those were.

    Events about clips that do not play for this viewer are left out. A view is counted where a clip
    began to play for the first time in a day, but not its maker's.
    """
    now = timezone.now()
    with transaction.atomic():
        # One batch of a viewer at a time: else two tabs would count a view twice.
        if not prepared.rows(_HOLD, [viewer.pk]):
            return 0  # erased this moment
        clips = queries.playing(account, {one.slug for one in told})
        lines = [
            _line(number, clips[one.slug], one)
            for number, one in enumerate(told)
            if one.slug in clips
        ]
        if not lines:
            return 0
        parameters = {
            "told": json.dumps(lines),
            "viewer": viewer.pk,
            "account": viewer.account_id,
            "now": now,
            "since": now - VIEW_AGAIN_AFTER,
        }
        return int(prepared.rows(_ADD, parameters)[0][0])


def correct(
    viewer: Viewer, kind: ViewingEvent.Kind, *, topic_kind: str = "", topic: str = ""
) -> None:
    """Add to the log what a viewer says about what the feed believes of them."""
    ViewingEvent.objects.create(viewer=viewer, kind=kind, topic_kind=topic_kind, topic=topic)


def _line(number: int, clip: Playing, told: Told) -> dict[str, Any]:
    watched_s = told.watched_s
    if watched_s is not None and clip.duration_s:
        watched_s = min(watched_s, clip.duration_s * LOOPS_MAX + SLACK_S)
    return {
        "number": number,
        "key": str(told.key),
        "clip_id": clip.clip_id,
        "kind": told.kind,
        "watched_s": watched_s,
        "tab": told.tab,
        "position": told.position,
        "propensity": told.propensity,
        "source": told.source,
        "ms_ago": told.ms_ago,
    }
