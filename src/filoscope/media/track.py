"""Read the sound of a file in mono, each sample at its own time from the file's beginning.

>>> track = read_track("take.webm", rate_hz=16_000)
>>> len(track.samples) / 16_000
12.48

Like `filoscope.media.reader`, this decodes in the calling process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from filoscope.media.errors import TooLong, UnreadableFile

_GAP_S = 0.03
"""Timestamps that stray by more are a real gap, or an overlap; below, they are the container's
rounding, and samples that follow one another stay together."""


@dataclass(frozen=True, slots=True)
class Track:
    """The sound of a file.

    Attributes
    ----------
    samples : ndarray
        Mono, float32, shape (n,). The first lies at the file's beginning: where its picture or its
        sound is first presented, whichever comes first. What primes a decoder is no sound.
    has_sound, has_picture : bool
    """

    samples: NDArray[np.float32]
    has_sound: bool
    has_picture: bool


def read_track(
    path: str | os.PathLike[str], *, rate_hz: int, duration_s_max: float = 900.0
) -> Track:
    """Return the sound of a video or audio file.

    Parameters
    ----------
    path : path
    rate_hz : int
    duration_s_max : float
        A quarter of an hour in mono at 16 kHz is 58 MB.

    Raises
    ------
    UnreadableFile
        It cannot be opened, or nothing in it can be decoded.
    TooLong
    """
    try:
        container = av.open(
            f"file:{Path(path).absolute()}",
            options={"protocol_whitelist": "file"},
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, UnicodeDecodeError, ValueError) as error:
        raise UnreadableFile(f"{Path(path).name} cannot be read.") from error
    with container:
        video = next((s for s in container.streams.video if s.average_rate), None)
        if not container.streams.audio:
            return Track(np.zeros(0, np.float32), False, video is not None)
        audio = container.streams.audio[0]
        audio.codec_context.thread_count = 1
        first_shown: list[Fraction] = []
        pieces = list(_resampled(_frames(container, audio, video, first_shown), rate_hz))
        starts = [at for at, _ in pieces[:1]] + ([min(first_shown)] if first_shown else [])
        if not pieces:
            return Track(np.zeros(0, np.float32), False, video is not None)
        samples = _joined(pieces, min(starts), rate_hz, round(duration_s_max * rate_hz))
    return Track(samples, True, video is not None)


def _frames(
    container: InputContainer, audio: AudioStream, video: Any, first_shown: list[Fraction]
) -> Iterator[AudioFrame]:
    """Yield what the sound decodes to; note when the pictures are shown."""
    packets = container.demux([stream for stream in (audio, video) if stream is not None])
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return  # What came before the tear stands.
        if packet.stream is not audio:
            if packet.pts is not None and not packet.is_discard:
                shown = packet.pts * packet.time_base
                first_shown[:] = [min([shown, *first_shown])]
            continue
        try:
            yield from (frame for frame in packet.decode() if isinstance(frame, AudioFrame))
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            continue


def _resampled(
    frames: Iterator[AudioFrame], rate_hz: int
) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
    """Yield (timestamp in seconds, samples); a change of format in mid-stream is followed."""
    resampler: av.AudioResampler | None = None
    shape: tuple[str, str, int] | None = None
    for frame in frames:
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != shape:
            if resampler is not None:
                yield from _timed(resampler.resample(None))
            resampler, shape = av.AudioResampler("fltp", "mono", rate_hz), now
        assert resampler is not None
        yield from _timed(resampler.resample(frame))
    if resampler is not None:
        yield from _timed(resampler.resample(None))


def _timed(frames: list[AudioFrame]) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
    for frame in frames:
        if frame.pts is not None and frame.time_base is not None and frame.samples:
            samples = frame.to_ndarray()[0].astype(np.float32)
            # A torn file can decode to anything: what is no number would silence all after it.
            yield frame.pts * frame.time_base, np.nan_to_num(samples, posinf=0, neginf=0)


def _joined(
    pieces: list[tuple[Fraction, NDArray[np.float32]]],
    start_s: Fraction,
    rate_hz: int,
    length_max: int,
) -> NDArray[np.float32]:
    """Lay pieces at their times; silence stands where there is none."""
    placed: list[tuple[int, NDArray[np.float32]]] = []
    end = None
    for at_s, piece in pieces:
        at = round((at_s - start_s) * rate_hz)
        if end is not None and abs(at - end) <= _GAP_S * rate_hz:
            at = end
        end = at + len(piece)
        if end > length_max:
            raise TooLong(f"The sound is longer than {length_max / rate_hz / 60:.0f} minutes.")
        placed.append((max(at, 0), piece))
    samples = np.zeros(max(at + len(piece) for at, piece in placed), np.float32)
    for at, piece in placed:
        samples[at : at + len(piece)] = piece
    return samples
