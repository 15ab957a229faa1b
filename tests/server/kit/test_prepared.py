"""Plain SQL outside of a transaction goes beside the cursors, and answers as they do."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from filoscope.server.accounts.models import Account
from filoscope.server.kit import prepared
from filoscope.server.kit.pooled import CALLS_UNTIL_PREPARED

pytestmark = pytest.mark.django_db(transaction=True)

VALUES: list[Any] = [
    7, -1, 2**40, "é %", "", True, None, 0.25, uuid.UUID(int=7), datetime(2026, 1, 2, tzinfo=UTC),
    [3, 2**40], ["a", "b"],
]  # fmt: skip
KINDS = (
    "int int bigint text text bool text float8 uuid timestamptz bigint[] text[]".split()  # noqa: SIM905
)
EVERYTHING = "SELECT " + ", ".join(f"%s::{kind}" for kind in KINDS) + ", '100 %%'"


def by_cursor(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with transaction.atomic():
        return prepared.rows(sql, parameters)


def is_prepared(part: str) -> bool:
    found = by_cursor(
        "SELECT count(*) FROM pg_prepared_statements WHERE strpos(statement, %s) > 0", [part]
    )
    return bool(found[0][0])


def test_every_kind_of_value_comes_back_as_a_cursor_gives_it() -> None:
    expected = by_cursor(EVERYTHING, VALUES)

    found = [prepared.rows(EVERYTHING, VALUES) for _ in range(CALLS_UNTIL_PREPARED + 2)]

    assert [(*VALUES, "100 %")] == expected
    assert [expected] * len(found) == found


def test_what_stands_in_several_places_by_one_name_is_sent_once() -> None:
    sql = "SELECT %(a)s::int + %(b)s::int, %(a)s::int"

    assert [(5, 2)] == prepared.rows(sql, {"a": 2, "b": 3, "unused": 9})


def test_a_query_is_prepared_once_it_comes_often() -> None:
    for _ in range(CALLS_UNTIL_PREPARED):
        prepared.rows("SELECT 'often' WHERE %s", [True])
    assert not is_prepared("'often'")

    prepared.rows("SELECT 'often' WHERE %s", [True])

    assert is_prepared("'often'")


def test_a_query_whose_plan_was_let_go_or_has_changed_is_asked_anew() -> None:
    def ask() -> list[tuple[Any, ...]]:
        return [prepared.rows("SELECT * FROM kept", []) for _ in range(CALLS_UNTIL_PREPARED + 2)][
            -1
        ]

    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE kept AS SELECT 1 AS one")
    assert [(1,)] == ask()

    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert [(1,)] == ask()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kept ADD COLUMN two int DEFAULT 2")
    assert [(1, 2)] == ask()


def test_a_query_within_a_transaction_sees_it_and_goes_with_it() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        prepared.rows("UPDATE accounts_account SET handle = handle RETURNING 1", [])
        Account.objects.create(handle="brief", display_name="", password="!")
        assert [(1,)] == prepared.rows("SELECT count(*) FROM accounts_account", [])
        raise ZeroDivisionError

    assert [(0,)] == prepared.rows("SELECT count(*) FROM accounts_account", [])


def test_what_postgresql_refuses_is_an_error_of_djangos() -> None:
    with pytest.raises(ProgrammingError, match="no_such_table"):
        prepared.rows("SELECT * FROM no_such_table", [])

    assert [(1,)] == prepared.rows("SELECT %s::int", [1])


def test_a_connection_that_the_server_has_closed_is_an_operational_error() -> None:
    mine = prepared.rows("SELECT pg_backend_pid()", [])[0][0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [mine])
    other.close()

    with pytest.raises(OperationalError):
        prepared.rows("SELECT %s::int", [1])
    connection.close()

    assert [(1,)] == prepared.rows("SELECT %s::int", [1])


def test_queries_are_counted_as_djangos_own_are() -> None:
    with CaptureQueriesContext(connection) as captured:
        prepared.rows("SELECT %s::int", [1])

    assert 1 == len(captured)
