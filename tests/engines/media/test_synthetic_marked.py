"""The marks of a test clip are where it says, in picture and in sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.media.synthetic import frame_times_s, mark_times_s, write_test_clip


def flashes_s(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        times, bright = [], []
        for frame in container.decode(video=0):
            assert frame.time is not None
            times.append(frame.time)
            bright.append(frame.to_ndarray(format="gray").mean() > 200)
    return [
        time
        for time, now, before in zip(times, bright, [False, *bright], strict=False)
        if now and not before
    ]


def clicks_s(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = stream.rate
        blocks, starts = [], []
        for frame in container.decode(stream):
            assert frame.time is not None
            starts.append(frame.time)
            samples = np.abs(frame.to_ndarray().astype(np.float64))
            if frame.format.is_packed:
                samples = samples.reshape(frame.samples, -1).T
            blocks.append(samples.max(axis=0))
    level = np.concatenate(blocks)
    loud = np.flatnonzero(level > 0.5 * level.max()) / rate + starts[0]
    return [float(t) for t, gap in zip(loud, np.diff(loud, prepend=-9.0), strict=True) if gap > 0.3]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("plain.mp4", {}),
        ("mono.mov", {"audio": "mono", "fps": 60}),
        ("surround.mkv", {"audio": "5.1", "fps": Fraction(24000, 1001)}),
        ("late.mkv", {"start_s": 1.25, "audio_codec": "flac"}),
        ("web.webm", {"codec": "vp9", "audio_codec": "opus", "width": 160, "height": 90}),
        ("old.avi", {"codec": "mpeg4", "audio_codec": "pcm_s16le"}),
        ("ten.mkv", {"codec": "hevc", "pixel_format": "yuv420p10le", "colour": "hdr10"}),
        ("av1.mp4", {"codec": "av1"}),
        ("woven.mkv", {"interlaced": True, "fps": 25}),
        (
            "edit.mov",
            {"codec": "prores", "pixel_format": "yuv422p10le", "audio_codec": "pcm_s16le"},
        ),
        ("jpeg.mkv", {"codec": "mjpeg", "pixel_format": "yuvj420p"}),
    ],
)
def test_flashes_and_clicks_are_where_they_are_said_to_be(tmp_path, name, fields):
    clip = write_test_clip(tmp_path / name, duration_s=2.0, **fields)

    expected = [clip.start_s + mark for mark in mark_times_s(2.0)]
    assert flashes_s(tmp_path / name) == pytest.approx(expected, abs=1.01 / float(clip.fps))
    assert clicks_s(tmp_path / name) == pytest.approx(expected, abs=0.004)


def test_a_variable_rate_clip_keeps_its_own_timestamps(tmp_path):
    clip = write_test_clip(tmp_path / "vfr.mp4", variable_rate=True, audio=None)

    with av.open(str(tmp_path / "vfr.mp4")) as container:
        assert not container.streams.audio
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx(frame_times_s(clip).tolist(), abs=1e-4)
    assert len(set(np.round(np.diff(times), 3))) == 3


def test_shape_rotation_and_metadata_are_written_as_asked(tmp_path):
    path = tmp_path / "turned.mov"
    write_test_clip(
        path, rotation_deg=90, sar=Fraction(4, 3), metadata={"title": "Pier"}, audio_duration_s=3.0
    )

    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert (frame.width, frame.height) == (320, 180)
        assert frame.rotation == 90
        assert Fraction(4, 3) == stream.sample_aspect_ratio
        assert container.metadata["title"] == "Pier"
        sound = container.streams.audio[0]
        assert pytest.approx(float(sound.duration * sound.time_base), abs=0.05) == 3.0


def test_an_interlaced_clip_says_so(tmp_path):
    write_test_clip(tmp_path / "woven.mp4", interlaced=True, duration_s=0.3)

    with av.open(str(tmp_path / "woven.mp4")) as container:
        assert all(frame.interlaced_frame for frame in container.decode(video=0))


def test_an_animated_gif_can_be_written(tmp_path):
    write_test_clip(
        tmp_path / "a.gif", codec="gif", pixel_format="rgb8", audio=None, fps=10, duration_s=1.0
    )

    with av.open(str(tmp_path / "a.gif")) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
