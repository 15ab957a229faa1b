"""A worker that does jobs until it is stopped, outlives a restart of the database, and takes over at
once from workers that were killed.

    run(concurrency=1)      # returns after SIGTERM or SIGINT, when its jobs have ended

How the dead are known: each worker holds an advisory lock of PostgreSQL (its session's) with its own
number. When the process dies, however that happens, the kernel closes the connection and PostgreSQL
frees the lock: a job that is being done by a number without a lock is nobody's, and is queued again
within a second. A machine that loses its power is noticed by TCP keepalive, in under half a minute.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from procrastinate import App, JobContext
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

logger = logging.getLogger(__name__)

LOCK_CLASS = 0x46494C4F  # "FILO": apart from any other user of advisory locks
REGISTRATION = 0  # held while a worker has a number but not its lock yet; numbers begin at 1
LOOK_EVERY_S = 1.0
RECONNECT_S = 0.5
HEARTBEAT_S = 5.0
PRUNE_AFTER_S = 86_400.0  # rows of dead workers are only clutter here: the lock tells who lives
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
KEEPALIVE_OF_SERVER = " ".join(f"-c tcp_{name}={value}" for name, value in KEEPALIVE.items())

_FREE = """
SELECT job.id, job.worker_id IS NOT DISTINCT FROM %(own)s AS is_own FROM procrastinate_jobs job
WHERE job.status = 'doing' AND NOT job.id = ANY(%(doing)s) AND (
    job.worker_id IS NULL OR job.worker_id = %(own)s OR NOT EXISTS (
        SELECT 1 FROM pg_locks held
        WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2
          AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND held.classid = %(class)s::bigint AND held.objid = job.worker_id))
"""
_AGAIN = "SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)"

_stopping = threading.Event()


def is_stopping() -> bool:
    """Whether this worker has been asked to stop: long jobs ask, and leave the rest to the next."""
    return _stopping.is_set()


def run(*, concurrency: int = 1) -> None:
    """Do jobs until SIGTERM or SIGINT."""
    _stopping.clear()
    asyncio.run(_serve(concurrency))


async def _serve(concurrency: int) -> None:
    loop = asyncio.get_running_loop()
    shift: _Shift | None = None

    def stop() -> None:
        _stopping.set()
        if shift is not None and shift.worker is not None:
            shift.worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    while not is_stopping():
        shift = _Shift(concurrency)
        try:
            await shift.work()
        except (ConnectorException, psycopg.Error) as error:
            logger.warning("the database is away (%s); trying again", str(error).strip())
            await asyncio.sleep(RECONNECT_S)


@dataclass(slots=True)
class _Shift:
    """One worker with one number, from one connection to the database to its loss."""

    concurrency: int
    worker: Worker | None = None
    doing: set[int] = field(default_factory=set)
    suspects: set[int] = field(default_factory=set)

    async def work(self) -> None:
        """Do jobs until stopped; raise when the database goes away."""
        of_django: Any = django_app.connector
        with django_app.replace_connector(of_django.get_worker_connector()) as app:
            async with app.open_async(), _session() as session:
                app.perform_import_paths()
                await _lock(session, REGISTRATION, shared=True)
                self.worker = self._worker(app)
                jobs = asyncio.create_task(self.worker.run())
                watch = asyncio.create_task(self._watch(session, jobs))
                try:
                    await jobs
                finally:
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)

    def _worker(self, app: App) -> Worker:
        async def note(
            call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker
        ) -> Any:
            job_id = context.job.id or 0
            self.doing.add(job_id)
            try:
                return await call_next()
            finally:
                self.doing.discard(job_id)

        options: dict[str, Any] = {
            **app.worker_defaults,
            "concurrency": self.concurrency,
            "install_signal_handlers": False,
            "update_heartbeat_interval": HEARTBEAT_S,
            "stalled_worker_timeout": PRUNE_AFTER_S,
            "delete_jobs": DeleteJobCondition.SUCCESSFUL,
            "worker_middleware": [note],
        }
        return Worker(app, **options)

    async def _watch(self, first: psycopg.AsyncConnection[Any], jobs: asyncio.Task[None]) -> None:
        """Hold this worker's lock, and queue again what nobody does any more."""
        while (number := self._number()) is None:
            if jobs.done():
                return
            await asyncio.sleep(0.01)
        await _lock(first, number)
        await first.execute("SELECT pg_advisory_unlock_shared(%s, %s)", [LOCK_CLASS, REGISTRATION])
        await self._look(first, number)
        while True:  # the first connection was lost while a job goes on: be alive on a new one
            with contextlib.suppress(psycopg.Error):
                async with _session() as session:
                    await _lock(session, number)
                    await self._look(session, number)
            await asyncio.sleep(RECONNECT_S)

    def _number(self) -> int | None:
        return self.worker.worker_id if self.worker is not None else None

    async def _look(self, session: psycopg.AsyncConnection[Any], number: int) -> None:
        """Look again and again, until the connection is lost."""
        with contextlib.suppress(psycopg.OperationalError):
            while True:
                async with session.transaction():
                    await self._requeue(session, number)
                await asyncio.sleep(LOOK_EVERY_S)

    async def _requeue(self, session: psycopg.AsyncConnection[Any], number: int) -> None:
        found = await session.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, REGISTRATION]
        )
        row = await found.fetchone()
        if not (row and row[0]):
            return  # a worker is just coming, or another one is looking
        doing = sorted(self.doing)
        values = {"own": number, "doing": doing, "class": LOCK_CLASS}
        free = await (await session.execute(_FREE, values)).fetchall()
        own = {job for job, is_own in free if is_own}
        # A job of one's own that is not being done: its end could not be written down while the
        # database was away. Seen twice, for it may just have been fetched, or be ending.
        lost = {job for job, is_own in free if not is_own} | (own & self.suspects)
        self.suspects = own
        for job in sorted(lost):
            logger.warning("job %s was left by a worker that is gone; it is queued again", job)
            await session.execute(_AGAIN, [job])


async def _lock(
    session: psycopg.AsyncConnection[Any], number: int, *, shared: bool = False
) -> None:
    name = "pg_advisory_lock_shared" if shared else "pg_advisory_lock"
    await session.execute(f"SELECT {name}(%s, %s)", [LOCK_CLASS, number])


@contextlib.asynccontextmanager
async def _session() -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """Open a connection of one's own, whose death is noticed soon on both sides."""
    parameters = connector_params()
    options = f"{parameters.pop('options', '')} {KEEPALIVE_OF_SERVER}"
    async with await psycopg.AsyncConnection.connect(
        **{**parameters, **KEEPALIVE, "options": options, "autocommit": True}
    ) as session:
        yield session
