"""Read the pictures of a clip as they are shown: upright, square pixels, BT.709, with their times.

>>> for time_s, picture in read_pictures("720p.mp4", short_edge=240):
...     print(time_s, picture.shape)

This decodes in the calling process: for files that Filoscope made, or inside a child that is
under limits. What strangers send goes through `probe` and `transcode` first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from filoscope.media.hdr import write_cube
from filoscope.media.limits import Limits
from filoscope.media.measure import measure
from filoscope.media.picture import Graph, filters_of
from filoscope.media.source import (
    decode_frames,
    interval_of,
    open_source,
    put_in_order,
    timestamp_of,
)
from filoscope.media.time import TICK, Timeline, seconds_of

Picture = NDArray[np.uint8]

_FPS_ANY = 100_000.0
"""No picture is left out for coming soon after another."""


def read_pictures(
    path: str | os.PathLike[str], *, short_edge: int | None = None, limits: Limits | None = None
) -> Iterator[tuple[float, Picture]]:
    """Yield (seconds from the start of the clip, picture).

    Parameters
    ----------
    path : path
    short_edge : int, optional
        Scale down to this; never up. As shown when None.
    limits : Limits, optional

    Yields
    ------
    float
        Rising strictly. Variable frame rates stay variable.
    ndarray
        RGB, shape (height, width, 3).

    Raises
    ------
    MediaError
    """
    limits = limits or Limits()
    facts = measure(path, limits=limits, threads=1)
    scale = min((short_edge or facts.width) / min(facts.width, facts.height), 1.0)
    if short_edge is None:
        scale = 1.0
    width, height = (max(round(side * scale / 2) * 2, 2) for side in (facts.width, facts.height))
    timeline = Timeline(Fraction(facts.first_timestamp_s).limit_denominator(10**9), _FPS_ANY)
    with TemporaryDirectory() as name, open_source(path, limits=limits, threads=0) as source:
        cube = None
        if facts.is_hdr:
            cube = Path(name) / "sdr.cube"
            write_cube(cube, transfer=facts.color_transfer)
        graph = Graph(
            filters_of(facts, width, height, cube=cube), threads=0, has_alpha=facts.has_alpha
        )
        frames = decode_frames(source, limits=limits)
        for frame in put_in_order(frames) if facts.is_disordered else frames:
            tick = timeline.place(
                timestamp_of(frame), fallback_interval_s=interval_of(facts.fps_nominal)
            )
            if tick is not None:
                frame.pts, frame.time_base = tick, TICK
                for picture in graph.feed(frame):
                    yield seconds_of(picture.pts or 0), rgb_of(picture)
        for picture in graph.drain():
            yield seconds_of(picture.pts or 0), rgb_of(picture)


def rgb_of(picture: VideoFrame) -> Picture:
    """Return a BT.709 frame as RGB, shape (height, width, 3)."""
    rgb = picture.reformat(format="rgb24", src_colorspace="ITU709", dst_color_range="JPEG")
    return np.asarray(rgb.to_ndarray(), np.uint8)
