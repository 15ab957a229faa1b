"""What can go wrong with uploads and clips, each with a sentence for the person."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404


class VideosError(Exception):
    """Root of what this app raises."""


class UploadRefused(VideosError):
    """An upload goes over a limit; `str(error)` says which, and `status` is its HTTP status."""

    def __init__(self, code: str, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status


class ClipGone(VideosError, Http404):
    """A clip that was deleted between being found and being changed: not there, on every page."""


class UploadGone(VideosError):
    """No such upload of this account, or it has expired."""


class UploadBusy(VideosError):
    """Somebody else is writing to this upload at this moment."""


class WrongOffset(VideosError):
    """A part does not begin where the upload ends."""

    def __init__(self, offset_bytes: int) -> None:
        super().__init__(f"This upload continues at byte {offset_bytes}.")
        self.offset_bytes = offset_bytes


class Superseded(VideosError):
    """A run that another one has replaced, or whose clip is gone: its outputs are thrown away."""


class BadSoundUse(VideosError):
    """A sound that cannot be laid under a clip, or not so; the sentence says why."""


class BadCaptions(VideosError):
    """A caption track that is not WebVTT; the message says where."""

    code: ClassVar[str] = "bad_captions"
