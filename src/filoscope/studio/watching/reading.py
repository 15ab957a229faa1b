"""Small upright pictures of a take, as fast as its decoder gives them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from filoscope.enhance.framing.pictures import Plane, shrunk
from filoscope.media import Limits, Probe
from filoscope.media.source import (
    decode_frames,
    interval_of,
    open_source,
    put_in_order,
    timestamp_of,
)

Grey = NDArray[np.uint8]
Colour = NDArray[np.uint8]

LIMITS = Limits(duration_s_max=2 * 3600.0, bytes_max=64 << 30)
"""For one's own takes on one's own machine; the server puts its own limits around the process."""

GREY_SIDE = 128
"""Pixels of the longer side in which motion is followed: a dancer's arm is eight of them wide."""

COLOUR_SIDE = 480
"""In which faces and sharpness are looked for."""

_PIXELS_SLOW = 1_600_000
"""From 1080p on, pictures that no other one is predicted from are not decoded: accents are then found
to two frames instead of one, and twice as fast."""

_PLANAR = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "yuv420p10le"}
_NEUTRAL = 128


@dataclass(frozen=True, slots=True)
class Glance:
    """One picture of a take.

    Attributes
    ----------
    time_s : float
        From the first picture or sound of the take.
    grey : ndarray
        Its longer side is `GREY_SIDE`.
    frame : VideoFrame
        As decoded; valid until the next one is asked for.
    """

    time_s: float
    grey: Grey
    frame: VideoFrame


class TakeReader:
    """Reads a take once.

    Parameters
    ----------
    path : path
    facts : Probe
        Of the same file.
    """

    def __init__(self, path: Path, facts: Probe) -> None:
        self._path, self._facts = path, facts

    def glances(self) -> Iterator[Glance]:
        """Yield the pictures in order of time; times rise strictly."""
        facts = self._facts
        start = Fraction(facts.first_timestamp_s).limit_denominator(10**9)
        size = self._stored_size(GREY_SIDE)
        last_s = -1.0
        with open_source(self._path, limits=LIMITS, threads=1) as source:
            context = source.video.codec_context
            context.options = {
                "max_pixels": str(LIMITS.pixels_max),
                # What smooths the edges of blocks is not seen in a picture a tenth as large.
                "skip_loop_filter": "all",
            }
            if facts.coded_width * facts.coded_height >= _PIXELS_SLOW and not facts.is_disordered:
                context.skip_frame = "NONREF"
            decoded = decode_frames(source, limits=LIMITS)
            for frame in put_in_order(decoded) if facts.is_disordered else decoded:
                stamp = timestamp_of(frame)
                if stamp is None:
                    time_s = last_s + interval_of(facts.fps_nominal) if last_s >= 0 else 0.0
                else:
                    time_s = max(float(stamp - start), 0.0)
                if time_s <= last_s:
                    continue
                last_s = time_s
                yield Glance(time_s, self._upright(_shrunk(_luma(frame), size)), frame)

    def luma(self, glance: Glance) -> Grey:
        """Return a picture's luma, its longer side `COLOUR_SIDE` at most."""
        return self._upright(_shrunk(_luma(glance.frame), self._stored_size(COLOUR_SIDE)))

    def colour(self, glance: Glance, luma: Grey) -> Colour:
        """Return a picture, whose luma is known, as Y, U, V."""
        size = self._stored_size(COLOUR_SIDE)
        frame = glance.frame
        if frame.format.name not in _PLANAR:
            frame = frame.reformat(format="yuv420p", width=size[0], height=size[1])
        chroma = range(1, min(len(frame.planes), 3))
        layers = [luma, *(self._upright(_shrunk(_plane(frame, index), size)) for index in chroma)]
        while len(layers) < 3:
            layers.append(np.full_like(luma, _NEUTRAL))
        return np.asarray(cv2.merge(layers), np.uint8)

    def _stored_size(self, long_side: int) -> tuple[int, int]:
        """Return width and height, before turning, of the picture with square pixels."""
        shown = (self._facts.width, self._facts.height)
        scale = min(long_side / max(shown), 1.0)
        width, height = (max(round(side * scale), 8) for side in shown)
        return (height, width) if self._facts.rotation_deg in (90, 270) else (width, height)

    def _upright(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        if self._facts.is_mirrored:
            picture = picture[:, ::-1]
        turned = np.rot90(picture, -(self._facts.rotation_deg // 90))
        return np.ascontiguousarray(turned)


def _luma(frame: VideoFrame) -> Plane:
    if frame.format.name in _PLANAR or frame.format.name in ("nv12", "gray"):
        return _plane(frame, 0)
    return _plane(frame.reformat(format="gray", width=COLOUR_SIDE, height=COLOUR_SIDE), 0)


def _plane(frame: VideoFrame, index: int) -> Plane:
    """Return a plane without copying it: it is the decoder's, and read before the next frame."""
    plane = frame.planes[index]
    kind = np.uint16 if frame.format.name.endswith("10le") else np.uint8
    rows = np.frombuffer(plane, kind).reshape(plane.height, -1)  # type: ignore[call-overload]
    return np.asarray(rows[:, : plane.width])


def _shrunk(plane: Plane, size: tuple[int, int]) -> Grey:
    return shrunk(plane, size)
