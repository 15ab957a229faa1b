"""Ask for an estimate, and write down what came of it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from filoscope.server.accounts.models import Account
from filoscope.server.feed.policies import Weights
from filoscope.server.insights.models import Trial
from filoscope.server.videos.queue import LONG, QUEUE

TASK = "insights.estimate"
TRIALS_KEPT = 50  # the latest; an estimate is about a log that has gone on since


@transaction.atomic
def ask_for_trial(owner: Account, weights: Weights) -> Trial:
    """Put an estimate into the queue; the oldest are forgotten."""
    trial = Trial.objects.create(asked_by=owner, weights=weights.changed())
    kept = Trial.objects.order_by("-pk").values_list("pk", flat=True)[:TRIALS_KEPT]
    Trial.objects.exclude(pk__in=list(kept)).delete()
    configure_task(
        name=TASK,
        job_manager=JobManager(DjangoConnector()),
        queue=QUEUE,
        lock=TASK,  # one at a time: each holds the whole log in memory
        priority=LONG,
    ).defer(trial_id=trial.pk)
    return trial


def finish_trial(trial_id: int, *, result: dict[str, Any] | None = None, refusal: str = "") -> None:
    """Write down what came of an estimate."""
    Trial.objects.filter(pk=trial_id, done_at=None).update(
        result=result or {}, refusal=refusal[:200], done_at=timezone.now()
    )
