"""Sessions that are looked up by plain SQL behave as Django's own do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tests.server.feed.test_tabs import slugs

pytestmark = pytest.mark.django_db


def test_a_session_that_has_expired_is_signed_out(as_alice: Client) -> None:
    assert as_alice.get("/").wsgi_request.user.is_authenticated
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not as_alice.get("/").wsgi_request.user.is_authenticated


def test_a_session_that_was_ended_is_signed_out_at_once(as_alice: Client) -> None:
    as_alice.get("/")
    Session.objects.all().delete()
    assert not as_alice.get("/").wsgi_request.user.is_authenticated


@pytest.mark.parametrize("key", ["", "short", "x" * 40, "a\\000bcdefgh", "' OR 1=1 --", "é" * 20])
def test_a_key_that_is_none_is_nobodys(client: Client, key: str) -> None:
    client.cookies["sessionid"] = key
    assert slugs(client, "/") == []
