"""Jobs of sounds put into the queue, in the transaction of the row that they are about."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

QUEUE = "media"
TASKS = "sounds."  # what the names of this app's tasks begin with
# Somebody waits for a song they sent; that beats are found in it is missed by nobody at once, so
# that clips are made before.
PRIORITY = {"make": 10, "listen": -10}


def lock_of(sound_id: int) -> str:
    """Return the name under which the jobs of one sound run one after the other."""
    return f"sound-{sound_id}"


def defer(task: str, sound_id: int) -> None:
    """Queue a job of `sounds.jobs` by its name; one that is waiting already is enough."""
    # By Django's connection, even in a worker, whose own one would be outside the transaction.
    deferrer = configure_task(
        name=TASKS + task,
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        lock=lock_of(sound_id),
        queueing_lock=f"{TASKS}{task}-{sound_id}",
        priority=PRIORITY[task],
    )
    # The savepoint keeps the caller's transaction whole when the job is there already.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        deferrer.defer(sound_id=sound_id)
