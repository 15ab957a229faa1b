"""Where files of the studio are: takes below UPLOAD_ROOT, what its pages show below MEDIA_ROOT.

A row names a file before the file is made, and the file is removed after the row is gone: so a file
that no row names is always left over, and `actions.sweeping` may take it away.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

DRAFTS = "drafts"  # below MEDIA_ROOT
TAKES = "takes"  # below UPLOAD_ROOT, apart from uploads: nobody else sweeps there
PROXY, STRIP, POSTER = "proxy.mp4", "strip.webp", "poster.webp"
STEADY = "steady.mp4"  # what is rendered from, where the file as it came is not fit for that
STILL, PICTURE = "still.jpg", "picture.webp"  # of a photo: what is rendered, what is shown
VOICE = "voice.wav"
FOOTAGE = "footage.json"
PREVIEW, FINAL = "preview.mp4", "final.mp4"


def new_take() -> str:
    """Return a fresh name for a take below UPLOAD_ROOT."""
    name = secrets.token_hex(16)
    return f"{TAKES}/{name[:2]}/{name}"


def new_folder() -> str:
    """Return a fresh name below MEDIA_ROOT that nobody can guess (128 bits)."""
    name = secrets.token_hex(16)
    return f"{DRAFTS}/{name[:2]}/{name}"


def take_path(name: str) -> Path:
    """Return where a take is as it came."""
    return Path(settings.UPLOAD_ROOT) / name


def folder_path(folder: str) -> Path:
    """Return where a folder of what pages show is."""
    return Path(settings.MEDIA_ROOT) / folder


def url_of(folder: str, file: str) -> str:
    """Return the address of a file in a folder, or an empty string."""
    return f"{settings.MEDIA_URL}{folder}/{file}" if folder else ""


def link(upload: Path, name: str) -> None:
    """Give a complete upload a second name, that of a take; the first is removed by the sweep."""
    path = take_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.link(upload, path)


def remove_take(name: str) -> None:
    """Remove a take as it came."""
    if name:
        take_path(name).unlink(missing_ok=True)


def remove_folder(folder: str) -> None:
    """Remove a folder; what cannot be removed now is left to the sweep."""
    if folder.startswith(f"{DRAFTS}/"):
        shutil.rmtree(folder_path(folder), ignore_errors=True)


def all_takes() -> Iterator[str]:
    """Yield every take that is on disk."""
    yield from _names(Path(settings.UPLOAD_ROOT), TAKES)


def all_folders() -> Iterator[str]:
    """Yield every folder of the studio that is on disk."""
    yield from _names(Path(settings.MEDIA_ROOT), DRAFTS)


def _names(root: Path, kind: str) -> Iterator[str]:
    for path in sorted((root / kind).glob("??/*")):
        yield path.relative_to(root).as_posix()
