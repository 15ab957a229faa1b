"""Where files are: uploads and originals below UPLOAD_ROOT, what is played below MEDIA_ROOT.

A row names a file before the file is made, and the file is removed after the row is gone: so a file
that no row names is always left over, and `actions.sweep_orphans` may take it away.
"""

from __future__ import annotations

import os
import secrets
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

CLIPS = "clips"  # the folder of all clips below MEDIA_ROOT; others (avatars) have their own


def upload_name(upload_id: uuid.UUID) -> str:
    """Return the name of an upload's file below UPLOAD_ROOT, in one of 256 folders."""
    return f"{upload_id.hex[:2]}/{upload_id.hex}"


def upload_path(name: str) -> Path:
    """Return where an upload or original is."""
    return Path(settings.UPLOAD_ROOT) / name


def new_folder() -> str:
    """Return a fresh name below MEDIA_ROOT that nobody can guess (128 bits)."""
    name = secrets.token_hex(16)
    return f"{CLIPS}/{name[:2]}/{name}"


def folder_path(folder: str) -> Path:
    """Return where a folder of outputs is."""
    return Path(settings.MEDIA_ROOT) / folder


def free_bytes() -> int:
    """Return how many bytes the disk of the uploads still takes."""
    root = Path(settings.UPLOAD_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(root).free


def make_durable(folder: Path) -> None:
    """Wait until every file of a folder is on the disk: a row must not outlive what it names."""
    made = [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]
    for path in (*made, folder, folder.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_folder(folder: str) -> None:
    """Remove a folder of outputs; what cannot be removed now is left to the sweep."""
    if folder:
        shutil.rmtree(folder_path(folder), ignore_errors=True)


def remove_upload(name: str) -> None:
    """Remove an upload or original."""
    if name:
        upload_path(name).unlink(missing_ok=True)


def all_folders() -> Iterator[str]:
    """Yield every folder of outputs that is on disk."""
    root = Path(settings.MEDIA_ROOT)
    for path in sorted((root / CLIPS).glob("??/*")):
        yield path.relative_to(root).as_posix()


def all_uploads() -> Iterator[str]:
    """Yield every upload and original that is on disk."""
    root = Path(settings.UPLOAD_ROOT)
    for path in sorted(root.glob("??/*")):
        yield path.relative_to(root).as_posix()
