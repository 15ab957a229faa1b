"""How log lines look: one line each, the time first; coloured only where a person reads them live.

05:12:33 web       WARNING  disk: 900 MB left
"""

from __future__ import annotations

import logging
import os
import sys

SOURCE = "FILOSCOPE_LOG_SOURCE"  # set by `serve` for each process that it starts: web, worker 1
_COLOURS = {"DEBUG": "2", "WARNING": "33", "ERROR": "31", "CRITICAL": "1;31"}


class Line(logging.Formatter):
    """Time, which process, how grave, what; a traceback follows indented."""

    def __init__(self) -> None:
        super().__init__("%(message)s")
        self._is_coloured = sys.stderr.isatty() and "NO_COLOR" not in os.environ

    def format(self, record: logging.LogRecord) -> str:
        clock = self.formatTime(record, "%H:%M:%S")
        source = os.environ.get(SOURCE) or record.name.rpartition(".")[2]
        text = super().format(record).replace("\n", "\n    ")
        line = f"{clock} {source:<9} {record.levelname:<8} {text}"
        colour = _COLOURS.get(record.levelname)
        return f"\033[{colour}m{line}\033[0m" if self._is_coloured and colour else line


def set_up(level: int = logging.INFO) -> None:
    """Log to standard error in this manner: for processes that have no Django."""
    handler = logging.StreamHandler()
    handler.setFormatter(Line())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
