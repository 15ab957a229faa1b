"""Beats and bars of pieces that a band plays in known time, dances and odd times too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.studio.band import Piece, play
from bench.studio.learn import f_measure
from numpy.typing import NDArray

from filoscope.media.audio import write_wav
from filoscope.studio.listening import Song, listen

RATE_HZ = 44_100


def heard(folder: Path, samples: NDArray[np.float32]) -> Song:
    file = folder / "song.wav"
    write_wav(file, 0.8 * samples[None], rate_hz=RATE_HZ)
    return listen(file)


def beat_f(piece: Piece, song: Song) -> float:
    return f_measure(piece.beats_s, np.array(song.beats_s))


def bar_f(piece: Piece, song: Song) -> float:
    return f_measure(piece.downbeats_s, np.array(song.downbeats_s))


def off_ms(piece: Piece, song: Song) -> NDArray[np.float64]:
    beats = np.array(song.beats_s)
    away = beats[:, None] - piece.beats_s
    near = away[np.arange(len(beats)), np.abs(away).argmin(axis=1)]
    return np.asarray(1000 * near[np.abs(near) < 0.07])


@pytest.mark.parametrize(
    ("style", "tempo_bpm", "meter", "seed"),
    [
        ("rock", 120.0, 4, 2),
        ("house", 126.0, 4, 2),
        ("waltz", 90.0, 3, 2),
        ("viennese", 174.0, 3, 2),
        ("swing", 160.0, 4, 3),
        ("funk", 104.0, 4, 2),
        ("five", 140.0, 5, 2),
        ("breaks", 172.0, 4, 2),
        ("country", 110.0, 4, 2),
    ],
)
def test_a_band_in_time_is_counted(
    tmp_path: Path, style: str, tempo_bpm: float, meter: int, seed: int
) -> None:
    piece = play(style, seed=seed, tempo_bpm=tempo_bpm, course="steady", intro_bars=0)
    song = heard(tmp_path, piece.samples)
    assert tempo_bpm == pytest.approx(song.tempo_bpm, rel=0.002)
    assert (meter, True, True) == (
        song.meter, beat_f(piece, song) > 0.95, bar_f(piece, song) > 0.9,
    )  # fmt: skip
    assert song.confidence > 0.4


@pytest.mark.parametrize(
    ("style", "course"), [("rock", "ramp"), ("rock", "jump"), ("waltz", "wander")]
)
def test_a_tempo_that_changes_is_followed(tmp_path: Path, style: str, course: str) -> None:
    piece = play(style, seed=4, tempo_bpm=112.0, course=course, intro_bars=0)
    assert beat_f(piece, heard(tmp_path, piece.samples)) > 0.9


def test_beats_of_a_machine_lie_within_two_milliseconds_of_each_other(tmp_path: Path) -> None:
    piece = play("house", seed=5, tempo_bpm=128.3, course="steady", intro_bars=0)
    off = off_ms(piece, heard(tmp_path, piece.samples))
    assert np.median(np.abs(off - np.median(off))) < 2.0
    assert abs(np.median(off)) < 10.0


def test_a_long_beginning_without_drums_is_counted_with_the_rest(tmp_path: Path) -> None:
    piece = play("rock", seed=6, tempo_bpm=116.0, course="steady", intro_bars=6)
    song = heard(tmp_path, piece.samples)
    assert beat_f(piece, song) > 0.95
    assert song.beats_s[0] < 0.6


def test_strengths_and_downbeats_belong_to_beats(tmp_path: Path) -> None:
    piece = play("disco", seed=7, tempo_bpm=118.0, course="steady", intro_bars=0)
    song = heard(tmp_path, piece.samples)
    assert len(song.beats_s) == len(song.beat_strengths)
    assert set(song.downbeats_s) <= set(song.beats_s)
    assert all(0 <= strength <= 1 for strength in song.beat_strengths)


def test_a_drop_is_found_where_the_bass_comes_back(tmp_path: Path) -> None:
    piece = play("house", seed=8, tempo_bpm=128.0, duration_s=60.0, course="steady", intro_bars=0)
    spectrum = np.fft.rfft(piece.samples)
    spectrum[: (300 * 60)] = 0  # 300 Hz and under
    thin = 0.4 * np.fft.irfft(spectrum, len(piece.samples))
    samples = piece.samples.copy()
    back = piece.downbeats_s[np.searchsorted(piece.downbeats_s, 32.0)]
    quiet = slice(int(15 * RATE_HZ), int(back * RATE_HZ))
    samples[quiet] = thin[quiet]
    song = heard(tmp_path, samples.astype(np.float32))
    assert [back] == pytest.approx(list(song.drops_s), abs=0.05)
    assert any(abs(part.start_s - back) < 2.0 for part in song.sections)
