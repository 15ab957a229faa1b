"""Steady a whole file: pictures through a `Stabilizer`, the sound beside them untouched.

>>> steady_clip("in.mp4", "out.mp4").zoom_mean
1.09

Pictures are read as they are shown (upright, square pixels, progressive, BT.709, 8 bit) and keep
their times, also where the rate varies. A frame that cannot be decoded costs itself. Sound packets
are copied. The output appears whole or not at all; a clip that is calm already is copied as it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from av.video.frame import VideoFrame

from filoscope.enhance.errors import UnfitOutput
from filoscope.enhance.stabilizer import CROP_MAX, Account, Frame, Stabilizer
from filoscope.media import Limits, NothingToShow, Probe
from filoscope.media.hdr import write_cube
from filoscope.media.measure import measure
from filoscope.media.picture import Graph, filters_of
from filoscope.media.source import (
    decode_frames,
    interval_of,
    open_source,
    put_in_order,
    timestamp_of,
)
from filoscope.media.time import TICK, TICKS_PER_SECOND, Timeline

CONTAINERS = (".mp4", ".mov", ".mkv")
LIMITS = Limits(duration_s_max=4 * 3600.0, bytes_max=64 << 30)
"""For one's own files on one's own machine: what a camera records onto one card."""

_FPS_ANY = 100_000.0
_CRF, _PRESET = "18", "veryfast"
"""Seen as lossless; a clip for viewers goes through the network's ladder after."""


