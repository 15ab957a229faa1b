"""The sound of a clip: one stereo track at 48 kHz, as loud as every other clip, encoded once.

Loudness is measured by ITU-R BS.1770-4 / EBU R128 over the whole clip and then set by one
constant gain, so that what was quiet in it stays quieter than what was loud.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from filoscope.media.ladder import Sound
from filoscope.media.limits import Limits
from filoscope.media.source import open_sound, open_source

RATE_HZ = 48_000
BITRATE_BPS = 128_000
"""AAC at 128 kbit/s in stereo: no more is heard on a phone."""

AAC_FRAME = 1024
LOUDNESS_LUFS = -14.0
"""What the large platforms play at (YouTube, Spotify): a clip is never the quiet one of the feed."""

TRUE_PEAK_DBTP_MAX = -1.0
_CEILING_DBTP = -1.5
"""Half a decibel under what is promised: AAC does not keep peaks exactly."""

SILENCE_LUFS = -50.0
"""Quieter than this on the whole is a room with nobody speaking: raising it would raise noise."""

GAIN_DB_MAX = 12.0
"""A quiet voice becomes clear; a whisper in hiss does not become a shout in a storm."""

LIMITING_DB_MAX = 6.0
"""More than this off the peaks is heard as pumping; loudness then stays below the target."""

WAVEFORM_BARS = 120
"""As many bars as fit on a phone's width at three pixels each."""

_GAP_S = 0.03
"""Timestamps that drift apart by more are a real gap: filled with silence, or cut when they overlap.
Below, they are the rounding of Matroska and AVI."""

