"""Alice, bob and charlie with their browsers, and clips as processing leaves them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.videos.models import Clip, Rendition

PASSWORD = "a calm green river"
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _quick_and_apart(settings: LazySettings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hash fast, forget limits, and write files to a folder of one's own."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


def account(handle: str, **fields: Any) -> Account:
    fields.setdefault("email", f"{handle}@example.org")
    return Account.objects.create_user(handle, password=PASSWORD, **fields)


def publish(maker: Account, caption: str = "", **fields: Any) -> Clip:
    """Return a clip that plays, with one file."""
    now = timezone.now()
    fields = {"state": Clip.State.READY, "posted_at": now, "published_at": now} | fields
    clip = Clip.objects.create(account=maker, caption=caption, **fields)
    Clip.objects.filter(pk=clip.pk).update(folder=f"clips/{clip.slug}")
    clip.folder = f"clips/{clip.slug}"
    Rendition.objects.create(
        clip=clip, short_edge=480, width=480, height=854, size_bytes=1, bitrate_kbps=900,
        codecs="avc1.64001f,mp4a.40.2", file="480.mp4",
    )  # fmt: skip
    return clip


@pytest.fixture
def alice(db: None) -> Account:
    return account("alice", display_name="Alice")


@pytest.fixture
def bob(db: None) -> Account:
    return account("bob")


@pytest.fixture
def charlie(db: None) -> Account:
    return account("charlie")


@pytest.fixture
def moderator(db: None) -> Account:
    return account("mona", role=Account.Role.MODERATOR)


def browser(person: Account | None = None) -> Client:
    """Return a browser in which this person is signed in."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of these at the same moment in threads of their own; return what each gave or raised."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=30)
            results[place] = act()
        except Exception as error:  # noqa: BLE001 - the test compares what was raised
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
