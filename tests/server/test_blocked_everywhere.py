"""Somebody who was blocked, or has blocked, finds the other's clip through no door."""

from __future__ import annotations

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.social import actions as social
from filoscope.server.videos import actions as videos
from tests.server.cast import _quick_and_apart, alice, bob, browser, publish

__all__ = ["_quick_and_apart", "alice", "bob"]
pytestmark = pytest.mark.django_db

DOORS = ("/v/{slug}", "/v/{slug}/comments", "/v/{slug}/captions/en.vtt", "/api/v1/clips/{slug}")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("blocks", ["maker", "viewer"])
def test_a_block_closes_every_door_on_both_sides(
    alice: Account, bob: Account, door: str, blocks: str
) -> None:
    clip = publish(alice, "Mine")
    videos.set_captions(clip, language="en", text="WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n")
    address = door.format(slug=clip.slug)
    assert 200 == browser(bob).get(address).status_code
    social.block(*((alice, bob) if blocks == "maker" else (bob, alice)))
    assert 404 == browser(bob).get(address).status_code
    assert 200 == Client().get(address).status_code  # it is public for everybody else
    assert 200 == browser(alice).get(address).status_code
