"""`filoscope worker`: do the jobs that wait in the database, on this machine or another.

On another machine it needs DATABASE_URL and the same media and upload folders (a network file system).

filoscope worker
"""

from __future__ import annotations

import argparse
import os

from filoscope.server.kit import logs
from filoscope.server.operations import leash
from filoscope.server.operations.installation import database, fix_home, say, set_up_django


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        metavar="N",
        help="jobs at a time (1): each encodes on several cores already",
    )


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or Ctrl-C; a job under way is handed back."""
    fix_home()
    is_supervised = logs.SOURCE in os.environ
    if is_supervised:
        leash.die_with(os.getppid())
    os.nice(_NICE)
    with database():
        set_up_django()
        if not is_supervised:
            say("working; Ctrl-C stops it")
        from filoscope.server.kit import worker

        worker.run(concurrency=options.jobs)
    return 0


_NICE = 5  # people who watch come before clips that are made
