"""A connection of the pool, which is asked whether it lives each time that it is given out.

psycopg's pool asks by an empty query: a round trip before every page. Here the socket is asked first: where
nothing has arrived unbidden, the server has neither closed nor complained, and the connection lives.

`ask` runs a query as a cursor does, in a third of a cursor's time: no cursor, no generator, one wait.
"""

from __future__ import annotations

import re
import select
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

CALLS_UNTIL_PREPARED = 3  # of one text on one connection: what is asked once is not kept
STATEMENTS_MAX = 200  # kept by a connection; texts are ours, so they are few
_PLACE = re.compile(r"%%|%s|%\((\w+)\)s")
Asked = tuple[bytes, tuple[int, ...]]  # a text and the types of what is sent with it
# psycopg lets every prepared statement go after a ROLLBACK; a migration may change what one returns.
FORGOTTEN = (b"26000", b"0A000")  # InvalidSqlStatementName, FeatureNotSupported
IS_ALIVE = ""  # the query of `psycopg_pool.ConnectionPool.check_connection`


class Pooled(psycopg.Connection[Any]):
    """A connection that answers the pool's question without the server wherever it can."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asked: Counter[Asked] = Counter()
        self._names: dict[Asked, bytes] = {}  # of prepared statements
        self._numbers = count()  # never given twice, as a forgotten name may still be taken

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

    def ask(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a query that is a transaction of its own, prepared once it comes often."""
        text, names = _numbered(sql)
        values = (
            [parameters[name] for name in names] if isinstance(parameters, Mapping) else parameters
        )
        adapted = Transformer(self)
        sent: Any = adapted.dump_sequence(values, [PyFormat.AUTO] * len(values))
        name = self._prepared_as(text, adapted.types or ())
        if name is not None:
            found = self.pgconn.exec_prepared(name, sent, adapted.formats)
            if found.error_field(pq.DiagnosticField.SQLSTATE) in FORGOTTEN:
                self._names.clear()
                name = None
        if name is None:
            found = self.pgconn.exec_params(text, sent, adapted.types, adapted.formats)
        if found.status != pq.ExecStatus.TUPLES_OK:
            raise self._error_of(found)
        adapted.set_pgresult(found)
        return adapted.load_rows(0, found.ntuples, tuple)

    def _prepared_as(self, text: bytes, types: Sequence[int]) -> bytes | None:
        """Return the name under which a query is prepared, or None: it has not come often enough."""
        key = (text, tuple(types))
        if (name := self._names.get(key)) is not None:
            return name
        self._asked[key] += 1
        if self._asked[key] <= CALLS_UNTIL_PREPARED or len(self._names) >= STATEMENTS_MAX:
            return None
        name = b"asked_%d" % next(self._numbers)
        found = self.pgconn.prepare(name, text, types)
        if found.status != pq.ExecStatus.COMMAND_OK:
            raise self._error_of(found)
        self._names[key] = name
        return name

    def _error_of(self, found: pq.abc.PGresult) -> psycopg.Error:
        """Return what went wrong, as psycopg's own cursors name it."""
        if self.pgconn.status == pq.ConnStatus.BAD:
            return psycopg.OperationalError(found.get_error_message() or "the connection is lost")
        return errors.error_from_result(found)


@cache
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a query with numbered places, and the name of each; a name is sent once."""
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        return f"${numbers.setdefault(found[1] or str(len(numbers)), len(numbers) + 1)}"

    text = _PLACE.sub(place, sql)
    return text.encode(), tuple(numbers)
