"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def community(request: HttpRequest) -> dict[str, Any]:
    """The name of this community and its public address."""
    return {
        "community_name": settings.COMMUNITY_NAME,
        "origin": settings.ORIGIN or f"{request.scheme}://{request.get_host()}",
    }
