"""Takes are put to their song, by what was heard, by what moves, by hand, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from filoscope.cli import main
from filoscope.studio import Accents, BadWish, Beats, NothingToHear, Placed, align
from tests.engines.studio.recorded import (
    RATE_HZ,
    Floats,
    make_song,
    record,
    write_mp4,
    write_sound,
    write_webm,
)


@pytest.fixture(scope="module")
def song() -> Floats:
    return make_song(1)


@pytest.fixture(scope="module")
def song_file(song: Floats, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("song") / "song.wav", song)


def placed_one(song_file: Path, take: Path) -> Placed:
    [placed] = align(song_file, [take])
    return placed


def test_a_take_in_noise_lies_within_a_millisecond_and_its_clock_within_two_ppm(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(song, offset_s=7.3217, length_s=12, drift_ppm=60, snr_db=-5)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.how == "sound"
    assert placed.offset_s == pytest.approx(7.3217, abs=0.001)
    assert placed.drift_ppm == pytest.approx(60, abs=2)
    assert placed.confidence > 0.9


@pytest.mark.parametrize("delay_s", [0.0138, 0.0363, 0.0452])
def test_a_take_lies_where_the_sound_came_straight_though_a_wall_is_louder(
    song: Floats, song_file: Path, tmp_path: Path, delay_s: float
) -> None:
    walls = ((delay_s, -1.2), (0.021, 0.5))
    samples = record(song, offset_s=5.125, length_s=12, snr_db=0, walls=walls)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(5.125, abs=0.001)
    assert placed.rival_s is None or abs(placed.rival_s - 5.125) > 0.1


def test_a_take_that_begins_before_the_song_has_a_negative_offset(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(song, offset_s=-2.5, length_s=9)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(-2.5, abs=0.001)


def test_a_take_that_goes_on_after_the_song_is_placed(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(song, offset_s=18.25, length_s=11)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(18.25, abs=0.001)


def test_a_take_of_a_second_is_placed(song: Floats, song_file: Path, tmp_path: Path) -> None:
    samples = record(song, offset_s=4.4, length_s=1.0, snr_db=20)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(4.4, abs=0.001)
    assert placed.drift_ppm == 0


def test_a_take_that_is_clipped_and_upside_down_is_placed(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = -np.clip(record(song, offset_s=5.0, length_s=6) * 6, -0.8, 0.8)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(5.0, abs=0.001)


def test_aac_in_mp4_and_opus_in_webm_lie_within_a_millisecond(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(song, offset_s=9.875, length_s=6, snr_db=20)
    takes = [
        write_mp4(tmp_path / "take.mp4", samples, length_s=6),
        write_webm(tmp_path / "take.webm", samples),
    ]
    offsets = [placed.offset_s for placed in align(song_file, takes)]
    assert offsets == pytest.approx([9.875, 9.875], abs=0.001)


def test_another_song_is_refused_with_a_word_and_without_a_number(
    song_file: Path, tmp_path: Path
) -> None:
    samples = record(make_song(2), offset_s=3, length_s=12, snr_db=20)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert (placed.how, placed.offset_s, placed.confidence) == ("refused", None, 0)
    assert "not heard" in placed.reason
    assert placed.heard == "another song"


def test_speech_like_noise_alone_is_refused(song_file: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(5).standard_normal(8 * RATE_HZ) * 0.1
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", noise))
    assert (placed.how, placed.heard) == ("refused", "no song")


def test_what_is_heard_of_a_take_is_told_to_programs(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(song, offset_s=5, length_s=8)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.to_json()["heard"] == "the song"
    assert Placed.from_json(placed.to_json()).heard == "the song"
    old = {name: value for name, value in placed.to_json().items() if name != "heard"}
    assert Placed.from_json(old).heard == ""


def test_of_two_verses_that_differ_in_a_quiet_voice_the_right_one_is_taken(tmp_path: Path) -> None:
    verse = make_song(3, length_s=12)
    voice = 0.08 * make_song(4, length_s=12, bpm=97)
    song = np.concatenate([verse, verse + voice, verse - voice])
    song_file = write_sound(tmp_path / "song.wav", song / np.abs(song).max())
    samples = record(song, offset_s=13.0, length_s=8, snr_db=6)
    placed = placed_one(song_file, write_sound(tmp_path / "take.wav", samples))
    assert placed.offset_s == pytest.approx(13.0, abs=0.001)
    assert placed.rival_s is not None
    assert placed.confidence > 0.5


def test_takes_of_an_exact_loop_keep_the_order_in_which_they_were_given(tmp_path: Path) -> None:
    loop = make_song(6, length_s=10)
    song = np.concatenate([make_song(7, length_s=8), loop, loop, make_song(8, length_s=8)])
    song_file = write_sound(tmp_path / "song.wav", song / np.abs(song).max())
    starts_s = (1.0, 21.0, 29.0)
    takes = [
        write_sound(tmp_path / f"{k}.wav", record(song, offset_s=start_s, length_s=6, seed=k))
        for k, start_s in enumerate(starts_s)
    ]
    first, second, third = align(song_file, takes)
    assert second.confidence <= 0.5
    assert second.rival_s == pytest.approx(11.0, abs=0.02) or second.offset_s == pytest.approx(
        11.0, abs=0.02
    )
    assert [first.offset_s, third.offset_s] == pytest.approx([1.0, 29.0], abs=0.001)
    alone = [one.offset_s for one in align(song_file, [takes[2], takes[1], takes[0]])]
    assert alone[1] in (pytest.approx(11.0, abs=0.02), pytest.approx(21.0, abs=0.02))
    between = align(
        song_file,
        [
            write_sound(tmp_path / "a.wav", record(song, offset_s=19, length_s=5)),
            takes[1],
            takes[2],
        ],
    )
    assert between[1].offset_s == pytest.approx(21.0, abs=0.001)


def test_a_song_played_slower_with_its_pitch_changed_is_found(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    slower = np.interp(np.arange(0, len(song) - 1, 0.75), np.arange(len(song)), song)
    samples = record(slower, offset_s=8.0, length_s=8)
    take = write_sound(tmp_path / "take.wav", samples)
    [placed] = align(song_file, [take], speed=0.75)
    assert placed.offset_s == pytest.approx(6.0, abs=0.001)
    assert placed.speed == 0.75


def test_a_song_played_faster_with_its_pitch_kept_is_found(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    samples = record(faster(song, 1.5), offset_s=4.0, length_s=8, snr_db=20)
    [placed] = align(song_file, [write_sound(tmp_path / "take.wav", samples)], speed=1.5)
    assert placed.how == "sound"
    assert placed.offset_s == pytest.approx(6.0, abs=0.03)


def faster(song: Floats, speed: float) -> Floats:
    """Lay grains of 40 ms closer together: the pitch stays."""
    grain, hop = 1920, 960
    out = np.zeros(int(len(song) / speed) + grain)
    window = np.hanning(grain)
    for at in range(0, len(out) - grain, hop):
        piece = song[round(at * speed) : round(at * speed) + grain]
        out[at : at + len(piece)] += piece * window[: len(piece)]
    return out


def test_a_silent_take_is_placed_by_its_motion_as_a_guess(song_file: Path, tmp_path: Path) -> None:
    take = write_mp4(tmp_path / "take.mp4", None, length_s=3)
    beats = Beats(0.25 + 0.5 * np.arange(40), 0.25 + 2.0 * np.arange(10))
    moves = Accents(np.array([0.3, 0.9, 1.4, 2.4]), np.array([0.1, 1.0, 0.8, 0.9]))
    [placed] = align(song_file, [take], accents=lambda path: moves, beats=lambda path: beats)
    assert placed.how == "motion"
    assert placed.offset_s is not None
    assert ((placed.offset_s + 0.9 - 0.25) % 0.5) == pytest.approx(0, abs=0.001)
    assert 0 < placed.confidence <= 0.3


def test_a_silent_take_in_which_nothing_moves_is_refused(song_file: Path, tmp_path: Path) -> None:
    take = write_mp4(tmp_path / "take.mp4", None, length_s=1)
    nothing = Accents(np.zeros(0), np.zeros(0))
    beats = Beats(np.arange(20.0), np.arange(0, 20.0, 4))
    [placed] = align(song_file, [take], accents=lambda path: nothing, beats=lambda path: beats)
    assert (placed.how, placed.heard) == ("refused", "nothing")
    assert "by hand" in placed.reason


def test_a_take_placed_by_hand_stays_where_it_was_put(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    take = write_sound(tmp_path / "take.wav", record(song, offset_s=9, length_s=4))
    [placed] = align(song_file, [take], by_hand={str(take): 2.5})
    assert (placed.how, placed.offset_s, placed.confidence) == ("hand", 2.5, 1.0)


def test_one_torn_take_is_refused_and_the_others_are_placed(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(500))
    short = write_sound(tmp_path / "short.wav", song[:9600])
    good = write_sound(tmp_path / "good.wav", record(song, offset_s=9, length_s=4))
    placed = align(song_file, [torn, short, good])
    assert [one.how for one in placed] == ["refused", "refused", "sound"]
    assert "too little" in placed[1].reason


def test_a_song_without_sound_is_an_error_that_names_it(tmp_path: Path) -> None:
    silent = write_sound(tmp_path / "silent.wav", np.zeros(RATE_HZ * 3))
    with pytest.raises(NothingToHear, match=r"silent\.wav"):
        align(silent, [silent])


def test_a_speed_that_no_player_has_is_refused(song_file: Path) -> None:
    with pytest.raises(BadWish, match="not at 3"):
        align(song_file, [song_file], speed=3)


def test_what_is_said_of_a_take_survives_json() -> None:
    placed = Placed("a.mp4", 1.25, -3.5, 0.75, "sound", "Heard in the song.", 9.5)
    assert placed == Placed.from_json(json.loads(json.dumps(placed.to_json())))


def test_the_command_writes_an_entry_for_each_take_in_their_order(
    song: Floats, song_file: Path, tmp_path: Path
) -> None:
    right = write_sound(tmp_path / "right.wav", record(song, offset_s=9, length_s=5))
    wrong = write_sound(tmp_path / "wrong.wav", record(make_song(9), offset_s=2, length_s=5))
    out = tmp_path / "placed.json"
    status = main(["studio", "align", str(song_file), str(wrong), str(right), "--json", str(out)])
    told = json.loads(out.read_text())
    assert status == 0
    assert [str(wrong), str(right)] == [one["take"] for one in told]
    assert ["refused", "sound"] == [one["how"] for one in told]
    assert told[0]["offset_s"] is None
    assert told[1]["offset_s"] == pytest.approx(9, abs=0.001)
    assert {"take", "offset_s", "drift_ppm", "confidence"} <= set(told[1])


def test_a_take_that_is_not_there_is_named(
    song_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["studio", "align", str(song_file), str(tmp_path / "none.mp4")])
    assert status == 2
    assert "none.mp4" in capsys.readouterr().err
