"""A clip whose every second is marked, for tests and benches.

Half a second into every second the picture flashes white and the sound clicks, at the very same
time: whatever a program does to the clip, the marks say where each moment has gone.

    >>> write_test_clip(Path("a.mp4"), duration_s=3.0, rotation_deg=90)
    MarkedClip(width=320, height=180, ...)
    >>> mark_times_s(3.0)
    (0.5, 1.5, 2.5)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

FIRST_MARK_S = 0.5  # not at zero, where encoder delay and edit lists would hide an error
MARK_EVERY_S = 1.0
FLASH_S = 0.1  # three frames at 30 per second: long enough to survive any change of frame rate
CLICK_S = 0.005  # short enough that its onset is one moment
CLICK_HZ = 2_000.0
CLICK_LEVEL = 0.8
HUM_LEVEL = 0.03  # the rest of the sound: there, and far below the click
VIDEO_TICKS = 90_000  # a time base that every usual frame rate divides
AUDIO_BLOCK = 1_024  # samples in a frame: what AAC takes at once

ENCODERS: Mapping[str, str] = {
    "h264": "libx264",
    "hevc": "libx265",
    "vp9": "libvpx-vp9",
    "av1": "libsvtav1",
    "prores": "prores_ks",
    "opus": "libopus",
    "mp3": "libmp3lame",
}
FAST_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "libx264": {"preset": "ultrafast", "crf": "20"},
    "libx265": {"preset": "ultrafast", "crf": "22", "x265-params": "log-level=error"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "24", "b": "0"},
    "libsvtav1": {"preset": "12", "crf": "30"},
    "mpeg4": {"qscale": "3"},
    "mpeg2video": {"qscale": "3"},
    "mjpeg": {"qscale": "3"},
}
LAYOUTS: Mapping[str, tuple[str, int]] = {
    "mono": ("mono", 1),
    "stereo": ("stereo", 2),
    "5.1": ("5.1", 6),
}
# primaries, transfer, matrix: the code points of ITU-T H.273
COLOURS: Mapping[str, tuple[int, int, int]] = {
    "bt709": (1, 1, 1),
    "bt601": (6, 6, 6),
    "hdr10": (9, 16, 9),
    "hlg": (9, 18, 9),
}


@dataclass(frozen=True, slots=True)
class MarkedClip:
    """What a test clip is made of; every field has a usual value.

    Attributes
    ----------
    codec, audio_codec : str
        A usual name (h264, hevc, vp9, av1, prores, mpeg4, mjpeg, gif; aac, opus, mp3,
        pcm_s16le, flac, ac3) or the name of an encoder.
    container : str or None
        FFmpeg's name of the format; None: by the end of the file's name.
    audio : None, "mono", "stereo" or "5.1"
        None: the clip has no sound stream at all.
    audio_duration_s : float or None
        None: as long as the picture.
    rotation_deg : int
        Degrees counter-clockwise by which a player turns the stored picture.
    sar : Fraction
        Width of a pixel over its height.
    start_s : float
        Timestamp of the first frame and the first sample.
    variable_rate : bool
        Frames last between half and twice the usual time, like those of a phone in the dark.
    interlaced : bool
        The even lines show one moment and the odd lines the next half frame.
    colour : "bt709", "bt601", "hdr10" or "hlg"
        How the stream says its numbers are meant (the numbers themselves are not mastered for it).
    """

    width: int = 320
    height: int = 180
    fps: Fraction = Fraction(30)
    duration_s: float = 2.0
    codec: str = "h264"
    pixel_format: str = "yuv420p"
    codec_options: Mapping[str, str] = field(default_factory=dict)
    container: str | None = None
    container_options: Mapping[str, str] = field(default_factory=dict)
    audio: Literal["mono", "stereo", "5.1"] | None = "stereo"
    audio_codec: str = "aac"
    audio_duration_s: float | None = None
    sample_rate: int = 48_000
    rotation_deg: int = 0
    sar: Fraction = Fraction(1)
    start_s: float = 0.0
    variable_rate: bool = False
    interlaced: bool = False
    colour: Literal["bt709", "bt601", "hdr10", "hlg"] = "bt709"
    metadata: Mapping[str, str] = field(default_factory=dict)
    seed: int = 1


def mark_times_s(duration_s: float) -> tuple[float, ...]:
    """Return when the flashes and clicks of a clip come, in seconds from its first frame."""
    marks = np.arange(FIRST_MARK_S, duration_s, MARK_EVERY_S)
    return tuple(float(mark) for mark in marks)


def write_test_clip(path: Path, **fields: Any) -> MarkedClip:
    """Write a marked clip and return what it is made of.

    Parameters
    ----------
    path : Path
        Where to; its ending says the container unless `container` does.
    **fields
        Any field of `MarkedClip`.

    Raises
    ------
    TypeError
        A field that `MarkedClip` does not have.
    av.error.FFmpegError
        A codec, pixel format and container that do not go together.
    """
    fields["fps"] = Fraction(fields.get("fps", 30)).limit_denominator(1001)
    fields["sar"] = Fraction(fields.get("sar", 1)).limit_denominator(1000)
    clip = MarkedClip(**fields)
    options = {key: str(value) for key, value in clip.container_options.items()}
    with av.open(str(path), "w", format=clip.container, container_options=options) as container:
        container.metadata.update(clip.metadata)
        picture = _add_picture(container, clip)
        sound = _add_sound(container, clip)
        _write_picture(container, picture, clip)
        if sound is not None:
            _write_sound(container, sound, clip)
    return clip


def frame_times_s(clip: MarkedClip) -> NDArray[np.float64]:
    """Return the timestamps of the clip's frames `(frames,)`, from zero, in seconds."""
    step = float(1 / clip.fps)
    count = max(1, round(clip.duration_s * float(clip.fps)))
    if not clip.variable_rate:
        return np.arange(count, dtype=np.float64) * np.float64(step)
    rng = np.random.default_rng(clip.seed)
    times = np.cumsum(rng.choice([0.5, 0.5, 1.0, 1.0, 2.0], 2 * count)) * step
    kept = times[times < clip.duration_s - 0.5 * step]
    return np.concatenate([np.zeros(1), kept]).astype(np.float64)


