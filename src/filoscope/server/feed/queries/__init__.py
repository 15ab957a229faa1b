"""What the feed reads: whose clips in which order, and what a card shows."""

from filoscope.server.feed.queries.accounts import suggestions
from filoscope.server.feed.queries.clips import facts, facts_of, read_ahead
from filoscope.server.feed.queries.playing import playing
from filoscope.server.feed.queries.standings import (
    following_after,
    latest_after,
    standing_at,
    standings,
    standings_at,
)

__all__ = [
    "facts",
    "facts_of",
    "following_after",
    "latest_after",
    "playing",
    "read_ahead",
    "standing_at",
    "standings",
    "standings_at",
    "suggestions",
]
