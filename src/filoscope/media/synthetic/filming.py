"""From a clip's specification to a file: song, scene, camera, encoder.

>>> render_clip(demo_specs(count=1, seed=1)[0], Path("clip.mp4"))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from filoscope.media.synthetic.paint import GRAIN, develop, finish
from filoscope.media.synthetic.programme import SCENES, ClipSpec
from filoscope.media.synthetic.songs import Song, compose
from filoscope.media.synthetic.stage import Picture, Scene, Stage

SAMPLE_RATE = 48_000
TICKS = 90_000  # a time base that every usual frame rate divides
BLOCK = 1_024  # samples in a frame of AAC
SHAKE_MARGIN = 1.07  # a hand-held picture is enlarged so that its edges never show
SHAKE_REACH = 0.022  # how far a hand goes, in parts of the short edge
DARK_GRAIN = 6.5  # a small sensor at night
DEFAULT_TEMPO = 100.0  # a silent clip still moves to a beat


class UnknownScene(ValueError):
    """A scene that nobody here can paint."""


def render_clip(
    spec: ClipSpec, path: Path, *, on_progress: Callable[[float], None] | None = None
) -> None:
    """Write the clip as MP4 (H.264, and AAC if it has a song).

    One thread, no state outside: several clips may be rendered in as many processes.

    Parameters
    ----------
    spec : ClipSpec
        What to render; the same spec gives the same frames and the same samples.
    path : Path
        Where to.
    on_progress : callable, optional
        Told the part that is done, from 0 to 1, after each frame.

    Raises
    ------
    UnknownScene
        `spec.scene` is not in `SCENES`.
    """
    song = song_of(spec)
    with av.open(str(path), "w", format="mp4", container_options={"movflags": "+faststart"}) as out:
        picture = _add_picture(out, spec)
        sound = None
        if song is not None:
            sound = out.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
            sound.bit_rate = 160_000
        for time_s, frame_picture in paint_frames(spec, song):
            planes: Picture = cv2.cvtColor(frame_picture, cv2.COLOR_RGB2YUV_I420)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.time_base, frame.pts = Fraction(1, TICKS), round(time_s * TICKS)
            out.mux(picture.encode(frame))
            if on_progress is not None:
                on_progress(min(1.0, time_s / spec.duration_s))
        out.mux(picture.encode(None))
        if song is not None and sound is not None:
            _write_sound(out, sound, song)
    if on_progress is not None:
        on_progress(1.0)


def song_of(spec: ClipSpec) -> Song | None:
    """Return the song under a clip, as long as the clip; None if it is silent."""
    if spec.style is None:
        return None
    return compose(
        spec.style,
        seed=spec.song_seed,
        duration_s=spec.duration_s,
        tempo_bpm=spec.tempo_bpm,
        sample_rate=SAMPLE_RATE,
    )


def paint_frames(spec: ClipSpec, song: Song | None) -> Iterator[tuple[float, Picture]]:
    """Yield each frame's time in seconds and its picture, as stored (before any rotation flag)."""
    if spec.scene not in SCENES:
        raise UnknownScene(f"scene {spec.scene!r}: choose one of {', '.join(SCENES)}")
    stage = _stage(spec, song)
    scene: Scene = SCENES[spec.scene](stage)
    size = (stage.width, stage.height)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # a pool of processes shares the cores better than threads do
    try:
        for number, time_s in enumerate(_frame_times_s(spec)):
            painted = scene.frame(time_s)
            picture = painted if painted.dtype == np.uint8 else develop(painted, size)
            yield time_s, _film(spec, picture, number, time_s)
    finally:
        cv2.setNumThreads(threads)


def _stage(spec: ClipSpec, song: Song | None) -> Stage:
    if song is not None:
        beats, downbeats = song.beats_s, song.downbeats_s
    else:
        grid = np.arange(0, spec.duration_s, 60 / DEFAULT_TEMPO)
        beats = tuple(float(beat) for beat in grid)
        downbeats = beats[::4]
    turned = spec.rotation_deg % 180 == 90
    width, height = (spec.height, spec.width) if turned else (spec.width, spec.height)
    return Stage(width, height, spec.seed, spec.duration_s, beats, downbeats)


def _frame_times_s(spec: ClipSpec) -> list[float]:
    count = max(1, round(spec.duration_s * spec.fps))
    if not spec.variable_rate:
        return [number / spec.fps for number in range(count)]
    rng = np.random.default_rng([spec.seed, 31])
    steps = rng.choice([0.6, 1.0, 1.0, 1.5, 2.0], 2 * count) / spec.fps
    times = np.concatenate([[0.0], np.cumsum(steps)])
    return [float(time) for time in times if time < spec.duration_s - 0.5 / spec.fps]


def _film(spec: ClipSpec, picture: Picture, number: int, time_s: float) -> Picture:
    """Point the camera, open the lens, expose the film; turn it if the phone was on its side."""
    if spec.shake > 0:
        picture = _hand_held(picture, spec, time_s)
    if spec.darkness > 0:
        picture = cast(Picture, cv2.convertScaleAbs(picture, alpha=1 - 0.62 * spec.darkness))
    grain = GRAIN + (DARK_GRAIN - GRAIN) * spec.darkness
    picture = finish(picture, number, grain=grain)
    quarter_turns = (-spec.rotation_deg // 90) % 4
    return np.ascontiguousarray(np.rot90(picture, quarter_turns)) if quarter_turns else picture


def _hand_held(picture: Picture, spec: ClipSpec, time_s: float) -> Picture:
    """Move the picture as a hand does: slow sway, breath, tremor; a smooth sum of waves."""
    height, width = picture.shape[:2]
    phase = np.random.default_rng([spec.seed, 41]).uniform(0, 2 * np.pi, (3, 4))
    rates, weights = np.array([1.7, 3.9, 8.3, 19.0]), np.array([1.0, 0.5, 0.28, 0.1])
    sway = (np.sin(rates * time_s * [[1.0], [1.13], [0.81]] + phase) * weights).sum(axis=1)
    reach = spec.shake * SHAKE_REACH * min(width, height)
    turn = cv2.getRotationMatrix2D(
        (width / 2, height / 2),
        float(sway[2] * 0.55 * spec.shake),
        1 + (SHAKE_MARGIN - 1) * spec.shake,
    )
    turn[:, 2] += sway[:2] * reach
    moved = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT)
    return cast(Picture, moved)


def _add_picture(out: OutputContainer, spec: ClipSpec) -> VideoStream:
    rate = Fraction(spec.fps).limit_denominator(1001)
    options = {"preset": "superfast", "crf": "25", "g": str(2 * round(spec.fps))}
    stream = out.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height, stream.pix_fmt = spec.width, spec.height, "yuv420p"
    context = stream.codec_context
    context.thread_count = 1  # the same file each time
    context.time_base = Fraction(1, TICKS)
    context.colorspace, context.color_primaries, context.color_trc = 6, 1, 1
    context.color_range = 1
    if spec.rotation_deg:
        stream.set_display_rotation(spec.rotation_deg)
    return stream


def _write_sound(out: OutputContainer, stream: AudioStream, song: Song) -> None:
    planes = np.ascontiguousarray(song.samples.T)
    for first in range(0, planes.shape[1], BLOCK):
        block = np.ascontiguousarray(planes[:, first : first + BLOCK])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, first
        frame.time_base = Fraction(1, SAMPLE_RATE)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))
