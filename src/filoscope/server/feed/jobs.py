"""Once a day: what nobody needs any more is forgotten."""

from __future__ import annotations

from procrastinate.contrib.django import app

from filoscope.server.feed import actions
from filoscope.server.videos.queue import QUEUE

SWEEP_CRON = "17 4 * * *"  # at night, and not on the hour, when everybody sweeps


@app.periodic(cron=SWEEP_CRON)
@app.task(name="feed.sweep", queue=QUEUE, lock="sweep-feed", queueing_lock="sweep-feed")
def sweep(timestamp: int) -> None:
    """Forget signed-out viewers whose session has ended, and news that everybody has read."""
    actions.forget_idle_viewers()
    actions.forget_old_news()
