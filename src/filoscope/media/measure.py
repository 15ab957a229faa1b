"""Measure a file, in the child process: every packet is read, the first pictures are decoded."""

from __future__ import annotations

import os
from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from filoscope.media.errors import LimitReached, NotAVideo, NothingToShow, TooLong
from filoscope.media.facts import Probe
from filoscope.media.limits import FRAMES_MAX, Limits
from filoscope.media.source import Source, check_pixels, open_source

LOOKED_AT = 8
"""Pictures decoded: enough to meet one that says that it is interlaced."""

TRIED_MAX = 300
"""Packets given to the decoder before a file counts as one that cannot be shown (10 s)."""

_TRANSFERS = {
    1: "bt709", 4: "gamma22", 5: "gamma28", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020",
    11: "smpte431", 12: "smpte432",
}  # fmt: skip
_MATRICES = {
    0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc",
    10: "bt2020c",
}  # fmt: skip
_HDR_TRANSFERS = {"smpte2084", "arib-std-b67"}
_FULL_RANGE = 2

_VARIABLE_SHARE_MIN = 0.02
"""Of the intervals that must differ from the median by a fifth: one lost frame is no variable rate."""


@dataclass(slots=True)
class _Clock:
    """Timestamps of one stream, in units of its time base."""

    time_base: Fraction
    pts: array[int] = field(default_factory=lambda: array("q"))
    end: int | None = None
    first_heard: int | None = None

    def add(self, packet: av.Packet[Any]) -> None:
        pts = packet.pts if packet.pts is not None else packet.dts
        if pts is None or packet.is_discard:
            return
        self.pts.append(pts)
        end = pts + max(packet.duration or 0, 0)
        self.end = end if self.end is None else max(self.end, end)

    @property
    def start_s(self) -> Fraction | None:
        if not self.pts:
            return None
        first = min(self.pts)
        if self.first_heard is not None:
            first = max(first, self.first_heard)
        return first * self.time_base

    @property
    def end_s(self) -> Fraction | None:
        return None if self.end is None else self.end * self.time_base


def measure(path: str | os.PathLike[str], *, limits: Limits, threads: int) -> Probe:
    """Read all packets, decode the first pictures, and say what the file is.

    Raises
    ------
    MediaError
    """
    with open_source(path, limits=limits, threads=threads) as source:
        video, audio, frames = _walk(source, limits)
        if not frames:
            raise NothingToShow
        return _describe(source, video, audio, frames, Path(path).stat().st_size, limits)


def _walk(source: Source, limits: Limits) -> tuple[_Clock, _Clock | None, list[VideoFrame]]:
    video = _Clock(source.video.time_base or Fraction(1, 1000))
    audio = None
    streams: list[Any] = [source.video]
    if source.audio is not None:
        audio = _Clock(source.audio.time_base or Fraction(1, source.audio.rate or 48_000))
        streams.append(source.audio)
    look, listen = _Look(limits), _Listen()
    packets = source.container.demux(*streams)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            break
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            break
        clock = video if packet.stream is source.video else audio
        if packet.size and clock is not None:
            clock.add(packet)
            _check_count(clock)
        if packet.stream is source.video and packet.size:
            look.at(packet)
        elif packet.size:
            listen.to(packet)
    look.at_rest(source)
    if audio is not None and listen.heard:
        audio.first_heard = listen.first_pts
    return video, audio if listen.heard else None, look.frames


@dataclass(slots=True)
class _Look:
    """Decode pictures until enough have been seen."""

    limits: Limits
    frames: list[VideoFrame] = field(default_factory=list)
    tried: int = 0

    def at(self, packet: av.Packet[Any]) -> None:
        if len(self.frames) < LOOKED_AT and self.tried < TRIED_MAX:
            self.tried += 1
            self._take(packet.decode)

    def at_rest(self, source: Source) -> None:
        if not self.frames:
            self._take(source.video.decode)

    def _take(self, decode: Any) -> None:
        try:
            frames = decode()
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            return
        for frame in frames:
            check_pixels(frame.width * frame.height, self.limits)
            if not frame.is_corrupt:
                self.frames.append(frame)


@dataclass(slots=True)
class _Listen:
    """Decode sound until its first audible sample: packets before it only prime the decoder."""

    heard: bool = False
    first_pts: int | None = None
    tried: int = 0

    def to(self, packet: av.Packet[Any]) -> None:
        if self.heard or self.tried >= TRIED_MAX:
            return
        self.tried += 1
        try:
            frames = packet.decode()
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            return
        if frames:
            self.heard, self.first_pts = True, frames[0].pts


def _check_count(clock: _Clock) -> None:
    if len(clock.pts) > FRAMES_MAX:
        raise LimitReached("This video has more pictures than allowed here. Please cut it.")


