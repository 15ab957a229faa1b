"""Read a clip's frames as they were recorded: upright, with their own depth, range and matrix.

>>> reading = Reading("in.mp4", facts)
>>> for frame in reading.frames():
...     print(frame.time_s, reading.colors)

Planes of yuv420p in 8 or 10 bit come out of the decoder untouched. What is stored otherwise is
brought there with as little as possible: turned upright, square pixels, frames instead of fields,
half the colour samples. Range, matrix, primaries and transfer stay, with their tags; only RGB and
what is transparent becomes BT.709. A frame that cannot be decoded costs itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame

from filoscope.enhance.stabilizer import Frame
from filoscope.media import Limits, Probe
from filoscope.media.measure import measure
from filoscope.media.picture import Graph, filters_of, matrix_of
from filoscope.media.source import (
    Source,
    decode_frames,
    interval_of,
    open_source,
    put_in_order,
    timestamp_of,
)
from filoscope.media.time import TICK, TICKS_PER_SECOND, ticks_of

LIMITS = Limits(duration_s_max=4 * 3600.0, bytes_max=64 << 30)
"""For one's own files on one's own machine: what a camera records onto one card."""

THREADS = 2
"""Of the decoder. With more, each holds frames and none is faster than the stages."""

_SQUARE = "setsar=1"
_FULL = 2
_BT709 = 1
_MATRIX_CODES = {"bt709": 1, "bt601": 6, "smpte240m": 7, "bt2020": 9}
_TURNS = {
    (0, False): "", (90, False): "transpose=clock", (180, False): "hflip,vflip",
    (270, False): "transpose=cclock", (0, True): "hflip", (90, True): "transpose=clock_flip",
    (180, True): "vflip", (270, True): "transpose=cclock_flip",
}  # fmt: skip
_AS_STORED = {"yuv420p": 8, "yuvj420p": 8, "yuv420p10le": 10}


@dataclass(frozen=True, slots=True)
class Colors:
    """What the numbers in the planes mean, in the codes of ISO/IEC 23091-2; 2 is "not said".

    Attributes
    ----------
    depth : int
        8 or 10 bits.
    pixel_range : int
        1 limited, 2 full, 0 not said.
    matrix, primaries, transfer : int
    matrix_guess : int
        The matrix that players take for the size of the source when it says none.
    """

    depth: int
    pixel_range: int
    matrix: int
    primaries: int
    transfer: int
    matrix_guess: int


class Reading:
    """A clip that is read frame by frame.

    Parameters
    ----------
    path : path
    facts : Probe, optional
        Of the same file; measured when None.

    Attributes
    ----------
    facts : Probe
    size : tuple of int
        Width and height of the frames: as shown, and even.
    fps : float
        Frames a second; a variable rate's mean.
    colors : Colors or None
        Known from the first frame on.

    Raises
    ------
    MediaError
        The file cannot be read.
    """

    def __init__(self, path: str | os.PathLike[str], facts: Probe | None = None) -> None:
        self.path = Path(path)
        self.facts = facts or measure(path, limits=LIMITS, threads=1)
        self.colors: Colors | None = None
        self._is_plain = not (_is_rgb(self.facts) or self.facts.has_alpha)
        turned = self.facts.rotation_deg in (90, 270)
        shown = (self.facts.width, self.facts.height)
        stored = shown[::-1] if turned else shown
        self._is_square = stored == (self.facts.coded_width, self.facts.coded_height)
        # An odd column is left out rather than the whole picture scaled by a pixel.
        width, height = (max(side - side % 2, 2) for side in stored)
        self._stored = (width, height)
        self.size = (height, width) if turned else (width, height)

    @property
    def fps(self) -> float:
        """Frames a second, the mean of a variable rate."""
        if self.facts.frame_count > 1 and self.facts.duration_s > 0:
            return self.facts.frame_count / self.facts.duration_s
        return self.facts.fps_nominal or 30.0

    def frames(self, *, start_s: float = 0.0, until_s: float = float("inf")) -> Iterator[Frame]:
        """Yield the frames of the clip, or of a part of it, in order of time.

        Parameters
        ----------
        start_s, until_s : float
            In seconds of the clip.

        Yields
        ------
        Frame
            Three planes of yuv420p: uint8, or uint16 holding 10 bits. Times rise strictly.
        """
        with open_source(self.path, limits=LIMITS, threads=THREADS) as source:
            if start_s > 0 and not self.facts.is_disordered:
                _seek(source, start_s + self.facts.first_timestamp_s)
            for frame in self._upright(source):
                if frame.time_s >= until_s:
                    return
                if frame.time_s >= start_s:
                    yield frame

    def _upright(self, source: Source) -> Iterator[Frame]:
        decoded = decode_frames(source, limits=LIMITS)
        ordered = put_in_order(decoded) if self.facts.is_disordered else decoded
        graphs: dict[bool, Graph] = {}
        for frame in self._timed(ordered):
            if self.colors is None:
                self.colors = self._colors_of(frame)
            is_usual = (frame.width, frame.height) == (
                self.facts.coded_width,
                self.facts.coded_height,
            )
            chain = self._chain(frame.format.name, is_usual=is_usual)
            if not chain:
                yield _frame_of(frame)
                continue
            if is_usual not in graphs:
                graphs[is_usual] = Graph(
                    f"{chain},{_SQUARE}", threads=1, has_alpha=self.facts.has_alpha
                )
            yield from map(_frame_of, graphs[is_usual].feed(frame))
        for graph in graphs.values():
            yield from map(_frame_of, graph.drain())

    def _timed(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """Give each frame its tick on the clip's own clock; drop those that do not come later."""
        start = Fraction(self.facts.first_timestamp_s).limit_denominator(10**9)
        interval = ticks_of(interval_of(self.facts.fps_nominal))
        last: int | None = None
        for frame in frames:
            time_s = timestamp_of(frame)
            if time_s is None:
                tick = 0 if last is None else last + interval
            else:
                tick = max(ticks_of(time_s - start), 0)
            if last is None or tick > last:
                frame.pts, frame.time_base = tick, TICK
                yield frame
                last = tick

    def _chain(self, pixels: str, *, is_usual: bool) -> str:
        """Return the filters between the decoder and the planes; none when these are as wanted."""
        facts, (width, height) = self.facts, self._stored
        if not self._is_plain:
            return filters_of(facts, *self.size, cube=None)
        kind = "yuv420p10le" if self._depth == 10 else "yuv420p"
        chain = ["bwdif=mode=send_frame:deint=interlaced"] if facts.is_interlaced else []
        is_kind = _AS_STORED.get(pixels) == self._depth
        if not (is_usual and self._is_square and is_kind):
            matrix, extent = matrix_of(facts), "full" if facts.is_full_range else "limited"
            chain.append(
                f"scale={width}:{height}:flags=bicubic:in_color_matrix={matrix}:"
                f"out_color_matrix={matrix}:in_range={extent}:out_range={extent}"
            )
            chain.append(f"format={kind}")
        elif (facts.coded_width, facts.coded_height) != self._stored:
            chain.append(f"crop={width}:{height}:0:0:exact=1")
        chain.append(_TURNS[facts.rotation_deg, facts.is_mirrored])
        return ",".join(part for part in chain if part)

    @property
    def _depth(self) -> int:
        return 10 if self.facts.bit_depth > 8 and self._is_plain else 8

    def _colors_of(self, frame: VideoFrame) -> Colors:
        if not self._is_plain:
            return Colors(8, 1, _BT709, _BT709, _BT709, _BT709)
        return Colors(
            depth=self._depth,
            pixel_range=_FULL if self.facts.is_full_range else int(frame.color_range),
            matrix=int(frame.colorspace),
            primaries=int(frame.color_primaries),
            transfer=int(frame.color_trc),
            matrix_guess=_MATRIX_CODES[matrix_of(self.facts)],
        )


def _is_rgb(facts: Probe) -> bool:
    return facts.pixel_format.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr", "argb"))


def _seek(source: Source, time_s: float) -> None:
    """Go to a key picture before a time; a file that cannot be sought is read from its start."""
    base = source.video.time_base or Fraction(1, 1000)
    try:
        source.container.seek(max(int(time_s / base), 0), stream=source.video, backward=True)
    except av.error.FFmpegError:
        return


def _frame_of(picture: VideoFrame) -> Frame:
    depth = np.uint8 if _AS_STORED[picture.format.name] == 8 else np.uint16
    planes = []
    for plane in picture.planes:
        rows = np.frombuffer(plane, depth).reshape(plane.height, -1)  # type: ignore[call-overload]
        # A copy: the decoder's own memory serves it for the pictures that follow.
        planes.append(np.array(rows[:, : plane.width]))
    return Frame((picture.pts or 0) / TICKS_PER_SECOND, tuple(planes))