def _add_picture(container: OutputContainer, clip: MarkedClip) -> VideoStream:
    encoder = ENCODERS.get(clip.codec, clip.codec)
    options = dict(FAST_OPTIONS.get(encoder, {})) | dict(clip.codec_options)
    if clip.interlaced:
        options["flags"] = "+ildct+ilme"
        options["field_order"] = "tt"
    stream = cast(VideoStream, container.add_stream(encoder, rate=clip.fps, options=options))
    stream.width, stream.height = clip.width, clip.height
    stream.pix_fmt = clip.pixel_format
    stream.codec_context.sample_aspect_ratio = clip.sar
    stream.codec_context.thread_count = 1
    primaries, transfer, matrix = COLOURS[clip.colour]
    if clip.pixel_format.startswith("yuv"):
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = primaries, transfer, matrix
        context.color_range = 2 if clip.pixel_format.startswith("yuvj") else 1
    if clip.codec not in {"mpeg4", "mpeg2video", "gif"}:  # these count in whole frames
        stream.codec_context.time_base = Fraction(1, VIDEO_TICKS)
    if clip.rotation_deg:
        stream.set_display_rotation(clip.rotation_deg)
    return stream


def _add_sound(container: OutputContainer, clip: MarkedClip) -> AudioStream | None:
    if clip.audio is None:
        return None
    layout, _ = LAYOUTS[clip.audio]
    encoder = ENCODERS.get(clip.audio_codec, clip.audio_codec)
    return cast(AudioStream, container.add_stream(encoder, rate=clip.sample_rate, layout=layout))


def _write_picture(container: OutputContainer, stream: VideoStream, clip: MarkedClip) -> None:
    time_base = stream.codec_context.time_base or Fraction(1, VIDEO_TICKS)
    times = frame_times_s(clip)
    for time_s in times:
        picture = _picture(clip, time_s)
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        if clip.pixel_format.startswith("yuv"):
            matrix = {"bt709": "ITU709", "bt601": "ITU601"}.get(clip.colour, "BT2020")
            frame = frame.reformat(format=clip.pixel_format, dst_colorspace=matrix)
        frame.time_base = time_base
        frame.pts = round((clip.start_s + time_s) / time_base)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _picture(clip: MarkedClip, time_s: float) -> NDArray[np.uint8]:
    """Return the picture of one moment `(height, width, 3)`; two moments woven if interlaced."""
    picture = _moment(clip, time_s)
    if clip.interlaced:
        picture[1::2] = _moment(clip, time_s + 0.5 / float(clip.fps))[1::2]
    return picture


def _moment(clip: MarkedClip, time_s: float) -> NDArray[np.uint8]:
    since_mark_s = (time_s - FIRST_MARK_S + 1e-6) % MARK_EVERY_S
    if time_s + 1e-6 >= FIRST_MARK_S and since_mark_s < FLASH_S:
        return np.full((clip.height, clip.width, 3), 250, np.uint8)
    y, x = np.ogrid[0 : clip.height, 0 : clip.width]
    wave = np.sin(x / clip.width * 9 + time_s * 3) + np.cos(y / clip.height * 7 - time_s * 2)
    picture = np.empty((clip.height, clip.width, 3), np.uint8)
    picture[..., 0] = 90 + 30 * wave
    picture[..., 1] = 80 + 60 * (x / clip.width)
    picture[..., 2] = 120 - 60 * (y / clip.height)
    radius = min(clip.width, clip.height) / 6
    along = 0.5 + 0.35 * np.sin(time_s * 2.1)
    disc = (x - along * clip.width) ** 2 + (y - clip.height / 2) ** 2 < radius**2
    picture[disc] = (190, 120, 40)
    return picture


def _write_sound(container: OutputContainer, stream: AudioStream, clip: MarkedClip) -> None:
    time_base = Fraction(1, clip.sample_rate)
    first = round(clip.start_s * clip.sample_rate)
    for offset, block in _sound_blocks(clip):
        layout, _ = LAYOUTS[clip.audio or "mono"]
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.time_base, frame.pts = clip.sample_rate, time_base, first + offset
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _sound_blocks(clip: MarkedClip) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield the sound as (first sample, `(channels, samples)`)."""
    _, channels = LAYOUTS[clip.audio or "mono"]
    seconds = clip.duration_s if clip.audio_duration_s is None else clip.audio_duration_s
    total = round(seconds * clip.sample_rate)
    for offset in range(0, total, AUDIO_BLOCK):
        time_s = np.arange(offset, min(offset + AUDIO_BLOCK, total)) / clip.sample_rate
        since_s = (time_s - FIRST_MARK_S + 1e-9) % MARK_EVERY_S
        clicking = (time_s + 1e-9 >= FIRST_MARK_S) & (since_s < CLICK_S)
        click = CLICK_LEVEL * clicking * np.cos(2 * np.pi * CLICK_HZ * since_s)
        tones = 220.0 * (1 + np.arange(channels)[:, None] / 4)
        hum = HUM_LEVEL * np.sin(2 * np.pi * tones * time_s)
        yield offset, (hum + click).astype(np.float32)
