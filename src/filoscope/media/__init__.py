"""Frames and samples in and out of files: the one place that knows FFmpeg.

>>> from filoscope.media import probe, transcode
>>> probe("clip.mov").duration_s
12.48

Importing this package loads neither FFmpeg nor OpenCV; the first use of a name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filoscope.media.audio import read_samples, write_wav
    from filoscope.media.bed import Bed
    from filoscope.media.errors import (
        Cancelled,
        ChildDied,
        LimitReached,
        MediaError,
        NoSpace,
        NotASound,
        NotAVideo,
        NothingToShow,
        OutOfMemory,
        TooHeavy,
        TooLarge,
        TooLong,
        UnreadableFile,
    )
    from filoscope.media.facts import Probe, probe
    from filoscope.media.ladder import Ladder, Rung, RungFile, Sound, Stills, plan_ladder
    from filoscope.media.limits import Limits
    from filoscope.media.reader import read_pictures
    from filoscope.media.recording import Recording, copy_recording, make_recording
    from filoscope.media.silencing import silence
    from filoscope.media.transcoding import transcode
    from filoscope.media.writer import write_clip

_HOME_OF = {
    name: f"filoscope.media.{module}"
    for module, names in {
        "audio": "read_samples write_wav",
        "bed": "Bed",
        "errors": (
            "MediaError Cancelled ChildDied LimitReached NoSpace NotASound NotAVideo NothingToShow "
            "OutOfMemory TooHeavy TooLarge TooLong UnreadableFile"
        ),
        "limits": "Limits",
        "facts": "Probe probe",
        "ladder": "Ladder Rung RungFile Sound Stills plan_ladder",
        "reader": "read_pictures",
        "recording": "Recording copy_recording make_recording",
        "silencing": "silence",
        "transcoding": "transcode",
        "writer": "write_clip",
    }.items()
    for name in names.split()
}

__all__ = [
    "Bed",
    "Cancelled",
    "ChildDied",
    "Ladder",
    "LimitReached",
    "Limits",
    "MediaError",
    "NoSpace",
    "NotASound",
    "NotAVideo",
    "NothingToShow",
    "OutOfMemory",
    "Probe",
    "Recording",
    "Rung",
    "RungFile",
    "Sound",
    "Stills",
    "TooHeavy",
    "TooLarge",
    "TooLong",
    "UnreadableFile",
    "copy_recording",
    "make_recording",
    "plan_ladder",
    "probe",
    "read_pictures",
    "read_samples",
    "silence",
    "transcode",
    "write_clip",
    "write_wav",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)
