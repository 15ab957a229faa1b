"""People, clips that play, and an engine that knows only this test's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed import engine, rates
from filoscope.server.videos.actions.clips import index_caption
from filoscope.server.videos.models import Clip, Rendition

Publish = Callable[..., Clip]
NOW = timezone.now()


@pytest.fixture(autouse=True)
def _own_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test with an engine that has read nothing, and with nobody having sent anything."""
    monkeypatch.setattr(engine, "_current", None)
    monkeypatch.setattr(engine, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(rates, "events", rates.Buckets(rates.EVENTS_A_MINUTE))
    monkeypatch.setattr(rates, "viewers", rates.Buckets(rates.VIEWERS_A_MINUTE))


def account(handle: str, **fields: Any) -> Account:
    return Account.objects.create_user(handle, **fields)


@pytest.fixture
def alice(db: None) -> Account:
    return account("alice", display_name="Alice")


@pytest.fixture
def bob(db: None) -> Account:
    return account("bob")


@pytest.fixture
def charlie(db: None) -> Account:
    return account("charlie")


def publish(maker: Account, caption: str = "", **fields: Any) -> Clip:
    """Return a clip as processing leaves it."""
    published_at: datetime = fields.pop("published_at", NOW - timedelta(hours=1))
    clip = Clip.objects.create(
        account=maker,
        caption=caption,
        state=Clip.State.READY,
        posted_at=published_at,
        published_at=published_at,
        **{"duration_s": 10.0, "width": 720, "height": 1280, "folder": "clips/ab/cd", **fields},
    )
    for edge in (480, 720):
        Rendition.objects.create(
            clip=clip,
            short_edge=edge,
            width=edge,
            height=edge * 16 // 9,
            size_bytes=100_000,
            bitrate_kbps=edge,
            codecs="avc1.64001f",
            file=f"{edge}.mp4",
        )
    index_caption(clip)
    return clip


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def as_alice(alice: Account) -> Client:
    return signed_in(alice)
