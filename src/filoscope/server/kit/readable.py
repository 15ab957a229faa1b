"""Requests that nothing here could read or keep are refused at the door, in one place.

PostgreSQL holds no NUL and no lone surrogate in a text; Django's own error pages read the form once
more for its token, so that a form that cannot be read would break the page that says so.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from ninja.parser import Parser

NUL = "\0"


class ReadableRequests:
    """Middleware that lets only readable paths and forms through, for sync and async views."""

    sync_capable = True
    async_capable = True

    def __init__(
        self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]
    ) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if self.is_async:
            return self._later(request)
        return _refusal(request) or self.get_response(request)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        # Only a form makes work that waits: its body is read.
        is_form = request.method == "POST"
        refusal = await sync_to_async(_refusal)(request) if is_form else _refusal(request)
        if refusal is not None:
            return refusal
        answer = self.get_response(request)
        return answer if isinstance(answer, HttpResponseBase) else await answer


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    if NUL in request.path_info:
        raise Http404("No address here has such a letter.")
    if request.method == "POST":
        try:
            request.POST  # noqa: B018 - reading it is what may fail; it is kept on the request
        except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
            said = f"This form cannot be read: {error}"
            return HttpResponse(said, status=400, content_type="text/plain; charset=utf-8")
    return None


class TextParser(Parser):
    """Reads the JSON of the API, and refuses texts that no column can hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return what was sent; ninja answers 400 to a `ValueError`."""
        said: dict[str, Any] = json.loads(request.body)
        for text in _texts(said):
            if NUL in text:
                raise ValueError("a text has a NUL")
            text.encode()  # a lone surrogate is a UnicodeEncodeError, and so a ValueError
        return said


def _texts(said: Any) -> Iterator[str]:
    """Yield every text in it, the names of fields too, however deep."""
    waiting = [said]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item
