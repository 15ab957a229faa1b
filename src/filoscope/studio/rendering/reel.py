"""Read the pictures of a clip as the canvas wants them: upright, square pixels, BT.709, in 8 bit.

What is stored so already comes out of the decoder untouched, in its own memory. All else goes
through FFmpeg's filters once: HDR is tone-mapped, fields become frames, other matrices BT.709.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.video.frame import VideoFrame

from filoscope.enhance.reading import LIMITS, THREADS
from filoscope.media import Probe
from filoscope.media.hdr import write_cube
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
from filoscope.studio.rendering.canvas import Plane, Planes
from filoscope.studio.rendering.stock import Pixels

_EARLIER_S = 0.5
"""A key picture is looked for so much sooner: it is stored before it is shown, by its reordering."""

Shown = tuple[float, Planes]
"""Seconds from the start of the clip, and the picture."""


class Reel:
    """A clip that is read from a moment on.

    Parameters
    ----------
    path : path
    facts : Probe
    short_side_max : int
        Where filters are needed anyway, the picture is made so small at once.
    """

    def __init__(self, path: str, facts: Probe, *, short_side_max: int) -> None:
        self._path, self.facts = Path(path), facts
        upright = (facts.width, facts.height)
        scale = min(short_side_max / min(upright), 1.0)
        self._is_plain = _is_plain(facts)
        # An odd column is left out rather than the whole picture scaled by a pixel.
        self.size = (
            (upright[0] - upright[0] % 2, upright[1] - upright[1] % 2)
            if self._is_plain
            else tuple(max(2 * round(side * scale / 2), 2) for side in upright)
        )
        self._start_s = Fraction(facts.first_timestamp_s).limit_denominator(10**9)

    def pictures(self, start_s: float) -> Iterator[Shown]:
        """Yield pictures in rising order of time, beginning at or before a moment."""
        with (
            TemporaryDirectory() as folder,
            open_source(self._path, limits=LIMITS, threads=THREADS) as source,
        ):
            if start_s > _EARLIER_S and not self.facts.is_disordered:
                _seek(source, start_s - _EARLIER_S + float(self._start_s))
            decoded = decode_frames(source, limits=LIMITS)
            ordered = put_in_order(decoded) if self.facts.is_disordered else decoded
            timed = self._timed(ordered)
            if self._is_plain:
                usual = (self.facts.coded_width, self.facts.coded_height)
                yield from self._untouched(timed, usual)
            else:
                yield from self._filtered(timed, Path(folder))

    def _untouched(self, frames: Iterator[VideoFrame], usual: tuple[int, int]) -> Iterator[Shown]:
        odd: Graph | None = None
        for frame in frames:
            if (frame.width, frame.height) == usual and frame.format.name == "yuv420p":
                yield _shown(frame)
                continue
            # A clip that changes its size or its format in the middle.
            odd = odd or Graph(filters_of(self.facts, *usual, cube=None), threads=1)
            yield from map(_shown, odd.feed(frame))

    def _filtered(self, frames: Iterator[VideoFrame], folder: Path) -> Iterator[Shown]:
        cube = None
        if self.facts.is_hdr:
            cube = folder / "sdr.cube"
            write_cube(cube, transfer=self.facts.color_transfer)
        width, height = self.size
        chain = filters_of(self.facts, width, height, cube=cube)
        graph = Graph(chain, threads=THREADS, has_alpha=self.facts.has_alpha)
        for frame in frames:
            yield from map(_shown, graph.feed(frame))
        yield from map(_shown, graph.drain())

    def _timed(self, frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
        """Give each frame its tick on the clip's own clock; drop those that do not come later."""
        interval = ticks_of(interval_of(self.facts.fps_nominal))
        last: int | None = None
        for frame in frames:
            time_s = timestamp_of(frame)
            if time_s is None:
                tick = 0 if last is None else last + interval
            else:
                tick = max(ticks_of(time_s - self._start_s), 0)
            if last is None or tick > last:
                frame.pts, frame.time_base = tick, TICK
                yield frame
                last = tick


def _is_plain(facts: Probe) -> bool:
    """Say whether the decoder's planes are what the canvas wants."""
    return (
        facts.pixel_format == "yuv420p"
        and not (facts.is_full_range or facts.is_hdr or facts.is_interlaced or facts.is_mirrored)
        and facts.rotation_deg == 0
        and matrix_of(facts) == "bt709"
        and (facts.width, facts.height) == (facts.coded_width, facts.coded_height)
    )


def _seek(source: Source, time_s: float) -> None:
    """Go to a key picture before a time; a file that cannot be sought is read from its start."""
    base = source.video.time_base or Fraction(1, 1000)
    try:
        source.container.seek(max(int(time_s / base), 0), stream=source.video, backward=True)
    except av.error.FFmpegError:
        return


def _shown(frame: VideoFrame) -> Shown:
    return (frame.pts or 0) / TICKS_PER_SECOND, planes_of(frame)


def planes_of(frame: VideoFrame) -> Planes:
    """Return the planes of a frame in its own memory, without an odd last row or column."""
    width, height = frame.width - frame.width % 2, frame.height - frame.height % 2
    made: list[Plane] = []
    for index, plane in enumerate(frame.planes):
        fine = 1 if index == 0 else 2
        rows = np.frombuffer(plane, np.uint8).reshape(plane.height, -1)  # type: ignore[call-overload]
        made.append(rows[: height // fine, : width // fine])
    return made[0], made[1], made[2]


def photo_planes(pixels: Pixels) -> Planes:
    """Return a photo (height, width, 4) as planes; what is transparent in it is black."""
    height, width = (side - side % 2 for side in pixels.shape[:2])
    alpha = pixels[:height, :width, 3:].astype(np.uint16)
    flat = (pixels[:height, :width, :3] * alpha + 127) // 255
    frame = VideoFrame.from_ndarray(flat.astype(np.uint8), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    return planes_of(frame)
