"""What must be true before the first request: the schema is current, the static files are collected.

Run as a program by `filoscope serve`, so that the process which watches over the others stays small.

    python -m filoscope.server.operations.preparation
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

MIGRATION_LOCK = (
    0x46696C6F  # "Filo": PostgreSQL's advisory lock, so that two starts do not migrate at once
)
STAMP = ".collected"  # in STATIC_ROOT: what the files there were made from


def migrate() -> int:
    """Bring the schema up to date; return how many migrations were applied."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    with connection.cursor() as cursor:
        executor = MigrationExecutor(connection)
        if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return 0
        cursor.execute("SET lock_timeout = 0")  # another start may migrate for long
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
            if plan:
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
            cursor.execute("RESET lock_timeout")
    return len(plan)


def collect_static() -> bool:
    """Copy what the browser gets into STATIC_ROOT under hashed names, unless nothing changed."""
    from django.conf import settings
    from django.core.management import call_command

    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    stamp = root / STAMP
    with (root / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = _fingerprint_of_sources(settings.DEBUG)
        if stamp.exists() and stamp.read_text() == wanted:
            return False
        call_command("collectstatic", verbosity=0, interactive=False)
        _write_whole(stamp, wanted)
    return True


def _fingerprint_of_sources(*context: object) -> str:
    """Digest of names, sizes and times of all static files."""
    digest = hashlib.sha256(repr(context).encode())
    for name, path in _sources():
        found = path.stat()
        digest.update(f"{name}\0{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in sorted(finder.list([]), key=lambda found: found[0]):
            yield name, Path(storage.path(name))


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.replace(path)


def main() -> int:
    """Prepare, and say what was done."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "filoscope.server.settings")
    django.setup()
    applied = migrate()
    if applied:
        print(f"  schema: {applied} migrations applied", flush=True)
    collect_static()
    return 0


if __name__ == "__main__":
    sys.exit(main())
