"""Whole files through the command."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.cli import main
from filoscope.media import read_pictures

from .shaken import FPS, pan_and_shake, write_shaken


def sound_packets(path: Path) -> list[tuple[float, bytes]]:
    with av.open(str(path)) as container:
        return [
            (round(float(packet.pts * packet.time_base), 3), bytes(packet))
            for packet in container.demux(audio=0)
            if packet.size
        ]


def times(path: Path) -> list[float]:
    return [round(time_s, 3) for time_s, _ in read_pictures(path)]


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of shake at a variable rate, with a tone."""
    path = tmp_path_factory.mktemp("clips") / "shaky.mp4"
    _, shaken = pan_and_shake(75, pan_px=1.0, shake_px=6.0)
    uneven = np.cumsum(np.where(np.arange(75) % 7 == 3, 2, 1)) / FPS
    tone = np.sin(2 * np.pi * 440 * np.arange(3 * 48_000) / 48_000).astype(np.float32)
    write_shaken(path, shaken, times_s=uneven - uneven[0], samples=np.stack([tone, tone]) / 4)
    return path


@pytest.fixture(scope="module")
def steadied(shaky: Path) -> Path:
    calm = shaky.with_name("calm.mp4")
    words = [str(shaky), str(calm), "--steady", "--report", str(shaky.with_name("report.json"))]
    assert main(["enhance", *words]) == 0
    return calm


def test_the_sound_is_copied_bit_for_bit_and_in_time(shaky: Path, steadied: Path) -> None:
    assert sound_packets(shaky) == sound_packets(steadied)


def test_frames_of_a_variable_rate_keep_their_times(shaky: Path, steadied: Path) -> None:
    assert times(shaky) == times(steadied)


def test_the_report_says_what_was_done(steadied: Path) -> None:
    report = json.loads(steadied.with_name("report.json").read_text())
    done, account = report["done"], report["done"]["stages"]["Stabilizer"]
    assert {"version": 1, "steady": {}} == report["recipe"]
    assert (75, 75, 0) == (done["frame_count"], done["changed_count"], account["cut_count"])
    assert 1.0 < account["zoom_mean"] <= account["zoom_max"] <= 1.25


def test_measures_of_a_steadied_clip_speak_for_it(
    shaky: Path, steadied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["measure", str(shaky), str(steadied), "--frames", "30", "--json"]
    assert main(["enhance", *words]) == 0
    measures = json.loads(capsys.readouterr().out)
    assert 30 == measures["frame_count"]
    assert measures["jitter_change_db"] < -15
    assert 0.8 <= measures["kept_crop"] < 1
    assert measures["distortion"] > 0.97
    assert 0.0 == measures["black_share"]


def test_a_clip_that_is_calm_is_copied_as_it_is(tmp_path: Path) -> None:
    calm, out = tmp_path / "calm.mp4", tmp_path / "out.mp4"
    meant, _ = pan_and_shake(45, pan_px=1.0, shake_px=0.0)
    write_shaken(calm, meant)
    assert main(["enhance", str(calm), str(out), "--steady"]) == 0
    assert calm.read_bytes() == out.read_bytes()


def test_a_frame_that_cannot_be_decoded_costs_itself_only(shaky: Path, tmp_path: Path) -> None:
    torn, out = tmp_path / "torn.mp4", tmp_path / "out.mp4"
    with av.open(str(shaky)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    content = bytearray(shaky.read_bytes())
    hurt = packets[40]
    content[hurt.pos + 4 : hurt.pos + hurt.size] = bytes(hurt.size - 4)
    torn.write_bytes(content)
    assert main(["enhance", str(torn), str(out), "--steady"]) == 0
    assert times(torn) == times(out)
    assert len(times(out)) >= 73
    assert sound_packets(shaky) == sound_packets(out)


@pytest.mark.parametrize(
    ("target", "reason"),
    [("clip.avi", "ends with none of"), ("nowhere/clip.mp4", "no folder"), ("", "source itself")],
)
def test_a_target_that_cannot_be_written_is_refused_with_its_reason(
    shaky: Path, target: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = shaky.parent / target if target else shaky
    assert main(["enhance", str(shaky), str(path), "--steady"]) == 1
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("switch", ["--compare", "--report"])
def test_what_goes_beside_the_output_never_lands_on_a_clip_or_nowhere(
    switch: str, shaky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.mp4"
    for path, reason in ((out, "output itself"), (tmp_path / "no" / "it.mp4", "folder")):
        assert main(["enhance", str(shaky), str(out), "--steady", switch, str(path)]) == 1
        assert reason in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_not_there_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone.mp4"
    assert main(["enhance", str(gone), str(tmp_path / "out.mp4")]) == 1
    assert f"{gone}: No such file or directory." in capsys.readouterr().err


def test_a_command_that_makes_no_sense_is_told_what_would(
    shaky: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["enhance", str(shaky)]) == 2
    assert "give IN and OUT" in capsys.readouterr().err


def test_clips_with_nothing_in_common_are_not_measured(
    shaky: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.mp4"
    from fractions import Fraction

    from filoscope.media import write_clip

    grey = np.full((180, 320, 3), 128, np.uint8)
    write_clip(other, ((index / FPS, grey) for index in range(5)), fps=Fraction(FPS))
    assert main(["enhance", "measure", str(shaky), str(other)]) == 1
    assert "0 show the same thing" in capsys.readouterr().err
