"""Files of this machine sent in as somebody, by the same door as any upload; and what became of them.

clip = send(alice, Path("harbour.mp4"), name="harbour.mp4", caption="The harbour", origin="demo")
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filoscope.server.accounts.models import Account
    from filoscope.server.videos.models import Clip

CHUNK_BYTES = 1024**2
NO_DAILY_LIMIT = str(sys.maxsize)  # for the environment: whoever has the machine is not rationed


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a clip has come: it plays, it failed (with a sentence), or neither yet."""

    is_playable: bool
    is_done: bool
    failure: str


def send(account: Account, path: Path, *, name: str, caption: str, origin: str) -> Clip:
    """Copy a file in and queue its jobs; raise `UploadRefused` or `OSError`.

    `origin` says who sent it, in place of what a client says with its upload.
    """
    from filoscope.server.videos.actions import UploadWish, receive_chunks

    wish = UploadWish(
        size_bytes=path.stat().st_size, file_name=name[:255], caption=caption, metadata=origin
    )
    return receive_chunks(account, wish, chunks_of(path))


def chunks_of(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def outcomes(slugs: list[str]) -> dict[str, Outcome]:
    """Return how far these clips have come; one that is gone is left out."""
    from filoscope.server.videos.models import Clip

    rows = Clip.objects.filter(slug__in=slugs).values_list(
        "slug", "state", "failure", "completed_at"
    )
    return {
        slug: Outcome(
            is_playable=state == Clip.State.READY,
            is_done=completed_at is not None or bool(failure),
            failure=failure,
        )
        for slug, state, failure, completed_at in rows
    }


def readable(path: Path) -> str:
    """A caption out of a file's name."""
    return path.stem.replace("_", " ").replace("-", " ").strip()
