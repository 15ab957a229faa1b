"""`filoscope backup`: database, media, originals and secret key in one file, while the server runs.

filoscope backup friday.tar.gz
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filoscope import __version__
from filoscope.server.kit import postgres_programs
from filoscope.server.kit.environment import read
from filoscope.server.operations import archive
from filoscope.server.operations.installation import (
    OperationError,
    database,
    fix_home,
    home,
    media_folder,
    say,
)

FOLDERS = ("media", "uploads")
MEBIBYTE = 1024**2


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="what to write: something.tar.gz or .tar.zst"
    )


def run(options: argparse.Namespace) -> int:
    """Write the backup: the database first, then the files that its rows name.

    A row names a file before the file is complete and loses it before the file is removed, so that
    a snapshot of the rows needs no file that was added later; one that vanishes while we read was
    removed together with its row, and is missing in the backup: `doctor --repair` mends such a row.
    """
    fix_home()
    target: Path = options.file.resolve()
    if not home().is_dir():
        raise OperationError(f"there is nothing to back up: {home()} does not exist")
    gone = 0
    with (
        database() as url,
        tempfile.TemporaryDirectory(dir=home(), prefix="backup-") as place,
        archive.writing(target) as out,
    ):
        dump = Path(place) / archive.DATABASE
        dump_database(url, dump)
        out.add_text(archive.MANIFEST, _manifest(url))
        out.add_file(archive.DATABASE, dump)
        out.add_file(archive.SECRET_KEY, home() / "secret.key")
        for name, path in _files(target):
            gone += not out.add_file(name, path)
    if gone:
        say(f"{gone} files were deleted by their makers meanwhile and are not in it")
    say(f"{target}: {target.stat().st_size / MEBIBYTE:,.1f} MB, {len(out.checksums)} parts")
    return 0


def dump_database(url: str, path: Path) -> None:
    """Write a snapshot of the database in pg_dump's custom format."""
    command = [
        str(postgres_programs.folder_of_programs() / "pg_dump"),
        "--format=custom",
        "--compress=gzip:1",
        "--no-owner",
        "--no-privileges",
        f"--file={path}",
        url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OperationError(f"the database was not saved: {done.stderr.strip()}")


def _manifest(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        applied = connection.execute(
            "SELECT app, max(name) FROM django_migrations GROUP BY app ORDER BY app"
        ).fetchall()
    return json.dumps(
        {
            "format": archive.FORMAT,
            "filoscope": __version__,
            "postgresql": row[0] if row else "",
            "migrations": dict(applied),
            "name": read("FILOSCOPE_NAME"),
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
        indent=2,
    )


def _files(target: Path) -> Iterator[tuple[str, Path]]:
    """Everything below media and uploads, but parts being written and the backup itself."""
    for folder, root in zip(FOLDERS, (media_folder(), home() / "uploads"), strict=True):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".part" and path != target:
                yield f"{folder}/{path.relative_to(root).as_posix()}", path
