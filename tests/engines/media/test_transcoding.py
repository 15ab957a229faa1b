"""Any clip in, a right ladder out."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from filoscope.media import Ladder, RungFile, Stills, probe, transcode
from filoscope.media.mp4 import find_boxes
from tests.engines.media.conftest import MakeClip
from tests.engines.media.marks import clicks_s, flashes_s, key_frames_s

KINDS: list[tuple[str, dict[str, Any], tuple[int, int]]] = [
    ("plain.mp4", {}, (320, 180)),
    ("mono.mov", {"audio": "mono", "fps": 60}, (320, 180)),
    ("six.mkv", {"audio": "5.1", "audio_codec": "ac3"}, (320, 180)),
    ("cinema.mkv", {"fps": Fraction(24000, 1001), "audio_codec": "flac"}, (320, 180)),
    ("late.mkv", {"start_s": 1.25, "audio_codec": "flac"}, (320, 180)),
    ("later.mp4", {"start_s": 30.0}, (320, 180)),
    ("web.webm", {"codec": "vp9", "audio_codec": "opus"}, (320, 180)),
    ("next.mp4", {"codec": "av1"}, (320, 180)),
    ("camera.ts", {"sample_rate": 44_100}, (320, 180)),
    ("old.avi", {"codec": "mjpeg", "pixel_format": "yuvj420p", "audio_codec": "pcm_s16le"},
     (320, 180)),
    ("edit.mov", {"codec": "prores", "pixel_format": "yuv422p10le", "audio_codec": "pcm_s16le"},
     (320, 180)),
    ("bright.mp4", {"codec": "hevc", "pixel_format": "yuv420p10le", "colour": "hlg"}, (320, 180)),
    ("left.mp4", {"rotation_deg": 90}, (180, 320)),
    ("right.mp4", {"rotation_deg": -90}, (180, 320)),
    ("over.mp4", {"rotation_deg": 180}, (320, 180)),
    ("wide.mp4", {"sar": Fraction(4, 3)}, (428, 180)),
    ("odd.mkv", {"codec": "vp9", "width": 321, "height": 181}, (320, 180)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields", "size"), KINDS, ids=[kind[0] for kind in KINDS])
def test_flash_and_click_stay_together_and_where_they_were(
    clip: MakeClip, tmp_path: Path, name: str, fields: dict[str, Any], size: tuple[int, int]
) -> None:
    source = clip(name, **fields)
    before = [
        flash - click for flash, click in zip(flashes_s(source), clicks_s(source), strict=True)
    ]

    (rung,) = transcode(source, tmp_path).rungs

    flashes, clicks = flashes_s(tmp_path / rung.file), clicks_s(tmp_path / rung.file)
    after = [flash - click for flash, click in zip(flashes, clicks, strict=True)]
    assert size == (rung.width, rung.height)
    assert len(after) == 2
    # ATSC IS-191 allows 15 ms early and 45 ms late; nothing may be added to what the file had
    # (its own start is taken from its packets, by a reader that knows no edit lists).
    assert pytest.approx(_offsets(source, before), abs=0.010) == after
    assert pytest.approx([0.5, 1.5], abs=0.045) == clicks


def _offsets(source: Path, measured: list[float]) -> list[float]:
    """Return flash minus click of the source: `flashes_s` counts from the clip's own start."""
    start_s = probe(source).first_timestamp_s
    return [offset + start_s for offset in measured]


def test_a_variable_rate_keeps_its_moments(clip: MakeClip, tmp_path: Path) -> None:
    source = clip("phone.mp4", variable_rate=True)

    transcode(source, tmp_path)

    assert pytest.approx(_times_s(source), abs=0.0001) == _times_s(tmp_path / "180p.mp4")


