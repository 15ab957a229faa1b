"""Jobs put into the queue, in the transaction of the row that they are about."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

QUEUE = "media"
LONG, SHORT = 0, 10  # priorities: what takes seconds does not wait behind what takes minutes
TASKS = "videos."  # what the names of this app's tasks begin with


def lock_of(clip_id: int) -> str:
    """Return the name under which the jobs of one clip run one after the other."""
    return f"clip-{clip_id}"


def defer_muting(sound_id: int) -> None:
    """Queue the queueing of all clips to a sound: there may be thousands, and a moderator waits."""
    deferrer = configure_task(
        name=f"{TASKS}mute_all",
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        queueing_lock=f"mute_all-{sound_id}",
        priority=SHORT,
    )
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        deferrer.defer(sound_id=sound_id)


def defer(task: str, clip_id: int) -> None:
    """Queue a job of `videos.jobs` by its name; one that is waiting already is enough."""
    # By Django's connection, even in a worker, whose own one would be outside the transaction.
    deferrer = configure_task(
        name=TASKS + task,
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        lock=lock_of(clip_id),
        queueing_lock=f"{task}-{clip_id}",
        priority=LONG if task in ("transcode", "improve") else SHORT,
    )
    # The savepoint keeps the caller's transaction whole when the job is there already.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        deferrer.defer(clip_id=clip_id)