def _describe(
    source: Source,
    video: _Clock,
    audio: _Clock | None,
    frames: list[VideoFrame],
    byte_count: int,
    limits: Limits,
) -> Probe:
    frame, context = frames[0], source.video.codec_context
    fps, is_variable = frame_rate(video.pts, video.time_base)
    start_s, end_s = _span(video, audio, frames, fps)
    _check_duration(float(end_s - start_s), limits)
    if source.container.format.name == "gif" and len(video.pts) < 2:
        raise NotAVideo("This is a still picture. Please upload a video.")
    rotation, is_mirrored = orientation(frame)
    width, height = _shown_size(frame, source.video.sample_aspect_ratio, rotation)
    transfer = _TRANSFERS.get(int(frame.color_trc), "unknown")
    components = frame.format.components
    has_sound = audio is not None and bool(audio.pts) and source.audio is not None
    sound = source.audio.codec_context if has_sound and source.audio is not None else None
    return Probe(
        container=source.container.format.name.split(",")[0],
        byte_count=byte_count,
        duration_s=float(end_s - start_s),
        first_timestamp_s=float(start_s),
        width=width,
        height=height,
        coded_width=frame.width,
        coded_height=frame.height,
        rotation_deg=rotation,
        is_mirrored=is_mirrored,
        fps_nominal=fps,
        is_variable_rate=is_variable,
        is_disordered=_is_disordered(frames),
        frame_count=len(video.pts),
        video_codec=context.codec.canonical_name,
        pixel_format=frame.format.name,
        bit_depth=max(component.bits for component in components) if components else 8,
        color_transfer=transfer,
        color_primaries=_PRIMARIES.get(int(frame.color_primaries), "unknown"),
        color_matrix=_MATRICES.get(int(frame.colorspace), "unknown"),
        is_full_range=int(frame.color_range) == _FULL_RANGE or "yuvj" in frame.format.name,
        is_hdr=transfer in _HDR_TRANSFERS,
        is_interlaced=any(frame.interlaced_frame for frame in frames),
        has_alpha=any(component.is_alpha for component in components)
        or frame.format.name == "pal8",
        audio_codec=sound.codec.canonical_name if sound else None,
        audio_channels=sound.channels if sound else None,
        audio_rate_hz=sound.sample_rate if sound else None,
    )


def _span(
    video: _Clock, audio: _Clock | None, frames: list[VideoFrame], fps: float
) -> tuple[Fraction, Fraction]:
    """Return when the first thing begins and when the last one ends, in seconds of the file."""
    interval = Fraction(1 / fps).limit_denominator(90_000) if fps else Fraction(1, 30)
    starts = [clock.start_s for clock in (video, audio) if clock and clock.start_s is not None]
    ends = [clock.end_s for clock in (video, audio) if clock and clock.end_s is not None]
    if video.pts:
        # A last packet without a duration lasts as long as the others.
        ends.append(max(video.pts) * video.time_base + (interval if _no_duration(video) else 0))
    if not starts or not ends:
        return Fraction(0), interval * max(len(frames), 1)
    start = min(starts)
    return start, max(max(ends), start + interval)


def _is_disordered(frames: list[VideoFrame]) -> bool:
    timestamps = [frame.pts for frame in frames if frame.pts is not None]
    return any(later <= sooner for sooner, later in pairwise(timestamps))


def _no_duration(clock: _Clock) -> bool:
    return clock.end is not None and clock.end <= max(clock.pts)


def _check_duration(duration_s: float, limits: Limits) -> None:
    if duration_s > limits.duration_s_max:
        raise TooLong(
            f"This video lasts {_minutes(duration_s)}; the longest allowed is "
            f"{_minutes(limits.duration_s_max)}. Please cut it and try again."
        )


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    if whole >= 60:
        return f"{whole // 60}:{whole % 60:02d} minutes"
    return "1 second" if whole == 1 else f"{whole} seconds"


def frame_rate(pts: array[int], time_base: Fraction) -> tuple[float, bool]:
    """Return the nominal rate and whether the rate is variable.

    Parameters
    ----------
    pts : array of int
        Presentation timestamps, in any order.
    time_base : Fraction
        Seconds of one unit.
    """
    shown: NDArray[np.int64] = np.unique(np.asarray(pts, dtype=np.int64))
    intervals = shown[1:] - shown[:-1]
    if not len(intervals):
        return 0.0, False
    median = float(np.median(intervals))
    # Two units of grace: Matroska rounds to milliseconds.
    is_off = np.abs(intervals - median) > max(0.2 * median, 2.0)
    is_variable = bool(np.mean(is_off) > _VARIABLE_SHARE_MIN)
    typical = median if is_variable else float(np.mean(intervals[~is_off]))
    return 1 / float(typical * time_base), is_variable


def orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Return the clockwise turn in degrees, and whether to mirror left and right before it.

    The display matrix of ISO 14496-12 maps (x, y) to (ax + cy, bx + dy), y downwards.
    """
    side_data: Any = frame.side_data
    matrix = side_data.get(SideDataType.DISPLAYMATRIX)
    if matrix is None:
        return 0, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), dtype=np.int32)[:5].tolist()
    return turn_of_matrix(a, b, c, d)


def turn_of_matrix(a: int, b: int, c: int, d: int) -> tuple[int, bool]:
    """Return the nearest of the eight turns to a display matrix.

    Examples
    --------
    >>> turn_of_matrix(0, 65536, -65536, 0)
    (90, False)
    """
    if abs(a) + abs(d) >= abs(b) + abs(c):
        is_mirrored = (a < 0) != (d < 0)
        # Mirrored left to right and not turned, or turned by half.
        return (0 if d >= 0 else 180), is_mirrored
    is_mirrored = (b < 0) == (c < 0)
    return (90 if c < 0 else 270), is_mirrored


def _shown_size(frame: VideoFrame, sar: Fraction | None, rotation_deg: int) -> tuple[int, int]:
    """Return width and height with square pixels, upright."""
    width, height = frame.width, frame.height
    # Ratios beyond 1:16 are damage, not anamorphic video.
    if sar and Fraction(1, 16) <= sar <= 16:
        if sar >= 1:
            width = max(round(width * sar), 1)
        else:
            height = max(round(height / sar), 1)
    return (height, width) if rotation_deg in (90, 270) else (width, height)
