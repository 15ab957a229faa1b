"""Connections given out by the pool are alive, and asking them costs no round trip."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from filoscope.server.kit.pooled import Pooled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pool() -> Iterator[ConnectionPool[Pooled]]:
    parameters = dict(connection.get_connection_params())
    with ConnectionPool(
        kwargs={**parameters, "autocommit": True},
        connection_class=Pooled,
        check=ConnectionPool.check_connection,
        min_size=1,
        max_size=1,
        timeout=10,
    ) as made:
        yield made


def backend_of(session: psycopg.Connection) -> int:
    row = session.execute("SELECT pg_backend_pid()").fetchone()
    assert row is not None
    return int(row[0])


def test_a_connection_is_given_out_again(pool: ConnectionPool[Pooled]) -> None:
    backends = set()
    for _ in range(3):
        with pool.connection() as session:
            backends.add(backend_of(session))
    assert 1 == len(backends)


def test_a_connection_that_the_server_has_closed_is_never_given_out(
    pool: ConnectionPool[Pooled],
) -> None:
    with pool.connection() as session:
        gone = backend_of(session)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [gone])
        assert (True,) == cursor.fetchone()
    with pool.connection() as session:
        assert gone != backend_of(session)


def test_asking_whether_a_connection_lives_sends_nothing(
    pool: ConnectionPool[Pooled], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pool.connection():
        pass
    monkeypatch.setattr(
        psycopg.Connection, "execute", lambda *_, **__: pytest.fail("asked the server")
    )
    with pool.connection() as session:
        assert not session.closed