_OVERSAMPLED_HZ = 192_000
"""Four times, as BS.1770 annex 2 asks for true peaks."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AudioPacket:
    """An encoded AAC frame; times in samples."""

    content: bytes
    pts: int
    duration: int


def decoded(path: Path, *, start_s: Fraction, length: int, limits: Limits) -> Iterator[Samples]:
    """Yield the sound as stereo float32 (2, n), without gaps, exactly `length` samples in all.

    Parameters
    ----------
    path : Path
    start_s : Fraction
        Timestamp of the source that is sample 0. Silence stands before a sound that begins later
        and after one that ends sooner.
    length : int
        Samples at 48 kHz.
    limits : Limits
    """
    position = 0
    with open_source(path, limits=limits, threads=1) as source:
        assert source.audio is not None
        for at, piece in resampled(source.container, source.audio):
            offset = round((at - start_s) * RATE_HZ) - position
            if position == 0 or abs(offset) > _GAP_S * RATE_HZ:
                if offset < 0:
                    piece = piece[:, -offset:]
                elif offset:
                    missing = min(offset, length - position)
                    yield from silence(missing)
                    position += missing
            piece = piece[:, : length - position]
            position += piece.shape[1]
            if piece.size:
                yield piece
            if position >= length:
                return
    yield from silence(length - position)


def heard_from(path: Path, *, start_s: float, limits: Limits) -> Iterator[Samples]:
    """Yield the sound of any file from a moment to its end as stereo float32 (2, n)."""
    skipped: int | None = None
    with open_sound(path, limits=limits) as (container, audio):
        for at, piece in resampled(container, audio):
            if skipped is None:  # what stands before zero only primes the decoder
                skipped = round((start_s - min(float(at), 0.0)) * RATE_HZ)
            if skipped < piece.shape[1]:
                yield piece[:, skipped:]
            skipped = max(skipped - piece.shape[1], 0)


def silence(count: int) -> Iterator[Samples]:
    """Yield so many samples of nothing."""
    while count > 0:
        piece = min(count, RATE_HZ)
        yield np.zeros((2, piece), np.float32)
        count -= piece


def resampled(container: InputContainer, audio: AudioStream) -> Iterator[tuple[Fraction, Samples]]:
    """Yield (timestamp in seconds, samples); a change of format in mid-stream is followed.

    Channels are folded as ITU-R BS.775 says (swresample's default): centre and surrounds at
    -3 dB into left and right, the low effects left out.
    """
    resampler: av.AudioResampler | None = None
    shape: tuple[str, str, int] | None = None
    for frame in _audio_frames(container, audio):
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if now != shape:
            if resampler is not None:
                yield from _timed(resampler.resample(None))
            resampler, shape = av.AudioResampler("fltp", "stereo", RATE_HZ), now
        assert resampler is not None
        yield from _timed(resampler.resample(frame))
    if resampler is not None:
        yield from _timed(resampler.resample(None))


def _timed(frames: list[AudioFrame]) -> Iterator[tuple[Fraction, Samples]]:
    for frame in frames:
        if frame.pts is not None and frame.time_base is not None and frame.samples:
            samples = frame.to_ndarray().astype(np.float32, copy=False)
            # A torn file can decode to anything: what is no number would silence all after it.
            yield frame.pts * frame.time_base, np.nan_to_num(samples, posinf=0, neginf=0)


def _audio_frames(container: InputContainer, audio: AudioStream) -> Iterator[AudioFrame]:
    packets = container.demux(audio)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.error.FFmpegError):
            return
        try:
            yield from packet.decode()
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            continue


def measure_sound(pieces: Iterator[Samples], *, length: int) -> Sound:
    """Measure loudness, true peak and waveform, and decide the gain."""
    meter = _Meter()
    bars = np.zeros(WAVEFORM_BARS)
    position = 0
    for piece in pieces:
        meter.hear(piece)
        loud = np.abs(piece).max(axis=0)
        bar = np.minimum(
            (position + np.arange(len(loud))) * WAVEFORM_BARS // length, WAVEFORM_BARS - 1
        )
        first, last = int(bar[0]), int(bar[-1])
        for index in range(first, last + 1):
            bars[index] = max(bars[index], float(loud[bar == index].max(initial=0.0)))
        position += len(loud)
    loudness, peak_dbtp = meter.read()
    gain_db = gain_for(loudness, peak_dbtp)
    top = bars.max()
    return Sound(
        loudness_lufs=loudness,
        true_peak_dbtp=peak_dbtp,
        gain_db=gain_db,
        is_limited=peak_dbtp + gain_db > _CEILING_DBTP,
        waveform=tuple(round(100 * bar / top) if top > 0 else 0 for bar in bars.tolist()),
    )


def gain_for(loudness_lufs: float | None, true_peak_dbtp: float) -> float:
    """Decide the gain in decibels.

    Examples
    --------
    >>> gain_for(-20.0, -9.0)
    6.0
    >>> gain_for(None, -60.0)
    0.0
    """
    if loudness_lufs is None or loudness_lufs < SILENCE_LUFS:
        return 0.0
    wanted = LOUDNESS_LUFS - loudness_lufs
    headroom = _CEILING_DBTP - true_peak_dbtp + LIMITING_DB_MAX
    return min(wanted, GAIN_DB_MAX, max(headroom, 0.0))


_FLOOR_LUFS = -69.9
"""R128 gates at -70: what reads this has no loudness."""

_PEAK_FLOOR = 1e-5


class _Meter:
    """FFmpeg's EBU R128 meter, fed piece by piece."""

    def __init__(self) -> None:
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(
            sample_rate=RATE_HZ, format="fltp", layout="stereo", time_base=Fraction(1, RATE_HZ)
        )
        meter = self._graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        self._graph.link_nodes(source, meter, self._graph.add("abuffersink")).configure()
        self._position = 0
        self._reading: dict[str, str] = {}

    def hear(self, piece: Samples) -> None:
        """Measure samples (2, n)."""
        self._graph.push(_frame(piece, self._position))
        self._position += piece.shape[1]
        self._pull()

    def read(self) -> tuple[float | None, float]:
        """Return integrated loudness in LUFS (None: silence) and true peak in dBTP."""
        # The meter speaks every 100 ms: a clip that ends sooner is heard out in silence.
        self.hear(np.zeros((2, RATE_HZ // 2), np.float32))
        loudness = float(self._reading.get("lavfi.r128.I", "-inf"))
        peak = float(self._reading.get("lavfi.r128.true_peak", "0"))
        is_silent = not math.isfinite(loudness) or loudness < _FLOOR_LUFS
        return (None if is_silent else loudness), 20 * math.log10(max(peak, _PEAK_FLOOR))

    def _pull(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._reading = frame.metadata or self._reading


def _frame(piece: Samples, position: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(piece), format="fltp", layout="stereo")
    frame.sample_rate = RATE_HZ
    frame.time_base = Fraction(1, RATE_HZ)
    frame.pts = position
    return frame


def levelled(pieces: Iterator[Samples], sound: Sound) -> Iterator[Samples]:
    """Apply the gain, and the limiter where peaks need one; as many samples come out as go in."""
    factor = np.float32(10 ** (sound.gain_db / 20))
    if not sound.is_limited:
        for piece in pieces:
            yield piece * factor
        return
    limiter = _Limiter()
    for piece in pieces:
        yield from limiter.hold(piece * factor)
    yield from limiter.drain()


class _Limiter:
    """A look-ahead limiter on the signal at four times its rate, where true peaks show."""

    def __init__(self) -> None:
        ceiling = 10 ** (_CEILING_DBTP / 20)
        self._graph = av.filter.Graph()
        chain = [
            self._graph.add_abuffer(
                sample_rate=RATE_HZ, format="fltp", layout="stereo", time_base=Fraction(1, RATE_HZ)
            ),
            self._graph.add("aresample", str(_OVERSAMPLED_HZ)),
            self._graph.add(
                "alimiter", f"limit={ceiling:.4f}:attack=5:release=80:level=0:latency=1"
            ),
            self._graph.add("aresample", str(RATE_HZ)),
            self._graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
            self._graph.add("abuffersink"),
        ]
        self._graph.link_nodes(*chain).configure()
        self._given = self._taken = 0

    def hold(self, piece: Samples) -> Iterator[Samples]:
        """Limit samples (2, n); what comes out lags behind what goes in."""
        self._graph.push(_frame(piece, self._given))
        self._given += piece.shape[1]
        yield from self._ready()

    def drain(self) -> Iterator[Samples]:
        """Yield the rest."""
        self._graph.push(None)
        yield from self._ready()
        yield from silence(self._given - self._taken)

    def _ready(self) -> Iterator[Samples]:
        while True:
            try:
                frame = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            piece = np.asarray(frame.to_ndarray(), np.float32)[:, : self._given - self._taken]
            self._taken += piece.shape[1]
            yield piece


def encode_sound(
    pieces: Iterator[Samples], *, bitrate_bps: int = BITRATE_BPS
) -> Iterator[AudioPacket]:
    """Encode to AAC-LC. The first packet primes the decoder: its pts is -1024."""
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate = RATE_HZ
    encoder.format = "fltp"
    encoder.layout = "stereo"
    encoder.bit_rate = bitrate_bps
    encoder.time_base = Fraction(1, RATE_HZ)
    position = 0
    for frame in framed(pieces):
        for packet in encoder.encode(_frame(frame, position)):
            yield _packet(packet)
        position += frame.shape[1]
    for packet in encoder.encode(None):
        yield _packet(packet)


def _packet(packet: av.Packet[Any]) -> AudioPacket:
    return AudioPacket(bytes(packet), packet.pts or 0, packet.duration or AAC_FRAME)


def framed(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Cut into whole AAC frames; the last is filled up with silence."""
    rest = np.zeros((2, 0), np.float32)
    for piece in pieces:
        rest = np.concatenate([rest, piece], axis=1)
        whole = rest.shape[1] // AAC_FRAME * AAC_FRAME
        for at in range(0, whole, AAC_FRAME):
            yield rest[:, at : at + AAC_FRAME]
        rest = rest[:, whole:]
    if rest.shape[1]:
        yield np.pad(rest, ((0, 0), (0, AAC_FRAME - rest.shape[1])))
