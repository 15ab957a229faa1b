"""How a handle stands in an address, and what cannot be one."""

from __future__ import annotations

from filoscope.server.accounts.models import HANDLE_PATTERN


class HandleConverter:
    """`<handle:handle>` in an address: only what can be a handle."""

    regex = HANDLE_PATTERN.pattern

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
