"""One server for one data folder: a lock that the kernel lets go of when its holder dies.

with only_one(Path("var"), "127.0.0.1:8000"):
    ...
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filoscope.server.operations.installation import OperationError

LOCK = "serve.lock"  # holds the process number and the address, for people and for `doctor`


@contextmanager
def only_one(home: Path, address: str) -> Iterator[None]:
    """Be the server of this data folder, or raise, naming the one that is."""
    with (home / LOCK).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            pid, _, where = (home / LOCK).read_text().strip().partition(" ")
            raise OperationError(
                f"{home} is served already, by process {pid} at {where}. Stop that one, or give this "
                "one a data folder of its own: FILOSCOPE_HOME=another/folder"
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()} {address}\n")
        file.flush()
        yield
        file.truncate(0)


def who_serves(home: Path) -> tuple[int, str] | None:
    """Return process and address of the server that runs on a data folder, or None."""
    path = home / LOCK
    if not path.exists():
        return None
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _, where = path.read_text().strip().partition(" ")
            return (int(pid), where) if pid.isdigit() else None
    return None
