"""Installations of their own, driven by the real command in real processes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from filoscope.server.kit import embedded_database

PATIENCE_S = 120  # before a test is called stuck: no measure of speed


def eventually(question: object, *, what: str) -> None:
    """Ask again until the answer is yes."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if question():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


@dataclass(slots=True)
class Server:
    """A running `filoscope serve` or `demo`, and what it has printed."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    def family(self) -> list[psutil.Process]:
        """Every process below it."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, module: str) -> psutil.Process:
        """The child that runs this module."""
        for one in self.family():
            if module in one.cmdline():
                return one
        raise AssertionError(f"nobody runs {module}: {[one.cmdline() for one in self.family()]}")

    def wait_for(self, words: str) -> None:
        eventually(lambda: re.search(words, self.printed), what=f"{words} in:\n{self.printed}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder, and the command that works on it."""

    home: Path

    def environment(self, **settings: str) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("FILOSCOPE_") and name not in ("DATABASE_URL", "PYTEST_ADDOPTS")
        }
        return {**kept, "FILOSCOPE_HOME": str(self.home), **settings}

    def run(self, *words: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "filoscope", *map(str, words)],
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def ask(self, expression: str) -> str:
        """Evaluate an expression over the models."""
        done = self.run("manage", "shell", "-v", "0", "-c", f"print({expression})")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def serving(self, *words: str | Path, command: str = "serve") -> Iterator[Server]:
        """Serve on a free port, until the block ends."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "filoscope", command, "--bind", f"127.0.0.1:{port}"]
            + [str(word) for word in words],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        server = Server(process, port)
        reader = threading.Thread(target=_read, args=(process, server.lines), daemon=True)
        reader.start()
        try:
            server.wait_for(r"is at  http|^filoscope ")
            yield server
        finally:
            server.stop()
            reader.join()


def _read(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    lines.extend(iter(process.stdout.readline, ""))


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@pytest.fixture
def eventual() -> object:
    return eventually


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the database's own account may pass through.

    Not one of pytest's: each start of another pytest closes those to all others.
    """
    folder = Path(tempfile.mkdtemp(prefix="filoscope-operations-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """The folder of an installation that nobody uses, with alice in it: others are copied from it."""
    with open_folder() as folder:
        made = Installation(folder / "home")
        done = made.run("user", "create", "alice", "--password", "correct horse battery")
        assert done.returncode == 0, done.stderr
        yield made.home


@pytest.fixture(scope="session")
def installation(template: Path) -> Iterator[Installation]:
    """An installation shared by the tests of one process."""
    with open_folder() as folder:
        yield from _copied(template, folder)


@pytest.fixture
def own_installation(template: Path, place: Path) -> Iterator[Installation]:
    """An installation of one's own."""
    yield from _copied(template, place)


def _copied(template: Path, place: Path) -> Iterator[Installation]:
    subprocess.run(["cp", "-a", template, place], check=True)  # with the owners of its files
    made = Installation(place / "home")
    yield made
    embedded_database.stop(made.home)


def is_running(process: psutil.Process) -> bool:
    """Whether it still does something; a zombie only waits to be noticed."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
