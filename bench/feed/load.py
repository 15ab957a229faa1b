"""A few connections that ask as fast as they are answered, over HTTP/1.1 on 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

PAGES_OF_A_VISIT = 5  # forty clips
_MORE = re.compile(rb'data-more="([^"]+)"')
_CARD = re.compile(rb'data-slug="(\w+)"(?:[^>]*?data-served="([\w-]*)")?')


@dataclass(slots=True)
class Tally:
    """What one phase of the load saw."""

    seconds: float = 0.0
    cpu_s: float = 0.0  # of the web server
    latencies_s: list[float] = field(default_factory=list)  # of pages
    beacons: int = 0
    sizes: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Pages a second."""
        return len(self.latencies_s) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """CPU of the web server for a page."""
        return self.cpu_s / len(self.latencies_s) * 1e3

    def quantile_ms(self, share: float) -> float:
        """Return the latency that this share of the pages does not exceed."""
        ordered = sorted(self.latencies_s)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] * 1e3


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def open(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return status and body."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        found = re.search(rb"(?i)content-length: (\d+)", head)
        body = await self.reader.readexactly(int(found[1])) if found else b""
        return status, body


def get(path: str, session: str = "") -> bytes:
    """Return the bytes of a GET."""
    cookie = f"Cookie: sessionid={session}\r\n" if session else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n".encode()


def _post(path: str, session: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={session}\r\n"
        "Sec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


Visit = Callable[[Connection, random.Random, Tally], Awaitable[None]]


async def _timed(connection: Connection, request: bytes, tally: Tally) -> bytes:
    began_s = time.perf_counter()
    status, body = await connection.ask(request)
    tally.latencies_s.append(time.perf_counter() - began_s)
    tally.sizes.append(len(body))
    if status != 200:
        raise RuntimeError(f"{request[:80]!r} was answered by {status}: {body[:200]!r}")
    return body


def one_path(path: str, sessions: Sequence[str] = ()) -> Visit:
    """Return a visit that asks for one address, by somebody else each time."""

    async def visit(connection: Connection, chance: random.Random, tally: Tally) -> None:
        session = chance.choice(sessions) if sessions else ""
        await _timed(connection, get(path, session), tally)

    return visit


def swiping(sessions: Sequence[str], *, tells: bool) -> Visit:
    """Return a visit of five pages, each behind the last; `tells` sends what was watched of each."""

    async def visit(connection: Connection, chance: random.Random, tally: Tally) -> None:
        session, path = chance.choice(sessions), "/feed/for-you/more"
        for _ in range(PAGES_OF_A_VISIT):
            body = await _timed(connection, get(path, session), tally)
            if tells:
                told = _watched(body, chance)
                status, answer = await connection.ask(_post("/feed/events", session, told))
                if status != 204:
                    raise RuntimeError(f"events were answered by {status}: {answer[:200]!r}")
                tally.beacons += 1
            onward = _MORE.search(body)
            if onward is None:
                return
            path = onward[1].decode().replace("&amp;", "&")

    return visit


def _watched(page: bytes, chance: random.Random) -> bytes:
    """Return the batch of events that a browser sends about a page: three of each card."""
    events = [
        {
            "key": str(uuid.UUID(int=chance.getrandbits(128))),
            "clip": slug.decode(),
            "kind": kind,
            "served": served.decode(),
            "at_ms_ago": 100,
            **({"watched_s": round(chance.uniform(0, 20), 2)} if kind == "watched" else {}),
        }
        for slug, served in _CARD.findall(page)
        for kind in ("shown", "started", "watched")
    ]
    return json.dumps({"events": events}).encode()


async def run(port: int, visit: Visit, *, connections: int, seconds: float, seed: int) -> Tally:
    """Let every connection make visits until the time is over."""
    tally = Tally()
    open_ones = [Connection(port) for _ in range(connections)]
    for one in open_ones:
        await one.open()
    began_s = time.perf_counter()

    async def keep_on(number: int, connection: Connection) -> None:
        chance = random.Random(seed * 1_000 + number)
        while time.perf_counter() - began_s < seconds:
            await visit(connection, chance, tally)

    await asyncio.gather(*(keep_on(number, one) for number, one in enumerate(open_ones)))
    tally.seconds = time.perf_counter() - began_s
    for one in open_ones:
        one.writer.close()
    return tally
