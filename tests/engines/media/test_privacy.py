"""What could identify the person who filmed is in no output."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.media import transcode
from tests.engines.media.conftest import MakeClip

PLANTED = {
    "location": "+48.8584+002.2945/",
    "location-eng": "+48.8584+002.2945/",
    "com.apple.quicktime.location.ISO6709": "+48.8584+002.2945+035.000/",
    "com.apple.quicktime.make": "Planted Maker",
    "com.apple.quicktime.model": "Planted Model 15 Pro",
    "com.apple.quicktime.software": "Planted 18.1",
    "com.android.manufacturer": "Planted Maker",
    "creation_time": "2026-03-04T05:06:07.000000Z",
    "title": "Planted at home",
    "artist": "Planted Alice",
    "comment": "Planted serial C02XK0AAJG5J",
    "copyright": "Planted Alice",
}
TRACES = [
    b"Planted", b"48.8584", b"2.2945", b"C02XK0AAJG5J", b"quicktime", b"2026-03-04", b"05:06:07",
    b"GPS", b"gpmd", b"Exif", b"http://ns.adobe.com", b"XMP",
]  # fmt: skip


@pytest.fixture
def planted(clip: MakeClip, tmp_path: Path) -> Path:
    """Return a clip that says who, where, when and with what, in every way it can."""
    path = tmp_path / "planted.mov"
    with (
        av.open(str(clip("two.mp4"))) as source,
        av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as out,
    ):
        out.metadata.update(PLANTED)
        pairs = {}
        for stream in source.streams:
            copy = out.add_stream_from_template(stream)
            copy.metadata.update({"title": "Planted track", "handler_name": "Planted Handler"})
            pairs[stream.index] = copy
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = pairs[packet.stream.index]
                out.mux(packet)
    return path


def test_no_trace_of_the_person_is_left(planted: Path, tmp_path: Path) -> None:
    before = planted.read_bytes()
    assert b"Planted Model 15 Pro" in before and b"48.8584" in before

    transcode(planted, tmp_path / "out")

    for made in (tmp_path / "out").iterdir():
        content = made.read_bytes()
        assert [trace for trace in TRACES if trace in content] == [], made.name


def test_no_output_says_when_it_was_made(planted: Path, tmp_path: Path) -> None:
    ladder = transcode(planted, tmp_path / "out")

    content = (tmp_path / "out" / ladder.rungs[0].file).read_bytes()
    for box in (b"mvhd", b"tkhd", b"mdhd"):
        at = content.index(box) + 8  # creation and modification time, seconds since 1904
        assert content[at : at + 8] == bytes(8), box
    assert b"Lavf" not in content


def test_data_that_rides_in_the_picture_is_left_behind(tmp_path: Path) -> None:
    source = tmp_path / "sei.mp4"
    secret = b"Planted SEI of a drone's place"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"x264-params": "annexb=1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 99, np.uint8), format="rgb24")
            frame.pts = number
            for packet in stream.encode(frame):
                container.mux(_with_sei(packet, secret))
        for packet in stream.encode(None):
            container.mux(_with_sei(packet, secret))
    assert secret in source.read_bytes()

    ladder = transcode(source, tmp_path / "out")

    assert secret not in (tmp_path / "out" / ladder.rungs[0].file).read_bytes()


def _with_sei(packet: av.Packet, secret: bytes) -> av.Packet:
    body = bytes(16) + secret
    message = b"\x06\x05" + bytes([len(body)]) + body + b"\x80"
    # An unregistered SEI message in Annex B, as cameras and drones write it, before the picture.
    marked = av.Packet(b"\x00\x00\x00\x01" + message + bytes(packet))
    marked.pts, marked.dts, marked.time_base = packet.pts, packet.dts, packet.time_base
    marked.is_keyframe, marked.stream = packet.is_keyframe, packet.stream
    return marked
