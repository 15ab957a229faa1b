"""Django at the server's door: one thread for a request, the body read, connections given back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import signals
from django.db import connection, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from filoscope.server.accounts.models import Account
from filoscope.server.kit.one_thread import OneThread

pytestmark = pytest.mark.django_db(transaction=True)

Message = dict[str, Any]
closed: list[str] = []


def counted(_: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Account.objects.count()))


@csrf_exempt
def echo(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.body)


def broken(_: HttpRequest) -> HttpResponse:
    raise RuntimeError("this view is broken")


def drop_by_drop(_: HttpRequest) -> HttpResponseBase:
    def drops() -> Iterator[bytes]:
        try:
            yield from (b"one ", b"two ", b"three")
        finally:
            closed.append("drops")

    return StreamingHttpResponse(drops())


urlpatterns = [
    path("counted", counted),
    path("echo", echo),
    path("broken", broken),
    path("drops", drop_by_drop),
]


@pytest.fixture
def door(settings: LazySettings) -> OneThread:
    settings.ROOT_URLCONF = __name__
    return OneThread()


def ask(door: OneThread, address: str, *heard: Message, method: str = "GET") -> list[Message]:
    """Return what the door sends for a request whose body arrives in these messages."""
    scope = {
        "type": "http",
        "method": method,
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    waiting, sent = list(heard or ({"type": "http.request", "body": b""},)), []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(door(scope, receive, send))
    return sent


def text_of(sent: list[Message]) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_a_request_stays_in_one_thread_that_is_not_the_event_loops(door: OneThread) -> None:
    seen: list[int] = []

    def note(**_: object) -> None:
        seen.append(threading.get_ident())

    for moment in (signals.request_started, signals.request_finished):
        moment.connect(note)
    try:
        ask(door, "/counted")
    finally:
        for moment in (signals.request_started, signals.request_finished):
            moment.disconnect(note)

    assert 2 == len(seen)
    assert 1 == len(set(seen))
    assert threading.get_ident() not in seen


def test_what_every_page_says_to_the_browser_is_said_here_too(door: OneThread) -> None:
    begun, *_ = ask(door, "/counted")

    headers = {name.lower() for name, _ in begun["headers"]}
    assert 200 == begun["status"]
    assert {b"content-security-policy", b"cache-control", b"x-content-type-options"} <= headers


def test_a_body_is_read_whole_however_it_is_cut(door: OneThread) -> None:
    first: Message = {"type": "http.request", "body": b"half ", "more_body": True}
    last: Message = {"type": "http.request", "body": b"and half"}

    assert b"half and half" == text_of(ask(door, "/echo", first, last, method="POST"))


def test_somebody_who_hangs_up_while_sending_is_answered_nothing(door: OneThread) -> None:
    first: Message = {"type": "http.request", "body": b"half ", "more_body": True}

    assert [] == ask(door, "/echo", first, {"type": "http.disconnect"}, method="POST")


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous:Warning")
def test_an_answer_in_parts_is_sent_whole_and_closed(door: OneThread) -> None:
    closed.clear()

    assert b"one two three" == text_of(ask(door, "/drops"))
    assert ["drops"] == closed


def test_a_view_that_breaks_is_answered_by_500_and_the_next_one_is_served(door: OneThread) -> None:
    assert 500 == ask(door, "/broken")[0]["status"]
    assert 200 == ask(door, "/counted")[0]["status"]


def test_connections_to_the_database_are_given_back(door: OneThread) -> None:
    pool = connection.pool  # type: ignore[attr-defined]
    assert b"0" == text_of(ask(door, "/counted"))
    connections.close_all()  # that of this test

    found = pool.get_stats()

    assert found["pool_size"] == found["pool_available"]
