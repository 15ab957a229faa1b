"""What can be wrong with a file, each with a short code and a sentence for the one who uploaded it.

>>> raise TooLong("This video lasts 12 minutes; the longest allowed is 10. Please cut it and try again.")
"""

from __future__ import annotations

from typing import ClassVar


class MediaError(Exception):
    """A file could not be used. `str(error)` is a sentence for the uploader.

    Attributes
    ----------
    code : str
        Short slug, stable, fit for a database column and for translations.
    is_worth_retrying : bool
        The fault lies with the machine (full disk, killed child), not with the file.
    """

    code: ClassVar[str] = "media"
    is_worth_retrying: ClassVar[bool] = False
    sentence: ClassVar[str] = "This file could not be used."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class NotAVideo(MediaError):
    """The bytes are not a moving picture in any container that is taken."""

    code = "not_a_video"
    sentence = (
        "This file is not a video that can be read here. "
        "Please upload an MP4, MOV, MKV, WebM, AVI or animated GIF."
    )


class NotASound(MediaError):
    """There is nothing to hear in the bytes, in any container that is taken."""

    code = "not_a_sound"
    sentence = (
        "This file has no sound that can be read here. "
        "Please upload an MP3, M4A, OGG, Opus, FLAC or WAV."
    )


class UnreadableFile(MediaError):
    """It is a video container, but torn, damaged or in a codec that is not taken."""

    code = "unreadable"
    sentence = (
        "This video is damaged or incomplete and cannot be read. "
        "Please export it again, check that it plays, and upload it once more."
    )


class NothingToShow(MediaError):
    """No frame of the picture could be decoded."""

    code = "nothing_to_show"
    sentence = (
        "Not one picture of this video could be decoded. "
        "Please export it again, for example as MP4 with H.264, and upload that."
    )


class TooLong(MediaError):
    """It lasts longer than the limit."""

    code = "too_long"
    sentence = "This video is longer than allowed here. Please cut it and try again."


class TooLarge(MediaError):
    """A frame has more pixels than the limit."""

    code = "too_large"
    sentence = "The picture of this video is larger than allowed here. Please scale it down."


class TooHeavy(MediaError):
    """The file has more bytes than the limit."""

    code = "too_heavy"
    sentence = "This file is larger than allowed here. Please compress it and try again."


class LimitReached(MediaError):
    """Decoding or encoding asked for more processor time, output or wall clock than allowed."""

    code = "limit_reached"
    sentence = (
        "This video takes more work to read than is allowed here. "
        "Please export it as an ordinary MP4 (H.264) and upload that."
    )


class OutOfMemory(LimitReached):
    """Decoding asked for more memory than allowed."""

    code = "out_of_memory"
    sentence = (
        "This video takes more memory to read than is allowed here. "
        "Please export it as an ordinary MP4 (H.264) and upload that."
    )


class ChildDied(MediaError):
    """The process that decodes was killed or crashed; the same file may do better next time."""

    code = "child_died"
    is_worth_retrying = True
    sentence = "Reading this video failed unexpectedly. It will be tried again."


class NoSpace(MediaError):
    """The disk that should take the result is full."""

    code = "no_space"
    is_worth_retrying = True
    sentence = "There is no room left on the server for this video. It will be tried again."


class Cancelled(MediaError):
    """The caller asked to stop."""

    code = "cancelled"
    sentence = "This upload was cancelled."


_ALL = (
    NotAVideo, NotASound, UnreadableFile, NothingToShow, TooLong, TooLarge, TooHeavy,
    LimitReached, OutOfMemory, ChildDied, NoSpace, Cancelled,
)  # fmt: skip
_BY_CODE = {kind.code: kind for kind in _ALL}


def error_from_code(code: str, sentence: str) -> MediaError:
    """Rebuild an error that crossed a process boundary; unknown codes become `MediaError`."""
    return _BY_CODE.get(code, MediaError)(sentence)
