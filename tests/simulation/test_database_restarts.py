"""The database goes away and comes back: uploads, jobs and live pages go on by themselves."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from filoscope.server.kit import embedded_database
from tests import running

pytestmark = pytest.mark.slow

RESTARTS = 4
CLIPS = 3
SEED = 20261121
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from filoscope.server.accounts.models import Account
from tests.running import session_cookie
print(session_cookie(Account.objects.create_user("alice")))
"""


@dataclass(slots=True)
class Network:
    """A data folder with a database of its own, a web server and a worker."""

    home: Path
    url: str
    cookie: str
    web: running.WebServer
    worker: running.Program

    def restart_database(self) -> None:
        embedded_database.stop(self.home)
        embedded_database.start(self.home)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url) as session:
            return session.execute(query).fetchall()

    def unfinished(self) -> bool:
        [[count]] = self.rows(
            "SELECT count(*) FROM videos_clip WHERE completed_at IS NULL AND failure_code = ''"
        )
        return bool(count)


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    url = embedded_database.start(tmp_path)
    with psycopg.connect(url, autocommit=True) as session:
        session.execute("ALTER SYSTEM SET fsync = off")  # it is thrown away, and never loses power
        session.execute("SELECT pg_reload_conf()")
    said = {"FILOSCOPE_HOME": str(tmp_path), "DATABASE_URL": url}
    try:
        prepared = subprocess.run(
            [sys.executable, "-c", PREPARE],
            env=os.environ | said | {"DJANGO_SETTINGS_MODULE": "filoscope.server.settings"},
            capture_output=True,
            text=True,
            check=True,
        )
        options: dict[str, object] = {"DATABASE_URL": url, "FILOSCOPE_DISK_FREE_MIN": 1}
        web = running.WebServer(tmp_path, options).start()
        network = Network(
            tmp_path, url, prepared.stdout.strip(), web, running.worker(tmp_path, **options)
        )
        yield network
        network.worker.kill()
        web.kill()
    finally:
        embedded_database.stop(tmp_path)


def test_clips_are_received_and_made_while_the_database_restarts(
    network: Network, short_clip: Path, db: None
) -> None:
    chance = random.Random(SEED)
    client = TusClient(f"{network.web.address}/tus/", headers={"Cookie": network.cookie})
    network.worker.start()
    uploads = [
        client.uploader(file_stream=io.BytesIO(short_clip.read_bytes()), chunk_size=20_000)
        for _ in range(CLIPS)
    ]
    for upload in uploads:
        send_over_restarts(upload)
        network.restart_database()
    for _ in range(RESTARTS - 1):
        time.sleep(chance.uniform(0, 0.4))  # somewhere within the making of a clip
        network.restart_database()
    running.until(lambda: not network.unfinished(), what="all clips", every_s=0.1)
    clips = network.rows(
        "SELECT state, failure_code, (SELECT count(*) FROM videos_rendition WHERE clip_id = c.id) "
        "FROM videos_clip c"
    )
    assert clips == [("ready", "", 2)] * CLIPS
    left = "SELECT count(*) FROM procrastinate_jobs WHERE args ? 'clip_id'"
    running.until(lambda: network.rows(left) == [(0,)], what="no job to be left", every_s=0.1)
    assert network.web.ask("HEAD", uploads[0].url.removeprefix(network.web.address), None, {
        "Cookie": network.cookie, "Tus-Resumable": "1.0.0"}).status == 200  # fmt: skip


def send_over_restarts(upload: object) -> None:
    """Do what every tus client does: ask where it was, and go on."""
    from tusclient.uploader import Uploader

    assert isinstance(upload, Uploader)

    def sent() -> bool:
        try:
            if upload.url:
                upload.offset = upload.get_offset()
            upload.upload()
        except TusCommunicationError as error:
            assert error.status_code in (None, 503), error
            return False
        return True

    running.until(sent, what="an upload over restarts of the database", every_s=0.1)
