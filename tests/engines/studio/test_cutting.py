"""Cuts of which it is known what they must be, and what every cut must keep to."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filoscope.studio import BadWish, NothingToCut, Placed, Song, Timeline, cut
from filoscope.studio.cutting import SHOT_S_MIN, STYLES, Take
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.timeline import Move
from filoscope.studio.watching import Mistake

from .filmed import free, seen, song_of


def placed(name: str, offset_s: float, *, drift_ppm: float = 0.0, **shown: object) -> Take:
    """Return a take that lies in the song."""
    footage = seen(**shown)  # type: ignore[arg-type]
    return Take(name, footage, Placed(name, offset_s, drift_ppm, 1.0, "sound", "heard"))


def cuts_s(timeline: Timeline) -> list[float]:
    """Return when there is a cut, in seconds of the song."""
    assert timeline.sound is not None
    ends = np.cumsum([shot.frames for shot in timeline.shots])[:-1]
    return [timeline.sound.start_s + float(end / timeline.fps) for end in ends]


def off_beat_s(timeline: Timeline, song: Song) -> float:
    """Return how far the worst cut is from a beat."""
    beats = np.array(song.beats_s)
    return max((float(np.abs(beats - at).min()) for at in cuts_s(timeline)), default=0.0)


def four_takes() -> list[Take]:
    """Return takes without a place that look unlike each other, from afar to near."""
    return [free(f"{'abcd'[n]}.mp4", seen(view=n, size=0.25 * n)) for n in range(4)]


@pytest.mark.parametrize("style", list(STYLES))
def test_every_cut_is_on_a_beat_and_every_take_is_shown(style: str) -> None:
    song = song_of()
    [timeline] = cut(song, "song.ogg", four_takes(), style=style, length_s=12)
    assert off_beat_s(timeline, song) <= 0.04
    assert {"a.mp4", "b.mp4", "c.mp4", "d.mp4"} == {shot.source for shot in timeline.shots}
    assert min(shot.frames / 30 for shot in timeline.shots) >= SHOT_S_MIN


def test_planted_accents_land_on_strong_beats() -> None:
    song = song_of(bpm=100)
    marks = {1.1: 1.0, 3.7: 1.0, 5.2: 1.0, 8.3: 1.0}
    takes = [free("a.mp4", seen(12, accents=marks)), free("b.mp4", seen(12, accents=marks, view=1))]
    [timeline] = cut(song, "song.ogg", takes, style="dance", length_s=12)
    assert timeline.sound is not None
    downs, landed, shown = np.array(song.downbeats_s), 0, 0
    at_s = timeline.sound.start_s
    for shot in timeline.shots:
        length_s = shot.frames / 30
        moments = Pace(shot, timeline.fps).times_at(np.arange(shot.frames + 1.0))
        for mark_s in marks:
            if moments[0] <= mark_s <= moments[-1]:
                shown += 1
                song_s = at_s + np.interp(mark_s, moments, np.arange(shot.frames + 1)) / 30
                landed += bool(np.abs(downs - song_s).min() < 0.05)
        at_s += length_s
    assert shown >= 3
    assert landed >= 0.6 * shown


def test_a_covered_lens_is_not_shown() -> None:
    covered = (Mistake("covered", 4.0, 9.0),)
    takes = [
        placed("a.mp4", 0.0, seconds=40.0, mistakes=(Mistake("covered", 18.0, 24.0),)),
        placed("b.mp4", -2.0, seconds=42.0, view=1, size=0.6),
        free("c.mp4", seen(12.0, mistakes=covered, view=2)),
    ]
    [timeline] = cut(song_of(), "song.ogg", takes, length_s=20)
    for shot in timeline.shots:
        start_s, end_s = shot.start_s, shot.start_s + shot.frames / 30
        bad = {"a.mp4": (18.0, 24.0), "b.mp4": (0.0, 0.0), "c.mp4": (4.0, 9.0)}[shot.source]
        assert min(end_s, bad[1]) - max(start_s, bad[0]) <= 1 / 30


def test_takes_with_a_place_are_shown_at_it_drift_and_all() -> None:
    song = song_of()
    takes = [
        placed("a.mp4", -1.25, drift_ppm=80.0, seconds=45.0),
        placed("b.mp4", 3.5, drift_ppm=-60.0, seconds=40.0, view=1, size=0.7),
    ]
    [timeline] = cut(song, "song.ogg", takes, length_s=24)
    assert timeline.sound is not None
    at_s = timeline.sound.start_s
    for shot in timeline.shots:
        offset_s, drift_ppm = {"a.mp4": (-1.25, 80.0), "b.mp4": (3.5, -60.0)}[shot.source]
        # As `Placed` says: song time = offset + take time * (1 + drift / 1e6).
        assert at_s == pytest.approx(offset_s + shot.start_s * (1 + drift_ppm / 1e6), abs=1e-6)
        assert -drift_ppm == pytest.approx(shot.drift_ppm, abs=0.02)
        at_s += shot.frames / 30
    assert 2 == len({shot.source for shot in timeline.shots})


def test_a_take_filmed_while_the_song_played_at_half_speed_is_shown_at_twice_its_own() -> None:
    slow = Placed("a.mp4", 2.0, 0.0, 1.0, "sound", "heard", speed=0.5)
    [timeline] = cut(song_of(), "song.ogg", [Take("a.mp4", seen(40.0), slow)], length_s=8)
    assert timeline.sound is not None
    at_s = timeline.sound.start_s
    for shot in timeline.shots:
        assert 2.0 == shot.speed
        assert at_s == pytest.approx(2.0 + 0.5 * shot.start_s, abs=1e-6)
        at_s += shot.frames / 30
    assert at_s <= 2.0 + 0.5 * 40.0


@pytest.mark.parametrize("how", ["motion", "refused"])
def test_a_take_without_a_sure_place_may_be_shown_anywhere(
    how: Literal["motion", "refused"],
) -> None:
    refused = Placed("b.mp4", None, 0.0, 0.0, how, "silent, or another song")
    takes = [placed("a.mp4", 0.0, seconds=40.0), Take("b.mp4", seen(view=1, size=0.6), refused)]
    [timeline] = cut(song_of(), "song.ogg", takes, length_s=16)
    assert {"a.mp4", "b.mp4"} == {shot.source for shot in timeline.shots}


def test_the_passage_begins_a_part_holds_the_drop_and_ends_on_a_downbeat() -> None:
    song = song_of(bars=40, drop_bar=16)
    [timeline] = cut(song, "song.ogg", four_takes(), style="travel", length_s=20)
    assert timeline.sound is not None
    start_s, end_s = timeline.sound.start_s, timeline.sound.start_s + timeline.duration_s
    assert start_s < song.drops_s[0] < end_s - 3.9
    for at_s in (start_s, end_s):
        assert min(abs(at_s - down_s) for down_s in song.downbeats_s) < 0.02
    assert 16 <= timeline.duration_s <= 20.04


def test_the_asked_start_is_kept_to_the_nearest_beat() -> None:
    [timeline] = cut(song_of(), "song.ogg", four_takes(), length_s=8, start_s=12.1)
    assert timeline.sound is not None
    assert 12.0 == pytest.approx(timeline.sound.start_s)


def test_shots_are_shorter_where_the_song_is_full() -> None:
    song = song_of(bpm=120, bars=24, drop_bar=8)
    [timeline] = cut(song, "song.ogg", four_takes(), style="dance", length_s=16, start_s=8.5)
    drop_s, at_s = song.drops_s[0], timeline.sound.start_s if timeline.sound else 0.0
    before, after = [], []
    for shot in timeline.shots:
        (before if at_s < drop_s - 0.1 else after).append(shot.frames / 30)
        at_s += shot.frames / 30
    assert np.mean(after) < np.mean(before)


def test_the_same_seed_gives_the_same_cut_and_another_may_not() -> None:
    song, takes = song_of(), four_takes()
    [one] = cut(song, "song.ogg", takes, style="travel", seed=3, length_s=8)
    [same] = cut(song, "song.ogg", takes, style="travel", seed=3, length_s=8)
    others = [
        cut(song, "song.ogg", takes, style="travel", seed=seed, length_s=8)[0] for seed in (4, 5)
    ]
    assert one == same
    assert any(one.shots != other.shots for other in others)


def test_alternatives_truly_differ_and_the_best_comes_first() -> None:
    found = cut(song_of(), "song.ogg", four_takes(), length_s=12, alternatives=3)
    assert 3 == len(found)
    assert sorted((one.score or 0 for one in found), reverse=True) == [one.score for one in found]
    for index, one in enumerate(found):
        for other in found[:index]:
            same = zip(_moments(one), _moments(other), strict=True)
            assert np.mean([a[0] == b[0] and abs(a[1] - b[1]) < 0.3 for a, b in same]) <= 0.7


def _moments(timeline: Timeline) -> list[tuple[str, float]]:
    return [
        (shot.source, shot.start_s + frame / 30)
        for shot in timeline.shots
        for frame in range(shot.frames)
    ]


def test_one_take_with_a_place_gives_no_second_cut_that_shows_the_same() -> None:
    take = placed("a.mp4", 0.0, seconds=40.0, face=0.1)
    found = cut(song_of(), "song.ogg", [take], length_s=10, alternatives=4)
    assert len(found) < 4
    assert any("instead of 4" in reason for reason in found[0].reasons)


def test_one_long_clip_is_cut_to_its_best_moments_none_of_them_twice() -> None:
    take = free("day.mp4", seen(60.0, mistakes=(Mistake("blurred", 0.0, 30.0),)))
    [timeline] = cut(song_of(), "song.ogg", [take], style="trailer", length_s=10)
    spans = sorted((shot.start_s, shot.start_s + shot.frames / 30) for shot in timeline.shots)
    assert len(spans) > 3
    assert all(end_s <= start_s + 0.15 for (_, end_s), (start_s, _) in pairwise(spans))
    assert min(start_s for start_s, _ in spans) >= 30.0


def test_photos_move_slowly_and_none_is_shown_twice_in_a_row() -> None:
    shown = [seen(20.0, is_photo=True, view=n, shape=(4000, 3000)) for n in range(5)]
    takes = [free(f"{n}.jpg", one) for n, one in enumerate(shown)]
    [timeline] = cut(song_of(), "song.ogg", takes, style="calm", length_s=20)
    assert all(isinstance(shot.framing, Move) for shot in timeline.shots)
    assert all(one.source != other.source for one, other in pairwise(timeline.shots))
    assert 5 == len({shot.source for shot in timeline.shots})


def test_a_song_whose_beat_is_not_sure_is_cut_without_pretending() -> None:
    song = song_of(confidence=0.1)
    [timeline] = cut(song, "song.ogg", four_takes(), length_s=16)
    assert min(shot.frames / 30 for shot in timeline.shots) >= SHOT_S_MIN
    assert any("not sure" in reason for reason in timeline.reasons)
    assert not any("on a beat" in reason or "on a bar" in reason for reason in timeline.reasons)


def test_a_wide_take_is_cropped_around_the_face() -> None:
    wide = seen(12.0, shape=(1920, 1080), face=0.3)
    wide.focus_x[:] = 0.8
    [timeline] = cut(song_of(), "song.ogg", [free("a.mp4", wide)], length_s=8)
    for shot in timeline.shots:
        assert not isinstance(shot.framing, str | Move)
        assert shot.framing.x < 0.8 < shot.framing.x + shot.framing.width


def test_takes_for_which_there_is_no_room_are_named() -> None:
    takes = [free(f"{n}.mp4", seen(view=n)) for n in range(12)]
    [timeline] = cut(song_of(bpm=60), "song.ogg", takes, style="travel", length_s=8)
    shown = {shot.source for shot in timeline.shots}
    [told] = [one for one in timeline.reasons if one.startswith("Not shown")]
    assert all((f"{n}.mp4" in shown) != (f" {n}.mp4" in told) for n in range(12))


def test_a_cut_says_why() -> None:
    [timeline] = cut(song_of(), "song.ogg", four_takes(), length_s=16)
    sentences = [reason for reason in timeline.reasons if " s, " in reason and ": to " in reason]
    assert len(timeline.shots) - 1 == len(sentences)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"style": "jazz"}, "performance"),
        ({"length_s": 500.0}, "cannot be made"),
        ({"length_s": 0.2}, "cannot be made"),
        ({"start_s": 99.0}, "no 99"),
        ({"alternatives": 0}, "alternatives"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_in_words(
    wish: dict[str, object], words: str
) -> None:
    with pytest.raises(BadWish, match=words):
        cut(song_of(), "song.ogg", four_takes(), **wish)  # type: ignore[arg-type]


def test_takes_of_which_nothing_can_be_shown_are_refused_each_with_its_reason() -> None:
    black = seen(6.0, mistakes=(Mistake("black", 0.0, 6.0),))
    with pytest.raises(NothingToCut, match=r"a\.mp4 .*black.* b\.mp4 .*shorter"):
        cut(song_of(), "song.ogg", [free("a.mp4", black), free("b.mp4", seen(0.3))])
    with pytest.raises(NothingToCut, match="at least one"):
        cut(song_of(), "song.ogg", [])


a_take = st.builds(
    lambda seconds, offset_s, view, size, face, bad, photo: (
        seconds, offset_s, view, size, face, bad, photo,
    ),
    seconds=st.floats(0.5, 30.0),
    offset_s=st.none() | st.floats(-5.0, 20.0),
    view=st.integers(0, 9),
    size=st.floats(0, 1),
    face=st.sampled_from([0.0, 0.1, 0.4]),
    bad=st.none() | st.tuples(st.floats(0, 20), st.floats(0.1, 10)),
    photo=st.booleans(),
)  # fmt: skip


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    bpm=st.floats(50, 200),
    meter=st.sampled_from([3, 4]),
    confidence=st.sampled_from([0.1, 0.9]),
    described=st.lists(a_take, min_size=1, max_size=4),
    style=st.sampled_from(list(STYLES)),
    length_s=st.none() | st.floats(1.0, 10.0),
    seed=st.integers(0, 99),
    fps=st.sampled_from([24, 30, 60]),
)
def test_any_cut_keeps_to_the_rules(
    bpm: float, meter: int, confidence: float, described: list[tuple[object, ...]], style: str,
    length_s: float | None, seed: int, fps: int,
) -> None:  # fmt: skip
    song = song_of(bpm=bpm, meter=meter, bars=10, confidence=confidence, drop_bar=4)
    takes = [_described(place, *one) for place, one in enumerate(described)]
    if length_s is not None:
        length_s = min(length_s, song.duration_s)
    try:
        found = cut(
            song, "song.ogg", takes, style=style, length_s=length_s, seed=seed, fps=fps,
            alternatives=2,
        )  # fmt: skip
    except NothingToCut as error:
        assert str(error)
        return
    by_name = {str(take.path): take for take in takes}
    for timeline in found:
        assert Timeline.from_json(timeline.to_json()) == timeline
        assert min(shot.frames for shot in timeline.shots) >= SHOT_S_MIN * fps - 1e-6
        if confidence > 0.5:
            assert off_beat_s(timeline, song) <= 0.04
        at_s = timeline.sound.start_s if timeline.sound else 0.0
        for shot in timeline.shots:
            take = by_name[shot.source]
            assert 0 <= shot.start_s
            end_s = Pace(shot, timeline.fps).time_at(shot.frames)
            assert end_s <= take.footage.duration_s + 1e-6
            if take.offset_s is not None:
                assert at_s == pytest.approx(take.offset_s + shot.start_s, abs=1e-6)
            at_s += shot.frames / fps


def _described(
    place: int, seconds: float, offset_s: float | None, view: int, size: float, face: float,
    bad: tuple[float, float] | None, photo: bool,
) -> Take:  # fmt: skip
    mistakes = (Mistake("blurred", bad[0], bad[0] + bad[1]),) if bad else ()
    footage = seen(
        20.0 if photo else seconds, mistakes=() if photo else mistakes, view=view, size=size,
        face=face, is_photo=photo, accents={0.3 * seconds: 1.0},
    )  # fmt: skip
    name = f"{place}.{'jpg' if photo else 'mp4'}"
    if offset_s is None or photo:
        return free(name, footage)
    return Take(name, footage, Placed(name, offset_s, 0.0, 1.0, "sound", "heard"))
