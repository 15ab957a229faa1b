"""News for open pages: sent by PostgreSQL's NOTIFY when the transaction commits, heard by server-sent events.

publish(f"account:{account.pk}", {"kind": "progress", "clip": clip.slug, "progress": 0.4})

    async with hub.subscribe("account:7") as news:      # in the web server's event loop
        async for item in news: ...

One connection of a web process listens for all its pages. Nothing is kept for who is away: a page
that connects, and one that missed something (a slow line, a restart of the database), is given a
fresh picture of how things stand, which is `MISSED` here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

logger = logging.getLogger(__name__)

CHANNEL = "live"
PAYLOAD_BYTES_MAX = 7_900  # PostgreSQL refuses a NOTIFY of 8,000 bytes or more
QUEUE_MAX = 64  # news that wait for one slow page; then it gets a fresh picture instead
RECONNECT_S, RECONNECT_S_MAX = 0.5, 10.0
MISSED: dict[str, Any] = {"kind": "missed"}


def publish(topic: str, news: dict[str, Any]) -> None:
    """Tell whoever listens to `topic`, once this transaction commits; never if it does not."""
    payload = json.dumps({"topic": topic, "news": news}, separators=(",", ":"))
    if len(payload.encode()) > PAYLOAD_BYTES_MAX:
        raise ValueError(f"news for {topic} takes {len(payload)} bytes; send an id instead")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


@dataclass(slots=True, eq=False)
class Subscription:
    """What one page is still to be told."""

    queue: asyncio.Queue[dict[str, Any] | None] = field(
        default_factory=lambda: asyncio.Queue(QUEUE_MAX)
    )

    def put(self, news: dict[str, Any]) -> None:
        """Add news; too many become one `MISSED`, which makes all before it moot."""
        if news is MISSED:
            self._clear()
        try:
            self.queue.put_nowait(news)
        except asyncio.QueueFull:
            self._clear()
            self.queue.put_nowait(MISSED)

    def end(self) -> None:
        """Let the page go after nothing more."""
        self._clear()
        self.queue.put_nowait(None)

    def _clear(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()

    async def next(self, *, timeout_s: float) -> dict[str, Any] | None:
        """Return the next news, an empty dictionary after a while without any, None at the end."""
        try:
            return await asyncio.wait_for(self.queue.get(), timeout_s)
        except TimeoutError:
            return {}


@dataclass(slots=True)
class Hub:
    """One LISTEN for all the pages of a process."""

    topics: defaultdict[str, list[Subscription]] = field(default_factory=lambda: defaultdict(list))
    listening: asyncio.Task[None] | None = None
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def subscribe(self, topic: str, *, pages_max: int) -> AsyncIterator[Subscription]:
        """Hear a topic from now on; the oldest of too many pages is let go."""
        if self.listening is None or self.listening.done():
            self.listening = asyncio.create_task(self._listen())
        pages = self.topics[topic]
        while len(pages) >= pages_max:
            pages.pop(0).end()
        page = Subscription()
        pages.append(page)
        try:
            await self.is_ready.wait()
            yield page
        finally:
            if page in pages:
                pages.remove(page)
            if not pages:
                self.topics.pop(topic, None)

    async def close(self) -> None:
        """Let all pages go and stop listening."""
        for pages in list(self.topics.values()):
            for page in pages:
                page.end()
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)

    async def _listen(self) -> None:
        pause_s = RECONNECT_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_parameters()) as session:
                    await session.execute(f"LISTEN {CHANNEL}")
                    self._tell_all_that_they_missed()
                    self.is_ready.set()
                    pause_s = RECONNECT_S
                    async for notification in session.notifies():
                        self._pass_on(notification.payload)
            except psycopg.OperationalError as error:
                logger.warning("live news: the database is away (%s)", str(error).strip())
            self.is_ready.clear()
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RECONNECT_S_MAX)

    def _tell_all_that_they_missed(self) -> None:
        for pages in self.topics.values():
            for page in pages:
                page.put(MISSED)

    def _pass_on(self, payload: str) -> None:
        message = json.loads(payload)
        for page in self.topics.get(message["topic"], ()):
            page.put(message["news"])


def _parameters() -> dict[str, Any]:
    """Return how to connect for listening, in words of psycopg."""
    parameters = dict(connection.get_connection_params())
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    keepalive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
    return {**parameters, **keepalive, "autocommit": True}
