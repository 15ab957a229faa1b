"""Two passes over a clip: what was planted goes, what was meant stays."""

from __future__ import annotations

import numpy as np
import pytest

from filoscope.enhance import Frame, MotionFinder, UnevenFrames
from filoscope.enhance.quality import Plan, PlannedStabilizer, plan_clip
from filoscope.enhance.rolling import readout_of
from filoscope.enhance.shake import shake_of, strength_of

from .shaken import FPS, SIZE, frames_of, look, pan_and_shake, wall, where
from .turned import Camera

COUNT = 150


def steady(frames: list[Frame], **options: float) -> tuple[list[Frame], PlannedStabilizer, Plan]:
    plan = plan_clip(iter(frames), fps=FPS, **options)
    stabilizer = PlannedStabilizer(plan)
    calm = [out for frame in frames for out in stabilizer.push(frame)]
    return calm + stabilizer.drain(), stabilizer, plan


@pytest.fixture(scope="module")
def panned() -> tuple[list[Frame], list[Frame], PlannedStabilizer]:
    _, shaken = pan_and_shake(COUNT, pan_px=3.0, shake_px=6.0)
    frames = list(frames_of(shaken))
    return frames, *steady(frames)[:2]


def test_a_planted_shake_is_removed_to_under_half_a_pixel_and_the_pan_kept(panned) -> None:
    _, calm, _ = panned
    found = np.array([where(frame) for frame in calm[8:-8:3]])
    steps = np.arange(len(found))
    line = [np.polyfit(steps, axis, 1) for axis in found.T]
    residual = found - np.stack([np.polyval(fit, steps) for fit in line], axis=1)
    assert np.sqrt((residual**2).sum(axis=1).mean()) < 0.5
    assert 3.0 == pytest.approx(line[0][0] / 3, rel=0.01)


def test_no_pixel_is_black_and_the_zoom_is_gentle_within_its_bound(panned) -> None:
    _, calm, stabilizer = panned
    assert min(int(frame.planes[0].min()) for frame in calm) > 20
    assert stabilizer.account.zoom_max <= 1 / (1 - 0.2) + 1e-6
    assert (COUNT, COUNT) == (stabilizer.account.frame_count, stabilizer.account.changed_count)


def test_a_shake_too_large_for_the_crop_keeps_to_its_bound() -> None:
    _, shaken = pan_and_shake(90, pan_px=0.0, shake_px=12.0)
    calm, stabilizer, _ = steady(list(frames_of(shaken)), crop_max=0.05)
    assert stabilizer.account.zoom_max <= 1 / (1 - 0.05) + 1e-3
    assert min(int(frame.planes[0].min()) for frame in calm) > 20


def test_a_calm_pan_comes_out_as_the_very_same_frames() -> None:
    meant, _ = pan_and_shake(90, pan_px=2.0, shake_px=0.0)
    frames = list(frames_of(meant))
    calm, stabilizer, _ = steady(frames)
    assert all(before is after for before, after in zip(frames, calm, strict=True))
    assert 0 == stabilizer.account.changed_count


def test_a_cut_is_kept_and_nothing_is_steadied_across_it() -> None:
    _, shaken = pan_and_shake(60, pan_px=0.0, shake_px=5.0)
    first, second = list(frames_of(shaken)), list(frames_of(shaken + 40, seed=9))
    moved = [Frame(frame.time_s + 2.0, (255 - frame.planes[0],)) for frame in second]
    alone, _, _ = steady(first)
    both, stabilizer, plan = steady(first + moved)
    assert (2, 1) == (len(plan.scenes), stabilizer.account.cut_count)
    assert all(
        np.array_equal(one.planes[0], other.planes[0])
        for one, other in zip(alone, both[:60], strict=True)
    )


