"""Alice with a draft to a song and takes of it, made once for all tests that only read."""

from __future__ import annotations

import shutil
import uuid
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from filoscope.media import Limits, write_clip
from filoscope.server.accounts.models import Account
from filoscope.server.edits import actions, cutting_room
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.models import Sound
from filoscope.server.videos import actions as videos
from filoscope.server.videos.models import Upload
from tests import running
from tests.server.edits.band import write_song
from tests.server.videos.conftest import alice, bob, empty_queue, home, places

__all__ = ["alice", "bob", "empty_queue", "home", "places"]

Looked = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="session")
def song_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("songs") / "march.wav"
    write_song(path, seconds=12.0)
    return path


@pytest.fixture(scope="session")
def take_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a ball that swings, silent."""
    path = tmp_path_factory.mktemp("takes") / "ball.mp4"
    write_clip(path, ((n / 15, swinging(n / 15)) for n in range(60)), fps=Fraction(15))
    return path


def swinging(time_s: float) -> np.ndarray:
    picture = np.full((160, 90, 3), 60, np.uint8)
    x, y = int(45 + 30 * np.sin(2 * np.pi * time_s)), 80
    picture[y - 10 : y + 10, x - 10 : x + 10] = (230, 160, 60)
    picture[::8, ::8] = 120
    return picture


@pytest.fixture
def song(places: Path, empty_queue: None, bob: Account, song_file: Path) -> Sound:
    """A song of bob's that anybody may use."""
    wish = sounds.SoundWish(title="March", artist="Bob's band")
    sound = sounds.receive(bob, wish, [song_file.read_bytes()])
    running.work_off()
    sound.refresh_from_db()
    return sound


def send(account: Account, path: Path) -> uuid.UUID:
    """Send a take as the studio's page does; return its upload."""
    content = path.read_bytes()
    wish = videos.UploadWish(
        size_bytes=len(content), file_name=path.name, kind=Upload.Kind.TAKE, post=False
    )
    upload = videos.create_upload(account, wish)
    with videos.open_for_writing(upload.pk) as descriptor:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        return videos.end_part(upload, descriptor).pk


@pytest.fixture
def draft(places: Path, empty_queue: None, alice: Account) -> Draft:
    """An empty draft without a sound."""
    return actions.begin_draft(alice, sound=None)


@pytest.fixture(scope="session")
def looked_at(take_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Looked:
    """What the cutting room finds in the take: done once for all tests."""
    folder = tmp_path_factory.mktemp("looked")
    arguments = {
        "source": str(take_file), "folder": str(folder), "speed": 1.0, "hint_s": None, "sound": None,
        "kind": "clip",
    }  # fmt: skip
    return folder, cutting_room.prepare(arguments, Limits(), lambda message: None)


@pytest.fixture
def take(draft: Draft, alice: Account, take_file: Path, looked_at: Looked) -> Take:
    """A take of it that can be cut, as its job leaves it."""
    return ready(draft, alice, take_file, looked_at)


def ready(draft: Draft, account: Account, path: Path, looked_at: Looked) -> Take:
    """Add a take, and do its job with what was found before."""
    folder, facts = looked_at
    take = actions.add_take(draft, send(account, path))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'edits.prepare'")
    run = actions.begin_take(take.pk)
    shutil.copytree(folder, run.path)
    actions.keep_take(run, facts)
    take.refresh_from_db()
    return take


@pytest.fixture(autouse=True)
def _only_what_is_new(places: Path) -> None:
    for kind in ("media/drafts", "uploads/takes"):
        shutil.rmtree(places / kind, ignore_errors=True)
