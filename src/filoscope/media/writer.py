"""Write pictures and samples as a clip: H.264 and AAC in MP4, BT.709.

>>> write_clip("out.mp4", pictures, fps=Fraction(30), samples=stereo)
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from filoscope.media.sound import BITRATE_BPS, RATE_HZ, Samples, encode_sound
from filoscope.media.time import TICK, TICKS_PER_SECOND

Picture = NDArray[np.uint8]


def write_clip(
    path: str | os.PathLike[str],
    pictures: Iterable[tuple[float, Picture]],
    *,
    fps: Fraction,
    samples: Samples | None = None,
    crf: int = 18,
    preset: str = "veryfast",
    keyframes_s: float | None = None,
) -> None:
    """Write a clip.

    Parameters
    ----------
    path : path
    pictures : iterable of (float, ndarray)
        Seconds, rising strictly, and RGB of shape (height, width, 3): even, all of one size.
    fps : Fraction
        What the file says; the pictures keep their own times.
    samples : ndarray, optional
        Float32, shape (2, n), 48 kHz.
    crf, preset : int, str
        Of x264. 18 is seen as lossless; a clip for viewers goes through `transcode` after.
    keyframes_s : float, optional
        At most so far apart: what a page seeks in. As x264 likes when None.

    Raises
    ------
    ValueError
        No pictures.
    """
    rising = iter(pictures)
    first = next(rising, None)
    if first is None:
        raise ValueError("a clip needs at least one picture")
    with av.open(os.fspath(path), "w", format="mp4", options={"fflags": "bitexact"}) as container:
        options = {"crf": str(crf), "preset": preset}
        if keyframes_s is not None:
            options["g"] = str(max(1, round(keyframes_s * fps)))
        video = _add_video(container, first[1], fps, options)
        audio: Any = None
        if samples is not None:
            audio = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
            audio.bit_rate = BITRATE_BPS
        for time_s, picture in chain([first], rising):
            container.mux(video.encode(_frame(time_s, picture)))
        container.mux(video.encode(None))
        if samples is not None:
            _write_sound(container, audio, samples)


def _add_video(
    container: OutputContainer, picture: Picture, fps: Fraction, options: dict[str, str]
) -> VideoStream:
    video = container.add_stream("libx264", rate=fps, options=options)
    video.height, video.width = picture.shape[:2]
    video.pix_fmt = "yuv420p"
    context = video.codec_context
    context.time_base = TICK
    context.color_range, context.colorspace = 1, 1
    context.color_primaries, context.color_trc = 1, 1
    return video


def _frame(time_s: float, picture: Picture) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(
        format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
    )
    frame.pts, frame.time_base = round(time_s * TICKS_PER_SECOND), TICK
    return frame


def _write_sound(container: OutputContainer, audio: Any, samples: Samples) -> None:
    for sound in encode_sound(iter([samples])):
        packet = av.Packet(sound.content)
        packet.time_base = Fraction(1, RATE_HZ)
        packet.pts = packet.dts = sound.pts
        packet.duration = sound.duration
        packet.stream = audio
        container.mux_one(packet)
