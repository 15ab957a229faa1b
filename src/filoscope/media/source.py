"""Open a stranger's file, in the child process only: what may be read, and which streams count.

What a file is, is decided by decoding it, with an allow-list of containers and decoders. None of
the containers taken opens another file: no playlists, no concat scripts, no image sequences; a
QuickTime reference to an outside file is not followed, and `file:` is the only protocol.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from filoscope.media.errors import NotASound, NotAVideo, TooHeavy, TooLarge, UnreadableFile
from filoscope.media.limits import STREAMS_MAX, Limits

DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts"
"""Phones and editors write mov and mp4, browsers webm, OBS mkv, old cameras avi, camcorders ts."""

SOUND_DEMUXERS = f"{DEMUXERS},mp3,ogg,flac,wav,aac,aiff,caf"
"""What a song may come in; of a video its sound is taken."""

VIDEO_DECODERS = frozenset(
    [
        "h264",
        "hevc",
        "vp8",
        "vp9",
        "libdav1d",
        "av1",
        "mpeg4",
        "mpeg2video",
        "mpeg1video",
        "h263",
        "msmpeg4v2",
        "msmpeg4",
        "prores",
        "dnxhd",
        "cfhd",
        "mjpeg",
        "gif",
        "qtrle",
        "png",
        "ffv1",
        "rawvideo",
        "dvvideo",
    ]
)
AUDIO_DECODERS = frozenset(
    [
        "aac",
        "mp3",
        "mp3float",
        "mp2",
        "mp2float",
        "ac3",
        "eac3",
        "opus",
        "libopus",
        "vorbis",
        "flac",
        "alac",
        "amrnb",
        "amrwb",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_s24be",
        "pcm_s32le",
        "pcm_s32be",
        "pcm_f32le",
        "pcm_f32be",
        "pcm_f64le",
        "pcm_f64be",
        "pcm_u8",
        "pcm_s8",
        "pcm_mulaw",
        "pcm_alaw",
        "adpcm_ms",
        "adpcm_ima_wav",
        "adpcm_ima_qt",
    ]
)

_NOT_MOVING = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_INTERVAL_S_DEFAULT = 1 / 30
_DISORDER_FRAMES_MAX = 8
"""How far a timestamp may stray: codecs reorder over 16 pictures at most, cameras over four."""

_OPEN_TIMEOUT_S = 60.0
_PIXELS_LOOKED_AT = 16
"""Times the limit: up to here FFmpeg tells how large a picture is, so that it can be refused with
its reason; of anything larger it says nothing and decodes nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open file and the streams of it that count."""

    container: InputContainer
    video: VideoStream
    audio: AudioStream | None


@contextmanager
def open_source(path: str | os.PathLike[str], *, limits: Limits, threads: int) -> Iterator[Source]:
    """Open a file and choose its best picture and sound.

    Parameters
    ----------
    path : path
        Any name; the name says nothing about what the file is.
    limits : Limits
        Bytes and pixels are checked before anything is decoded.
    threads : int
        For the video decoder.

    Raises
    ------
    NotAVideo, UnreadableFile, TooHeavy, TooLarge
    """
    path = Path(path).absolute()
    check_weight(path, limits)
    container = _open_container(path, limits)
    with container:
        video = _best_video(container)
        check_pixels(video.codec_context.width * video.codec_context.height, limits)
        audio = _best_audio(container)
        for stream in container.streams:
            if stream is not video and stream is not audio:
                stream.discard = av.stream.Discard.all
        video.codec_context.options = {"max_pixels": str(limits.pixels_max)}
        video.thread_type = "AUTO"
        video.codec_context.thread_count = threads
        if audio is not None:
            audio.codec_context.thread_count = 1
        yield Source(container, video, audio)


@contextmanager
def open_sound(
    path: str | os.PathLike[str], *, limits: Limits
) -> Iterator[tuple[InputContainer, AudioStream]]:
    """Open a file for its best sound alone, with or without a picture.

    Raises
    ------
    NotASound, TooHeavy
    """
    path = Path(path).absolute()
    check_weight(path, limits)
    try:
        container = av.open(
            f"file:{path}",
            "r",
            options=_options(SOUND_DEMUXERS, limits),
            timeout=_OPEN_TIMEOUT_S,
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, UnicodeDecodeError, ValueError) as error:
        raise NotASound from error
    with container:
        audio = _best_audio(container)
        if audio is None:
            raise NotASound
        for stream in container.streams:
            if stream is not audio:
                stream.discard = av.stream.Discard.all
        audio.codec_context.thread_count = 1
        yield container, audio


def check_weight(path: Path, limits: Limits) -> None:
    """Refuse a file of more bytes than the limit."""
    size = path.stat().st_size
    if size > limits.bytes_max:
        raise TooHeavy(
            f"This file has {size / 1e6:,.0f} MB; the most allowed is "
            f"{limits.bytes_max / 1e6:,.0f} MB. Please compress it and try again."
        )


def _options(demuxers: str, limits: Limits) -> dict[str, str]:
    return {
        "format_whitelist": demuxers,
        "protocol_whitelist": "file",
        "codec_whitelist": ",".join(sorted(VIDEO_DECODERS | AUDIO_DECODERS)),
        "max_streams": str(STREAMS_MAX),
        "max_pixels": str(limits.pixels_max * _PIXELS_LOOKED_AT),
        "enable_drefs": "0",
    }


def _open_container(path: Path, limits: Limits) -> InputContainer:
    try:
        return av.open(
            f"file:{path}",
            "r",
            options=_options(DEMUXERS, limits),
            timeout=_OPEN_TIMEOUT_S,
            metadata_errors="ignore",
        )
    except (av.error.FFmpegError, UnicodeDecodeError, ValueError) as error:
        # Out of memory here means tables of absurd length, or too many streams: damage as well.
        if looks_like_video(path):
            raise UnreadableFile from error
        raise NotAVideo from error


def looks_like_video(path: Path) -> bool:
    """Say whether the first bytes are those of a container that is taken, whole or torn."""
    with path.open("rb") as file:
        head = file.read(12)
    return (
        head[4:8] in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"moof", b"styp"}
        or head[:4] == b"\x1a\x45\xdf\xa3"
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or head[:4] == b"GIF8"
    )


def _best_video(container: InputContainer) -> VideoStream:
    """Choose the largest moving picture; cover art is none."""
    moving = [s for s in container.streams.video if not s.disposition & _NOT_MOVING]
    known = [
        s
        for s in moving
        if s.codec_context is not None and s.codec_context.codec.name in VIDEO_DECODERS
    ]
    if known:
        return max(known, key=_rank_video)
    if moving:
        raise UnreadableFile(
            "The picture of this video is in a format that cannot be read here. "
            "Please export it as MP4 with H.264 and upload that."
        )
    if container.streams.audio:
        raise NotAVideo("This file has sound but no moving picture. Please upload a video.")
    raise NotAVideo


def _rank_video(stream: VideoStream) -> tuple[int, bool, int]:
    context = stream.codec_context
    is_default = bool(stream.disposition & Disposition.default)
    return context.width * context.height, is_default, -stream.index


def _best_audio(container: InputContainer) -> AudioStream | None:
    known = [
        s
        for s in container.streams.audio
        if s.codec_context is not None and s.codec_context.codec.name in AUDIO_DECODERS
    ]
    return max(known, key=_rank_audio, default=None)


def _rank_audio(stream: AudioStream) -> tuple[bool, int, int]:
    is_default = bool(stream.disposition & Disposition.default)
    return is_default, stream.codec_context.channels, -stream.index


def check_pixels(pixels: int, limits: Limits) -> None:
    if pixels > limits.pixels_max:
        raise TooLarge(
            f"The picture of this video has {pixels / 1e6:,.1f} million pixels; the most allowed "
            f"is {limits.pixels_max / 1e6:,.1f} million. Please scale it down and try again."
        )


def decode_frames(source: Source, *, limits: Limits) -> Iterator[VideoFrame]:
    """Yield the frames of the picture in order of presentation.

    A packet that cannot be decoded costs its own frames and no others.
    """
    for decode in _decoders(source):
        try:
            frames = decode()
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            continue
        for frame in frames:
            check_pixels(frame.width * frame.height, limits)
            if not frame.is_corrupt:
                if frame.time_base is None:  # PyAV forgets it for what the decoder kept back.
                    frame.time_base = source.video.time_base
                yield frame


def put_in_order(frames: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    """Give pictures, which come as they are shown, their own timestamps in rising order.

    Some muxers write the order of decoding into the timestamps of presentation. The decoder still
    shows the pictures rightly; the n-th of them gets the n-th timestamp.
    """
    waiting: deque[VideoFrame] = deque()
    timestamps: list[int] = []
    for frame in frames:
        if frame.pts is None:
            continue
        waiting.append(frame)
        heappush(timestamps, frame.pts)
        if len(waiting) > _DISORDER_FRAMES_MAX:
            waiting[0].pts = heappop(timestamps)
            yield waiting.popleft()
    for frame in waiting:
        frame.pts = heappop(timestamps)
        yield frame


def _decoders(source: Source) -> Iterator[Callable[[], list[VideoFrame]]]:
    """Yield a call for each packet, and a last one for what the decoder has kept back."""
    packets = source.container.demux(source.video)
    while True:
        try:
            packet = next(packets)
            if packet.size:
                yield packet.decode
                continue
        except StopIteration:
            pass
        except av.error.MemoryError as error:
            raise MemoryError from error
        except av.error.FFmpegError:
            # The rest of the file cannot be read: what came before it stands.
            pass
        yield source.video.decode
        return


def timestamp_of(frame: VideoFrame) -> Fraction | None:
    """Return the presentation time of a frame in seconds, None when the file does not say."""
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base


def interval_of(fps: float) -> float:
    """Return the seconds one frame lasts at a nominal rate; a thirtieth when it is unknown."""
    return 1 / fps if fps > 0 else _INTERVAL_S_DEFAULT
