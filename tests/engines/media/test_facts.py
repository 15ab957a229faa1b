"""What a file is, is measured."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from filoscope.media import Limits, NotAVideo, Probe, TooHeavy, TooLarge, TooLong, probe
from tests.engines.media.conftest import MakeClip


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("plain.mp4", {}, {"container": "mov", "video_codec": "h264", "duration_s": 2.0}),
        ("mono.mov", {"audio": "mono", "fps": 60}, {"audio_channels": 1, "fps_nominal": 60.0}),
        (
            "six.mkv",
            {"audio": "5.1", "audio_codec": "ac3"},
            {"audio_channels": 6, "container": "matroska"},
        ),
        ("web.webm", {"codec": "vp9", "audio_codec": "opus"}, {"video_codec": "vp9"}),
        ("old.avi", {"codec": "mpeg4", "audio_codec": "mp3"}, {"audio_codec": "mp3"}),
        ("next.mp4", {"codec": "av1"}, {"video_codec": "av1"}),
        ("sent.ts", {}, {"container": "mpegts"}),
        (
            "edit.mov",
            {"codec": "prores", "pixel_format": "yuv422p10le", "audio_codec": "pcm_s16le"},
            {"video_codec": "prores", "bit_depth": 10},
        ),
        (
            "photo.avi",
            {"codec": "mjpeg", "pixel_format": "yuvj420p"},
            {"video_codec": "mjpeg", "is_full_range": True},
        ),
        (
            "dance.gif",
            {"codec": "gif", "pixel_format": "rgb8", "audio": None},
            {"container": "gif", "has_alpha": True, "audio_codec": None},
        ),
        (
            "bright.mkv",
            {"codec": "hevc", "pixel_format": "yuv420p10le", "colour": "hdr10"},
            {"is_hdr": True, "color_transfer": "smpte2084", "color_primaries": "bt2020"},
        ),
        ("turned.mp4", {"rotation_deg": 90}, {"width": 180, "height": 320, "rotation_deg": 270}),
        ("wide.mp4", {"sar": Fraction(4, 3)}, {"width": 427, "height": 180, "coded_width": 320}),
        ("phone.mp4", {"variable_rate": True}, {"is_variable_rate": True}),
        ("woven.mkv", {"interlaced": True, "fps": 25}, {"is_interlaced": True}),
        ("late.mkv", {"start_s": 1.25, "audio_codec": "flac"}, {"first_timestamp_s": 1.25}),
        ("long.mp4", {"audio_duration_s": 5.0}, {"duration_s": 5.0, "frame_count": 60}),
    ],
)
def test_a_file_is_described_as_it_was_made(
    clip: MakeClip, name: str, fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    facts = probe(clip(name, **fields))

    found = {key: getattr(facts, key) for key in expected}
    assert pytest.approx(expected, abs=0.03) == found


def test_the_name_of_a_file_says_nothing(clip: MakeClip, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(clip().read_bytes())

    assert probe(path).video_codec == "h264"


def test_facts_survive_json(clip: MakeClip) -> None:
    facts = probe(clip())

    assert Probe.from_json(facts.to_json() | {"from a later version": 1}) == facts


@pytest.mark.parametrize(
    ("limits", "error", "said"),
    [
        (Limits(duration_s_max=1.0), TooLong, "lasts 2 seconds; the longest allowed is 1 second"),
        (Limits(pixels_max=1000), TooLarge, "0.1 million pixels"),
        (Limits(bytes_max=1000), TooHeavy, "the most allowed is 0 MB"),
    ],
)
def test_what_goes_over_a_limit_is_refused_with_the_reason(
    clip: MakeClip, limits: Limits, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        probe(clip(), limits=limits)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am a text\n" * 100,
        b"<!doctype html><html><body><video src=x></video></body></html>",
        b"PK\x03\x04" + bytes(2000),
        b"\x89PNG\r\n\x1a\n" + bytes(2000),
        b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5000 RTP/AVP 96\n",
    ],
    ids=["nothing", "text", "html", "zip", "png", "hls", "concat", "sdp"],
)
def test_what_is_no_video_is_called_so_whatever_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "holiday.mp4"
    path.write_bytes(content)

    with pytest.raises(NotAVideo, match="not a video"):
        probe(path)


def test_a_sound_with_a_cover_is_not_a_video(clip: MakeClip, tmp_path: Path) -> None:
    import av

    path = tmp_path / "song.m4a"
    with av.open(str(clip())) as source, av.open(str(path), "w", format="mp4") as out:
        template = source.streams.audio[0]
        stream = out.add_stream_from_template(template)
        for packet in source.demux(template):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)

    with pytest.raises(NotAVideo, match="sound but no moving picture"):
        probe(path)
