"""Plain SQL that PostgreSQL plans once for each connection, for what stands behind every page.

    for key, slug in rows("SELECT id, slug FROM videos_clip WHERE id = ANY(%s::bigint[])", [[7, 8]]):
        ...

Django writes the values into the text of a query, so PostgreSQL parses and plans each anew: for the
query behind a page of the feed that is half of the time it takes. Here the values go beside the text,
and after a few calls the plan is kept (PREPARE). Queries are counted by tests as Django's own are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

CALLS_UNTIL_PREPARED = 3  # of one text on one connection: what is asked once is not kept


def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query on this thread's connection and return its rows."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    session: psycopg.Connection[Any] = database.connection
    session.prepare_threshold = CALLS_UNTIL_PREPARED
    cursor: Any = psycopg.Cursor(session)
    if database.queries_logged:
        cursor = database.make_debug_cursor(cursor)
    with database.wrap_database_errors:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
