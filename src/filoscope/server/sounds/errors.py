"""What can go wrong with sounds, each with a sentence for the person."""

from __future__ import annotations

from django.http import Http404


class SoundsError(Exception):
    """Root of what this app raises."""


class SoundRefused(SoundsError):
    """A sound goes over a limit, or is none; the sentence says why."""


class BadISRC(SoundsError, ValueError):
    """What is no International Standard Recording Code."""


class SoundGone(SoundsError, Http404):
    """A sound that was deleted between being found and being changed."""


class Superseded(SoundsError):
    """What a job has made for a sound that is gone or was made anew: it is thrown away."""
