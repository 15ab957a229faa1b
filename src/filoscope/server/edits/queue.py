"""Jobs of the studio, put into the queue in the transaction of the row that they are about."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

QUEUE = "media"
TASKS = "edits."  # what the names of this app's tasks begin with
# Somebody waits before the page: before the ladders of clips, after their first look.
PRIORITY = {"prepare": 8, "align": 8, "cut": 8, "preview": 6, "render": 4}


def defer(task: str, *, row_id: int, key: str = "") -> None:
    """Queue a job of `edits.jobs`; one that is waiting already with the same key is enough."""
    # By Django's connection, even in a worker, whose own one would be outside the transaction.
    kind = "take" if task in ("prepare", "align") else "draft"
    deferrer = configure_task(
        name=TASKS + task,
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        lock=f"{kind}-{row_id}",
        queueing_lock=f"edits-{task}-{row_id}-{key}",
        priority=PRIORITY[task],
    )
    # The savepoint keeps the caller's transaction whole when the job is there already.
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        deferrer.defer(row_id=row_id, key=key)
