"""Pictures come out upright, whole, and in the colours they had."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from filoscope.media import probe, transcode
from tests.engines.media.conftest import MakeClip
from tests.engines.media.marks import picture_at


@pytest.mark.parametrize("colour", ["bt601", "bt709"])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuvj420p", "yuv444p"])
def test_colours_are_those_of_the_source(tmp_path: Path, colour: str, pixel_format: str) -> None:
    bars = np.zeros((180, 320, 3), np.uint8)
    patches = [(200, 40, 40), (40, 180, 60), (50, 60, 200), (230, 230, 230), (20, 20, 20)]
    for number, patch in enumerate(patches):
        bars[:, number * 64 : number * 64 + 64] = patch
    source = tmp_path / "bars.mkv"
    _write_still(source, bars, colour=colour, pixel_format=pixel_format)

    ladder = transcode(source, tmp_path / "out")

    shown = picture_at(tmp_path / "out" / ladder.rungs[0].file, 0.5)
    found = [shown[90, number * 64 + 32].tolist() for number in range(len(patches))]
    for expected, got in zip(patches, found, strict=True):
        assert pytest.approx(expected, abs=5) == got


def _write_still(
    path: Path, picture: np.ndarray[Any, Any], *, colour: str, pixel_format: str
) -> None:
    matrix, code = {"bt601": ("ITU601", 6), "bt709": ("ITU709", 1)}[colour]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "1"})
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = pixel_format
        is_full = pixel_format == "yuvj420p"
        context = stream.codec_context
        context.colorspace, context.color_primaries, context.color_trc = code, code, code
        context.color_range = 2 if is_full else 1
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
                format=pixel_format.replace("yuvj", "yuv"),
                dst_colorspace=matrix,
                dst_color_range="JPEG" if is_full else "MPEG",
            )
            if is_full:
                frame = frame.reformat(format="yuvj420p", src_color_range="JPEG")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_transparent_pictures_stand_on_white(tmp_path: Path) -> None:
    source = tmp_path / "sticker.mov"
    with av.open(str(source), "w") as container:
        stream = container.add_stream("qtrle", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "argb"
        rgba = np.zeros((120, 160, 4), np.uint8)
        rgba[:, :80] = (200, 30, 30, 255)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(rgba, format="rgba").reformat(format="argb")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    ladder = transcode(source, tmp_path / "out")

    shown = picture_at(tmp_path / "out" / ladder.rungs[0].file, 0.5)
    assert pytest.approx((200, 30, 30), abs=6) == shown[60, 40].tolist()
    assert pytest.approx((255, 255, 255), abs=4) == shown[60, 120].tolist()


@pytest.mark.parametrize("rotation_deg", [0, 90, 180, -90])
def test_pictures_stand_upright(tmp_path: Path, rotation_deg: int) -> None:
    upright = np.zeros((120, 120, 3), np.uint8)
    upright[:60, :60] = (220, 220, 220)  # a light corner at the top left
    source = tmp_path / "held.mp4"
    stored = np.rot90(upright, -rotation_deg // 90).copy()
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width = stream.height = 120
        stream.pix_fmt = "yuv420p"
        stream.set_display_rotation(rotation_deg)
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    ladder = transcode(source, tmp_path / "out")

    shown = picture_at(tmp_path / "out" / ladder.rungs[0].file, 0.5)
    corners = [int(shown[y, x].mean()) > 110 for y in (30, 90) for x in (30, 90)]
    assert corners == [True, False, False, False]


def test_combed_pictures_are_woven_into_whole_ones(clip: MakeClip, tmp_path: Path) -> None:
    source = clip("woven.mkv", interlaced=True, fps=25)

    ladder = transcode(source, tmp_path)

    combed = max(_combing(picture_at(source, t)) for t in (0.2, 0.8, 1.2))
    assert probe(source).is_interlaced
    with av.open(str(tmp_path / ladder.rungs[0].file)) as container:
        frames = list(container.decode(video=0))
    assert not any(frame.interlaced_frame for frame in frames)
    assert (
        max(_combing(picture_at(tmp_path / ladder.rungs[0].file, t)) for t in (0.2, 0.8)) <= combed
    )


def _combing(picture: np.ndarray[Any, Any]) -> float:
    lines = picture[..., 1].astype(float)
    return float(np.abs(lines[1:-1] - (lines[:-2] + lines[2:]) / 2).mean())
