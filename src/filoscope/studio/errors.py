"""What can go wrong here, under one root."""

from __future__ import annotations


class StudioError(Exception):
    """Root of every error that this package raises on purpose. `str(error)` is for a person."""


class NothingToHear(StudioError):
    """A song without sound, or too short to find anything in it."""


class NothingToSee(StudioError):
    """A take without a picture."""


class NothingToCut(StudioError):
    """No take can be used for the cut that was asked for; the message says why of each."""


class BadWish(StudioError, ValueError):
    """What was asked for makes no sense: an unknown style, a length longer than the song."""


class BadTimeline(StudioError, ValueError):
    """A timeline says something that is not understood; the message names the field."""


class UnfitOutput(StudioError):
    """The file to write cannot be written so: its container, its size, or its place."""


class DiskFull(UnfitOutput):
    """No room is left where the output is made. What was made is kept, to go on from."""


class RenderCancelled(StudioError):
    """The caller asked to stop; nothing is left behind."""
