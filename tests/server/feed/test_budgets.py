"""Queries of each page: the first time, with nothing kept from before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from filoscope.server.feed import rendering
from filoscope.server.feed.queries import clips
from filoscope.server.social.models import Follow
from filoscope.server.sounds.models import Sound
from tests.server.feed.conftest import publish

pytestmark = pytest.mark.django_db
PAGE_MAX = 6


@pytest.mark.parametrize(
    "address",
    ["/", "/following", "/latest", "/feed/for-you/more", "/feed/following/more", "/feed/latest/more",
     "/feed/clip/more", "/v/{clip}", "/v/{clip}/embed", "/tag/sea", "/sound/{sound}", "/search",
     "/search?q=sea", "/search?q=a&in=people", "/search?q=a&in=tags", "/search?q=a&in=sounds",
     "/sitemap.xml"],
)  # fmt: skip
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_a_page_takes_at_most_six_queries(
    alice: Account, as_alice: Client, bob: Account, address: str, is_signed_in: bool
) -> None:
    sound = Sound.objects.create(title="a sound")
    made = [publish(bob, "a #sea", sound=sound) for _ in range(12)]
    Follow.objects.create(follower=alice, followed=bob)
    client = as_alice if is_signed_in else Client()
    client.get("/")  # the engine is loaded once in a process
    clips._kept.clear()
    rendering._sheets.clear()
    path = address.format(clip=made[0].slug, sound=sound.slug)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    assert answer.status_code in (200, 204)
    assert len(captured) <= PAGE_MAX, [query["sql"][:100] for query in captured]
