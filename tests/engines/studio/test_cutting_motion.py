"""What a cut makes of motion: ramps that land on the beat, matches and whips where motion goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from filoscope.studio import Placed, Shot, Timeline, cut
from filoscope.studio.cutting import STYLES, Take
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.watching import Footage, Mistake

from .filmed import free, seen, song_of

RAMPED = [name for name, style in STYLES.items() if style.ramp is not None]


def jumping(view: int, *, mistakes: tuple[Mistake, ...] = ()) -> Footage:
    """Return a take of twelve seconds in which somebody lands every two seconds, hard."""
    marks = dict.fromkeys(landings_s(view), 1.0)
    return seen(12.0, accents=marks, view=view, size=0.2 * view, mistakes=mistakes)


def landings_s(view: int) -> list[float]:
    return [1.3 + 0.37 * view + 2.1 * count for count in range(5)]


def moving(view: int, x: float, *, is_camera: bool) -> Footage:
    """Return a take in which everything moves to one side."""
    still = seen(12.0, view=view, size=0.25 * view)
    way = np.full(len(still.times_s), x)
    return replace(still, pan_x=way) if is_camera else replace(still, heading_x=way)


def ramps(timeline: Timeline) -> list[tuple[float, Shot]]:
    """Return ramped shots and when in the song each begins."""
    assert timeline.sound is not None
    ends = np.cumsum([0, *(shot.frames for shot in timeline.shots)])
    return [
        (timeline.sound.start_s + float(at / timeline.fps), shot)
        for at, shot in zip(ends, timeline.shots, strict=False)
        if isinstance(shot.speed, tuple)
    ]


def kinds(timeline: Timeline) -> set[str]:
    return {shot.transition.kind for shot in timeline.shots if shot.transition}


@pytest.mark.parametrize("style", RAMPED)
def test_a_ramp_runs_fast_up_to_an_accent_and_slowly_through_it_on_a_strong_place(
    style: str,
) -> None:
    song = song_of(bars=40, drop_bar=16)
    takes = [free(f"{n}.mp4", jumping(n)) for n in range(4)]
    [timeline] = cut(song, "song.ogg", takes, style=style, length_s=18)
    found = ramps(timeline)
    assert 1 <= len(found) <= 3
    for begun_s, shot in found:
        pace = Pace(shot, timeline.fps)
        moments = pace.times_at(np.arange(shot.frames, dtype=np.float64))
        marks_s = [one for one in landings_s(int(shot.source[0])) if moments[0] < one < moments[-1]]
        slow = min(np.interp(marks_s, moments, np.arange(shot.frames)), key=pace.speed_at)
        assert pace.speed_at(slow) < 0.7
        assert pace.speed_at(slow - 8) > 1.2
        assert np.abs(np.array(song.downbeats_s) - begun_s - slow / 30).min() <= 0.02
    assert len(found) == sum("times as fast up to there" in one for one in timeline.reasons)
    assert any("ramps +" in one for one in timeline.reasons)


@pytest.mark.parametrize("style", RAMPED)
def test_a_ramped_shot_shows_nothing_beyond_its_take_and_no_mistake(style: str) -> None:
    song = song_of(bars=40, drop_bar=16)
    bad = (Mistake("covered", 6.6, 9.0),)
    takes = [free(f"{n}.mp4", jumping(n, mistakes=bad)) for n in range(4)]
    for timeline in cut(song, "song.ogg", takes, style=style, length_s=18, alternatives=2):
        for _, shot in ramps(timeline):
            moments = Pace(shot, timeline.fps).times_at(np.arange(shot.frames + 1.0))
            assert 0 <= moments[0] < moments[-1] <= 6.6 + 1 / 30 or moments[0] >= 9.0


def test_what_was_filmed_to_the_song_is_never_ramped() -> None:
    song = song_of(bars=40, drop_bar=16)
    takes = [
        Take(f"{n}.mp4", replace(jumping(n)), Placed(f"{n}.mp4", 17.0 + n, 0.0, 1.0, "sound", ""))
        for n in range(3)
    ]
    for style in STYLES:
        [timeline] = cut(song, "song.ogg", takes, style=style, length_s=8)
        assert [] == ramps(timeline)


@pytest.mark.parametrize("style", sorted(set(STYLES) - set(RAMPED)))
def test_styles_that_want_no_ramps_have_none(style: str) -> None:
    takes = [free(f"{n}.mp4", jumping(n)) for n in range(4)]
    [timeline] = cut(song_of(bars=40, drop_bar=16), "song.ogg", takes, style=style, length_s=18)
    assert [] == ramps(timeline)


def test_shots_that_move_the_same_way_are_matched_and_the_words_say_whither() -> None:
    takes = [free(f"{n}.mp4", moving(n, 0.4, is_camera=False)) for n in range(4)]
    [timeline] = cut(song_of(drop_bar=None), "song.ogg", takes, style="dance", length_s=14)
    assert "match" in kinds(timeline)
    assert any("matched on motion: both go right" in one for one in timeline.reasons)
    assert sum(one.transition is not None for one in timeline.shots) <= 3


def test_shots_that_move_against_each_other_are_not_matched() -> None:
    takes = [free(f"{n}.mp4", moving(n, 0.4 * (-1) ** n, is_camera=False)) for n in range(2)]
    [timeline] = cut(song_of(drop_bar=None), "song.ogg", takes, style="dance", length_s=14)
    assert not kinds(timeline) & {"match", "whip"}


def test_a_whip_goes_on_with_a_pan_and_never_against_it() -> None:
    song = song_of(drop_bar=None)
    passing = [free(f"{n}.mp4", moving(n, -0.4, is_camera=True)) for n in range(4)]
    [timeline] = cut(song, "song.ogg", passing, style="travel", length_s=16)
    assert "whip" in kinds(timeline)
    assert any("both shots' pan goes on" in one for one in timeline.reasons)
    against = [free(f"{n}.mp4", moving(n, 0.4, is_camera=True)) for n in range(4)]
    for style in ("dance", "travel", "trailer"):
        [timeline] = cut(song, "song.ogg", against, style=style, length_s=16)
        assert "whip" not in kinds(timeline)


def test_motion_that_goes_on_over_cuts_is_sought() -> None:
    song = song_of(drop_bar=None)
    ways = {0: 0.4, 1: -0.4, 2: 0.4, 3: -0.4}
    takes = [free(f"{n}.mp4", moving(n, x, is_camera=False)) for n, x in ways.items()]
    [timeline] = cut(song, "song.ogg", takes, style="dance", length_s=16)
    [told] = [one for one in timeline.reasons if one.startswith("The score")]
    assert "matches +" in told
