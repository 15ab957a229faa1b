"""Estimates, one at a time, in a worker."""

from __future__ import annotations

from procrastinate.contrib.django import app

from filoscope.server.feed.policies import weights_of
from filoscope.server.insights import actions, trials
from filoscope.server.insights.models import Trial
from filoscope.server.videos.queue import QUEUE


@app.task(name=actions.TASK, queue=QUEUE, lock=actions.TASK)
def estimate(trial_id: int) -> None:
    """Say what other weights would have done."""
    trial = Trial.objects.filter(pk=trial_id, done_at=None).first()
    if trial is not None:
        result, refusal = trials.told(weights_of(trial.weights))
        actions.finish_trial(trial_id, result=result, refusal=refusal)
