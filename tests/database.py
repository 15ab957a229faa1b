"""A pytest plugin: one embedded PostgreSQL in a temporary folder for the whole run.

Named by `-p tests.database`, so that it is there before Django reads its settings.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MARK = "FILOSCOPE_TEST_HOME"  # set by the first process; its xdist workers inherit it
FIRST = MARK not in os.environ

if FIRST:
    os.environ[MARK] = tempfile.mkdtemp(prefix="filoscope-test-")
HOME = Path(os.environ[MARK])
os.environ["FILOSCOPE_HOME"] = str(HOME)
os.environ["FILOSCOPE_SECRET_KEY"] = "a key for tests"
if FIRST:
    HOME.chmod(0o755)
    from filoscope.server.kit import embedded_database

    os.environ["DATABASE_URL"] = embedded_database.start(HOME)


def _without_durability(url: str) -> None:
    """Trade durability for speed: this database is thrown away."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def pytest_configure(config: pytest.Config) -> None:
    if FIRST:
        _without_durability(os.environ["DATABASE_URL"])


def pytest_unconfigure(config: pytest.Config) -> None:
    if FIRST:
        from filoscope.server.kit import embedded_database

        embedded_database.stop(HOME)
        shutil.rmtree(HOME, ignore_errors=True)