def _times_s(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [frame.time for frame in container.decode(video=0)]


def test_what_an_edit_list_cuts_away_is_gone_and_the_rest_in_time(
    clip: MakeClip, tmp_path: Path
) -> None:
    content = bytearray(clip("whole.mp4", duration_s=3.0).read_bytes())
    for trak in find_boxes(bytes(content), b"trak"):
        (mdhd,) = find_boxes(bytes(content), b"mdhd", trak.body, trak.end)
        (elst,) = find_boxes(bytes(content), b"elst", trak.body, trak.end)
        (timescale,) = struct.unpack_from(">I", content, mdhd.body + 12)
        duration, start = struct.unpack_from(">Ii", content, elst.body + 8)
        start += round(0.7 * timescale)  # in the middle of a group of pictures
        struct.pack_into(">Ii", content, elst.body + 8, duration - 700, start)
    source = tmp_path / "cut.mp4"
    source.write_bytes(content)

    ladder = transcode(source, tmp_path / "out")

    assert ladder.duration_s == pytest.approx(2.3, abs=0.03)
    assert flashes_s(tmp_path / "out" / "180p.mp4") == pytest.approx([0.8, 1.8], abs=0.001)
    assert clicks_s(tmp_path / "out" / "180p.mp4") == pytest.approx([0.8, 1.8], abs=0.005)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((2, 2), (2, 2)), ((16, 16), (16, 16)), ((2, 2000), (2, 1280)), ((1999, 3), (1280, 2))],
)
def test_a_picture_of_any_shape_has_a_ladder(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    source = tmp_path / "strange.mkv"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv444p"
        for number in range(5):
            flat = np.full((size[1], size[0], 3), 40 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(flat, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    (rung,) = transcode(source, tmp_path / "out").rungs

    assert (rung.width, rung.height) == expected


def test_pictures_whose_timestamps_are_in_disorder_are_all_shown(
    clip: MakeClip, tmp_path: Path
) -> None:
    # As some cameras' muxers do it: the time of decoding is written as that of presentation.
    good = clip("good.mp4", codec_options={"preset": "veryfast", "bf": "3"}, audio=None)
    source = tmp_path / "disorder.mp4"
    with av.open(str(good)) as container, av.open(str(source), "w") as out:
        stream, first = out.add_stream_from_template(container.streams.video[0]), None
        for packet in container.demux(video=0):
            if packet.dts is not None:
                first = packet.dts if first is None else first
                packet.dts -= first
                packet.pts = packet.dts
                packet.stream = stream
                out.mux(packet)
    facts = probe(source)

    transcode(source, tmp_path / "out")

    times = _times_s(tmp_path / "out" / "180p.mp4")
    assert facts.is_disordered
    assert len(times) == 60
    assert np.diff(times) == pytest.approx(1 / 30, abs=0.001)
    assert flashes_s(tmp_path / "out" / "180p.mp4") == pytest.approx([0.5, 1.5], abs=0.001)


def test_more_than_sixty_pictures_a_second_are_thinned(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip("slow.mp4", fps=120), tmp_path)

    assert pytest.approx(60, abs=0.5) == ladder.rungs[0].fps


def test_the_last_picture_stays_while_the_sound_goes_on(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip("long.mp4", audio_duration_s=5.0), tmp_path)

    assert pytest.approx(5.0, abs=0.05) == ladder.duration_s
    assert pytest.approx([0.5, 1.5, 2.5, 3.5, 4.5], abs=0.01) == clicks_s(tmp_path / "180p.mp4")
    # A held picture is shown again each second, so that a player can seek there.
    assert key_frames_s(tmp_path / "180p.mp4") == [0.0, 2.9667, 4.9667]


def test_a_sound_that_ends_sooner_is_followed_by_silence(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip("short.mp4", audio_duration_s=1.0), tmp_path)

    with av.open(str(tmp_path / "180p.mp4")) as container:
        frames = list(container.decode(audio=0))
    assert pytest.approx(2.0, abs=0.03) == ladder.duration_s
    assert frames[-1].time > 1.95
    assert np.abs(frames[-1].to_ndarray()).max() < 0.001


def test_a_clip_without_sound_has_none(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip("mute.mp4", audio=None), tmp_path)

    assert ladder.sound is None
    assert ladder.rungs[0].codecs == "avc1.64001e"


def test_rungs_are_announced_as_they_play_and_share_their_key_frames(
    clip: MakeClip, tmp_path: Path
) -> None:
    source = clip("tall.mp4", width=720, height=1280, duration_s=4.0, variable_rate=True)
    heard: list[tuple[str, bool, bool]] = []
    progress: list[float] = []

    def on_rung(rung: RungFile, stills: Stills) -> None:
        poster = (tmp_path / stills.poster_webp).exists()
        heard.append((rung.name, (tmp_path / rung.file).exists(), poster))

    ladder = transcode(source, tmp_path, on_rung=on_rung, on_progress=progress.append)

    assert heard == [("480p", True, True), ("720p", True, True)]
    assert progress == sorted(progress) and progress[0] >= 0 and progress[-1] <= 1
    small, large = (key_frames_s(tmp_path / rung.file) for rung in ladder.rungs)
    assert small == large
    assert all(gap == pytest.approx(2, abs=0.1) for gap in np.diff(small))
    assert [(rung.width, rung.height) for rung in ladder.rungs] == [(480, 854), (720, 1280)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "480p.m3u8", "480p.mp4", "720p.m3u8", "720p.mp4", "master.m3u8", "poster.jpg",
        "poster.webp", "preview.webp", "storyboard.vtt", "storyboard.webp",
    ]  # fmt: skip


def test_a_ladder_survives_json(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip(), tmp_path)

    assert Ladder.from_json(ladder.to_json()) == ladder


def test_running_again_gives_the_same_files(clip: MakeClip, tmp_path: Path) -> None:
    first = transcode(clip(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    again = transcode(clip(), tmp_path, probe=probe(clip()))

    assert again.rungs == first.rungs
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_the_larger_of_two_pictures_and_no_cover_is_taken(tmp_path: Path) -> None:
    source = tmp_path / "two.mkv"
    with av.open(str(source), "w") as container:
        streams = []
        for width, height in ((160, 90), (320, 180)):
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            streams.append(stream)
        for number in range(10):
            for stream in streams:
                gray = np.full((stream.height, stream.width, 3), 90, np.uint8)
                frame = av.VideoFrame.from_ndarray(gray, format="rgb24")
                frame.pts = number
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))

    facts = probe(source)

    assert (facts.width, facts.height) == (320, 180)


def test_a_torn_picture_costs_itself_and_not_the_clip(clip: MakeClip, tmp_path: Path) -> None:
    content = bytearray(clip("torn.mkv", codec="mjpeg", pixel_format="yuvj420p").read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(400)
    source = tmp_path / "torn.mkv"
    source.write_bytes(content)

    ladder = transcode(source, tmp_path / "out")

    assert pytest.approx(2.0, abs=0.1) == ladder.duration_s
    assert flashes_s(tmp_path / "out" / ladder.rungs[0].file)[0] == pytest.approx(0.5, abs=0.05)
