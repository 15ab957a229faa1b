"""Takes and a sound in, a cut in time out.

>>> from filoscope.studio import Timeline, align, cut, listen, render, watch

Importing this package loads neither FFmpeg nor OpenCV; the first use of a name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filoscope.studio.aligning import Accents, Beats, Placed, align
    from filoscope.studio.cutting import Take, cut
    from filoscope.studio.errors import (
        BadTimeline,
        BadWish,
        DiskFull,
        NothingToCut,
        NothingToHear,
        NothingToSee,
        RenderCancelled,
        StudioError,
        UnfitOutput,
    )
    from filoscope.studio.listening import Section, Song, listen
    from filoscope.studio.rendering import Rendering, render
    from filoscope.studio.timeline import Shot, SoundTrack, Timeline, read_timeline
    from filoscope.studio.watching import Footage, watch

_HOME_OF = {
    name: f"filoscope.studio.{module}"
    for module, names in {
        "aligning": "Accents Beats Placed align",
        "cutting": "Take cut",
        "errors": (
            "BadTimeline BadWish DiskFull NothingToCut NothingToHear NothingToSee "
            "RenderCancelled StudioError UnfitOutput"
        ),
        "listening": "Section Song listen",
        "rendering": "Rendering render",
        "timeline": "Shot SoundTrack Timeline read_timeline",
        "watching": "Footage watch",
    }.items()
    for name in names.split()
}

__all__ = [
    "Accents",
    "BadTimeline",
    "BadWish",
    "Beats",
    "DiskFull",
    "Footage",
    "NothingToCut",
    "NothingToHear",
    "NothingToSee",
    "Placed",
    "RenderCancelled",
    "Rendering",
    "Section",
    "Shot",
    "Song",
    "SoundTrack",
    "StudioError",
    "Take",
    "Timeline",
    "UnfitOutput",
    "align",
    "cut",
    "listen",
    "read_timeline",
    "render",
    "watch",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)
