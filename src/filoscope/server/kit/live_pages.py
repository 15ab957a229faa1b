"""GET /live: server-sent events (WHATWG HTML, section 9.2) for the pages of whoever is signed in.

A page that connects is first given how things stand, then what changes. A comment every few seconds
keeps proxies from closing the line. The session is looked at again and again: who signs out hears
nothing more.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from filoscope.server.kit.live import MISSED, Hub
from filoscope.server.kit.origin import account_of, is_same_origin, session_key_of, signed_in
from filoscope.server.kit.threads import in_thread

KEEP_ALIVE_S = 15.0  # proxies close a silent line after 30 to 60 seconds
SESSION_TRUST_S = 2.0  # how long after signing out a page may still hear something
PAGES_MAX = 6  # of one account in one process: browsers open no more lines to one server
RETRY_MS = 2_000

# account -> the news that tell how things stand
Picture = Callable[[Any], Sequence[dict[str, Any]]]


def live(hub: Hub, picture: Picture) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of /live."""

    async def endpoint(request: Request) -> Response:
        account = await signed_in(request) if is_same_origin(request) else None
        if account is None:
            return PlainTextResponse("Sign in to hear news.", 401)
        key = session_key_of(request) or ""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _events(hub, picture, account, key), media_type="text/event-stream", headers=headers
        )

    return endpoint


async def _events(hub: Hub, picture: Picture, account: Any, key: str) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    checked_at = time.monotonic()
    async with contextlib.AsyncExitStack() as stack:
        page = await stack.enter_async_context(
            hub.subscribe(f"account:{account.pk}", pages_max=PAGES_MAX)
        )
        page.put(MISSED)
        while (news := await page.next(timeout_s=KEEP_ALIVE_S)) is not None:
            if time.monotonic() - checked_at > SESSION_TRUST_S:
                if await in_thread(account_of, key) is None:
                    return
                checked_at = time.monotonic()
            if not news:
                yield ": still here\n\n"
            elif news is MISSED:
                for item in await in_thread(picture, account):
                    yield event(item)
            else:
                yield event(news)


def event(news: dict[str, Any]) -> str:
    """Return one event; its name is the kind of the news."""
    return f"event: {news['kind']}\ndata: {json.dumps(news, separators=(',', ':'))}\n\n"
