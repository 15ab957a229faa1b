"""Children that are kept alive: started, watched, started again after a pause, stopped in order.

crew = Crew([Child("web", [...]), Child("worker 1", [...])])
crew.start(); crew.look(); crew.stop()
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from filoscope.server.kit import logs

PAUSE_S, PAUSE_S_MAX = 0.5, 30.0  # before a child starts again: doubled each time
STEADY_S = 60.0  # a child that lived so long has got over what killed it
POLL_S = 0.05

log = logging.getLogger("filoscope.serve")


@dataclass(slots=True)
class Child:
    """One process: its command, and how long it may take to stop."""

    name: str
    command: Sequence[str]
    stop_s_max: float
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = PAUSE_S
    due_at: float = field(default=0.0)

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it in a session of its own: Ctrl-C goes to the parent, which stops things in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**environment, logs.SOURCE: self.name},
        )

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until it has stopped; kill it, with all that it started, when it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(self.stop_s_max)
        except subprocess.TimeoutExpired:
            log.warning("%s does not stop and is killed", self.name)
        self.kill()

    def kill(self) -> None:
        """Kill what is left of its session."""
        if self.process is None:
            return
        # PermissionError: what macOS says of a zombie.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass(slots=True)
class Crew:
    """All children, in the order in which they stop."""

    children: list[Child]
    environment: Mapping[str, str]

    def start(self) -> None:
        for child in self.children:
            child.start(self.environment)

    def look(self) -> None:
        """Say who died, and start them again when their pause is over."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._mourn(child, now)
            if child.process is None and now >= child.due_at:
                child.start(self.environment)

    def stop(self) -> None:
        """Stop them one after the other."""
        for child in self.children:
            child.ask_to_stop()
            child.stop()

    def kill(self) -> None:
        """Stop waiting."""
        for child in self.children:
            child.kill()

    def _mourn(self, child: Child, now: float) -> None:
        assert child.process is not None
        if now - child.started_at > STEADY_S:
            child.pause_s = PAUSE_S
        log.error(
            "%s ended (%s); it starts again in %.1f s",
            child.name,
            _how(child.process.returncode),
            child.pause_s,
        )
        child.kill()
        child.process = None
        child.due_at = now + child.pause_s
        child.pause_s = min(child.pause_s * 2, PAUSE_S_MAX)


def _how(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    return f"killed by {signal.Signals(-status).name}"
