"""No cache between us and a browser keeps what a page said."""

from __future__ import annotations

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from tests.server.cast import alice, publish

__all__ = ["alice"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/v/{}",
        "/v/{}/comments",
        "/v/{}/embed",
        "/api/v1/clips/{}",
        "/@alice",
        "/search",
        "/none",
    ],
)
def test_what_depends_on_who_asks_is_asked_for_each_time(alice: Account, address: str) -> None:
    answer = Client().get(address.format(publish(alice).slug))
    assert "private, no-cache" == answer["Cache-Control"]
