"""`filoscope serve`: it stops whole, comes back after any death, and says what is in its way."""

from __future__ import annotations

import os
import signal
import socket
import urllib.request
from collections.abc import Iterator

import pytest

from filoscope.server.kit import embedded_database
from tests.operations.conftest import Installation, Server, eventually, is_running

pytestmark = pytest.mark.xdist_group("operations")
WEB = "filoscope.server.operations.web"


@pytest.fixture(scope="module")
def server(installation: Installation) -> Iterator[Server]:
    with installation.serving("--workers", "1") as running:
        yield running


def status(server: Server) -> int:
    address = f"http://127.0.0.1:{server.port}/accounts/login/"
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_a_second_server_on_the_same_folder_is_refused_naming_the_first(
    installation: Installation, server: Server
) -> None:
    done = installation.run("serve", "--bind", "127.0.0.1:1025")
    assert done.returncode == 1
    assert (
        f"is served already, by process {server.process.pid} at 127.0.0.1:{server.port}"
        in done.stderr
    )


def test_a_port_in_use_is_named_with_what_to_do(own_installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = own_installation.run("serve", "--bind", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert f"port {port} is in use" in done.stderr
    assert "--bind" in done.stderr


def test_a_web_server_that_was_killed_is_started_again(server: Server) -> None:
    eventually(lambda: status(server) == 200, what="a first answer")
    victim = server.child(WEB)
    victim.kill()
    server.wait_for(r"web ended \(killed by SIGKILL\)")
    eventually(lambda: status(server) == 200, what="an answer by the new one")
    assert server.child(WEB).pid != victim.pid


def test_a_database_that_was_killed_is_started_again(
    installation: Installation, server: Server
) -> None:
    before = embedded_database.running(installation.home)
    assert before is not None
    os.kill(before.pid, signal.SIGKILL)
    server.wait_for("the database ended; it starts again")
    eventually(lambda: status(server) == 200, what="an answer over the new one")
    after = embedded_database.running(installation.home)
    assert after is not None
    assert after.pid != before.pid


def test_ctrl_c_leaves_no_process_behind(own_installation: Installation) -> None:
    with own_installation.serving() as server:
        family = server.family()
        database = embedded_database.running(own_installation.home)
        assert database is not None
        assert server.stop() == 0
        assert server.printed.rstrip().endswith("stopped")
        assert embedded_database.running(own_installation.home) is None
    eventually(lambda: not [one for one in family if is_running(one)], what="the end of all")


def test_killed_it_leaves_nothing_running_and_starts_again_with_nothing_lost(
    own_installation: Installation,
) -> None:
    with own_installation.serving() as server:
        family = server.family()
        server.process.kill()
        server.process.wait()
        eventually(
            lambda: not [one for one in family if is_running(one)],
            what="the end of all its children",
        )
    with own_installation.serving("--no-worker") as server:
        assert [one for one in server.family() if "worker" in one.cmdline()] == []
        assert own_installation.ask("Account.objects.get().handle") == "alice"
