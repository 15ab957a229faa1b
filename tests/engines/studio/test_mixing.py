"""The sound of a cut: in its place, as loud as every other, without a click."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.media.sound import measure_sound
from filoscope.studio.rendering import hearing, render
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.timeline import Shot, SoundTrack, Timeline, Voice
from tests.engines.studio.footage import (
    FPS,
    HEIGHT,
    RATE_HZ,
    WIDTH,
    flat,
    samples_of,
    tone,
    write_song,
    write_take,
)


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("takes")
    write_take(folder / "dark.mp4", 30, lambda n: flat(60))
    write_song(folder / "song.wav", tone(4 * RATE_HZ))
    return folder


def shown(path: Path, *shots: Shot) -> Path:
    render(Timeline(WIDTH, HEIGHT, FPS, None, shots), path)
    return path


def test_the_song_steps_back_while_a_voice_sounds(takes: Path, tmp_path: Path) -> None:
    """A song at 440 Hz, a voice at 1500 Hz from 1.5 to 2.5 s: 12 dB less of the song there."""
    voice = write_song(tmp_path / "me.wav", tone(RATE_HZ, hz=1500.0))
    timeline = Timeline(
        WIDTH, HEIGHT, Fraction(10), SoundTrack(str(takes / "song.wav")),
        (Shot(str(takes / "dark.mp4"), 0.0, 40),),
        voices=(Voice(str(voice), 15, 10, ducking_db=12.0),),
    )  # fmt: skip
    render(timeline, tmp_path / "cut.mp4")
    samples = samples_of(tmp_path / "cut.mp4")[0]

    def song_at(time_s: float) -> float:
        piece = samples[round(time_s * RATE_HZ) :][: RATE_HZ // 4] * np.hanning(RATE_HZ // 4)
        return float(np.abs(np.fft.rfft(piece))[105:116].max())

    assert 12.0 == pytest.approx(20 * np.log10(song_at(0.6) / song_at(1.9)), abs=0.5)
    assert 0.0 == pytest.approx(20 * np.log10(song_at(0.6) / song_at(3.5)), abs=0.3)


@pytest.mark.parametrize("kind", ["wav", "m4a", "ogg"])
def test_a_song_is_heard_from_deep_within_where_the_timeline_says(
    tmp_path: Path, kind: str
) -> None:
    """A click at 9 s of a song, the timeline from 8 s on: after a seek it once was silent."""
    samples = np.zeros((2, 12 * RATE_HZ), np.float32)
    samples[:, 9 * RATE_HZ : 9 * RATE_HZ + 20] = 0.8
    song = write_song(tmp_path / "song.wav", samples)
    if kind != "wav":
        song = coded(song, tmp_path / f"song.{kind}")
    first = Stock().sound_start(str(song), "sound.source")
    heard = np.concatenate(list(hearing.heard(str(song), 8.0, first)), axis=1)[0]
    assert abs(int(np.abs(heard).argmax()) - RATE_HZ) < 48


def coded(song: Path, path: Path) -> Path:
    """Write a song as AAC or Opus."""
    with av.open(str(song)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream({"m4a": "aac", "ogg": "libopus"}[path.suffix[1:]], RATE_HZ)
        resampler = av.AudioResampler(layout="stereo", rate=RATE_HZ, format="fltp")
        for frame in source.decode(audio=0):
            for piece in resampler.resample(frame):
                target.mux(stream.encode(piece))
        target.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("level", [0.2, 1.5])
def test_a_cut_is_as_loud_as_every_other(takes: Path, tmp_path: Path, level: float) -> None:
    """A chord with beats, quiet or far too loud."""
    rng = np.random.default_rng(2)
    beats = 0.6 + 0.4 * (np.arange(4 * RATE_HZ) % 24_000 < 6000)
    chord = sum(tone(4 * RATE_HZ, hz=hz, level=0.3) for hz in (220.0, 277.2, 329.6))
    music = level * beats * (chord + rng.normal(0, 0.04, (2, 4 * RATE_HZ)))
    song = write_song(tmp_path / "s.wav", np.clip(music, -1, 1).astype(np.float32))
    timeline = Timeline(
        WIDTH, HEIGHT, Fraction(5), SoundTrack(str(song)), (Shot(str(takes / "dark.mp4"), 0.0, 20),)
    )
    done = render(timeline, tmp_path / "cut.mp4")
    samples = samples_of(tmp_path / "cut.mp4")
    heard = measure_sound(iter([samples]), length=samples.shape[1])
    assert -14.0 == pytest.approx(heard.loudness_lufs, abs=0.3)
    assert done.loudness_lufs == pytest.approx(heard.loudness_lufs, abs=0.2)
    assert heard.true_peak_dbtp < -1.0


def test_shots_follow_one_another_without_a_click(takes: Path, tmp_path: Path) -> None:
    """Two tones cut in the middle of their waves: no sample jumps further than within them."""
    shots = []
    for name, hz in (("one", 330.0), ("two", 470.0)):
        sound = tone(RATE_HZ, hz=hz, level=0.5)
        write_take(tmp_path / f"{name}.mp4", 30, lambda n: flat(90), sound)
        shots.append(Shot(str(tmp_path / f"{name}.mp4"), 0.101, 12, gain_db=0.0))
    shown(tmp_path / "cut.mp4", *shots)
    samples = samples_of(tmp_path / "cut.mp4")[0].astype(float)
    cut = round(12 * RATE_HZ / FPS)
    jumps = np.abs(np.diff(samples, 2))
    usual = jumps[cut - 9000 : cut - 2000].max(), jumps[cut + 2000 : cut + 9000].max()
    assert jumps[cut - 500 : cut + 500].max() < 1.6 * max(usual)


@pytest.mark.parametrize("effect", ["higher", "lower", "robot", "echo", "telephone"])
def test_a_voice_with_an_effect_is_another_and_stays_where_it_was(
    takes: Path, tmp_path: Path, effect: str
) -> None:
    """A burst of harmonics in the middle of a second."""
    sound = np.zeros((2, RATE_HZ), np.float32)
    time = np.arange(9600) / RATE_HZ
    burst = sum(np.sin(2 * np.pi * 150 * k * time) / k for k in range(1, 20))
    sound[:, 19_200:28_800] = 0.2 * burst * np.hanning(9600)
    voice = write_song(tmp_path / "me.wav", sound)
    heard = []
    for wish in (None, effect):
        spoken = Voice(str(voice), 0, 10, effect=wish)  # type: ignore[arg-type]
        shot = Shot(str(takes / "dark.mp4"), 0.0, 10)
        timeline = Timeline(WIDTH, HEIGHT, Fraction(10), None, (shot,), voices=(spoken,))
        render(timeline, tmp_path / "cut.mp4")
        heard.append(samples_of(tmp_path / "cut.mp4")[0][:RATE_HZ].astype(float))
    plain, made = heard
    begin = np.argmax(np.abs(made) > 0.25 * np.abs(made[:30_000]).max()) / RATE_HZ
    truth = np.argmax(np.abs(plain) > 0.25 * np.abs(plain).max()) / RATE_HZ
    assert truth == pytest.approx(begin, abs=0.035)
    one, other = (np.abs(np.fft.rfft(wave)) for wave in (plain, made))
    likeness = (one @ other) / (np.linalg.norm(one) * np.linalg.norm(other))
    assert likeness < 0.98


def test_the_clock_of_a_take_is_followed(takes: Path, tmp_path: Path) -> None:
    """Drifting by 1000 ppm, a click 0.9 s on in the take comes 0.9 ms sooner in the cut."""
    sound = np.zeros((2, RATE_HZ), np.float32)
    sound[:, 43_200] = 0.9
    write_take(tmp_path / "take.mp4", 30, lambda n: flat(90), sound)
    shot = Shot(str(tmp_path / "take.mp4"), 0.0, 29, gain_db=0.0, drift_ppm=1000.0)
    shown(tmp_path / "cut.mp4", shot)
    found = int(np.argmax(np.abs(samples_of(tmp_path / "cut.mp4")[0])))
    assert abs(found - 43_200 / 1.001) <= 1
