"""Work that waits (database, disk) called from the event loop: in a thread, connections given back.

slug = await in_thread(find_slug, upload_id)

Django closes a request's connections by itself; the ASGI apps beside Django (tus, media, live)
have no such request, so this does it after each call.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 12  # fewer than the 16 connections of the pool, so that Django's own views find one
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="asgi")


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call `function` in a thread of the pool and return what it returns."""
    call: Callable[[], R] = partial(_called, partial(function, *args, **kwargs))
    return await sync_to_async(call, thread_sensitive=False, executor=_threads)()


def _called(call: Callable[[], R]) -> R:
    try:
        return call()
    finally:
        connections.close_all()
