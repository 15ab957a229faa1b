"""Files that no row names: what a crash, or a row that went, has left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path


def unnamed(
    found: Iterable[str], known: Collection[str], path_of: Callable[[str], Path], grace_s: float
) -> tuple[str, ...]:
    """Return the names found that are not known and whose file has not changed for a while.

    List what is found before the known names are read: a row comes before its file, so that what is
    there and has no row now never had one, or has lost it.
    """
    border = time.time() - grace_s
    return tuple(name for name in found if name not in known and _mtime(path_of(name)) <= border)


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
