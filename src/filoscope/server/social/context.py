"""What the frame of every page shows of the inbox."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from filoscope.server.accounts.models import Account
from filoscope.server.social.queries import unread_count


def inbox(request: HttpRequest) -> dict[str, Any]:
    """The number on the bell; counted only by pages that show it."""

    def count() -> int:
        user = getattr(request, "user", None)
        return unread_count(user.pk) if isinstance(user, Account) else 0

    return {"unread_count": SimpleLazyObject(count)}
