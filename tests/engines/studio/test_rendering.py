"""A cut into a clip: exact to the frame and the sample, whole or not at all."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from filoscope.media import probe
from filoscope.studio.errors import BadTimeline, NothingToSee, RenderCancelled, UnfitOutput
from filoscope.studio.rendering import render
from filoscope.studio.timeline import Shot, SoundTrack, Text, Timeline, Transition
from tests.engines.studio.footage import (
    FPS,
    HEIGHT,
    RATE_HZ,
    WIDTH,
    click_at,
    flat,
    levels_of,
    pictures_of,
    samples_of,
    tone,
    write_song,
    write_take,
)

FLASH = 11


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a take that flashes and clicks at once, two plain ones, and a song."""
    folder = tmp_path_factory.mktemp("takes")
    write_take(
        folder / "flash.mp4",
        40,
        lambda n: flat(250 if n == FLASH else 20),
        click_at(round(FLASH * RATE_HZ / FPS), round(40 * RATE_HZ / FPS)),
    )
    write_take(folder / "dark.mp4", 30, lambda n: flat(60))
    write_take(folder / "light.mp4", 30, lambda n: flat(200))
    write_take(folder / "ramp.mp4", 30, lambda n: flat(40 + 6 * n))
    write_song(folder / "song.wav", tone(3 * RATE_HZ))
    return folder


def cut(*shots: Shot, sound: SoundTrack | None = None, fps: Fraction = FPS) -> Timeline:
    return Timeline(WIDTH, HEIGHT, fps, sound, shots)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_flash_and_a_click_come_at_their_frame_and_their_sample(
    takes: Path, tmp_path: Path
) -> None:
    """Frame 11 of the take is frame 7 + 11 - 4 = 14 of the cut."""
    take = str(takes / "flash.mp4")
    timeline = cut(
        Shot(str(takes / "dark.mp4"), 0.0, 7),
        Shot(take, float(4 / FPS), 20, gain_db=0.0),
    )
    done = render(timeline, tmp_path / "cut.mp4")
    assert 27 == done.frame_count == len(levels_of(tmp_path / "cut.mp4"))
    assert 14 == int(np.argmax(levels_of(tmp_path / "cut.mp4")))
    loudest = int(np.argmax(np.abs(samples_of(tmp_path / "cut.mp4")[0])))
    assert abs(loudest - round(14 * RATE_HZ / FPS)) <= 1


def test_a_song_lies_where_it_should_to_the_sample(takes: Path, tmp_path: Path) -> None:
    song = write_song(tmp_path / "click.wav", click_at(60_000, 100_000))
    timeline = cut(
        Shot(str(takes / "dark.mp4"), 0.0, 25), sound=SoundTrack(str(song), 40_000 / RATE_HZ)
    )
    render(timeline, tmp_path / "cut.mp4")
    loudest = int(np.argmax(np.abs(samples_of(tmp_path / "cut.mp4")[0])))
    assert abs(loudest - 20_000) <= 1


def test_every_frame_of_a_shot_is_its_own(takes: Path, tmp_path: Path) -> None:
    render(cut(Shot(str(takes / "ramp.mp4"), 5 / 30, 12)), tmp_path / "cut.mp4")
    found = [round((level - 40) / 6) for level in levels_of(tmp_path / "cut.mp4")]
    assert list(range(5, 17)) == found


def test_a_shot_at_double_speed_shows_every_other_frame(takes: Path, tmp_path: Path) -> None:
    render(cut(Shot(str(takes / "ramp.mp4"), 0.0, 10, speed=2.0)), tmp_path / "cut.mp4")
    found = np.diff([(level - 40) / 6 for level in levels_of(tmp_path / "cut.mp4")])
    assert [2] * 9 == np.rint(found).astype(int).tolist()


def test_what_reaches_beyond_a_take_stands_still(takes: Path, tmp_path: Path) -> None:
    render(cut(Shot(str(takes / "ramp.mp4"), 25 / 30, 10)), tmp_path / "cut.mp4")
    found = [round((level - 40) / 6) for level in levels_of(tmp_path / "cut.mp4")]
    assert [25, 26, 27, 28, *[29] * 6] == found


def test_length_size_and_rate_are_those_of_the_timeline(takes: Path, tmp_path: Path) -> None:
    shots = Shot(str(takes / "dark.mp4"), 0.0, 20), Shot(str(takes / "light.mp4"), 0.0, 13)
    song = SoundTrack(str(takes / "song.wav"))
    render(cut(*shots, sound=song, fps=Fraction(25)), tmp_path / "cut.mp4")
    facts = probe(tmp_path / "cut.mp4")
    assert (WIDTH, HEIGHT, 33, 25.0) == (
        facts.width, facts.height, facts.frame_count, facts.fps_nominal,
    )  # fmt: skip
    assert 33 / 25 == pytest.approx(facts.duration_s, abs=0.001)


