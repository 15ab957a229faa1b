"""Why somebody may not do what they wanted to do, in words for them."""

from __future__ import annotations


class SocialError(Exception):
    """Root of what this app refuses; `status` is its HTTP status, `code` is for programs."""

    status = 400
    code = "refused"

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class NotThere(SocialError):
    """What is meant does not exist, or not for this person."""

    status = 404
    code = "not_there"


class NotAllowed(SocialError):
    """They may see it, but not do this to it."""

    status = 403
    code = "not_allowed"


class TooMuch(SocialError):
    """A limit is reached; later it is allowed again."""

    status = 429
    code = "too_much"


class NotValid(SocialError):
    """What was written cannot be taken."""

    status = 422
    code = "not_valid"
