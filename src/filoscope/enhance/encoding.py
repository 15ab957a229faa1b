"""Frames into packets: how an enhanced clip is compressed, and what its file says of its colours.

8 bit is H.264 by x264: superfast takes two thirds of the processor that veryfast does, and 22 ms a
frame at 1080p where it would take 33 if it chose its B-frames and weights by trial. Those choices are
left out; at CRF 18 it is as faithful without, in fewer bytes. Bits go to flat parts half as eagerly as
by default: with none there the dark would show bands. 10 bit is HEVC Main 10 by x265, as phones record
it: H.264 would cost half as much, but High 10 plays on no phone and no television.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from filoscope.enhance.reading import Colors
from filoscope.enhance.stabilizer import Frame
from filoscope.media.time import TICK, ticks_of

THREADS = 2
"""Fixed: x264 chooses differently with another number, and a render resumed must be the same."""

_GLOBAL_HEADER = 1 << 22
"""AV_CODEC_FLAG_GLOBAL_HEADER: the parameter sets go into the file's head, as MP4 wants them."""

_X264 = "aq-mode=1:aq-strength=0.5:b-adapt=0:weightp=0"
_H264 = ("libx264", {"preset": "superfast", "crf": "18", "x264-params": _X264})
_HEVC = (
    "libx265",
    {"preset": "superfast", "crf": "18", "x265-params": "log-level=error:pools=2:repeat-headers=0"},
)
_UNSAID = 2


@dataclass(frozen=True, slots=True)
class Coding:
    """What an encoder must know before its first frame.

    Attributes
    ----------
    width, height : int
    rate : Fraction
        Frames a second that the file names; the frames keep their own times.
    colors : Colors
    is_resized : bool
        The frames are smaller than the source's: a matrix that players would guess is said.
    """

    width: int
    height: int
    rate: Fraction
    colors: Colors
    is_resized: bool = False

    def set_up(self, context: Any) -> None:
        """Set an encoder's context."""
        colors = self.colors
        context.width, context.height = self.width, self.height
        context.pix_fmt = self.pixels
        context.time_base = TICK
        context.framerate = self.rate
        context.thread_count = THREADS
        is_silent = colors.matrix == _UNSAID and self.is_resized
        context.colorspace = colors.matrix_guess if is_silent else colors.matrix
        context.color_range = colors.pixel_range
        context.color_primaries, context.color_trc = colors.primaries, colors.transfer
        context.options = dict(self.codec[1])
        context.flags |= _GLOBAL_HEADER

    @property
    def pixels(self) -> str:
        """FFmpeg's name of the planes."""
        return "yuv420p10le" if self.colors.depth == 10 else "yuv420p"

    @property
    def codec(self) -> tuple[str, dict[str, str]]:
        """Name and options of the encoder."""
        return _HEVC if self.colors.depth == 10 else _H264


class Encoder:
    """Encodes one run of frames, the first of which is a key frame."""

    def __init__(self, coding: Coding) -> None:
        self._context: Any = av.CodecContext.create(coding.codec[0], "w")
        coding.set_up(self._context)
        self._kind = coding.pixels

    def encode(self, frame: Frame) -> Iterator[av.Packet[Any]]:
        """Yield the packets that are ready."""
        yield from self._context.encode(picture_of(frame, self._kind))

    def finish(self) -> Iterator[av.Packet[Any]]:
        """Yield what is held back."""
        yield from self._context.encode(None)


def picture_of(frame: Frame, kind: str) -> VideoFrame:
    """Return a frame as FFmpeg has it, of a pixel format of the same depth."""
    height, width = frame.planes[0].shape
    picture = VideoFrame(width, height, kind)
    for plane, filled in zip(frame.planes, picture.planes, strict=True):
        rows = np.frombuffer(filled, plane.dtype).reshape(filled.height, -1)  # type: ignore[call-overload]
        rows[:, : filled.width] = plane
    picture.pts, picture.time_base = ticks_of(frame.time_s), TICK
    return picture
