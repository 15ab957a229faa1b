"""PostgreSQL in the data folder: it comes back after any death, beside others, at any path."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from filoscope.server.kit import embedded_database
from filoscope.server.kit.postgres_programs import DatabaseError
from tests.operations.conftest import eventually, open_folder

pytestmark = pytest.mark.xdist_group("operations")

NOBODY = 65534
HOLDER = """
import sys, time
from pathlib import Path
from filoscope.server.kit import embedded_database
with embedded_database.lease(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with open_folder() as folder:
        yield from _filled(folder)


def _filled(folder: Path) -> Iterator[Path]:
    with embedded_database.lease(folder) as url, psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    yield folder
    embedded_database.stop(folder)


def words_in(home: Path) -> list[str]:
    with embedded_database.lease(home) as url, psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept")]


def test_a_database_killed_with_all_its_processes_comes_back_with_every_committed_row(
    home: Path,
) -> None:
    with embedded_database.lease(home) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("INSERT INTO kept VALUES ('written just before')")
        postmaster = embedded_database.running(home)
        assert postmaster is not None
        main = psutil.Process(postmaster.pid)
        family = [*main.children(recursive=True), main]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(family)
        assert embedded_database.running(home) is None
    assert words_in(home)[-1] == "written just before"


def test_a_stale_process_file_that_names_a_living_stranger_does_not_keep_it_down(
    home: Path,
) -> None:
    embedded_database.stop(home)
    folder = embedded_database.folder_of(home)
    (folder / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n1700000000\n5432\n{folder}\n")
    assert embedded_database.running(home) is None
    assert words_in(home)[0] == "still here"


def test_the_database_ends_when_the_last_holder_of_a_lease_is_killed(home: Path) -> None:
    holders = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for holder in holders:
        assert holder.stdout is not None
        assert holder.stdout.readline().startswith("postgresql://")
    holders[0].send_signal(signal.SIGKILL)
    holders[0].wait()
    assert words_in(home)[0] == "still here"
    assert embedded_database.running(home) is not None
    holders[1].send_signal(signal.SIGKILL)
    holders[1].wait()
    eventually(lambda: embedded_database.running(home) is None, what="the database's end")


def test_a_data_folder_that_was_removed_while_it_ran_is_made_anew(place: Path) -> None:
    with embedded_database.lease(place):
        before = embedded_database.running(place)
        assert before is not None
        shutil.rmtree(place / "database")
        with embedded_database.lease(place) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            after = embedded_database.running(place)
        assert after is not None
        assert after.pid != before.pid
        assert not psutil.pid_exists(before.pid) or psutil.Process(before.pid).status() == "zombie"


def test_two_databases_live_beside_each_other(home: Path, place: Path) -> None:
    with embedded_database.lease(home) as one, embedded_database.lease(place) as other:
        with psycopg.connect(other) as connection:
            found = connection.execute("SELECT to_regclass('kept')").fetchone()
        assert found == (None,)
        assert one != other


def test_a_path_too_long_for_a_socket_works_all_the_same(place: Path) -> None:
    deep = place / ("a very long name, with 'quotes' & blanks " * 3).strip()
    with embedded_database.lease(deep) as url:
        assert url == embedded_database.address(deep)
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    sockets = embedded_database.socket_folder(deep)
    assert len(os.fsencode(sockets / ".s.PGSQL.5432")) <= embedded_database.SOCKET_PATH_BYTES_MAX


def test_nobody_but_the_database_may_read_its_files_and_it_listens_on_no_port(home: Path) -> None:
    with embedded_database.lease(home) as url, psycopg.connect(url) as connection:
        listens = connection.execute("SHOW listen_addresses").fetchone()
    assert listens == ("",)
    assert embedded_database.folder_of(home).stat().st_mode & 0o077 == 0


def test_the_files_of_another_major_version_are_refused_with_what_to_do(place: Path) -> None:
    folder = place / "database"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("17\n")
    with pytest.raises(DatabaseError, match=r"PostgreSQL 17.*carries 18.*filoscope backup"):
        embedded_database.start(place)


def test_a_folder_with_something_else_in_it_is_left_alone(place: Path) -> None:
    folder = place / "database"
    folder.mkdir()
    (folder / "letters.txt").write_text("dear bob")
    with pytest.raises(DatabaseError, match="not empty"):
        embedded_database.start(place)
    assert (folder / "letters.txt").read_text() == "dear bob"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_may_run_it_but_not_somebody_elses(home: Path, place: Path) -> None:
    own = place / "own"
    own.mkdir()
    os.chown(own, NOBODY, NOBODY)
    assert as_nobody(own) == embedded_database.address(own)
    assert (own / "database").stat().st_uid == NOBODY
    home.chmod(0o777)
    (home / embedded_database.LOCK).chmod(0o666)
    assert "belongs to" in as_nobody(home)


def as_nobody(home: Path) -> str:
    """Start and stop the database in a child that has become `nobody`; return the address or the error.

    Forked, not started anew: this Python may be out of reach for others.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            answer = embedded_database.start(home)
            embedded_database.stop(home)
        except (DatabaseError, OSError) as error:
            answer = str(error)
        os.write(writing, answer.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as pipe:
        return pipe.read()
