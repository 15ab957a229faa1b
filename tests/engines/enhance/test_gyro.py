"""A camera that keeps a log of its turns is steadied by them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from filoscope.enhance import Frame, MotionFinder
from filoscope.enhance.gyro import (
    Lens,
    UnreadableGyro,
    gravity_of,
    match_gyro,
    read_gyro,
)
from filoscope.enhance.gyro.camm import read_camm
from filoscope.enhance.gyro.gpmf import read_gpmf
from filoscope.enhance.quality import Plan, PlannedStabilizer, plan_clip

from .shaken import FPS, SIZE, where
from .turned import FOCAL_PX, LOG_LATE_S, READOUT_S, Camera

COUNT = 120


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Frame], Path]:
    camera = Camera()
    log = tmp_path_factory.mktemp("turned") / "clip.gcsv"
    log.write_text(camera.log(COUNT / FPS))
    return list(camera.frames(COUNT)), log


@pytest.fixture(scope="module")
def steadied(filmed: tuple[list[Frame], Path]) -> tuple[Plan, list[Frame]]:
    frames, log = filmed
    plan = plan_clip(frames, fps=FPS, gyro=read_gyro(log))
    stabilizer = PlannedStabilizer(plan)
    return plan, [calm for frame in frames for calm in stabilizer.push(frame)]


def shear_px(frame: Frame) -> float:
    """How far the lowest part of a picture lies aside of where its top says it should."""
    luma = frame.planes[0]
    top = Frame(0.0, (np.ascontiguousarray(luma[: SIZE[1] // 2]),))
    low = Frame(0.0, (np.ascontiguousarray(luma[SIZE[1] // 2 :]),))
    return float(where(low)[0] - where(top)[0])


def test_the_clock_and_the_focal_length_are_found_by_the_picture(filmed) -> None:
    frames, log = filmed
    finder = MotionFinder()
    motions = [finder.see(frame.planes[0]) for frame in frames]
    times_s = np.array([frame.time_s for frame in frames])
    half = np.array(SIZE) / 2 / max(SIZE)
    match = match_gyro(read_gyro(log), motions, times_s, half=half)
    assert LOG_LATE_S == pytest.approx(match.offset_s, abs=0.004)
    assert FOCAL_PX / SIZE[0] == pytest.approx(match.focal, rel=0.03)
    assert match.confidence > 0.97


def test_by_its_log_a_camera_is_steadied_to_under_half_a_pixel(steadied) -> None:
    plan, calm = steadied
    assert plan.scenes[0].view is not None
    assert READOUT_S == plan.scenes[0].view.readout_s
    found = np.array([where(frame) for frame in calm[15:-15:3]])
    steps = np.arange(len(found))
    # A fifth degree follows what sways slower than half a hertz in three seconds, and no shake.
    residual = found - np.stack([np.polyval(np.polyfit(steps, a, 5), steps) for a in found.T], 1)
    assert np.sqrt((residual**2).sum(axis=1).mean()) < 0.5


def test_what_the_rolling_shutter_skewed_is_straight(filmed, steadied) -> None:
    frames, _ = filmed
    _, calm = steadied
    skewed = np.std([shear_px(frame) for frame in frames[16:100:7]])
    straight = np.std([shear_px(frame) for frame in calm[16:100:7]])
    assert skewed > 0.5
    assert straight < skewed / 2.5


def test_no_pixel_of_a_turned_picture_is_black(steadied) -> None:
    plan, calm = steadied
    assert min(int(frame.planes[0].min()) for frame in calm) > 20
    assert plan.scenes[0].zooms.max() <= 1.25 + 1e-3


def test_a_log_of_another_clip_is_not_believed(filmed, tmp_path: Path) -> None:
    frames, _ = filmed
    other = tmp_path / "other.gcsv"
    log = Camera(shake_rad=0.02).log(COUNT / FPS).splitlines()
    rows = [line.split(",") for line in log[9:]]
    lots = np.random.default_rng(5)
    noise = [f"{r[0]},{lots.normal():.3f},{lots.normal():.3f},0" for r in rows]
    other.write_text("\n".join([*log[:9], *noise]))
    plan = plan_clip(frames[:60], fps=FPS, gyro=read_gyro(other))
    assert plan.scenes[0].view is None


def test_a_distorted_lens_maps_there_and_back() -> None:
    lens = Lens(0.7, k1=-0.12, k2=0.03)
    places = np.random.default_rng(2).uniform(-0.5, 0.5, (40, 2))
    assert np.abs(lens.places(lens.rays(places)) - places).max() < 1e-4
    assert Lens.of_view(90.0).focal == pytest.approx(0.5)


def leaf(key: str, kind: str, size: int, values: bytes) -> bytes:
    head = key.encode() + struct.pack(">BBH", ord(kind) if kind else 0, size, len(values) // size)
    return head + values + bytes(-len(values) % 4)


def test_telemetry_of_a_camera_is_read_in_its_axes() -> None:
    rates = np.array([[100, 200, 300], [101, 201, 301]], ">i2")
    gravity = np.array([[0, 32767, 0], [3277, 32600, 0]], ">i2")
    stream = leaf("ORIN", "c", 1, b"XzY") + leaf("SCAL", "s", 2, struct.pack(">h", 100))
    turns = leaf("STRM", "", 1, stream + leaf("GYRO", "s", 6, rates.tobytes()))
    scale = leaf("SCAL", "s", 2, struct.pack(">h", 32767))
    down = leaf("STRM", "", 1, scale + leaf("GRAV", "s", 6, gravity.tobytes()))
    record = read_gpmf([(1.0, 1.0, leaf("DEVC", "", 1, turns + down))])
    # X is 1st, -Z the 2nd, Y (forward) the 3rd; down is against Z.
    assert [[1.0, 2.0, 3.0], [1.01, 2.01, 3.01]] == record.rates_rad_s.tolist()
    assert [1.0, 1.5] == record.times_s.tolist()
    assert record.gravity[1] == pytest.approx([0.1, 0.995, 0.0], abs=1e-3)


def test_torn_telemetry_says_nothing() -> None:
    whole = leaf("DEVC", "", 1, leaf("STRM", "", 1, leaf("GYRO", "s", 6, bytes(60))))
    for end in range(8, len(whole), 7):
        read_gpmf([(0.0, 1.0, whole[:end])])
    assert read_gpmf([(0.0, 1.0, b"DEVC\0\1\0\4abcd")]) is None


def test_a_motion_track_of_a_phone_is_read() -> None:
    packets = [(0.0, 0.0, struct.pack("<HH2i", 0, 1, 1_000_000, 15_000_000))]
    packets += [(i / 100, 0.01, struct.pack("<HH3f", 0, 2, i, 2.0, 3.0)) for i in range(30)]
    record = read_camm(packets)
    assert 0.015 == pytest.approx(record.readout_s)
    assert [7.0, 2.0, 3.0] == record.rates_rad_s[7].tolist()
    assert not record.is_aligned


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("GYROFLOW IMU LOG\nversion,1\n", "no line of columns"),
        ("GYROFLOW IMU LOG\nt,ax,ay,az\n0,1,2,3\n", "no gx, gy and gz"),
        ("GYROFLOW IMU LOG\nt,gx,gy,gz\n0,1,two,3\n", "no number"),
        ("GYROFLOW IMU LOG\norientation,QyZ\nt,gx,gy,gz\n0,1,2,3\n", "no axis"),
        ("something else", "neither a clip nor a log"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    log = tmp_path / "log.gcsv"
    log.write_text(text)
    with pytest.raises(UnreadableGyro, match=reason):
        read_gyro(log)


def test_a_clip_without_a_sensor_has_no_gravity(tmp_path: Path) -> None:
    from .shaken import pan_and_shake, write_shaken

    clip = tmp_path / "plain.mp4"
    write_shaken(clip, pan_and_shake(5, pan_px=0.0, shake_px=0.0)[0])
    assert read_gyro(clip) is None
    assert gravity_of(clip) is None
