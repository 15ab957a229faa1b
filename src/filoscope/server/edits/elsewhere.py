"""A cut for another program: OpenTimelineIO whose clips have the names that their makers know.

A take is named as the file that was sent, the sound "Artist - Title.m4a", a sticker
"stickers/heart.webp". Who lays those files beside the .otio opens the cut with them.
"""

from __future__ import annotations

from filoscope.server.edits import stickers, timelines
from filoscope.server.edits.errors import NotYet
from filoscope.server.edits.models import Draft
from filoscope.studio import Timeline
from filoscope.studio.timeline.interchange import to_otio_text

NAME_LENGTH_MAX = 120  # characters: what every file system keeps
_UNFIT = str.maketrans(dict.fromkeys('/\\:*?"<>|', "_"))


def otio_of(draft: Draft) -> str:
    """Return a draft's cut as the text of an .otio file; raise `NotYet` where there is none."""
    if draft.timeline is None:
        raise NotYet("There is no cut yet. Have the takes cut first.")
    return to_otio_text(Timeline.from_json(draft.timeline).with_sources(file_names(draft)))


def file_names(draft: Draft) -> dict[str, str]:
    """Return what the files of a draft are called elsewhere, no two the same."""
    named = {
        f"{stickers.PREFIX}{name}": f"stickers/{name}.webp" for name in stickers.names()
    }  # apart from the takes, in a folder of their own
    taken: set[str] = set()
    for number, take in enumerate(draft.takes.all(), 1):
        wished = _fit(take.file_name) or f"take {number}.mp4"
        named[timelines.take_name(take)] = _single(wished, taken)
    if draft.sound is not None:
        credit = " - ".join(filter(None, (draft.sound.artist, draft.sound.title)))
        named[timelines.sound_name(draft)] = _single(f"{_fit(credit) or 'sound'}.m4a", taken)
    return named


def _fit(name: str) -> str:
    """Return a name without what has a meaning in paths."""
    plain = "".join(letter for letter in name if letter.isprintable()).translate(_UNFIT)
    return plain.strip(" .")[-NAME_LENGTH_MAX:]


def _single(name: str, taken: set[str]) -> str:
    """Return the name, with a number where another file has it."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    number, found = 2, name
    while found.casefold() in taken:
        found, number = f"{stem} ({number}){ending}", number + 1
    taken.add(found.casefold())
    return found
