"""All addresses of the network, and a bare view that answers a constant of the same size."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.urls import path

from filoscope.server.urls import urlpatterns as addresses_of_the_network

SIZE_BYTES = int(os.environ.get("FILOSCOPE_BENCH_BYTES", "0"))
CONSTANT = b"x" * SIZE_BYTES


def bare(_: HttpRequest) -> HttpResponse:
    """Answer what it always answers: no session, no database, no template."""
    return HttpResponse(CONSTANT)


urlpatterns = [path("bare", bare), path("bare-by-django", bare), *addresses_of_the_network]