def steady_clip(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    crop_max: float = CROP_MAX,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Account:
    """Write a steadied version of a clip.

    Parameters
    ----------
    source, target : path
        The target's ending says its container: one of `CONTAINERS`.
    crop_max : float
        Share of width and height that may be lost at most.
    on_progress : callable, optional
        Given how many frames are done, and how many there are by what the file says.

    Raises
    ------
    MediaError
        The source cannot be read.
    UnfitOutput
        The target cannot be written.
    """
    source, target = Path(source), Path(target)
    _check_target(source, target)
    facts = measure(source, limits=LIMITS, threads=1)
    stabilizer = Stabilizer(fps=_mean_fps(facts), crop_max=crop_max)
    try:
        with TemporaryDirectory(dir=target.parent, prefix=".enhance-") as folder:
            made = Path(folder) / f"made{target.suffix}"
            _write(source, made, facts, stabilizer, on_progress)
            if not stabilizer.account.changed_count and source.suffix == target.suffix:
                shutil.copyfile(source, made)
            made.replace(target)
    except (OSError, av.error.FFmpegError) as error:
        raise UnfitOutput(
            f"{target} could not be written: {error}. If its kind of file cannot hold the sound of "
            f"{source.name}, name it .mkv."
        ) from error
    return stabilizer.account


def _check_target(source: Path, target: Path) -> None:
    if target.suffix.lower() not in CONTAINERS:
        raise UnfitOutput(f"{target} ends with none of {', '.join(CONTAINERS)}. Name it so.")
    if not target.parent.is_dir():
        raise UnfitOutput(f"There is no folder {target.parent}. Make it first.")
    if target.exists() and source.exists() and target.samefile(source):
        raise UnfitOutput(f"{target} is the source itself. Give another name.")


def _mean_fps(facts: Probe) -> float:
    if facts.frame_count > 1 and facts.duration_s > 0:
        return facts.frame_count / facts.duration_s
    return facts.fps_nominal or 30.0


def _write(
    source: Path,
    made: Path,
    facts: Probe,
    stabilizer: Stabilizer,
    on_progress: Callable[[int, int], None],
) -> None:
    with ExitStack() as stack:
        heard = stack.enter_context(open_source(source, limits=LIMITS, threads=1))
        container = stack.enter_context(av.open(os.fspath(made), "w"))
        writer = _Writer(container, facts)
        if heard.audio is not None:
            writer.copy_sound(heard.container, heard.audio)
        for frame in read_frames(source, facts):
            for calm in stabilizer.push(frame):
                writer.show(calm)
            on_progress(stabilizer.account.frame_count, facts.frame_count)
        for calm in stabilizer.drain():
            writer.show(calm)
            on_progress(stabilizer.account.frame_count, facts.frame_count)
        if not stabilizer.account.frame_count:
            raise NothingToShow
        writer.finish()


def read_frames(path: Path, facts: Probe) -> Iterator[Frame]:
    """Yield the frames of a file as they are shown, three planes of yuv420p each."""
    width, height = (max(round(side / 2) * 2, 2) for side in (facts.width, facts.height))
    timeline = Timeline(Fraction(facts.first_timestamp_s).limit_denominator(10**9), _FPS_ANY)
    with TemporaryDirectory() as name, open_source(path, limits=LIMITS, threads=2) as source:
        cube = Path(name) / "sdr.cube" if facts.is_hdr else None
        if cube is not None:
            write_cube(cube, transfer=facts.color_transfer)
        filters = filters_of(facts, width, height, cube=cube)
        graph = Graph(filters, threads=1, has_alpha=facts.has_alpha)
        frames = decode_frames(source, limits=LIMITS)
        for frame in put_in_order(frames) if facts.is_disordered else frames:
            interval_s = interval_of(facts.fps_nominal)
            tick = timeline.place(timestamp_of(frame), fallback_interval_s=interval_s)
            if tick is not None:
                frame.pts, frame.time_base = tick, TICK
                yield from map(_planes_of, graph.feed(frame))
        yield from map(_planes_of, graph.drain())


def _planes_of(picture: VideoFrame) -> Frame:
    width, height = picture.width, picture.height
    flat = np.asarray(picture.to_ndarray(), np.uint8).reshape(-1)
    luma, quarter = width * height, width * height // 4
    shape = (height // 2, width // 2)
    planes = (
        flat[:luma].reshape(height, width),
        flat[luma : luma + quarter].reshape(shape),
        flat[luma + quarter :].reshape(shape),
    )
    return Frame((picture.pts or 0) / TICKS_PER_SECOND, planes)


class _Writer:
    """Encodes pictures and lays copied sound between them, in order of time."""

    def __init__(self, container: OutputContainer, facts: Probe) -> None:
        self._container = container
        self._start_s = Fraction(facts.first_timestamp_s).limit_denominator(10**9)
        rate = Fraction(facts.fps_nominal or 30.0).limit_denominator(1001)
        video = container.add_stream("libx264", rate=rate, options={"crf": _CRF, "preset": _PRESET})
        video.width, video.height = (
            max(round(side / 2) * 2, 2) for side in (facts.width, facts.height)
        )
        video.pix_fmt = "yuv420p"
        context = video.codec_context
        context.time_base = TICK
        context.thread_count = 2
        context.color_range, context.colorspace = 1, 1
        context.color_primaries, context.color_trc = 1, 1
        self._video = video
        self._sound: Iterator[av.Packet[Any]] = iter(())
        self._next: av.Packet[Any] | None = None

    def copy_sound(self, source: Any, audio: Any) -> None:
        """Take the packets of this stream as they are, moved with the pictures' clock."""
        self._audio = self._container.add_stream_from_template(audio)
        shift = round(self._start_s / audio.time_base)
        self._sound = self._shifted(source.demux(audio), shift)
        self._next = next(self._sound, None)

    def _shifted(self, packets: Iterator[Any], shift: int) -> Iterator[av.Packet[Any]]:
        for packet in packets:
            if packet.size and packet.dts is not None:
                packet.pts, packet.dts = (packet.pts or packet.dts) - shift, packet.dts - shift
                packet.stream = self._audio
                yield packet

    def show(self, frame: Frame) -> None:
        """Encode a frame."""
        width = frame.planes[0].shape[1]
        rows = np.concatenate([plane.reshape(-1) for plane in frame.planes]).reshape(-1, width)
        picture = VideoFrame.from_ndarray(rows, format="yuv420p")
        picture.pts, picture.time_base = round(frame.time_s * TICKS_PER_SECOND), TICK
        self._mux(self._video.encode(picture))

    def finish(self) -> None:
        """Write what the encoder holds, and the rest of the sound."""
        self._mux(self._video.encode(None))
        self._sound_until(None)

    def _mux(self, packets: list[av.Packet[Any]]) -> None:
        for packet in packets:
            self._sound_until((packet.dts or 0) * packet.time_base)
            self._container.mux_one(packet)

    def _sound_until(self, time_s: Fraction | None) -> None:
        while self._next is not None:
            if time_s is not None and (self._next.dts or 0) * self._next.time_base > time_s:
                return
            self._container.mux_one(self._next)
            self._next = next(self._sound, None)
