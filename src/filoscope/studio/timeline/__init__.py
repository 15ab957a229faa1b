"""The cut as a value: `Timeline` and what it is made of, as JSON and as OpenTimelineIO.

>>> from filoscope.studio.timeline import Shot, SoundTrack, Timeline

Importing this package loads neither FFmpeg nor OpenCV nor OpenTimelineIO.
"""

from __future__ import annotations

from filoscope.studio.timeline.cut import SoundTrack, Timeline, read_timeline, write_timeline
from filoscope.studio.timeline.layers import (
    Caption,
    CaptionStyle,
    Overlay,
    Text,
    Voice,
    Word,
)
from filoscope.studio.timeline.shots import (
    Box,
    Key,
    Look,
    Move,
    Shot,
    SpeedPoint,
    Transition,
)
from filoscope.studio.timeline.webvtt import from_webvtt, to_webvtt

__all__ = [
    "Box",
    "Caption",
    "CaptionStyle",
    "Key",
    "Look",
    "Move",
    "Overlay",
    "Shot",
    "SoundTrack",
    "SpeedPoint",
    "Text",
    "Timeline",
    "Transition",
    "Voice",
    "Word",
    "from_webvtt",
    "read_timeline",
    "to_webvtt",
    "write_timeline",
]
