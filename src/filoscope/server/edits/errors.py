"""What can go wrong in the studio, each with a sentence for the person."""

from __future__ import annotations


class EditsError(Exception):
    """Root of what this app raises; `status` is its HTTP status."""

    status = 422


class TooMuch(EditsError):
    """A limit is reached; the sentence says which."""

    status = 429


class BadEdit(EditsError):
    """A timeline, or a wish about one, that cannot be followed; the sentence names the field."""


class OutOfStep(EditsError):
    """The draft was changed on another page meanwhile."""

    status = 409


class NotYet(EditsError):
    """Something else has to be done before."""

    status = 409


class DraftGone(EditsError):
    """No such draft or take of this account, or it was deleted a moment ago."""

    status = 404


class Superseded(EditsError):
    """A job that another wish has replaced, or whose draft is gone: what it made is thrown away."""
