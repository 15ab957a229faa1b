"""A small process that has loaded FFmpeg once and forks a fresh child for each file.

Loading FFmpeg and NumPy takes 0.3 s of a core, a fork 3 ms. The zygote itself never touches a
file: it forks, watches and reaps. It holds no secret of the server (its environment is bare).

Protocol, over a `SOCK_SEQPACKET` socket: one message a job, with three descriptors. On the first
the child writes JSON lines. The second is the life line: the zygote kills the child when the far
end closes, and writes how the child ended. The third is a file in memory, with the job as JSON:
what was heard in a song, and a long timeline, are more than one message holds. When the server
dies, the control socket closes, the zygote ends, and its children are killed by the kernel
(PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, field
from typing import Any

MESSAGE = b"job"
"""What the job is lies in the file beside it."""

JOB_BYTES_MAX = 32 << 20
"""What was heard in fifteen minutes of a song comes to 0.7 MB, a timeline of 400 shots to 0.4."""

NICENESS = 5
"""Pages are answered before clips are encoded."""

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True, slots=True)
class Job:
    """What a forked child is to do."""

    task: str
    arguments: dict[str, Any]
    limits: dict[str, Any]
    words: socket.socket


@dataclass(slots=True)
class _Nursery:
    """The children that live, by process id, with their life lines."""

    control: socket.socket
    selector: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector)
    lives: dict[int, socket.socket] = field(default_factory=dict)


def main() -> None:
    """Serve jobs until the server is gone."""
    control = socket.socket(fileno=int(sys.argv[1]))
    # Loaded here so that every child has them at once.
    import av
    import numpy
    import PIL.WebPImagePlugin

    from filoscope.media import work

    del av, numpy, PIL
    job = serve(control)
    if job is not None:
        work.run(job)


def serve(control: socket.socket) -> Job | None:
    """Fork and reap; return a `Job` in each child, and None in the zygote when the server is gone."""
    nursery = _Nursery(control)
    wake_read, wake_write = socket.socketpair()
    wake_read.setblocking(False)
    wake_write.setblocking(False)
    signal.set_wakeup_fd(wake_write.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which tells us.
    nursery.selector.register(control, selectors.EVENT_READ)
    nursery.selector.register(wake_read, selectors.EVENT_READ)
    while True:
        for key, _ in nursery.selector.select():
            if key.fileobj is control:
                message, descriptors, _, _ = socket.recv_fds(control, len(MESSAGE), 3)
                if not message:
                    return None
                job = _fork(nursery, descriptors)
                if job is not None:
                    return job
            elif key.fileobj is wake_read:
                wake_read.recv(4096)
            else:
                _kill(nursery, key.data)
        _reap(nursery)


def _fork(nursery: _Nursery, descriptors: list[int]) -> Job | None:
    words, life = (socket.socket(fileno=number) for number in descriptors[:2])
    zygote = os.getpid()
    pid = os.fork()
    if pid:
        words.close()
        os.close(descriptors[2])
        nursery.lives[pid] = life
        nursery.selector.register(life, selectors.EVENT_READ, pid)
        return None
    _die_with(zygote)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for other in nursery.lives.values():
        other.close()
    life.close()
    nursery.control.close()
    nursery.selector.close()
    with os.fdopen(descriptors[2], "rb") as file:
        file.seek(0)
        content = json.load(file)
    _hold(content["limits"])
    return Job(content["task"], content["arguments"], content["limits"], words)


def _die_with(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:  # It died before we asked.
        os._exit(1)


def _hold(limits: dict[str, Any]) -> None:
    """Let the kernel hold the limits: memory, processor time, file size; and no core dumps.

    RLIMIT_DATA counts what is written to (heap, anonymous maps, stacks); RLIMIT_AS would also
    count address space that threads only reserve, and refuse honest files.
    """
    memory = int(limits["memory_bytes_max"])
    cpu = max(int(limits["cpu_s_max"]), 1)
    size = int(limits["output_bytes_max"])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICENESS)


def _kill(nursery: _Nursery, pid: int) -> None:
    """The far end of a life line has closed: the child goes."""
    nursery.selector.unregister(nursery.lives[pid])
    os.kill(pid, signal.SIGKILL)  # Not reaped yet, so the number is still its own.


def _reap(nursery: _Nursery) -> None:
    while nursery.lives:
        pid, status, usage = os.wait4(-1, os.WNOHANG)
        if not pid:
            return
        life = nursery.lives.pop(pid)
        if life in nursery.selector.get_map():
            nursery.selector.unregister(life)
        report = {
            "exit": os.waitstatus_to_exitcode(status),
            "memory_bytes": usage.ru_maxrss * 1024,
            "cpu_s": usage.ru_utime + usage.ru_stime,
        }
        with contextlib.suppress(OSError):  # The caller has gone: nobody wants to know.
            life.send(json.dumps(report).encode())
        life.close()


if __name__ == "__main__":
    main()
