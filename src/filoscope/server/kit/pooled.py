"""A connection of the pool, which is asked whether it lives each time that it is given out.

psycopg's pool asks by an empty query: a round trip before every page. Here the socket is asked first: where
nothing has arrived unbidden, the server has neither closed nor complained, and the connection lives.
"""

from __future__ import annotations

import select
from typing import Any

import psycopg

IS_ALIVE = ""  # the query of `psycopg_pool.ConnectionPool.check_connection`


class Pooled(psycopg.Connection[Any]):
    """A connection that answers the pool's question without the server wherever it can."""

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        """Execute a query and return a cursor to read its results."""
        if query == IS_ALIVE and not self.closed and not self._has_news():
            return self.cursor()
        return super().execute(query, *args, **options)

    def _has_news(self) -> bool:
        """Whether the server has sent something that nobody asked for: mostly that it is closing."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return bool(poll.poll(0))
