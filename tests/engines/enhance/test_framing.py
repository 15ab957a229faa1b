"""A subject stays in the crop, and the crop has the manners of someone who holds a camera."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filoscope.enhance import Frame, UnevenFrames
from filoscope.enhance.framing import Box, BoxTracker, Framer, SubjectFinder, Track, subjects_of
from filoscope.enhance.framing.pictures import small_yuv

from .shaken import wall
from .stage import FPS, SIZE, SUBJECT, redness, walk


def framed(frames: list[Frame], **options: object) -> tuple[list[Frame], Framer]:
    framer = Framer(width=SIZE[0], height=SIZE[1], fps=FPS, **options)
    cut = [out for frame in frames for out in framer.push(frame)]
    return cut + framer.drain(), framer


def edges(frames: list[Frame], cut: list[Frame]) -> np.ndarray:
    """Where each crop lies in its frame, sideways."""
    found = []
    for frame, part in zip(frames, cut, strict=True):
        strip = part.planes[0][40:320]
        match = cv2.matchTemplate(frame.planes[0][40:320], strip, cv2.TM_SQDIFF)
        found.append(int(match.argmin()))
    return np.array(found)


def stroll(time_s: float) -> tuple[float, float]:
    """To the right, a rest, and back."""
    return float(np.interp(time_s, [0.2, 3.4, 5.4, 8.4], [120, 500, 500, 160])), 200.0


@pytest.fixture(scope="module")
def strolled() -> tuple[list[Frame], list[Frame], Framer]:
    frames = list(walk(stroll, seconds=9))
    return frames, *framed(frames)


def test_a_walking_subject_is_whole_in_99_of_100_frames(strolled) -> None:
    _, cut, _ = strolled
    assert np.mean([redness(frame) > 0.95 for frame in cut]) >= 0.99


def test_every_frame_comes_out_once_at_its_own_time_and_at_native_size(strolled) -> None:
    frames, cut, framer = strolled
    assert [frame.time_s for frame in frames] == [frame.time_s for frame in cut]
    assert (202, 360) == framer.size
    assert {((360, 202), (180, 101), (180, 101))} == {
        tuple(plane.shape for plane in frame.planes) for frame in cut
    }


def test_the_crop_rests_while_the_subject_does_and_pans_without_a_jerk(strolled) -> None:
    frames, cut, framer = strolled
    places = edges(frames, cut)
    assert np.ptp(places[round(4.4 * FPS) : round(4.9 * FPS)]) <= 4
    assert np.abs(np.diff(places, 2)).max() <= 4
    assert 0 == framer.account.cut_count


def test_a_subject_that_sways_within_the_dead_zone_moves_nothing() -> None:
    frames = list(walk(lambda time_s: (320 + 12 * np.sin(4 * time_s), 200), seconds=3))
    cut, _ = framed(frames)
    assert np.ptp(edges(frames, cut)) <= 2


def test_a_subject_is_followed_although_the_camera_pans() -> None:
    frames = list(
        walk(
            lambda time_s: (320 + 150 * np.sin(1.1 * time_s), 190),
            seconds=6,
            camera=lambda time_s: 25 * time_s,
        )
    )
    cut, _ = framed(frames)
    assert np.mean([redness(frame) > 0.95 for frame in cut]) >= 0.99


def test_another_subject_far_away_is_cut_to_not_panned_to() -> None:
    def path(time_s: float) -> tuple[float, float]:
        sway = 14 * np.sin(5 * time_s)
        return (90 if time_s < 3 else 550) + sway, 200.0

    frames = list(walk(path, seconds=7))
    cut, framer = framed(frames)
    places = edges(frames, cut)
    assert 1 == framer.account.cut_count
    assert 1 == int((np.abs(np.diff(places)) > 8).sum())
    assert np.mean([redness(frame) > 0.95 for frame in cut[-2 * FPS :]]) == 1.0


def test_a_scene_cut_begins_a_new_path() -> None:
    first = list(walk(lambda time_s: (120 + 15 * np.sin(6 * time_s), 200), seconds=3))
    other = cv2.flip(wall(9), 1)
    second = [
        Frame(3 + frame.time_s, (mixed(frame, other), *frame.planes[1:]))
        for frame in walk(lambda time_s: (520 + 15 * np.sin(6 * time_s), 200), seconds=3)
    ]
    cut, framer = framed(first + second)
    assert 1 == framer.account.cut_count
    assert redness(cut[len(first) - 1]) > 0.95
    assert redness(cut[len(first)]) > 0.95


def mixed(frame: Frame, background: np.ndarray) -> np.ndarray:
    """The luma of a frame, its subject before another wall."""
    coat = cv2.resize((frame.planes[2] > 160).astype(np.uint8), SIZE) > 0
    return np.where(coat, frame.planes[0], 280 - background[:360, : SIZE[0]].astype(int)).astype(
        np.uint8
    )


@pytest.mark.parametrize(
    ("aspect", "size"), [((4, 5), (288, 360)), ((1, 1), (360, 360)), ((16, 9), (640, 360))]
)
def test_each_shape_is_the_largest_even_crop(aspect, size) -> None:
    frames = list(walk(stroll, seconds=0.4))
    cut, framer = framed(frames, aspect=aspect)
    assert size == framer.size == cut[0].planes[0].shape[::-1]
    assert len(frames) == len(cut)


def test_an_upright_clip_is_cropped_up_and_down() -> None:
    frames = [
        Frame(frame.time_s, tuple(np.ascontiguousarray(plane.T) for plane in frame.planes))
        for frame in walk(stroll, seconds=5)
    ]
    framer = Framer(width=360, height=640, fps=FPS, aspect=(1, 1))
    cut = [out for frame in frames for out in framer.push(frame)] + framer.drain()
    assert (360, 360) == framer.size
    assert np.mean([redness(frame) > 0.95 for frame in cut]) >= 0.99


def test_ten_bits_stay_ten_bits() -> None:
    frames = list(walk(stroll, seconds=2, dtype=np.uint16))
    cut, _ = framed(frames)
    assert {np.dtype(np.uint16)} == {plane.dtype for frame in cut for plane in frame.planes}
    assert 1023 >= max(int(plane.max()) for frame in cut for plane in frame.planes)
    assert np.mean([redness(frame) > 0.95 for frame in cut]) >= 0.99


def test_a_frame_of_another_size_or_an_earlier_one_is_refused() -> None:
    frames = list(walk(stroll, seconds=0.2))
    framer = Framer(width=SIZE[0], height=SIZE[1], fps=FPS)
    framer.push(frames[1])
    with pytest.raises(UnevenFrames, match="Scale and sort"):
        framer.push(frames[0])
    with pytest.raises(UnevenFrames, match="Scale and sort"):
        framer.push(Frame(9.0, (np.zeros((90, 160), np.uint8),)))


def test_no_more_is_held_back_than_the_look_ahead() -> None:
    framer = Framer(width=SIZE[0], height=SIZE[1], fps=FPS, look_ahead_s=0.4)
    ready = [len(framer.push(frame)) for frame in walk(stroll, seconds=1)]
    assert 10 == ready.index(1)
    assert {1} == set(ready[10:])


def test_a_still_picture_is_framed_in_its_middle() -> None:
    frames = list(walk(stroll, seconds=2, is_there=lambda time_s: False))
    cut, framer = framed(frames)
    places = edges(frames, cut)
    assert 0 == np.ptp(places)
    assert (640 - 202) / 2 == pytest.approx(places[0], abs=12)  # a little off the buttons
    assert 0 == framer.account.moved_count


# What the user boxes


def decoys(time_s: float) -> tuple[float, float]:
    return float(np.interp(time_s, [0, 5], [130, 520])), 200.0


def box_at(centre: tuple[float, float]) -> Box:
    return Box(centre[0] - SUBJECT[0] / 2, centre[1] - SUBJECT[1] / 2, *map(float, SUBJECT))


def test_a_boxed_thing_is_followed_to_within_a_few_pixels() -> None:
    frames = list(walk(decoys, seconds=5))
    pictures = [small_yuv(frame.planes, 640) for frame in frames]
    tracker = BoxTracker(pictures[0], box_at(decoys(0)))
    for frame, picture in zip(frames[1:], pictures[1:], strict=True):
        seen = tracker.follow(picture)
        assert seen.confidence > 0.5
        assert decoys(frame.time_s) == pytest.approx(seen.box.centre, abs=6)


def test_a_boxed_thing_that_hides_is_known_to_be_lost_and_found_elsewhere() -> None:
    def path(time_s: float) -> tuple[float, float]:
        return (150.0, 180.0) if time_s < 2 else (480.0, 210.0)

    frames = list(walk(path, seconds=3.5, is_there=lambda time_s: not 1 <= time_s < 2))
    pictures = [small_yuv(frame.planes, 640) for frame in frames]
    tracker = BoxTracker(pictures[0], box_at(path(0)))
    seen = [tracker.follow(picture) for picture in pictures[1:]]
    assert seen[round(1.5 * FPS)].confidence < 0.35
    assert seen[-1].confidence > 0.5
    assert (480.0, 210.0) == pytest.approx(seen[-1].box.centre, abs=8)


def test_the_crop_follows_the_boxed_thing_and_not_what_moves_more() -> None:
    frames = list(walk(lambda time_s: (90, 200), seconds=4))
    busy = [Frame(frame.time_s, (with_decoy(frame), *frame.planes[1:])) for frame in frames]
    cut, framer = framed(busy, track=Track(box_at((90, 200))))
    assert np.mean([redness(frame) > 0.95 for frame in cut]) >= 0.99
    assert 0 == framer.account.lost_count


def with_decoy(frame: Frame) -> np.ndarray:
    luma = frame.planes[0].copy()
    x = 450 + round(60 * np.sin(5 * frame.time_s))
    luma[60:300, x : x + 90] = 20
    return luma


# What there is to look at


def test_what_moves_is_a_subject_where_it_is() -> None:
    finder = SubjectFinder()
    views = [finder.see(frame) for frame in walk(decoys, seconds=1.2)]
    best = views[-1].subjects[0]
    assert "moving" == best.kind
    assert box_at(decoys(1.2)).overlap(best.box) > 0.5


def test_writing_is_a_subject_and_a_painted_wall_is_none() -> None:
    plain = np.asarray(wall()[:360, :640], np.uint8)
    assert [] == subjects_of(Frame(0.0, (plain,)))
    sign = np.full((360, 640), 90, np.uint8)
    cv2.putText(sign, "OPEN TODAY", (180, 200), cv2.FONT_HERSHEY_SIMPLEX, 1.4, 230, 3, cv2.LINE_AA)
    found = subjects_of(Frame(0.0, (sign,)))
    assert {"text"} == {subject.kind for subject in found}
    assert all(170 < s.box.x and s.box.x + s.box.width < 470 for s in found)
    assert all(155 < s.box.y and s.box.y + s.box.height < 225 for s in found)
