"""The only writer of viewers and of what they did: one transaction for one action."""

from filoscope.server.feed.actions.events import record
from filoscope.server.feed.actions.viewers import (
    forget_idle_viewers,
    forget_old_news,
    take_over,
    viewer_for,
)

__all__ = [
    "forget_idle_viewers",
    "forget_old_news",
    "record",
    "take_over",
    "viewer_for",
]
