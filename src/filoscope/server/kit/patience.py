"""What a job that failed does next: a fault of the machine passes, a bad file does not.

@app.task(retry=Patience())
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, close_old_connections
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from filoscope.media import Cancelled, MediaError

RETRIES_OF_A_FAULT = (
    11  # with the pauses below: for some two hours, a disk can be cleared in that time
)
RETRIES_OF_A_BUG = 2  # what nobody foresaw rarely goes away by itself
PAUSE_S, PAUSE_S_MAX = 5, 1800
DATABASE_AWAY_S, DATABASE_RETRY_S = 30.0, 0.5  # a restart takes seconds

_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOMEM, errno.EMFILE})


def passes(error: BaseException) -> bool:
    """Whether an error is the machine's, and may be gone by the next try."""
    if isinstance(error, MediaError):
        return error.is_worth_retrying
    if isinstance(error, OSError):
        return error.errno in _DISK_FAULTS
    return isinstance(error, OperationalError | InterfaceError)


def is_last(error: BaseException, attempts: int) -> bool:
    """Whether a job that failed so for the `attempts`-th time (from 0) is not tried again."""
    return attempts >= (RETRIES_OF_A_FAULT if passes(error) else RETRIES_OF_A_BUG)


class Patience(BaseRetryStrategy):
    """Pauses of 5, 10, 20 ... seconds, up to half an hour."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, Cancelled):
            return RetryDecision(retry_in={"seconds": 0})  # this worker stops: the next goes on
        if is_last(exception, job.attempts):
            return None
        return RetryDecision(retry_in={"seconds": min(PAUSE_S * 2**job.attempts, PAUSE_S_MAX)})


def patiently(write: Callable[[], object]) -> None:
    """Write what took minutes to make, over a restart of the database."""
    for _ in range(int(DATABASE_AWAY_S / DATABASE_RETRY_S)):
        try:
            write()
            return
        except (OperationalError, InterfaceError):
            close_old_connections()
            time.sleep(DATABASE_RETRY_S)
    write()
