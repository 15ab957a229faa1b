"""Songs that people send, tiny clips, and everybody's browsers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test import Client

from filoscope.media import Recording, make_recording, read_samples, write_wav
from filoscope.server.accounts.models import Account
from filoscope.server.sounds import actions, files, queries
from filoscope.server.sounds.models import Sound
from tests.server.videos.conftest import (  # noqa: F401
    _server,
    alice,
    bob,
    empty_queue,
    home,
    places,
    received,
    tiny_clip,
    web,
)

RATE_HZ = 48_000


@pytest.fixture(scope="session")
def song_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds at 120 beats a minute, a click on each."""
    noise = np.random.default_rng(1).standard_normal((2, 12 * RATE_HZ)) * 0.002
    ring = np.exp(-np.arange(2400) / 300) * np.sin(np.arange(2400) * 0.3)
    for beat in range(24):
        begin = beat * RATE_HZ // 2
        noise[:, begin : begin + 2400] += ring * (0.8 if beat % 4 == 0 else 0.5)
    path = tmp_path_factory.mktemp("songs") / "song.wav"
    write_wav(path, noise.astype(np.float32), rate_hz=RATE_HZ)
    return path


def send(maker: Account, path: Path, **said: Any) -> Sound:
    """Take a song in, as the page does."""
    wish = actions.SoundWish(**{"title": "River song", "artist": "The Banks", **said})
    return actions.receive(maker, wish, [path.read_bytes()])


@pytest.fixture(scope="session")
def made_song(song_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Recording]:
    path = tmp_path_factory.mktemp("made") / "sound.m4a"
    return path, make_recording(song_file, path)


@pytest.fixture
def song(
    places: Path,  # noqa: F811
    empty_queue: None,  # noqa: F811
    bob: Account,  # noqa: F811
    made_song: tuple[Path, Recording],
) -> Sound:
    """A song of bob's that can be heard, as its jobs leave it; its beats are not looked for here."""
    path, recording = made_song
    sound = Sound.objects.create(
        title="River song",
        artist="The Banks",
        maker=bob,
        is_original=False,
        folder=files.new_name(),
    )
    target = queries.audio_path(sound)
    target.parent.mkdir(parents=True)
    shutil.copyfile(path, target)
    actions.keep_recording(sound.pk, recording)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'sounds.listen'")
    sound.refresh_from_db()
    return sound


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def first_click_s(path: Path) -> float:
    """Return when the first loud sound of a file begins."""
    samples = np.abs(read_samples(path)[0])
    return float(np.flatnonzero(samples > 0.5 * samples.max())[0]) / RATE_HZ
