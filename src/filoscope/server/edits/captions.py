"""Captions of a draft as files: read, written, and sent along with the clip."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from filoscope.server.edits.errors import BadEdit
from filoscope.studio import BadTimeline, Timeline
from filoscope.studio.timeline import Word, from_webvtt, to_webvtt

CHARACTERS_MAX: Final = 200_000  # an hour of talk takes 60,000
LINES_MAX: Final = 400  # of a timeline
LINE_MAX: Final = 400  # characters; a screen holds a hundred, and a track 200 kB
UNDETERMINED: Final = "und"  # BCP 47: nobody has said in which language
_SRT_TIME = re.compile(r"(\d{1,2}:\d{2}:\d{2}),(\d{3})")


def read(text: str) -> list[dict[str, Any]]:
    """Return the captions of a WebVTT or SubRip file as a timeline's JSON has them."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if not plain.startswith("WEBVTT") and " --> " in plain:
        # SubRip: the same cues, numbered, with a comma before the milliseconds.
        plain = "WEBVTT\n\n" + _SRT_TIME.sub(r"\1.\2", plain)
    try:
        found = from_webvtt(plain)
    except BadTimeline as error:
        raise BadEdit(str(error)) from error
    if not found:
        raise BadEdit("There is no caption in this file.")
    if len(found) > LINES_MAX:
        raise BadEdit(f"This file has {len(found)} captions; a cut has up to {LINES_MAX}.")
    words = ("text", "start_s", "end_s")
    return [
        {"start_s": one.start_s, "end_s": one.end_s}
        | {"words": [{name: getattr(word, name) for name in words} for word in one.words]}
        for one in found
    ]


def written(stored: Any) -> str:
    """Return the captions of a stored timeline as WebVTT; empty when it has none."""
    timeline = Timeline.from_json(stored) if stored else None
    return to_webvtt(timeline.captions) if timeline and timeline.captions else ""


def track_of(stored: Any) -> str:
    """Return what is to go with the clip as a track: captions that are not burnt in."""
    timeline = Timeline.from_json(stored) if stored else None
    if timeline is None or not timeline.captions or timeline.caption_style.is_burnt:
        return ""
    # A player shows lines: the time of each word would be left out, and weighs ten times as much.
    lines = tuple(
        replace(line, words=(Word(line.text[:LINE_MAX], line.start_s, line.end_s),))
        for line in timeline.captions
    )
    return to_webvtt(lines)
