"""The web server: granian with the application of `filoscope.server.asgi`. Started by `filoscope serve`.

python -m filoscope.server.operations.web 127.0.0.1 8000 1
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from filoscope.server.operations import leash

STOP_S = 5  # for answers under way; live pages and slow downloads do not end by themselves
RESPAWN_S = 1.0
BACKLOG = 1024
APPLICATION = "filoscope.server.operations.web:load"


def load() -> Any:
    """Make the application; called by granian in each of its own processes."""
    leash.die_with(
        os.getppid(), word=signal.SIGKILL
    )  # else it would keep the port of a killed parent
    from filoscope.server.asgi import application

    return application


def main(host: str, port: int, processes: int, *, application: str = APPLICATION) -> None:
    """Serve until SIGTERM."""
    leash.die_with(os.getppid())
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    Server(
        application,
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=processes,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_S,
        workers_kill_timeout=STOP_S,
        log_level=LogLevels.warning,
        log_dictconfig={
            "formatters": {
                "generic": {"()": "filoscope.server.kit.logs.Line"},
                "access": {"()": "filoscope.server.kit.logs.Line"},
            }
        },
    ).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
