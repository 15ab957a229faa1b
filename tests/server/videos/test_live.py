"""Server-sent events at the door of the real web server."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from filoscope.server.accounts.models import Account
from filoscope.server.kit import live, live_pages
from filoscope.server.videos.models import Clip
from tests import running
from tests.running import WebServer, session_cookie

pytestmark = pytest.mark.xdist_group("web")


class Page:
    """An open page that listens."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response

    def event(self) -> tuple[str, dict[str, Any]]:
        """Wait for the next event."""
        name = ""
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                return name, json.loads(line.removeprefix("data: "))
        raise EOFError("the server has ended the stream")


@contextmanager
def page(web: WebServer, cookie: str) -> Iterator[Page]:
    line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=running.PATIENCE_S)
    line.request("GET", "/live", headers={"Cookie": cookie})
    response = line.getresponse()
    assert (
        response.status, response.getheader("content-type"),
    ) == (200, "text/event-stream; charset=utf-8")  # fmt: skip
    try:
        yield Page(response)
    finally:
        response.close()
        line.close()


@pytest.fixture
def clip(alice: Account) -> Clip:
    """One that is being made: what every fresh page is told of first."""
    return Clip.objects.create(account=alice, state=Clip.State.PROCESSING, progress=0.25)


def tell(account: Account, **news: Any) -> None:
    live.publish(f"account:{account.pk}", {"kind": "progress", **news})


def test_a_page_is_told_how_things_stand_and_then_what_changes(
    web: WebServer, alice: Account, clip: Clip
) -> None:
    with page(web, session_cookie(alice)) as open_page:
        name, news = open_page.event()
        assert ("progress", clip.slug, 0.25) == (name, news["clip"], news["progress"])
        tell(alice, clip=clip.slug, progress=0.5)
        assert (lambda event: (event[0], event[1]["progress"]))(open_page.event()) == (
            "progress",
            0.5,
        )


def test_a_page_hears_nothing_of_others(
    web: WebServer, alice: Account, bob: Account, clip: Clip
) -> None:
    with page(web, session_cookie(alice)) as open_page:
        open_page.event()
        tell(bob, secret=True)
        tell(alice, mine=True)
        assert open_page.event()[1] == {"kind": "progress", "mine": True}


def test_news_of_a_transaction_that_fails_are_never_heard(
    web: WebServer, alice: Account, clip: Clip
) -> None:
    from django.db import transaction

    with page(web, session_cookie(alice)) as open_page:
        open_page.event()
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            tell(alice, never=True)
            _ = 1 / 0
        tell(alice, then=True)
        assert open_page.event()[1] == {"kind": "progress", "then": True}


def test_many_pages_are_served_by_one_listening_connection(
    web: WebServer, alice: Account, clip: Clip
) -> None:
    cookie = session_cookie(alice)
    with page(web, cookie) as one, page(web, cookie) as two:
        assert one.event() == two.event()
        tell(alice, n=1)
        assert one.event() == two.event()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query = 'LISTEN live'"
            )
            assert cursor.fetchone() == (1,)


def test_who_is_not_signed_in_hears_nothing(web: WebServer) -> None:
    assert web.ask("GET", "/live").status == 401
    assert web.ask("GET", "/live", None, {"Origin": "https://evil.example"}).status == 401


def test_the_oldest_of_too_many_pages_is_let_go(web: WebServer, alice: Account, clip: Clip) -> None:
    from contextlib import ExitStack

    cookie = session_cookie(alice)
    with ExitStack() as stack:
        first, *others = [
            stack.enter_context(page(web, cookie)) for _ in range(live_pages.PAGES_MAX + 1)
        ]
        for other in others:
            other.event()
        with pytest.raises(EOFError):
            while True:
                first.event()


def test_a_page_whose_connection_was_lost_in_the_database_gets_a_fresh_picture(
    web: WebServer, alice: Account, clip: Clip
) -> None:
    with page(web, session_cookie(alice)) as open_page:
        open_page.event()
        with psycopg.connect(running.database_url(), autocommit=True) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN live'"
            )
        name, news = open_page.event()
        assert ("progress", clip.slug) == (name, news["clip"])


def test_news_that_a_slow_page_cannot_take_become_a_fresh_picture() -> None:
    async def first_of_too_many() -> dict[str, Any] | None:
        slow = live.Subscription()
        for number in range(live.QUEUE_MAX + 1):
            slow.put({"kind": "progress", "n": number})
        return await slow.next(timeout_s=1)

    assert live.MISSED is asyncio.run(first_of_too_many())


def test_who_signs_out_hears_nothing_more(web: WebServer, alice: Account, clip: Clip) -> None:
    with page(web, session_cookie(alice)) as open_page:
        open_page.event()
        Session.objects.all().delete()
        with pytest.raises(EOFError):
            while True:
                tell(alice, n=1)
                open_page.event()
