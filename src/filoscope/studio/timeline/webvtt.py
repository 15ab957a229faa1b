"""Captions as WebVTT (W3C, WebVTT: The Web Video Text Tracks Format), with the time of each word.

>>> print(to_webvtt((Caption(0.5, 1.5, (Word("Hello", 0.5, 0.8), Word("there", 0.9, 1.5))),)))
WEBVTT
<BLANKLINE>
00:00:00.500 --> 00:00:01.500
Hello <00:00:00.900>there
<BLANKLINE>

Words without times of their own share their caption's time by their length, so that captions typed
by hand or made elsewhere light up word by word as well.
"""

from __future__ import annotations

import html
import re

from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline.layers import Caption, Word

_BYTES_MAX = 4 << 20
"""Hours of speech, with a time for each word."""

_LEAST_S = 0.001
"""Of a word that a file gives no time at all: the finest that WebVTT writes."""

_STAMP = r"(?:(\d{1,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"\s*{_STAMP}\s+-->\s+{_STAMP}(?:\s.*)?")
_MARK = re.compile(rf"<{_STAMP}>")
_TAG = re.compile(r"<[^>]*>")


def to_webvtt(captions: tuple[Caption, ...]) -> str:
    """Return captions as the text of a .vtt file; times are rounded to milliseconds."""
    blocks = ["WEBVTT\n"]
    for caption in captions:
        timing = f"{_said(caption.start_s)} --> {_said(caption.end_s)}"
        words = []
        for index, word in enumerate(caption.words):
            text = html.escape(word.text, quote=False)
            words.append(f"<{_said(word.start_s)}>{text}" if index else text)
        blocks.append(f"{timing}\n{' '.join(words)}\n")
    return "\n".join(blocks)


def from_webvtt(text: str) -> tuple[Caption, ...]:
    """Return the captions of a .vtt file.

    Raises
    ------
    BadTimeline
        It is no WebVTT; the message names the line.
    """
    if len(text) > _BYTES_MAX:
        raise BadTimeline(
            f"The captions have {len(text):,} characters; {_BYTES_MAX:,} is the most."
        )
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not lines[0].startswith("WEBVTT"):
        raise BadTimeline('The captions do not begin with "WEBVTT". Give a .vtt file.')
    captions, number = [], 1
    while number < len(lines):
        timing = _TIMING.fullmatch(lines[number])
        if timing is None:
            if "-->" in lines[number]:
                raise BadTimeline(
                    f"Line {number + 1} of the captions is {lines[number][:60]!r}; give times such "
                    "as 00:00:01.000 --> 00:00:02.500."
                )
            number += 1
            continue
        begin, number = number, number + 1
        said = []
        while number < len(lines) and lines[number].strip():
            said.append(lines[number])
            number += 1
        start_s, end_s = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        if end_s <= start_s:
            raise BadTimeline(f"Line {begin + 1} of the captions ends before it begins.")
        words = _words(" ".join(said), start_s, end_s)
        if words:
            captions.append(Caption(start_s, end_s, words))
    return tuple(sorted(captions, key=lambda caption: caption.start_s))


def _words(said: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """Return the words of a caption; those between two times share what lies between."""
    marks = list(_MARK.finditer(said))
    starts = [start_s, *(_seconds(mark.groups()) for mark in marks), end_s]
    begins, ends = [0, *(m.end() for m in marks)], [*(m.start() for m in marks), len(said)]
    words: list[Word] = []
    for index, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        texts = html.unescape(_TAG.sub("", said[begin:end])).split()
        at_s = min(max(starts[index], start_s), end_s)
        until_s = min(max(starts[index + 1], at_s), end_s)
        total = sum(len(text) + 1 for text in texts)
        for text in texts:
            long_s = (until_s - at_s) * (len(text) + 1) / total
            words.append(Word(text, at_s, at_s + max(long_s, _LEAST_S)))
            at_s, total = at_s + long_s, total - len(text) - 1
    return tuple(words)


def _said(time_s: float) -> str:
    ms = round(time_s * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, whole, ms = (int(part or 0) for part in parts)
    return (hours * 3600 + minutes * 60 + whole) + ms / 1000
