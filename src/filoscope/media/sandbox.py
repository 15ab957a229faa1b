"""Run one task on a stranger's file in a child process, and never let it hurt this one.

The child is forked from a zygote (see `filoscope.media.zygote`), under limits of memory,
processor time, file size and wall clock. It tells of its progress in JSON lines. It dies with
this process, with the end of `run_in_child` for whatever reason, and when `cancel` says so.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from filoscope.media.errors import (
    Cancelled,
    ChildDied,
    LimitReached,
    OutOfMemory,
    error_from_code,
)
from filoscope.media.limits import Limits
from filoscope.media.zygote import JOB_BYTES_MAX, MESSAGE

Tell = Callable[[dict[str, Any]], None]

_POLL_S = 0.25
"""How soon a cancel is noticed."""

_LINE_BYTES_MAX = 1 << 20
"""Of one JSON line: a ladder with its waveform is under 20 kB."""

_FORK_TRIES = 2
"""The zygote may have been killed (memory is short): once more with a new one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child came to.

    Attributes
    ----------
    result : dict
    memory_bytes : int
        Peak resident memory.
    cpu_s : float
    """

    result: dict[str, Any]
    memory_bytes: int
    cpu_s: float


@dataclass(slots=True)
class _Zygote:
    """The running zygote of this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    owner_pid: int = 0
    control: socket.socket | None = None
    process: subprocess.Popen[bytes] | None = None


_zygote = _Zygote()


def run_in_child(
    task: str,
    arguments: dict[str, Any],
    *,
    limits: Limits,
    cpu_s_max: float | None = None,
    cancel: Callable[[], bool] | None = None,
    on_message: Tell | None = None,
) -> Answer:
    """Run a task of `filoscope.media.work` in a fresh child and return its result.

    Parameters
    ----------
    task : str
        Its name there, or "module:function" of a floor above.
    arguments : dict
        JSON-able.
    limits : Limits
    cpu_s_max : float, optional
        Tighter than the one in `limits`.
    cancel : callable, optional
        Asked four times a second.
    on_message : callable, optional
        Called in this thread with every message that is neither result nor error. What it raises
        kills the child and is raised here.

    Raises
    ------
    MediaError
        What the child said, or `ChildDied`, `LimitReached`, `OutOfMemory`, `Cancelled`.
    """
    if cpu_s_max is not None:
        limits = replace(limits, cpu_s_max=min(cpu_s_max, limits.cpu_s_max))
    job = json.dumps({"task": task, "arguments": arguments, "limits": limits.to_json()}).encode()
    if len(job) > JOB_BYTES_MAX:
        raise ValueError(f"a job of {len(job):,} bytes; {JOB_BYTES_MAX:,} are allowed")
    with _fork_child(job) as (words, life):
        watch = _Watch(words, life, limits, cancel, on_message)
        return watch.until_the_end()


@contextmanager
def _fork_child(job: bytes) -> Iterator[tuple[socket.socket, socket.socket]]:
    words, words_of_child = socket.socketpair()
    life, life_of_zygote = socket.socketpair()
    with words, life:
        with words_of_child, life_of_zygote, os.fdopen(os.memfd_create("job"), "wb") as file:
            file.write(job)
            file.flush()
            _send([words_of_child.fileno(), life_of_zygote.fileno(), file.fileno()])
        yield words, life


def _send(descriptors: list[int]) -> None:
    for _ in range(_FORK_TRIES):
        with _zygote.lock:
            control = _running_zygote()
            try:
                socket.send_fds(control, [MESSAGE], descriptors)
            except OSError:
                _stop_zygote()
            else:
                return
    raise ChildDied


def _running_zygote() -> socket.socket:
    """Return the control socket, starting the zygote when there is none. The lock is held."""
    is_mine = _zygote.owner_pid == os.getpid()
    is_alive = is_mine and _zygote.process is not None and _zygote.process.poll() is None
    if is_alive and _zygote.control is not None:
        return _zygote.control
    if is_mine:
        _stop_zygote()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        _zygote.process = subprocess.Popen(
            [sys.executable, "-m", "filoscope.media.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env=_bare_environment(),
        )
    _zygote.control = ours
    _zygote.owner_pid = os.getpid()
    return ours


def _stop_zygote() -> None:
    if _zygote.control is not None:
        _zygote.control.close()
        _zygote.control = None
    if _zygote.process is not None:
        _zygote.process.kill()
        _zygote.process.wait()
        _zygote.process = None


def _bare_environment() -> dict[str, str]:
    """Return an environment without the server's secrets, and with one thread for BLAS."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # A heap for each thread would multiply the memory; threads of BLAS would not survive a fork.
    return environment | {"MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(slots=True)
class _Watch:
    """Listen to one child until it ends."""

    words: socket.socket
    life: socket.socket
    limits: Limits
    cancel: Callable[[], bool] | None
    on_message: Tell | None
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    rest: bytes = b""
    has_said_all: bool = False

    def until_the_end(self) -> Answer:
        began = heard = time.monotonic()
        while True:
            lines = [self.life] if self.has_said_all else [self.words, self.life]
            ready, _, _ = select.select(lines, [], [], _POLL_S)
            now = time.monotonic()
            if self.words in ready:
                self._listen()
                heard = now
            elif self.life in ready:
                return self._answer()
            if self.cancel is not None and self.cancel():
                raise Cancelled
            if now - began > self.limits.wall_s_max or now - heard > self.limits.stall_s_max:
                raise LimitReached

    def _listen(self) -> None:
        """Read what the child says."""
        try:
            heard = self.words.recv(1 << 16)
        except ConnectionResetError:
            heard = b""
        self.has_said_all = not heard
        *lines, self.rest = (self.rest + heard).split(b"\n")
        if len(self.rest) > _LINE_BYTES_MAX:
            raise ChildDied
        for line in lines:
            self._take(_message_of(line))

    def _take(self, message: dict[str, Any]) -> None:
        if "result" in message:
            self.result = message["result"]
        elif "error" in message:
            self.error = message["error"]
        elif self.on_message is not None:
            self.on_message(message)

    def _answer(self) -> Answer:
        while not self.has_said_all and select.select([self.words], [], [], 0)[0]:
            self._listen()
        report = self.life.recv(4096)
        end = json.loads(report) if report else {"exit": -signal.SIGKILL}
        if self.error is not None:
            raise error_from_code(self.error["code"], self.error["sentence"])
        if self.result is not None and end["exit"] == 0:
            return Answer(self.result, end["memory_bytes"], end["cpu_s"])
        raise _reason(end, self.limits)


def _message_of(line: bytes) -> dict[str, Any]:
    """Read a line of a child, which a hostile file may have taken over: no more than a message."""
    try:
        message = json.loads(line)
    except ValueError as error:
        raise ChildDied from error
    if not isinstance(message, dict):
        raise ChildDied
    return message


def _reason(end: dict[str, Any], limits: Limits) -> ChildDied | LimitReached:
    """Say why a child ended without a word."""
    number = -end["exit"]
    spent_s = end.get("cpu_s", 0.0)
    if number == signal.SIGXCPU or (number == signal.SIGKILL and spent_s >= limits.cpu_s_max):
        return LimitReached()
    if number == signal.SIGXFSZ:
        return LimitReached()
    if end.get("memory_bytes", 0) > limits.memory_bytes_max * 9 // 10:
        return OutOfMemory()
    return ChildDied()
