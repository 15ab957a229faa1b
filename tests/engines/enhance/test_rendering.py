"""Whole files through `render`, whatever they are like."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame

from filoscope.enhance import (
    BadRecipe,
    Clean,
    DiskFull,
    Recipe,
    Reframe,
    RenderCancelled,
    Steady,
    Track,
    UnfitOutput,
    render,
)
from filoscope.enhance.reading import Reading
from filoscope.media import NotAVideo, UnreadableFile, write_clip

from .shaken import FPS, frames_of, look, pan_and_shake, wall, write_shaken

STEADY = Recipe(steady=Steady())


def write_raw(
    path: Path,
    pictures: list[VideoFrame],
    *,
    codec: str = "libx264",
    rate: int = FPS,
    tags: tuple[int, int, int, int] = (2, 2, 2, 0),
    options: dict[str, str] | None = None,
) -> None:
    """Write pictures as they are, with tags of matrix, primaries, transfer and range."""
    with av.open(str(path), "w") as container:
        if options is None:
            options = {"preset": "ultrafast", "crf": "10"} if codec == "libx264" else {}
        video = container.add_stream(codec, rate=rate, options=options)
        first = pictures[0]
        video.width, video.height, video.pix_fmt = first.width, first.height, first.format.name
        context = video.codec_context
        context.time_base = Fraction(1, 90_000)
        context.colorspace, context.color_primaries, context.color_trc, context.color_range = tags
        for picture in pictures:
            container.mux(video.encode(picture))
        container.mux(video.encode(None))


def pictures_of(
    count: int, *, shake_px: float = 6.0, kind: str = "yuv420p", fps: float = FPS
) -> list[VideoFrame]:
    """A shaken wall in some pixel format, its numbers not converted by any matrix."""
    _, shaken = pan_and_shake(count, pan_px=1.0, shake_px=shake_px)
    made = []
    for index, frame in enumerate(frames_of(shaken)):
        luma = frame.planes[0]
        flat = np.vstack([luma, np.full((luma.shape[0] // 2, luma.shape[1]), 110, np.uint8)])
        picture = VideoFrame.from_ndarray(flat, format="yuv420p")
        if kind != "yuv420p":
            picture = picture.reformat(format=kind)
        picture.pts, picture.time_base = round(index * 90_000 / fps), Fraction(1, 90_000)
        made.append(picture)
    return made


def first_frame(path: Path) -> VideoFrame:
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def times(path: Path) -> list[float]:
    return [round(frame.time_s, 4) for frame in Reading(path).frames()]


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """26 seconds of shake in 156 frames: three parts."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    _, shaken = pan_and_shake(156, pan_px=0.5, shake_px=6.0)
    write_shaken(path, shaken, times_s=np.arange(156) / 6)
    return path


@pytest.fixture(scope="module")
def at_once(long_clip: Path) -> Path:
    """What comes of it without a break."""
    target = long_clip.with_name("at_once.mp4")
    assert 156 == render(long_clip, target, STEADY).changed_count
    return target


