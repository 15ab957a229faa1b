"""What this app refuses, in words for the person."""

from __future__ import annotations


class AccountsError(Exception):
    """Root of what this app raises; `str(error)` is a sentence for the person."""


class HandleRefused(AccountsError):
    """A handle that one cannot have, or not now."""


class PictureRefused(AccountsError):
    """A file that cannot become an avatar."""


class TooYoung(AccountsError):
    """An account was about to be made without a birth date that allows it."""
