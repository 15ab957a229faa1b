"""This installation: its data folder, its database and its Django, as every command finds them.

with prepared():               # database up, schema current, Django set up
    Account.objects.count()
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filoscope.server.kit import embedded_database
from filoscope.server.kit.environment import SettingError, read
from filoscope.server.kit.postgres_programs import DatabaseError

ANSWER_S_MAX = 10  # of a database: one that is further away is of no use
SETTINGS_MODULE = "filoscope.server.settings"


class OperationError(Exception):
    """A command cannot do what it was asked; its words say what is wrong and what to do."""


def home() -> Path:
    """The data folder, as an absolute path."""
    return Path(read("FILOSCOPE_HOME")).expanduser().resolve()


def media_folder() -> Path:
    """Where the files that are played are."""
    return Path(read("FILOSCOPE_MEDIA") or home() / "media").expanduser().resolve()


def fix_home() -> None:
    """Let this process and its children mean the same data folder, whatever folder they work in."""
    os.environ["FILOSCOPE_HOME"] = str(home())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS_MODULE)


@contextmanager
def database() -> Iterator[str]:
    """Have the database for as long as the block runs: the owner's, or the embedded one."""
    url = read("DATABASE_URL")
    if url:
        _refuse_silence(url)
        yield url
        return
    with embedded_database.lease(home()) as own:
        yield own


def _refuse_silence(url: str) -> None:
    """Raise when the owner's database does not answer."""
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=ANSWER_S_MAX).close()
    except psycopg.Error as error:
        first = str(error).strip().splitlines()[0]
        raise OperationError(
            f"the database that DATABASE_URL names does not answer: {first}"
        ) from error


def set_up_django() -> None:
    """Load settings and apps."""
    fix_home()
    import django

    django.setup()


@contextmanager
def prepared() -> Iterator[None]:
    """Have database, schema and Django: what a command needs that works on rows."""
    fix_home()
    with database():
        set_up_django()
        from filoscope.server.operations.preparation import migrate

        migrate()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()
            _close_pools()


def _close_pools() -> None:
    """Give the connections of the pools back, so that the database can stop at once."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        close = getattr(connection, "close_pool", None)
        if close is not None:
            close()


def say(words: str) -> None:
    """Tell the owner."""
    print(words, flush=True)


def complain(words: str) -> None:
    """Tell the owner what is wrong."""
    print(words, file=sys.stderr, flush=True)


ERRORS = (OperationError, DatabaseError, SettingError)
