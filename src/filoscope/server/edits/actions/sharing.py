"""Cuts that are shared for others to fill: beats and styles, never the footage."""

from __future__ import annotations

from django.db import transaction

from filoscope.server.edits import timelines
from filoscope.server.edits.errors import NotYet
from filoscope.server.edits.models import Draft, SharedCut
from filoscope.server.videos.models import Clip
from filoscope.studio import Timeline


@transaction.atomic
def share_cut(draft: Draft) -> SharedCut:
    """Let others fill the cut of a posted draft."""
    if draft.clip is None or draft.timeline is None:
        raise NotYet("A cut is shared once its clip is posted.")
    pattern, place_count = timelines.pattern_of(draft.timeline)
    cut, _ = SharedCut.objects.update_or_create(
        clip=draft.clip,
        defaults={
            "pattern": pattern,
            "place_count": place_count,
            "duration_s": Timeline.from_json(pattern).duration_s,
        },
    )
    return cut


@transaction.atomic
def unshare_cut(clip: Clip) -> None:
    """Let nobody begin with the cut of a clip any more; drafts that did go on without it."""
    SharedCut.objects.filter(clip=clip).delete()
