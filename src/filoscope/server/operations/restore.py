"""`filoscope restore`: bring a backup back, whole or not at all.

filoscope restore friday.tar.gz --into /srv/filoscope

Everything is unpacked beside the data folder and checked there; only then it takes its place.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from filoscope.server.kit import embedded_database, postgres_programs
from filoscope.server.kit.environment import read
from filoscope.server.operations import archive
from filoscope.server.operations.installation import OperationError, home, say
from filoscope.server.operations.lock import who_serves

JOBS = 2  # of pg_restore


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="what `filoscope backup` wrote")
    parser.add_argument(
        "--into", type=Path, metavar="HOME", help="the data folder to make (FILOSCOPE_HOME)"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace what is there; it is kept beside it under another name",
    )


def run(options: argparse.Namespace) -> int:
    """Unpack, check, fill a database, and only then put it in place."""
    target = (options.into or home()).expanduser().resolve()
    _refuse(target, is_forced=options.force)
    fresh = target.with_name(f"{target.name}.restoring")
    if fresh.exists():
        shutil.rmtree(fresh)  # of a restore that was killed
    fresh.mkdir(parents=True)
    try:
        manifest = _unpack(options.file, fresh)
        _fill_database(fresh)
        kept = _put_in_place(fresh, target)
    finally:
        if fresh.exists():
            embedded_database.stop(fresh)
            shutil.rmtree(fresh)
    say(f"{target} is as it was on {manifest['made_at']}")
    if kept is not None:
        say(f"what was there before is in {kept}")
    return 0


def _refuse(target: Path, *, is_forced: bool) -> None:
    if read("DATABASE_URL"):
        raise OperationError(
            "DATABASE_URL is set, but a backup comes back into an embedded database: unset it, "
            "restore, and load the dump into your own server with pg_restore (docs/hosting/backups.md)"
        )
    if read("FILOSCOPE_MEDIA"):
        raise OperationError("FILOSCOPE_MEDIA is set: unset it, restore, and move HOME/media there")
    if not target.exists() or not any(target.iterdir()):
        return
    if not is_forced:
        raise OperationError(f"{target} is not empty: --force puts it aside, --into takes another")
    serving = who_serves(target)
    if serving is not None:
        raise OperationError(f"{target} is being served by process {serving[0]}: stop that first")


def _unpack(path: Path, fresh: Path) -> dict[str, Any]:
    """Write the members below `fresh` and compare their checksums; return the manifest."""
    found: dict[str, str] = {}
    with archive.reading(path) as members:
        for name, content in members:
            where = fresh / name
            where.parent.mkdir(parents=True, exist_ok=True)
            found[name] = _write(where, content)
    try:
        promised = json.loads((fresh / archive.CHECKSUMS).read_text())
        manifest: dict[str, Any] = json.loads((fresh / archive.MANIFEST).read_text())
    except (FileNotFoundError, ValueError) as error:
        raise OperationError(f"{path} was cut short; nothing was restored") from error
    del found[archive.CHECKSUMS]
    if wrong := sorted(name for name in promised | found if promised.get(name) != found.get(name)):
        raise OperationError(f"{path} is damaged at {wrong[0]}; nothing was restored")
    if manifest["format"] > archive.FORMAT:
        raise OperationError(
            f"{path} was written by Filoscope {manifest['filoscope']}, which is newer: install that"
        )
    for name in (archive.CHECKSUMS, archive.MANIFEST):
        (fresh / name).unlink()
    return manifest


def _write(path: Path, content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    with path.open("wb") as file:
        path.chmod(0o600 if path.name == archive.SECRET_KEY else 0o644)
        while piece := content.read(archive.CHUNK_BYTES):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _fill_database(fresh: Path) -> None:
    """Load the dump into a new cluster, and stop it again; any error ends it all."""
    dump = fresh / archive.DATABASE
    with embedded_database.lease(fresh) as url:
        command = [
            str(postgres_programs.folder_of_programs() / "pg_restore"),
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            f"--jobs={JOBS}",
            f"--dbname={url}",
            str(dump),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise OperationError(f"the database was not restored: {done.stderr.strip()}")
    embedded_database.stop(fresh)
    dump.unlink()


def _put_in_place(fresh: Path, target: Path) -> Path | None:
    """Exchange the folders by two renames; return where the former one is."""
    kept = None
    if target.exists():
        embedded_database.stop(target)
        kept = target.with_name(f"{target.name}.before-{datetime.now():%Y%m%d-%H%M%S}")
        target.rename(kept)
    for name in (embedded_database.LOCK, embedded_database.USERS):
        (fresh / name).unlink(missing_ok=True)
    fresh.rename(target)
    return kept
