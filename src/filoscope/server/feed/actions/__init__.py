"""The only writer of viewers and of what they did: one transaction for one action."""

from filoscope.server.feed.actions.events import correct, record, record_unknown
from filoscope.server.feed.actions.guardians import (
    GuardianRefused,
    accept_ward,
    ask_guardian,
    end_ward,
    limit_ward,
    withdraw_guardian,
)
from filoscope.server.feed.actions.sittings import ask_for_page, serve_page
from filoscope.server.feed.actions.viewers import (
    forget_idle_viewers,
    forget_old_news,
    take_over,
    viewer_for,
)
from filoscope.server.feed.actions.wishes import choose_feed, choose_limits, set_policy

__all__ = [
    "GuardianRefused",
    "accept_ward",
    "ask_for_page",
    "ask_guardian",
    "choose_feed",
    "choose_limits",
    "correct",
    "end_ward",
    "forget_idle_viewers",
    "forget_old_news",
    "limit_ward",
    "record",
    "record_unknown",
    "serve_page",
    "set_policy",
    "take_over",
    "viewer_for",
    "withdraw_guardian",
]
