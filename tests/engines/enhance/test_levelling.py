"""A planted roll is found and mended; where there is nothing to go by, nothing is done."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filoscope.enhance import Frame, Stabilizer
from filoscope.enhance.level import SURE, RollFinder, roll_of

from .shaken import frames_of, pan_and_shake
from .street import leaning, meadow, street

FPS = 15


@pytest.mark.parametrize("roll_deg", [-8.0, -3.0, -0.5, 0.5, 1.5, 5.0, 8.0])
@pytest.mark.parametrize("pitch_deg", [-6.0, 0.0, 6.0])
def test_a_planted_roll_is_found_within_a_third_of_a_degree(roll_deg, pitch_deg) -> None:
    roll = roll_of(street(roll_deg=roll_deg, pitch_deg=pitch_deg, yaw_deg=4.0))
    assert roll.confidence >= SURE
    assert roll_deg == pytest.approx(roll.angle_deg, abs=0.3)


def test_ten_bits_are_looked_at_as_eight_are() -> None:
    picture = street(roll_deg=3.0)
    ten_bits = roll_of(picture.astype(np.uint16) * 4 + 1)
    assert roll_of(picture).angle_deg == pytest.approx(ten_bits.angle_deg, abs=0.05)


@pytest.mark.parametrize("seed", range(6))
def test_a_meadow_tells_nothing(seed) -> None:
    assert roll_of(meadow(seed)).confidence < SURE


def test_an_empty_picture_tells_nothing() -> None:
    assert roll_of(np.full((90, 160), 128, np.uint8)).confidence == 0.0


def test_someone_who_leans_in_front_of_a_street_fools_nobody() -> None:
    roll = roll_of(leaning(street(roll_deg=1.0), lean_deg=11.0, x_px=330))
    assert 1.0 == pytest.approx(roll.angle_deg, abs=0.3)


def test_someone_who_leans_in_a_meadow_is_not_taken_for_a_horizon() -> None:
    finder = RollFinder(fps=FPS)
    rolls = [
        finder.look(leaning(meadow(step), lean_deg=9.0, x_px=300), step / 5) for step in range(12)
    ]
    assert max(roll.confidence for roll in rolls) < SURE


def test_one_look_alone_is_not_believed_and_a_few_that_agree_are() -> None:
    finder = RollFinder(fps=FPS)
    picture = street(roll_deg=4.0)
    confidences = [finder.look(picture, step / 5).confidence for step in range(8)]
    assert confidences[0] < SURE <= confidences[-1]


def tilted_clip(roll_deg: float, *, seconds: float = 4.0) -> list[Frame]:
    picture = street(roll_deg=roll_deg)
    chroma = np.full((180, 320), 128, np.uint8)
    count = round(seconds * FPS)
    return [Frame(step / FPS, (picture, chroma, chroma)) for step in range(count)]


def level(frames: list[Frame], **options: object) -> list[Frame]:
    stabilizer = Stabilizer(fps=FPS, level=True, **options)
    ready = [out for frame in frames for out in stabilizer.push(frame)]
    return ready + stabilizer.drain()


@pytest.mark.parametrize("steady", [True, False])
def test_a_tilted_clip_comes_out_level_from_its_first_frame_on(steady) -> None:
    out = level(tilted_clip(3.0), steady=steady)
    rolls = [roll_of(frame.planes[0]).angle_deg for frame in (out[0], out[30], out[-1])]
    assert [0.0, 0.0, 0.0] == pytest.approx(rolls, abs=0.4)
    assert min(int(frame.planes[0].min()) for frame in out) >= 10


def test_a_level_clip_comes_out_as_the_very_same_frames() -> None:
    frames = tilted_clip(0.2, seconds=3.0)
    assert all(a is b for a, b in zip(frames, level(frames), strict=True))


def test_a_wall_without_lines_is_steadied_as_if_nobody_had_asked_for_level() -> None:
    _, shaken = pan_and_shake(60, pan_px=2.0, shake_px=6.0)
    plain = Stabilizer(fps=30)
    expected = [out for frame in frames_of(shaken) for out in plain.push(frame)] + plain.drain()
    both = Stabilizer(fps=30, level=True)
    actual = [out for frame in frames_of(shaken) for out in both.push(frame)] + both.drain()
    assert all(
        np.array_equal(a.planes[0], b.planes[0]) for a, b in zip(expected, actual, strict=True)
    )


def test_a_roll_beyond_the_crop_is_mended_as_far_as_the_crop_goes() -> None:
    out = level(tilted_clip(7.0), crop_max=0.1)
    assert 1.5 < roll_of(out[20].planes[0]).angle_deg < 5.5
    assert min(int(frame.planes[0].min()) for frame in out) >= 10


def test_gravity_is_believed_where_the_file_has_it() -> None:
    tilted = [
        Frame(step / FPS, (cv2.warpAffine(meadow(), turned(4.0), (640, 360), borderMode=1),))
        for step in range(45)
    ]
    out = level(tilted, gravity=lambda time_s: 4.0)
    shift = cv2.estimateAffinePartial2D(*matched(out[20].planes[0], meadow()))[0]
    assert 0.0 == pytest.approx(np.degrees(np.arctan2(shift[1, 0], shift[0, 0])), abs=0.3)


def turned(angle_deg: float) -> np.ndarray:
    """A clockwise turn about the middle."""
    return cv2.getRotationMatrix2D((319.5, 179.5), -angle_deg, 1.0)


def matched(picture: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    orb = cv2.ORB.create(800)
    keys, words = orb.detectAndCompute(picture, None)
    other_keys, other_words = orb.detectAndCompute(other, None)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(words, other_words)
    return (
        np.array([keys[pair.queryIdx].pt for pair in pairs]),
        np.array([other_keys[pair.trainIdx].pt for pair in pairs]),
    )


def test_a_roll_that_changes_is_followed_slowly() -> None:
    frames = tilted_clip(0.0, seconds=3.0)
    picture = street(roll_deg=4.0)
    frames += [Frame(3.0 + step / FPS, (picture, *frames[0].planes[1:])) for step in range(75)]
    out = level(frames, steady=False, gravity=lambda time_s: 0.0 if time_s < 3.0 else 4.0)
    rolls = [roll_of(frame.planes[0]).angle_deg for frame in out]
    steps = np.abs(np.diff(rolls[46:]))
    assert steps.max() < 0.2
    assert 0.0 == pytest.approx(rolls[-1], abs=0.4)