def test_a_preview_is_small_and_has_every_frame(takes: Path, tmp_path: Path) -> None:
    done = render(cut(Shot(str(takes / "ramp.mp4"), 0.0, 9)), tmp_path / "cut.mp4", short_edge=48)
    assert (48, 80, 9) == (done.width, done.height, len(levels_of(tmp_path / "cut.mp4")))


def test_a_render_made_again_is_the_same_to_the_byte(takes: Path, tmp_path: Path) -> None:
    timeline = cut(
        Shot(str(takes / "ramp.mp4"), 0.0, 15),
        Shot(str(takes / "light.mp4"), 0.0, 15, transition=Transition("crossfade", 6)),
        sound=SoundTrack(str(takes / "song.wav")),
    )
    for name in ("one.mp4", "two.mp4"):
        render(timeline, tmp_path / name)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_render_that_was_killed_goes_on_and_makes_the_same(
    takes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filoscope.studio.rendering.rendering.PART_S", 0.2)
    timeline = cut(
        Shot(str(takes / "ramp.mp4"), 0.0, 15),
        Shot(str(takes / "light.mp4"), 0.0, 15, transition=Transition("crossfade", 8)),
        sound=SoundTrack(str(takes / "song.wav")),
    )
    render(timeline, tmp_path / "whole.mp4")

    class Killed(RuntimeError):
        pass

    def die(done: int, total: int) -> None:
        if done == 24:
            raise Killed

    target = tmp_path / "cut.mp4"
    with pytest.raises(Killed):
        render(timeline, target, on_progress=die)
    assert not target.exists()
    done = render(timeline, target)
    assert done.resumed_count > 0
    assert (tmp_path / "whole.mp4").read_bytes() == target.read_bytes()
    assert ["cut.mp4", "whole.mp4"] == names_in(tmp_path)


def test_a_render_that_is_cancelled_leaves_nothing(takes: Path, tmp_path: Path) -> None:
    seen: list[int] = []
    with pytest.raises(RenderCancelled):
        render(
            cut(Shot(str(takes / "ramp.mp4"), 0.0, 30)),
            tmp_path / "cut.mp4",
            on_progress=lambda done, total: seen.append(done),
            is_cancelled=lambda: len(seen) >= 5,
        )
    assert [] == names_in(tmp_path)


def test_progress_tells_of_every_frame(takes: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    render(
        cut(Shot(str(takes / "dark.mp4"), 0.0, 4)),
        tmp_path / "cut.mp4",
        on_progress=lambda done, total: told.append((done, total)),
    )
    assert [(1, 4), (2, 4), (3, 4), (4, 4)] == told


def test_a_torn_take_is_named_with_the_field_that_wants_it(takes: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.mp4"
    torn.write_bytes((takes / "ramp.mp4").read_bytes()[:900])
    with pytest.raises(NothingToSee, match=r"shots\[1\].*torn\.mp4 cannot be shown"):
        render(
            cut(Shot(str(takes / "dark.mp4"), 0.0, 5), Shot(str(torn), 0.0, 5)),
            tmp_path / "cut.mp4",
        )
    assert ["torn.mp4"] == names_in(tmp_path)


def test_a_take_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NothingToSee, match=r"shots\[0\]\.source: there is no file nowhere\.mp4"):
        render(cut(Shot("nowhere.mp4", 0.0, 5)), tmp_path / "cut.mp4")


def test_a_shot_behind_the_end_of_its_take_is_refused(takes: Path, tmp_path: Path) -> None:
    with pytest.raises(BadTimeline, match=r"shots\[0\]\.start_s is 5, but .* has only 1\.00 s"):
        render(cut(Shot(str(takes / "ramp.mp4"), 5.0, 5)), tmp_path / "cut.mp4")


def test_an_output_that_is_no_mp4_is_refused(takes: Path, tmp_path: Path) -> None:
    with pytest.raises(UnfitOutput, match="ends with none of"):
        render(cut(Shot(str(takes / "ramp.mp4"), 0.0, 5)), tmp_path / "cut.webm")


def test_words_stand_in_their_frames_and_in_no_other(takes: Path, tmp_path: Path) -> None:
    timeline = Timeline(
        WIDTH, HEIGHT, FPS, None, (Shot(str(takes / "dark.mp4"), 0.0, 10),),
        texts=(Text("HEY", 3, 4, size=0.3),),
    )  # fmt: skip
    render(timeline, tmp_path / "cut.mp4")
    brightest = [int(picture.max()) for picture in pictures_of(tmp_path / "cut.mp4")]
    assert [n in range(3, 7) for n in range(10)] == [level > 200 for level in brightest]
