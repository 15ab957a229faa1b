"""What the clips below cannot say themselves: their makers and the people they mention hear of them."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from filoscope.server.social import actions
from filoscope.server.videos.queue import QUEUE

ANNOUNCE_CRON = "* * * * *"  # the maker's open pages know at once; the others can wait a minute


@app.periodic(cron=ANNOUNCE_CRON)
@app.task(name="social.announce", queue=QUEUE, lock="announce", queueing_lock="announce")
def announce(timestamp: int) -> None:
    """Tell of clips that were published or failed since the last time."""
    actions.announce_clips(timezone.now())
