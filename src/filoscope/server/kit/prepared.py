"""Plain SQL that PostgreSQL plans once for each connection, for what stands behind every page.

    for key, slug in rows("SELECT id, slug FROM videos_clip WHERE id = ANY(%s::bigint[])", [[7, 8]]):
        ...

Django writes the values into the text of a query, so PostgreSQL parses and plans each anew: for the
query behind a page of the feed that is half of the time it takes. Here the values go beside the text,
and after a few calls the plan is kept (PREPARE). Queries are counted by tests as Django's own are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model

from filoscope.server.kit.pooled import CALLS_UNTIL_PREPARED, Pooled

M = TypeVar("M", bound=Model)


def rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a query on this thread's connection and return its rows."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    session: Pooled = database.connection
    if session.autocommit and not database.queries_logged:
        with database.wrap_database_errors:
            return session.ask(sql, parameters)
    # Within a transaction a cursor begins it where it has not begun; Django counts cursors' queries.
    session.prepare_threshold = CALLS_UNTIL_PREPARED
    cursor: Any = psycopg.Cursor(session)
    counted: AbstractContextManager[None] = nullcontext()
    if database.queries_logged:
        counted = database.make_debug_cursor(cursor).debug_sql(sql, parameters)
    with database.wrap_database_errors, counted:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def objects(model: type[M], where: str, parameters: Sequence[Any]) -> list[M]:
    """Return the rows of a model's table for which `where` holds, as objects: no joins, no order."""
    fields = model._meta.concrete_fields
    names = [field.attname for field in fields]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    sql = f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where}'
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows(sql, parameters)]