def test_a_render_that_was_killed_goes_on_and_comes_out_the_same_to_the_byte(
    long_clip: Path, at_once: Path, tmp_path: Path
) -> None:
    target = tmp_path / "killed.mp4"
    program = f"""
import os, signal
from filoscope.enhance import Recipe, Steady, render
def die(done, total):
    if done == 140:
        os.kill(os.getpid(), signal.SIGKILL)
render({str(long_clip)!r}, {str(target)!r}, Recipe(steady=Steady()), on_progress=die)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert not target.exists()
    done = render(long_clip, target, STEADY)
    assert (156, 120) == (done.frame_count, done.resumed_count)
    assert at_once.read_bytes() == target.read_bytes()
    assert ["killed.mp4"] == [path.name for path in tmp_path.iterdir()]


def test_parts_of_another_recipe_are_not_gone_on_with(long_clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"

    def fail(done: int, total: int) -> None:
        if done == 140:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull, match="No room is left"):
        render(long_clip, target, STEADY, on_progress=fail)
    assert not target.exists()
    done = render(long_clip, target, Recipe(steady=Steady(), crop_max=0.1))
    assert 0 == done.resumed_count


def test_a_render_that_is_cancelled_leaves_nothing(long_clip: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.raises(RenderCancelled):
        render(
            long_clip,
            tmp_path / "out.mp4",
            STEADY,
            on_progress=lambda done, total: seen.append(done),
            is_cancelled=lambda: len(seen) >= 70,
        )
    assert [] == list(tmp_path.iterdir())


def test_two_renders_of_one_target_do_not_mix(long_clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"

    def meddle(done: int, total: int) -> None:
        if done == 1:
            with pytest.raises(UnfitOutput, match="Another run"):
                render(long_clip, target, STEADY)

    assert 156 == render(long_clip, target, STEADY, on_progress=meddle).frame_count


def test_colours_of_an_sdr_clip_keep_tags_range_and_numbers(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    tags = (6, 6, 6, 2)  # BT.601 in full range
    write_raw(source, pictures_of(40), tags=tags)
    render(source, target, STEADY)
    frame = first_frame(target)
    assert tags == (
        int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc),
        int(frame.color_range),
    )  # fmt: skip
    chroma = next(Reading(target).frames()).planes[1]
    assert 110 == round(float(chroma.mean()))


def test_frames_are_read_as_the_decoder_gives_them(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    write_raw(source, pictures_of(5), tags=(1, 1, 1, 2))
    with av.open(str(source)) as container:
        decoded = [np.asarray(frame.to_ndarray()[:180]) for frame in container.decode(video=0)]
    read = [frame.planes[0] for frame in Reading(source).frames()]
    assert all(np.array_equal(one, other) for one, other in zip(decoded, read, strict=True))


def test_an_hdr_clip_stays_hdr_in_ten_bit(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    tags = (9, 9, 18, 1)  # BT.2020, HLG
    write_raw(source, pictures_of(40, kind="yuv420p10le"), tags=tags)
    done = render(source, target, STEADY)
    frame = first_frame(target)
    assert 40 == done.changed_count
    assert "yuv420p10le" == frame.format.name
    assert tags == (
        int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc),
        int(frame.color_range),
    )  # fmt: skip
    chroma = next(Reading(target).frames()).planes[1]
    assert 440 == round(float(chroma.mean()) / 4) * 4


def test_a_clip_on_its_side_comes_out_upright(tmp_path: Path) -> None:
    source, turned = tmp_path / "in.mp4", tmp_path / "turned.mp4"
    write_raw(source, pictures_of(5))
    content = bytearray(source.read_bytes())
    matrix = np.array([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000], ">i4").tobytes()
    quarter = np.array([0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000], ">i4").tobytes()
    place = content.index(matrix, content.index(b"tkhd"))
    content[place : place + len(matrix)] = quarter
    turned.write_bytes(content)
    upright = next(Reading(turned).frames()).planes[0]
    assert np.array_equal(np.rot90(next(Reading(source).frames()).planes[0], -1), upright)


def test_an_odd_size_loses_a_line_and_nothing_is_scaled(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mkv", tmp_path / "out.mp4"
    odd = []
    for picture in pictures_of(40):
        rgb = picture.to_ndarray(format="gray")[:179, :319]
        cut = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="gray")
        kept = cut.reformat(format="yuv420p", src_color_range="MPEG", dst_color_range="MPEG")
        kept.pts, kept.time_base = picture.pts, picture.time_base
        odd.append(kept)
    write_raw(source, odd, codec="ffv1")
    assert (318, 178) == Reading(source).size
    read = next(Reading(source).frames()).planes[0]
    with av.open(str(source)) as container:
        plane = next(container.decode(video=0)).planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(179, -1)
    assert np.array_equal(rows[:178, :318], read)
    assert 40 == render(source, target, STEADY).frame_count


def test_fields_become_frames_before_anything_moves_them(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    meant, _ = pan_and_shake(40, pan_px=6.0, shake_px=0.0)
    sharp = [frame.planes[0] for frame in frames_of(meant)]
    combed = []
    for index in range(20):
        woven = sharp[2 * index].copy()
        woven[1::2] = sharp[2 * index + 1][1::2]
        flat = np.vstack([woven, np.full((90, 320), 128, np.uint8)])
        picture = VideoFrame.from_ndarray(flat, format="yuv420p")
        picture.pts, picture.time_base = index * 3000, Fraction(1, 90_000)
        combed.append(picture)
    write_raw(source, combed, options={"preset": "ultrafast", "crf": "10", "x264-params": "tff=1"})
    reading = Reading(source)
    assert reading.facts.is_interlaced

    def comb(luma: np.ndarray) -> float:
        rows = luma.astype(float)
        return float(np.abs(rows[1:-1:2] - (rows[:-2:2] + rows[2::2]) / 2).mean())

    frames = [frame.planes[0] for frame in reading.frames()]
    assert 20 == len(frames)
    assert comb(frames[10]) < 0.5 * comb(combed[10].to_ndarray()[:180])


def test_slow_motion_keeps_every_frame_and_its_time(tmp_path: Path) -> None:
    source, target = tmp_path / "in.mp4", tmp_path / "out.mp4"
    _, shaken = pan_and_shake(60, pan_px=0.2, shake_px=6.0)
    slow = np.repeat(shaken, 4, axis=0)
    picture = wall()
    frames = []
    for index, centre in enumerate(slow):
        luma = look(picture, centre)
        flat = np.vstack([luma, np.full((90, 320), 128, np.uint8)])
        frame = VideoFrame.from_ndarray(flat, format="yuv420p")
        frame.pts, frame.time_base = index * 375, Fraction(1, 90_000)
        frames.append(frame)
    write_raw(source, frames, rate=240)
    render(source, target, STEADY)
    assert times(source) == times(target)
    assert 240 == len(times(target))


def test_all_tracks_of_sound_are_copied(tmp_path: Path) -> None:
    one, source, target = (tmp_path / name for name in ("one.mp4", "in.mp4", "out.mp4"))
    _, shaken = pan_and_shake(40, pan_px=1.0, shake_px=6.0)
    tone = np.sin(np.arange(64_000) / 17).astype(np.float32) / 4
    write_shaken(one, shaken, samples=np.stack([tone, tone]))
    with av.open(str(one)) as read, av.open(str(source), "w") as container:
        video = container.add_stream_from_template(read.streams.video[0])
        tracks = [container.add_stream_from_template(read.streams.audio[0]) for _ in range(2)]
        for packet in read.demux():
            if packet.dts is None:
                continue
            content, clock = bytes(packet), packet.time_base
            is_video = packet.stream.type == "video"
            for stream in [video] if is_video else tracks:
                copy = av.Packet(content)
                copy.time_base, copy.pts, copy.dts = clock, packet.pts, packet.dts
                copy.is_keyframe, copy.stream = packet.is_keyframe, stream
                container.mux(copy)
    render(source, target, STEADY)

    def sounds(path: Path, track: int) -> list[bytes]:
        with av.open(str(path)) as container:
            return [bytes(packet) for packet in container.demux(audio=track) if packet.size]

    for track in (0, 1):
        assert sounds(source, track) == sounds(target, track)


def test_an_empty_recipe_copies_the_clip(long_clip: Path, tmp_path: Path) -> None:
    same, other = tmp_path / "same.mp4", tmp_path / "other.mkv"
    assert render(long_clip, same, Recipe()).is_copy
    assert long_clip.read_bytes() == same.read_bytes()
    assert render(long_clip, other, Recipe()).is_copy
    first, second = (next(Reading(path).frames()).planes[0] for path in (long_clip, other))
    assert np.array_equal(first, second)
    assert [round(time_s, 2) for time_s in times(long_clip)] == [
        round(time_s, 2) for time_s in times(other)
    ]


@pytest.mark.parametrize(
    ("content", "error"), [(b"hello", NotAVideo), (b"\0\0\0\x18ftypmp42", UnreadableFile)]
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(
    content: bytes, error: type[Exception], tmp_path: Path
) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(content)
    with pytest.raises(error):
        render(source, tmp_path / "out.mp4", STEADY)
    assert ["in.mp4"] == [path.name for path in tmp_path.iterdir()]


def test_two_passes_are_told_of_and_can_be_cancelled_in_the_first(
    long_clip: Path, tmp_path: Path
) -> None:
    recipe, out = Recipe(steady=Steady(mode="quality")), tmp_path / "out.mp4"
    told: list[tuple[int, int]] = []
    render(long_clip, out, recipe, on_progress=lambda done, total: told.append((done, total)))
    assert [(done, 312) for done in range(1, 313)] == told
    out.unlink()
    seen: list[int] = []
    with pytest.raises(RenderCancelled):
        render(
            long_clip,
            out,
            recipe,
            on_progress=lambda done, total: seen.append(done),
            is_cancelled=lambda: len(seen) == 5,
        )
    assert [] == list(tmp_path.iterdir())


def test_all_stages_together_change_shape_and_keep_every_frame(
    long_clip: Path, tmp_path: Path
) -> None:
    recipe = Recipe(
        steady=Steady(), level=True, clean=Clean(denoise=4.0), frame=Reframe(aspect="4:5")
    )
    done = render(long_clip, tmp_path / "out.mp4", recipe)
    assert (156, 156) == (done.frame_count, done.changed_count)
    assert {"Stabilizer", "Cleaner", "Framer"} == set(done.stages)
    assert (144, 180) == Reading(tmp_path / "out.mp4").size
    assert times(long_clip) == times(tmp_path / "out.mp4")


def test_a_box_beyond_the_picture_is_refused(long_clip: Path, tmp_path: Path) -> None:
    recipe = Recipe(frame=Reframe(track=Track(300, 100, 50, 50)))
    with pytest.raises(BadRecipe, match="beyond the picture of 320 x 180"):
        render(long_clip, tmp_path / "out.mp4", recipe)
    assert [] == list(tmp_path.iterdir())


def test_a_box_at_a_time_beyond_the_clip_is_refused(long_clip: Path, tmp_path: Path) -> None:
    recipe = Recipe(frame=Reframe(track=Track(10, 10, 50, 50, time_s=99)))
    with pytest.raises(BadRecipe, match="at 99 s, and the clip ends at"):
        render(long_clip, tmp_path / "out.mp4", recipe)
    assert [] == list(tmp_path.iterdir())


def test_a_picture_too_small_to_be_cut_is_refused(tmp_path: Path) -> None:
    tiny = tmp_path / "tiny.mkv"
    pictures = [(index / 30, np.full((2, 50, 3), 90, np.uint8)) for index in range(3)]
    write_clip(tiny, pictures, fps=Fraction(30))
    with pytest.raises(BadRecipe, match="nothing can be cut from 50 x 2 pixels"):
        render(tiny, tmp_path / "out.mp4", Recipe(frame=Reframe()))
    assert [tiny] == list(tmp_path.iterdir())


def test_a_report_of_a_render_is_plain_json(long_clip: Path, tmp_path: Path) -> None:
    done = render(long_clip, tmp_path / "out.mp4", STEADY)
    assert 156 == json.loads(json.dumps(done.to_json()))["stages"]["Stabilizer"]["frame_count"]
