"""`filoscope serve`: database, web server and workers in one command, watched over and stopped in order.

filoscope serve --bind 127.0.0.1:8000 --workers 2
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from filoscope.server.kit import embedded_database, logs
from filoscope.server.kit.environment import read
from filoscope.server.operations.addresses import Bind, describe, hosts_answered, refuse_taken_port
from filoscope.server.operations.installation import (
    OperationError,
    database,
    fix_home,
    home,
    say,
)
from filoscope.server.operations.lock import only_one
from filoscope.server.operations.supervision import POLL_S, Child, Crew

WEB_STOP_S = 8.0  # granian gives open answers 5
WORKER_STOP_S = (
    20.0  # a job hands itself back within a second; a stuck one is killed and done again
)
READY_S_MAX = 60.0  # on a slow machine
LOOK_AT_DATABASE_EVERY_S = 1.0

log = logging.getLogger("filoscope.serve")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--bind",
        type=Bind.parse,
        metavar="HOST:PORT",
        help="where to listen (FILOSCOPE_BIND, 127.0.0.1:8000); 0.0.0.0:8000 for the whole network",
    )
    parser.add_argument(
        "--workers", type=_count, metavar="N", help="worker processes (FILOSCOPE_WORKERS, 1)"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="none: workers run elsewhere (`filoscope worker`)"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    bind = options.bind or Bind.parse(read("FILOSCOPE_BIND"))
    workers = read("FILOSCOPE_WORKERS") if options.workers is None else options.workers
    return serve(bind, workers=0 if options.no_worker else workers)


def serve(
    bind: Bind, *, workers: int, is_welcome: bool = True, beside: Callable[[], Child] | None = None
) -> int:
    """Serve until Ctrl-C or SIGTERM; `beside` makes one more child once the schema is there."""
    fix_home()
    logs.set_up()
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(only_one(folder, str(bind)))
        stop = stack.enter_context(_Stop())
        refuse_taken_port(bind)
        stack.enter_context(database())
        _prepare()
        crew = Crew([_web(bind), *map(_worker, range(1, workers + 1))], _environment(bind))
        stack.callback(crew.kill)
        crew.start()
        if is_welcome and _wait_until_ready(crew, bind, stop):
            say(describe(bind, hosts_answered(bind), folder))
        if beside is not None and not stop.is_asked:
            extra = beside()
            extra.start(crew.environment)
            stack.callback(extra.kill)
        _watch(crew, folder, stop)
        say("stopping ...")
        crew.stop()
    say("stopped")
    return 0


class _Stop:
    """SIGINT and SIGTERM noted, so that things end in order; a second one ends them at once."""

    is_asked = False

    def __enter__(self) -> _Stop:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.is_asked:
            raise KeyboardInterrupt
        self.is_asked = True


def _prepare() -> None:
    """Schema and static files, in a process that goes away with its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "filoscope.server.operations.preparation"], check=False
    )
    if done.returncode:
        raise OperationError("not ready to serve: see the lines above, or ask `filoscope doctor`")


def _web(bind: Bind) -> Child:
    words = ["filoscope.server.operations.web", bind.host, str(bind.port)]
    processes = str(read("FILOSCOPE_WEB_PROCESSES"))
    return Child("web", [sys.executable, "-m", *words, processes], WEB_STOP_S)


def _worker(number: int) -> Child:
    return Child(f"worker {number}", [sys.executable, "-m", "filoscope", "worker"], WORKER_STOP_S)


def _environment(bind: Bind) -> dict[str, str]:
    return {**os.environ, "FILOSCOPE_HOSTS": ",".join(hosts_answered(bind))}


def _wait_until_ready(crew: Crew, bind: Bind, stop: _Stop) -> bool:
    """Wait until the first answer comes."""
    until = time.monotonic() + READY_S_MAX
    while time.monotonic() < until and not stop.is_asked:
        if bind.answers():
            return True
        crew.look()
        time.sleep(POLL_S)
    if not stop.is_asked:
        log.error("no answer from %s after %d s; still trying", bind, READY_S_MAX)
    return False


def _watch(crew: Crew, folder: Path, stop: _Stop) -> None:
    is_embedded = not read("DATABASE_URL")
    look_at = 0.0
    while not stop.is_asked:
        crew.look()
        if is_embedded and time.monotonic() >= look_at:
            if embedded_database.running(folder) is None:
                log.error("the database ended; it starts again")
                embedded_database.start(folder)
            look_at = time.monotonic() + LOOK_AT_DATABASE_EVERY_S
        time.sleep(POLL_S)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a number of processes, 0 or more")
    return number
