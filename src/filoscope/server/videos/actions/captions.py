"""Caption tracks: one a language, cleaned before it is kept."""

from __future__ import annotations

import re

from django.db import transaction

from filoscope.server.videos import webvtt
from filoscope.server.videos.actions.clips import locked
from filoscope.server.videos.errors import BadCaptions
from filoscope.server.videos.models import CaptionTrack, Clip

TRACKS_MAX = 20  # languages of one clip
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")  # BCP 47, its usual part


@transaction.atomic
def set_captions(clip: Clip, *, language: str, text: str, label: str = "") -> CaptionTrack:
    """Keep the captions of a clip in one language, in place of earlier ones."""
    if not _LANGUAGE.fullmatch(language) or len(language) > 35:
        raise BadCaptions(f"{language!r} is not the tag of a language, as en or pt-BR.")
    row = locked(clip)
    others = row.caption_tracks.exclude(language=language).count()
    if others >= TRACKS_MAX:
        raise BadCaptions(f"A clip has captions in up to {TRACKS_MAX} languages.")
    track, _ = CaptionTrack.objects.update_or_create(
        clip=row,
        language=language,
        defaults={"label": (label or language)[:60], "text": webvtt.clean(text)},
    )
    return track


@transaction.atomic
def remove_captions(clip: Clip, *, language: str) -> bool:
    """Remove the captions of one language; whether there were any."""
    removed, _ = locked(clip).caption_tracks.filter(language=language).delete()
    return removed > 0
