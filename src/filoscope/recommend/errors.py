"""What can go wrong here, under one root."""

from __future__ import annotations


class RecommendError(Exception):
    """Root of every error that this package raises on purpose."""


class InvalidEvent(RecommendError, ValueError):
    """An event that cannot be true: a negative time, seconds that are no number."""


class InvalidEntry(RecommendError, ValueError):
    """A catalogue entry that cannot be ranked: a negative length, too many tags."""


class SnapshotUnreadable(RecommendError, ValueError):
    """A snapshot that is torn, or written by another version: rebuild from the event log."""
