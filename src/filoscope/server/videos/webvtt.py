"""WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"), read strictly and written anew.

>>> clean("WEBVTT\\n\\n00:01.000 --> 00:02.500\\n<script>Hello</script> <i>you</i>")
'WEBVTT\\n\\n00:00:01.000 --> 00:00:02.500\\nHello <i>you</i>\\n'

What comes out holds cues only: no styles, no regions, no notes, no settings, and of all tags
only bold, italic, underline and the speaker's voice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from filoscope.server.videos.errors import BadCaptions

BYTES_MAX = 200_000  # an hour of talk takes 60 kB
CUES_MAX = 5_000  # more than one a second for an hour
_TIME = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"\s*{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t].*)?")
_TAG = re.compile(r"<(?:(/?)([a-zA-Z0-9]+)([^<>]*)>)?")  # or a < that begins none
_KEPT = frozenset({"b", "i", "u", "v"})
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)")


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that are shown from one millisecond to another."""

    start_ms: int
    end_ms: int
    text: str


def clean(text: str) -> str:
    """Return the same cues as plain WebVTT; raise `BadCaptions` when it is something else."""
    cues = sorted(parse(text), key=lambda cue: (cue.start_ms, cue.end_ms))
    blocks = [f"{_clock(cue.start_ms)} --> {_clock(cue.end_ms)}\n{cue.text}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def parse(text: str) -> list[Cue]:
    """Read the cues of a track."""
    if len(text.encode()) > BYTES_MAX:
        raise BadCaptions(f"Captions take up to {BYTES_MAX // 1000} kB.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    head, *blocks = re.split(r"\n{2,}", text.strip("\n"))
    if not re.match(r"WEBVTT(?:[ \t\n]|\Z)", head):
        raise BadCaptions("Captions begin with a line that says WEBVTT.")
    cues = [cue for number, block in enumerate(blocks, 1) for cue in _cues(number, block)]
    if not cues:
        raise BadCaptions("There is no caption in this file.")
    if len(cues) > CUES_MAX:
        raise BadCaptions(f"There are {len(cues):,} captions; {CUES_MAX:,} are allowed.")
    return cues


def _cues(number: int, block: str) -> list[Cue]:
    lines = block.split("\n")
    if re.match(r"(NOTE|STYLE|REGION)(?:[ \t:]|\Z)", lines[0]):
        return []
    if "-->" not in lines[0]:
        lines = lines[1:]  # the cue's own name
    timing = _TIMING.fullmatch(lines[0]) if lines else None
    if timing is None:
        raise BadCaptions(f"Block {number} has no line like 00:01.000 --> 00:02.500.")
    start, end = _milliseconds(timing.groups()[:4]), _milliseconds(timing.groups()[4:])
    if end <= start:
        raise BadCaptions(f"Block {number} ends before it begins.")
    words = "\n".join(_plain(line) for line in lines[1:] if line.strip())
    return [Cue(start, end, words)] if words else []


def _plain(line: str) -> str:
    line = _ENTITY.sub("&amp;", line)
    kept = _TAG.sub(_tag, line).replace("-->", "--&gt;")
    return kept.strip()


def _tag(found: re.Match[str]) -> str:
    slash, name, rest = found.groups()
    if name is None:
        return "&lt;"
    if name.lower() not in _KEPT:
        return ""
    speaker = re.sub(r"[<>&\"]", "", rest).strip() if name.lower() == "v" and not slash else ""
    return f"<{slash}{name.lower()}{' ' + speaker if speaker else ''}>"


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, milliseconds = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds


def _clock(total_ms: int) -> str:
    seconds, milliseconds = divmod(total_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
