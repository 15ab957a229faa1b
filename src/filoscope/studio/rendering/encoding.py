"""How the pictures of a cut are compressed, and how they and the sound become one file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from filoscope.enhance.encoding import Coding
from filoscope.enhance.reading import Colors
from filoscope.media.sound import RATE_HZ, AudioPacket
from filoscope.media.time import TICK, ticks_of
from filoscope.studio.rendering.canvas import Canvas

BITRATE_BPS = 192_000
"""AAC: a clip that is posted is compressed once more."""

PREVIEW_SIDE = 540
"""Shorter sides below this are looked at while editing: encoded for speed."""

_COLORS = Colors(depth=8, pixel_range=1, matrix=1, primaries=1, transfer=1, matrix_guess=1)
_MADE = ("libx264", {"preset": "superfast", "crf": "18"})
_PREVIEWED = ("libx264", {"preset": "ultrafast", "crf": "23"})


@dataclass(frozen=True, slots=True)
class CutCoding(Coding):
    """What the encoder of a cut must know."""

    @property
    def codec(self) -> tuple[str, dict[str, str]]:
        """Name and options of the encoder."""
        return _PREVIEWED if min(self.width, self.height) < PREVIEW_SIDE else _MADE


def coding_of(canvas: Canvas) -> CutCoding:
    """Return how a canvas is encoded."""
    return CutCoding(canvas.width, canvas.height, canvas.fps, _COLORS)


def join(
    target: Path,
    coding: CutCoding,
    pictures: Iterator[av.Packet[Any]],
    sound: Iterator[AudioPacket] | None,
    *,
    length: int,
) -> None:
    """Write pictures, which are encoded already, and sound into an MP4 that plays from its first byte on.

    Parameters
    ----------
    target : path
    coding : CutCoding
    pictures : iterator of Packet
        In order of decoding.
    sound : iterator of AudioPacket or None
    length : int
        Samples of sound: where the last of it ends.
    """
    options = {"movflags": "+faststart", "fflags": "bitexact"}
    with av.open(os.fspath(target), "w", format="mp4", options=options) as container:
        video: Any = container.add_stream(coding.codec[0], rate=coding.rate)
        coding.set_up(video.codec_context)
        audio = _Audio(container, sound, length)
        container.start_encoding()
        for packet in pictures:
            audio.lay_until((packet.dts or 0) * TICK)
            number = round((packet.pts or 0) * TICK * coding.rate)
            begun, ends = (ticks_of(at / coding.rate) for at in (number, number + 1))
            packet.duration = ends - begun
            packet.stream = video
            container.mux_one(packet)
        audio.lay_until(None)


class _Audio:
    """The packets of the sound, written as the pictures come to them."""

    def __init__(self, container: Any, sound: Iterator[AudioPacket] | None, length: int) -> None:
        self._container, self._sound, self._length = container, sound or iter(()), length
        self._next = next(self._sound, None)
        if self._next is not None:
            self._stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
            self._stream.bit_rate = BITRATE_BPS

    def lay_until(self, time_s: Fraction | None) -> None:
        """Write the sound up to a time, to the end when None."""
        while self._next is not None:
            if time_s is not None and Fraction(self._next.pts, RATE_HZ) > time_s:
                return
            if self._next.pts < self._length:
                self._container.mux_one(self._packet(self._next))
            self._next = next(self._sound, None)

    def _packet(self, sound: AudioPacket) -> av.Packet[Any]:
        packet: av.Packet[Any] = av.Packet(sound.content)
        packet.time_base = Fraction(1, RATE_HZ)
        packet.pts = packet.dts = sound.pts
        # The last is as long as there is sound: what fills its frame is not played.
        packet.duration = min(sound.duration, self._length - sound.pts)
        packet.is_keyframe = True
        packet.stream = self._stream
        return packet
