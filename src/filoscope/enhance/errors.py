"""What can go wrong here, under one root."""

from __future__ import annotations


class EnhanceError(Exception):
    """Root of every error that this package raises on purpose. `str(error)` is for a person."""


class NothingInCommon(EnhanceError):
    """Two files of which hardly a picture shows the same thing: no motion between them to measure."""


class UnfitOutput(EnhanceError):
    """The file to write cannot be written so: its container, its sound, or its place."""


class DiskFull(UnfitOutput):
    """No room is left where the output is made. What was made is kept, to go on from."""


class BadRecipe(EnhanceError, ValueError):
    """A recipe says something that is not understood; the message says where."""


class RenderCancelled(EnhanceError):
    """The caller asked to stop; nothing is left behind."""


class UnevenFrames(EnhanceError, ValueError):
    """A frame of another size than those before it, or earlier than they are."""
