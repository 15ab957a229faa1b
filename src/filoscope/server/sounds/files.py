"""Where the files of sounds are: sources below UPLOAD_ROOT, what is heard below MEDIA_ROOT.

As with clips, a row names a file before it is made, and the file goes after the row: what no row
names is left over, and the sweep may take it away.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

SOUNDS = "sounds"  # below MEDIA_ROOT and below UPLOAD_ROOT


def new_name() -> str:
    """Return a fresh name below either root that nobody can guess (128 bits)."""
    name = secrets.token_hex(16)
    return f"{SOUNDS}/{name[:2]}/{name}"


def folder_path(folder: str) -> Path:
    """Return where the folder of a sound is."""
    return Path(settings.MEDIA_ROOT) / folder


def source_path(name: str) -> Path:
    """Return where a file is as it came."""
    return Path(settings.UPLOAD_ROOT) / name


def remove_folder(folder: str) -> None:
    """Remove the folder of a song; one of a clip is the clip's."""
    if folder.startswith(f"{SOUNDS}/"):
        shutil.rmtree(folder_path(folder), ignore_errors=True)


def remove_source(name: str) -> None:
    """Remove a file as it came."""
    if name:
        source_path(name).unlink(missing_ok=True)


def all_folders() -> Iterator[str]:
    """Yield every folder of a song that is on disk."""
    yield from _names(Path(settings.MEDIA_ROOT))


def all_sources() -> Iterator[str]:
    """Yield every source that is on disk."""
    yield from _names(Path(settings.UPLOAD_ROOT))


def _names(root: Path) -> Iterator[str]:
    for path in sorted((root / SOUNDS).glob("??/*")):
        yield path.relative_to(root).as_posix()


def make_durable(path: Path) -> None:
    """Wait until a file is on the disk: a row must not outlive what it names."""
    for one in (path, path.parent, path.parent.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
