"""The network as it really runs, for tests: a web server and workers as processes of their own.

They use the test's database and a data folder of the test, and die with `kill`.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")
PATIENCE_S = 60.0  # longer than anything takes here; only a test that fails waits for so long
WORKER = (
    "import django; django.setup()\n"
    "from filoscope.server.kit.worker import run\n"
    "run(concurrency=1)\n"
)


def until(found: Callable[[], T | None], *, what: str, every_s: float = 0.02) -> T:
    """Ask again and again, and return the first answer that is not empty."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(every_s)
    raise AssertionError(f"waited {PATIENCE_S} s for {what}")


def database_url() -> str:
    """Return the address of the database that this test uses."""
    from django.db import connection

    said = connection.settings_dict
    return (
        f"postgresql://{quote(said['USER'])}:{quote(said['PASSWORD'])}@/{said['NAME']}"
        f"?host={said['HOST']}" + (f"&port={said['PORT']}" if said["PORT"] else "")
    )


def environment(home: Path, **settings: object) -> dict[str, str]:
    """Return what a process of the network has to know."""
    said = {"FILOSCOPE_HOME": home, "DATABASE_URL": database_url(), **settings}
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "filoscope.server.settings",
        **{name: str(value) for name, value in said.items()},
    }


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(slots=True)
class Program:
    """A process group that is started, killed and started again."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send a signal to the whole group, and wait for its end."""
        if self.process is not None:
            if self.process.poll() is None:
                os.killpg(self.process.pid, number)
            self.process.wait()
            self.process = None


@dataclass(slots=True)
class WebServer:
    """Granian with the ASGI application, at a port of its own."""

    home: Path
    settings: dict[str, object] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "filoscope.server.asgi:application"]
        self.program = Program(
            command, environment(self.home, **self.settings), self.home / "web.log"
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> WebServer:
        """Start it, and wait until it answers."""
        self.program.start()
        until(self._answers, what=f"the web server; see {self.program.log}")
        return self

    def _answers(self) -> bool:
        try:
            return self.ask("OPTIONS", "/tus/").status == 204
        except OSError:
            return False

    def kill(self, number: int = signal.SIGKILL) -> None:
        self.program.kill(number)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the whole answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(
                response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
            )
        finally:
            connection.close()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def worker(home: Path, **settings: object) -> Program:
    """Return a worker, not started yet."""
    return Program(
        [sys.executable, "-c", WORKER], environment(home, **settings), home / "worker.log"
    )


NURSERY = """
import os, signal, sys
import django; django.setup()
from filoscope.server.kit.worker import run
from filoscope.server.videos import jobs
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for _ in sys.stdin:
    if pid := os.fork():
        print(pid, flush=True)
        continue
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    run(concurrency=1)
    os._exit(0)
"""


@dataclass(slots=True)
class Nursery:
    """Workers that begin at once: forked from a process that has loaded everything already.

    Loading takes a second of a core, which a test that kills twenty workers would pay twenty times.
    """

    home: Path
    process: subprocess.Popen[str] = field(init=False)
    born: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        with (self.home / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", NURSERY],
                env=environment(self.home),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def start(self) -> int:
        """Start a worker and return its number."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.born.append(int(self.process.stdout.readline()))
        return self.born[-1]

    def kill(self, pid: int) -> None:
        """Kill one worker, and only it: what it has started must end by itself."""
        os.kill(pid, signal.SIGKILL)
        until(lambda: not _is_alive(pid), what=f"the end of worker {pid}")

    def end(self) -> None:
        """End all that is left."""
        for pid in self.born:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def work_off() -> None:
    """Do every job that is due, in this process."""
    from procrastinate.contrib.django import app as django_app

    of_django: Any = django_app.connector

    async def work() -> None:
        worker_connector = of_django.get_worker_connector()
        with django_app.replace_connector(worker_connector) as app:
            async with app.open_async():
                await app.run_worker_async(
                    wait=False,
                    install_signal_handlers=False,
                    listen_notify=False,
                    delete_jobs="successful",
                )

    asyncio.run(work())


def session_cookie(account: Any) -> str:
    """Sign an account in, and return the Cookie header of its browser."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(account)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
