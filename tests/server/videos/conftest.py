"""Alice, her browser, a web server, and tiny clips."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from filoscope.media.synthetic import write_test_clip
from filoscope.server.accounts.models import Account
from filoscope.server.videos import actions
from filoscope.server.videos.models import Clip
from tests import running
from tests.server.videos.sender import Sender


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of picture and sound, 160x90."""
    path = tmp_path_factory.mktemp("clips") / "tiny.mp4"
    write_test_clip(path, width=160, height=90, fps=10, duration_s=0.5)
    return path


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def places(home: Path, settings: LazySettings) -> Path:
    """This process reads and writes where the web server does."""
    settings.MEDIA_ROOT, settings.UPLOAD_ROOT = home / "media", home / "uploads"
    settings.DISK_FREE_MIN_BYTES = 0
    for folder in (home / "media", home / "uploads"):
        shutil.rmtree(folder, ignore_errors=True)
    return home


@pytest.fixture(scope="session")
def _server(
    home: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[running.WebServer]:
    with django_db_blocker.unblock():
        server = running.WebServer(
            home, {"FILOSCOPE_UPLOAD_BYTES_MAX": 3_000_000, "FILOSCOPE_DISK_FREE_MIN": 1}
        ).start()
    yield server
    server.kill()


@pytest.fixture
def web(
    transactional_db: None, places: Path, empty_queue: None, _server: running.WebServer
) -> running.WebServer:
    """A web server that sees what this test has written."""
    return _server


@pytest.fixture
def empty_queue(transactional_db: None) -> None:
    """No job of an earlier test: Django does not know these tables, so it does not empty them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, "
            "procrastinate_workers"
        )


@pytest.fixture
def alice(db: None) -> Account:
    return Account.objects.create_user("alice")


@pytest.fixture
def bob(db: None) -> Account:
    return Account.objects.create_user("bob")


@pytest.fixture
def received(places: Path, empty_queue: None, alice: Account, tiny_clip: Path) -> Clip:
    """Alice's clip as it came, before any job."""
    return receive(alice, tiny_clip)


def receive(account: Account, path: Path, **wish: Any) -> Clip:
    """Take a file in as an upload of an account."""
    content = path.read_bytes()
    return actions.receive_chunks(
        account, actions.UploadWish(size_bytes=len(content), **wish), [content]
    )


@pytest.fixture
def sender(web: running.WebServer, alice: Account) -> Sender:
    """Alice's browser."""
    return Sender(web, alice)
