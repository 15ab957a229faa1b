"""What `listen` returns of sounds whose answer is known: loudness, waveform, silence, refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.studio.band import play
from numpy.typing import NDArray

from filoscope.media.audio import write_wav
from filoscope.studio import NothingToHear, StudioError
from filoscope.studio.listening import Section, Song, listen
from filoscope.studio.listening.loudness import loudness
from filoscope.studio.listening.song import BadSong

RATE_HZ = 44_100


def written(folder: Path, samples: NDArray[np.floating], rate_hz: int = RATE_HZ) -> Path:
    file = folder / "song.wav"
    write_wav(file, np.atleast_2d(samples).astype(np.float32), rate_hz=rate_hz)
    return file


def tone(hz: float, peak_db: float, seconds: float, rate_hz: int) -> NDArray[np.float32]:
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    wave = 10 ** (peak_db / 20) * np.sin(2 * np.pi * hz * t)
    return np.stack([wave, wave]).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_stereo_tone_of_1_khz_has_the_loudness_of_its_peak(rate_hz: int, level: float) -> None:
    """EBU Tech 3341, cases 1 and 2."""
    lufs, _ = loudness(tone(1000, level, 20, rate_hz), rate_hz=rate_hz)
    assert level == pytest.approx(lufs, abs=0.1)


def test_quiet_parts_are_gated_out_of_the_loudness() -> None:
    """EBU Tech 3341, case 3: -36, -23 and -36 dBFS."""
    parts = [(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)]
    samples = np.concatenate([tone(1000, db, s, 48_000) for db, s in parts], axis=1)
    lufs, curve = loudness(samples, rate_hz=48_000)
    assert -23.0 == pytest.approx(lufs, abs=0.1)
    assert [-36.0, -23.0] == pytest.approx([curve[50], curve[400]], abs=0.1)


def test_silence_has_no_beat_no_loudness_and_no_confidence(tmp_path: Path) -> None:
    song = listen(written(tmp_path, np.zeros((2, 10 * RATE_HZ))))
    assert (None, 0.0, 0.0, 0) == (
        song.loudness_lufs, song.confidence, song.tempo_bpm, song.meter,
    )  # fmt: skip
    assert ((), (), ()) == (song.beats_s, song.downbeats_s, song.drops_s)
    assert {0.0} == set(song.peaks)


def test_noise_is_not_trusted_to_have_a_beat(tmp_path: Path) -> None:
    noise = 0.2 * np.random.default_rng(3).standard_normal((1, 20 * RATE_HZ))
    assert listen(written(tmp_path, noise)).confidence < 0.1


def test_curves_last_as_long_as_the_song(tmp_path: Path) -> None:
    song = listen(written(tmp_path, tone(440, -20, 12.34, RATE_HZ)))
    assert 12.34 == pytest.approx(song.duration_s, abs=1e-3)
    assert (124, 124, 617) == (len(song.loudness), len(song.vocals), len(song.peaks))
    assert 0.1 == pytest.approx(max(song.peaks), abs=0.002)
    assert (0.0, song.duration_s) == (song.sections[0].start_s, song.sections[-1].end_s)


def talk(seed: int, seconds: float) -> NDArray[np.float64]:
    """Syllables: gliding harmonics under a formant, with rests between phrases."""
    rng, samples = np.random.default_rng(seed), np.zeros(int(seconds * RATE_HZ))
    at = 0.2
    while at < seconds - 0.4:
        length = int(rng.uniform(0.08, 0.3) * RATE_HZ)
        pitch = rng.uniform(90, 220) * np.exp(np.cumsum(rng.normal(0, 0.0005, length)))
        turn, formant = 2 * np.pi * np.cumsum(pitch) / RATE_HZ, rng.uniform(300, 2500)
        weights = [np.exp(-(((k * pitch[0] - formant) / 700) ** 2)) for k in range(1, 25)]
        wave = sum(w * np.sin(k * turn) for k, w in enumerate(weights, 1)) * np.hanning(length)
        samples[int(at * RATE_HZ) : int(at * RATE_HZ) + length] += 0.1 * wave
        at += length / RATE_HZ + (rng.uniform(0.3, 1) if rng.random() < 0.15 else 0.04)
    return samples


def test_a_voice_is_told_from_keys_and_drums(tmp_path: Path) -> None:
    spoken = listen(written(tmp_path, talk(1, 12.0)))
    played = listen(written(tmp_path, 0.8 * play("pop", seed=1, duration_s=12.0).samples))
    assert np.mean(spoken.vocals) > 0.35
    assert np.mean(played.vocals) < 0.05


def test_talk_is_not_trusted_to_have_a_beat(tmp_path: Path) -> None:
    assert listen(written(tmp_path, talk(2, 20.0))).confidence < 0.25


def test_what_is_shorter_than_a_second_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NothingToHear, match=r"song\.wav: 0\.50 s of sound; at least 1 s"):
        listen(written(tmp_path, tone(440, -20, 0.5, RATE_HZ)))


def test_what_is_longer_than_a_song_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path, np.zeros((1, 902 * 2000)), rate_hz=2000)
    with pytest.raises(NothingToHear, match="longer than 15 minutes"):
        listen(file)


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100])
def test_a_file_without_sound_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "song.ogg"
    file.write_bytes(content)
    with pytest.raises(StudioError, match=r"song\.ogg: there is no sound in it"):
        listen(file)


SONG = Song(
    duration_s=4.0,
    tempo_bpm=120.0,
    confidence=0.9,
    meter=4,
    beats_s=(0.0, 0.5, 1.0),
    downbeats_s=(0.0,),
    beat_strengths=(1.0, 0.5, 0.7),
    sections=(Section(start_s=0.0, end_s=4.0, label="part", energy=0.5),),
    drops_s=(),
    loudness_lufs=None,
    loudness=(-70.0,),
    vocals=(0.0,),
    peaks=(0.1,),
)


def test_a_song_comes_back_whole_from_its_json() -> None:
    text = SONG.to_json()
    assert SONG == Song.from_json(text)
    assert text.startswith('{"tempo_bpm": 120.0, "beats_s": [0.0, 0.5, 1.0], "downbeats_s": [0.0]')


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('"meter"', '"metre"', "meter: missing"),
        ("120.0", '"fast"', "tempo_bpm: must be a number"),
        ("[0.0, 0.5, 1.0]", "[0.0, true]", "beats_s: must be a number"),
        ('"label": "part", ', "", "label: missing in the section"),
        ("{", "", "must be JSON"),
        ("-70.0", "NaN", "loudness: must be a number"),
    ],
)
def test_a_songs_json_that_is_wrong_is_refused_with_the_field(
    find: str, put: str, words: str
) -> None:
    with pytest.raises(BadSong, match=words):
        Song.from_json(SONG.to_json().replace(find, put, 1))
