"""`filoscope studio`: from takes and a song to a clip, and from a timeline to a clip."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from filoscope.cli import main
from filoscope.media import probe, read_samples
from filoscope.studio import align, read_timeline
from tests.engines.studio.recorded import RATE_HZ, make_song, record, write_mp4, write_sound

SIZE = ("--size", "90x160")


@pytest.fixture(scope="module")
def song_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("song") / "song.wav", make_song(1))


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("takes")
    return [
        str(
            write_mp4(
                folder / f"{k}.mp4",
                record(make_song(1), offset_s=offset_s, length_s=10, seed=k),
                length_s=10,
            )
        )
        for k, offset_s in enumerate((4.0, 6.5))
    ]


def test_takes_become_a_clip_in_which_the_song_lies_where_the_timeline_says(
    song_file: Path, takes: list[str], tmp_path: Path
) -> None:
    out, timeline, again = (tmp_path / name for name in ("out.mp4", "out.otio", "again.mp4"))
    words = ["studio", "cut", str(song_file), *takes, "-o", str(out), "--length", "5", *SIZE]
    assert main([*words, "--timeline", str(timeline), "--seed", "3"]) == 0
    facts = probe(out)
    assert (facts.width, facts.height) == (90, 160)
    assert 3 < facts.duration_s <= 5.1
    [placed] = align(song_file, [out])
    assert placed.how == "sound"
    assert main(["studio", "render", str(timeline), "-o", str(again)]) == 0
    first, second = (read_samples(path, rate_hz=16_000, channels=1) for path in (out, again))
    assert np.array_equal(first, second)


def test_a_take_of_another_song_is_told_of_and_left_out_of_a_performance(
    song_file: Path, takes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = record(make_song(2), offset_s=3, length_s=10, seed=7)
    wrong = write_mp4(tmp_path / "wrong.mp4", samples, length_s=10)
    out, kept = tmp_path / "out.mp4", tmp_path / "cut.json"
    words = ["studio", "cut", str(song_file), takes[0], str(wrong), "-o", str(out), *SIZE]
    assert main([*words, "--length", "5", "--timeline", str(kept)]) == 0
    told = capsys.readouterr().err
    assert "wrong.mp4: another song plays in it; left out" in told
    assert "--at" in told
    timeline = read_timeline(kept)
    assert all("wrong.mp4" not in shot.source for shot in timeline.shots)
    assert any("wrong.mp4" in reason for reason in timeline.reasons)


def test_only_takes_of_another_song_make_no_performance(
    song_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = record(make_song(2), offset_s=3, length_s=10, seed=7)
    wrong = write_mp4(tmp_path / "wrong.mp4", samples, length_s=10)
    out = tmp_path / "out.mp4"
    words = ["studio", "cut", str(song_file), str(wrong), "-o", str(out), "--length", "5", *SIZE]
    assert main(words) == 1
    assert "another song" in capsys.readouterr().err
    assert not out.exists()
    assert main([*words, "--style", "dance"]) == 0
    assert "not in time with this one" in capsys.readouterr().err
    assert out.exists()


def test_a_song_that_is_shorter_than_what_is_asked_for_is_cut_to_its_end(
    song_file: Path, takes: list[str], tmp_path: Path
) -> None:
    short = write_sound(tmp_path / "short.wav", make_song(1)[: 10 * RATE_HZ])
    out = tmp_path / "out.mp4"
    assert main(["studio", "cut", str(short), takes[0], "-o", str(out), *SIZE]) == 0
    # The take covers the last six seconds.
    assert 3.9 < probe(out).duration_s <= 6.1


def test_a_style_that_nobody_knows_is_refused_with_those_there_are(
    song_file: Path, takes: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    words = ["studio", "cut", str(song_file), takes[0], "-o", str(out), "--style", "polka"]
    assert main(words) == 2
    assert "dance" in capsys.readouterr().err
    assert not out.exists()


def test_a_damaged_timeline_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "cut.otio"
    damaged.write_text('{"shots": ')
    assert main(["studio", "render", str(damaged), "-o", str(tmp_path / "out.mp4")]) == 2
    assert "cut.otio" in capsys.readouterr().err


def test_a_song_is_heard_from_the_command_line(
    song_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["studio", "listen", str(song_file), "--json", "-"]) == 0
    told = capsys.readouterr().out
    names = ["tempo_bpm", "beats_s", "downbeats_s", "sections"]
    assert sorted(names, key=told.index) == names
