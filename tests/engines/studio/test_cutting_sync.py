"""Takes that sound of something else than the song: what a cut shows of them, and what it says."""

from __future__ import annotations

import pytest

from filoscope.studio import NothingToCut, Placed, cut
from filoscope.studio.aligning.placed import Heard
from filoscope.studio.cutting import STYLES, Take
from filoscope.studio.watching import Mistake

from .filmed import seen, song_of

UNSUNG = sorted(name for name, style in STYLES.items() if not style.is_sung)


def sounding(name: str, heard: Heard, *, view: int = 0, face: float = 0.0) -> Take:
    """Return a take in which the song was not heard."""
    footage = seen(20.0, view=view, face=face, size=0.25 * view)
    return Take(name, footage, Placed(name, None, 0.0, 0.0, "refused", "", heard=heard))


def in_sync(name: str, *, view: int = 0, face: float = 0.0) -> Take:
    footage = seen(40.0, view=view, face=face, size=0.25 * view)
    return Take(name, footage, Placed(name, -1.0, 0.0, 1.0, "sound", "", heard="the song"))


def test_a_take_of_another_song_is_not_shown_singing_this_one() -> None:
    takes = [in_sync("a.mp4"), sounding("wrong.mp4", "another song", view=1, face=0.3)]
    [timeline] = cut(song_of(), "song.ogg", takes, style="performance", length_s=12)
    assert {"a.mp4"} == {shot.source for shot in timeline.shots}
    [told] = [one for one in timeline.reasons if "wrong.mp4" in one]
    assert "another song" in told


def test_takes_that_are_all_of_another_song_make_no_performance_and_the_error_says_so() -> None:
    with pytest.raises(NothingToCut, match=r"wrong\.mp4 .*another song"):
        cut(song_of(), "song.ogg", [sounding("wrong.mp4", "another song")], style="performance")


@pytest.mark.parametrize("style", UNSUNG)
def test_other_styles_show_it_and_say_that_it_is_not_in_time(style: str) -> None:
    takes = [in_sync("a.mp4"), sounding("wrong.mp4", "another song", view=1)]
    [timeline] = cut(song_of(), "song.ogg", takes, style=style, length_s=16)
    assert {"a.mp4", "wrong.mp4"} == {shot.source for shot in timeline.shots}
    assert any("wrong.mp4" in one and "another song" in one for one in timeline.reasons)


@pytest.mark.parametrize("style", list(STYLES))
def test_clips_of_a_day_with_what_was_to_be_heard_there_are_cut(style: str) -> None:
    takes = [sounding(f"{n}.mp4", "no song", view=n) for n in range(3)]
    [timeline] = cut(song_of(), "song.ogg", takes, style=style, length_s=16)
    assert 3 == len({shot.source for shot in timeline.shots})
    [told] = [one for one in timeline.reasons if "0.mp4, 1.mp4, 2.mp4" in one]
    assert "no sync" in told


def test_a_take_that_was_placed_by_hand_is_in_sync_whatever_was_heard() -> None:
    placed = Placed("a.mp4", 0.0, 0.0, 1.0, "hand", "", heard="another song")
    [timeline] = cut(song_of(), "song.ogg", [Take("a.mp4", seen(40.0), placed)], length_s=8)
    assert not any("another song" in one for one in timeline.reasons)


def test_the_passage_is_not_one_in_which_every_take_that_is_there_is_covered() -> None:
    def filmed(name: str, offset_s: float, seconds: float, bad_s: float) -> Take:
        footage = seen(seconds, mistakes=(Mistake("covered", bad_s, seconds),))
        return Take(name, footage, Placed(name, offset_s, 0.0, 1.0, "sound", ""))

    takes = [filmed("a.mp4", 0.0, 40.0, 22.0), filmed("b.mp4", 1.0, 39.0, 20.0)]
    [timeline] = cut(song_of(), "song.ogg", takes, length_s=16)
    assert timeline.sound is not None
    assert timeline.sound.start_s + timeline.duration_s <= 22.5


def test_lips_that_talk_are_shown_less_while_somebody_sings_than_those_that_sing() -> None:
    singing, talking = in_sync("a.mp4", face=0.3), sounding("b.mp4", "no song", view=3, face=0.3)
    [timeline] = cut(song_of(), "song.ogg", [singing, talking], length_s=16)
    shown = {"a.mp4": 0, "b.mp4": 0}
    for shot in timeline.shots:
        shown[str(shot.source)] += shot.frames
    assert shown["b.mp4"] < shown["a.mp4"]
