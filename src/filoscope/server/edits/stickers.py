"""Stickers that come with us: a timeline says "sticker:heart", and the server alone knows the file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

PREFIX = "sticker:"
FOLDER = "editor/stickers"  # below the static files, where the page finds the same pictures


@cache
def names() -> tuple[str, ...]:
    """Return all stickers, in the order in which they are shown."""
    from filoscope.studio.stickers import STICKERS  # draws: not for every start

    return tuple(STICKERS)


def paths() -> dict[str, Path]:
    """Return the files of all stickers by their names on a timeline; there are no others."""
    folder = Path(str(files("filoscope"))) / "web" / "static" / FOLDER
    return {PREFIX + name: folder / f"{name}.webp" for name in names()}


def listed() -> list[dict[str, str]]:
    """Return what a page shows: name, words, file and a small one of each."""
    return [
        {
            "name": name,
            "words": name.replace("-", " ").capitalize(),
            "file": f"{FOLDER}/{name}.webp",
            "small": f"{FOLDER}/small/{name}.webp",
        }
        for name in names()
    ]
