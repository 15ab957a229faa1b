"""What this app refuses, in words for the person."""

from __future__ import annotations


class ModerationError(Exception):
    """Root of what this app raises; `words` is a sentence for the person."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class ReportRefused(ModerationError):
    """A report that is not taken."""


class DecisionRefused(ModerationError):
    """A decision that cannot be made about this thing, or not by this moderator."""
