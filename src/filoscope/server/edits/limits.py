"""What the studio allows, as its page is told it."""

from __future__ import annotations

from django.conf import settings

from filoscope.studio.timeline.shots import SOUND_EFFECTS, TRANSITIONS


def limits() -> dict[str, object]:
    """Return limits and choices, for one element of the page."""
    from filoscope.studio.rendering.looks import LOOKS  # compiles: not for every start

    return {
        "seconds": settings.UPLOAD_SECONDS_MAX,
        "bytes": settings.UPLOAD_BYTES_MAX,
        "takes": settings.TAKES_MAX,
        "looks": list(LOOKS),
        "transitions": list(TRANSITIONS),
        "sound_effects": list(SOUND_EFFECTS),
    }
