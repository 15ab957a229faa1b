"""Django at the server's door: each request in one thread, from its first middleware to its last.

    application = OneThread()

Django's own ASGI handler calls each of our middlewares twice in a thread and goes back to the event
loop in between, fifteen times for a page, and each request begins with a thread of its own that knows
no connection yet: three times the work of a small page, for views that wait in threads anyway. Here a
request is one call in one of some threads that stay, as under WSGI; the event loop only reads and sends.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import django
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.urls import set_script_prefix

THREADS = 16  # as many as there are connections to the database


class OneThread(ASGIHandler):
    """The ASGI application of Django's views."""

    def __init__(self) -> None:
        django.setup(set_prefix=False)
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        loop = asyncio.get_running_loop()
        response = await loop.run_in_executor(self._threads, self._answer, scope, body)
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await loop.run_in_executor(self._threads, response.close)

    def _answer(self, scope: Any, body: IO[bytes]) -> Any:
        """Do all that waits; what has its text is closed here too, which gives the connection back."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if not response.streaming:
            response.close()
        body.close()
        return response