def test_smeared_frames_move_like_their_neighbours_and_are_not_frozen() -> None:
    _, shaken = pan_and_shake(90, pan_px=2.0, shake_px=6.0)
    frames = list(frames_of(shaken))
    for index in (40, 41, 42):
        trail = [
            look(wall(), shaken[index] + (shaken[index + 1] - shaken[index]) * part)
            for part in np.linspace(-1.5, 1.5, 13)
        ]
        frames[index] = Frame(index / FPS, (np.mean(trail, axis=0).astype(np.uint8),))
    calm, _, _ = steady(frames)
    places = np.array([where(calm[index]) for index in (36, 38, 40, 41, 42, 44, 46)])
    steps = np.array([36, 38, 40, 41, 42, 44, 46])
    off = places - np.stack([np.polyval(np.polyfit(steps, axis, 1), steps) for axis in places.T], 1)
    assert np.abs(off).max() < 1.5
    assert len({frame.planes[0].tobytes() for frame in calm[39:44]}) == 5


def test_ten_bits_stay_ten_bits() -> None:
    _, shaken = pan_and_shake(60, pan_px=0.0, shake_px=6.0)
    eight = list(frames_of(shaken))
    ten = [Frame(frame.time_s, (frame.planes[0].astype(np.uint16) * 4,)) for frame in eight]
    calm, _, _ = steady(eight)
    deep, _, _ = steady(ten)
    assert np.uint16 == deep[30].planes[0].dtype
    assert np.abs(deep[30].planes[0] / 4 - calm[30].planes[0]).max() < 2.0


def test_a_rolling_shutter_is_found_with_its_readout_and_put_straight() -> None:
    camera = Camera(shake_rad=0.012, pan_rad_s=0.0)
    frames = list(camera.frames(120))
    calm, _, plan = steady(frames)
    assert camera.readout_s * FPS == pytest.approx(plan.scenes[0].readout.share, rel=0.15)

    def skew(shown: list[Frame]) -> float:
        half = SIZE[1] // 2
        parts = [
            [where(Frame(0.0, (np.ascontiguousarray(f.planes[0][rows]),))) for f in shown[20:100:8]]
            for rows in (slice(0, half), slice(half, None))
        ]
        return float(np.std(np.array(parts[1]) - np.array(parts[0]), axis=0).max())

    assert skew(calm) < 0.6 * skew(frames)


def test_a_shutter_that_opens_at_once_has_no_readout() -> None:
    finder = MotionFinder()
    camera = Camera(shake_rad=0.012, readout_s=0.0)
    motions = [finder.see(frame.planes[0]) for frame in camera.frames(90)]
    assert 0.0 == readout_of(motions, height=SIZE[1] / SIZE[0]).share


def test_shake_is_told_in_pixels_of_a_picture_640_wide() -> None:
    finder = MotionFinder()
    _, shaken = pan_and_shake(90, pan_px=3.0, shake_px=4.0)
    shake = shake_of([finder.see(frame.planes[0]) for frame in frames_of(shaken)], fps=FPS)
    # Two sines of 4 px in a picture 320 wide.
    assert 8.0 == pytest.approx(shake.jitter_px, rel=0.1)
    assert 1.0 == shake.shaky_share
    assert 0.0 == shake_of([], fps=FPS).jitter_px


def test_a_short_scene_is_steadied_though_its_shake_fades_at_both_ends() -> None:
    time_s = np.arange(51) / FPS
    path = 0.01 * np.sin(2 * np.pi * np.outer(time_s, [3.0, 3.0]))
    assert [1.0] * 51 == strength_of(path, FPS).tolist()


def test_frames_that_the_plan_does_not_know_are_refused() -> None:
    _, shaken = pan_and_shake(30, pan_px=0.0, shake_px=6.0)
    frames = list(frames_of(shaken))
    stabilizer = PlannedStabilizer(plan_clip(frames, fps=FPS))
    with pytest.raises(UnevenFrames, match="in both passes"):
        stabilizer.push(Frame(99.0, frames[0].planes))
    with pytest.raises(UnevenFrames, match="Scale and sort"):
        plan_clip([frames[1], frames[0]], fps=FPS)
