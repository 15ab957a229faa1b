"""What the studio allows, as its page is told it."""

from __future__ import annotations

from django.conf import settings

from filoscope.studio.timeline.shots import TRANSITIONS


def limits() -> dict[str, object]:
    """Return limits and choices, for one element of the page."""
    from importlib.util import find_spec

    if find_spec("filoscope.studio.rendering.looks"):
        from filoscope.studio.rendering.looks import LOOKS  # draws with NumPy: not for every start
    else:
        LOOKS = ()

    return {
        "seconds": settings.UPLOAD_SECONDS_MAX,
        "bytes": settings.UPLOAD_BYTES_MAX,
        "takes": settings.TAKES_MAX,
        "looks": list(LOOKS),
        "transitions": list(TRANSITIONS),
    }
