"""A sound laid under a clip, in time to the sample; and a sound made of any file that has one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from filoscope.media import (
    Bed,
    Limits,
    NotASound,
    TooLong,
    copy_recording,
    make_recording,
    read_samples,
    transcode,
    write_clip,
    write_wav,
)
from filoscope.media.synthetic import write_test_clip

RATE_HZ = 48_000
Samples = NDArray[np.float32]
FORMATS = [
    ("mp3", "mp3", "libmp3lame"),
    ("m4a", "mp4", "aac"),
    ("ogg", "ogg", "vorbis"),
    ("opus", "ogg", "libopus"),
    ("flac", "flac", "flac"),
    ("wav", "wav", "pcm_s16le"),
    ("webm", "webm", "libopus"),
]


def clicks(*at_s: float, duration_s: float) -> Samples:
    """Soft noise, with clicks in it."""
    noise = np.random.default_rng(1).standard_normal((2, round(duration_s * RATE_HZ))) * 0.003
    for second in at_s:
        begin = round(second * RATE_HZ)
        noise[:, begin : begin + 40] += 0.5
    return noise.astype(np.float32)


def heard_at(path: Path) -> list[float]:
    """Return when the loud clicks of a file begin, to the millisecond."""
    samples = np.abs(read_samples(path)[0])
    loud = np.flatnonzero(samples > 0.4 * samples.max())
    begins = loud[np.r_[True, np.diff(loud) > RATE_HZ // 20]]
    return [round(float(place) / RATE_HZ, 3) for place in begins]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, with clicks at 0.2, 0.9 and 1.6 s."""
    path = tmp_path_factory.mktemp("song") / "song.wav"
    write_wav(path, clicks(0.2, 0.9, 1.6, duration_s=2.0), rate_hz=RATE_HZ)
    return path


@pytest.fixture(scope="module")
def silent_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "silent.mp4"
    write_test_clip(path, width=96, height=64, fps=10, duration_s=3.0, audio=None)
    return path


def encode(path: Path, samples: Samples, container: str, codec: str) -> None:
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=RATE_HZ, layout="stereo")
        stream.codec_context.options = {"strict": "experimental"}  # FFmpeg's own Vorbis
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = RATE_HZ, Fraction(1, RATE_HZ), 0
        for packets in (stream.encode(frame), stream.encode(None)):
            file.mux(packets)


def test_a_sound_lies_under_a_clip_from_its_place_on_and_begins_again_when_it_ends(
    song: Path, silent_clip: Path, tmp_path: Path
) -> None:
    ladder = transcode(silent_clip, tmp_path, bed=Bed(str(song), 0.5, None))
    # 0.5 s into the song: its clicks at 0.9 and 1.6, then, from 1.5 s on, all of it again.
    found = heard_at(tmp_path / ladder.rungs[0].file)
    expected = [0.4, 1.1, 1.7, 2.4]
    assert len(expected) == len(found)
    assert max(abs(a - b) for a, b in zip(expected, found, strict=True)) <= 0.001


def test_a_place_behind_the_end_is_the_beginning(
    song: Path, silent_clip: Path, tmp_path: Path
) -> None:
    ladder = transcode(silent_clip, tmp_path, bed=Bed(str(song), 60.0, None))
    assert 0.2 == pytest.approx(heard_at(tmp_path / ladder.rungs[0].file)[0], abs=0.001)


def tone(hz: float, *, loud: float) -> Samples:
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    return np.stack([loud * np.sin(2 * np.pi * hz * time_s)] * 2).astype(np.float32)


def level_db(path: Path, hz: float) -> float:
    samples = read_samples(path, channels=1)[0]
    bins = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) / len(samples)
    place = round(hz * len(samples) / RATE_HZ)
    return float(20 * np.log10(bins[place - 3 : place + 4].max() + 1e-9))


@pytest.mark.parametrize(("gain_db", "low", "high"), [(0.0, -2, 2), (-12.0, -14, -10)])
def test_the_own_sound_stays_as_loud_as_is_asked_however_quiet_it_was_filmed(
    gain_db: float, low: float, high: float, tmp_path: Path
) -> None:
    write_own(tmp_path / "clip.mp4")
    bed = Bed(str(loud_song(tmp_path)), 0.0, gain_db)
    ladder = transcode(tmp_path / "clip.mp4", tmp_path, bed=bed)
    path = tmp_path / ladder.rungs[0].file
    assert low < level_db(path, 900) - level_db(path, 700) < high


def test_the_own_sound_is_removed(tmp_path: Path) -> None:
    write_own(tmp_path / "clip.mp4")
    bed = Bed(str(loud_song(tmp_path)), 0.0, None)
    ladder = transcode(tmp_path / "clip.mp4", tmp_path, bed=bed)
    path = tmp_path / ladder.rungs[0].file
    assert level_db(path, 900) - level_db(path, 700) < -50
    assert -14.5 < (measured_lufs(path) or 0) < -13.5


def loud_song(folder: Path) -> Path:
    """A loud tone of 700 Hz, as the network keeps songs."""
    write_wav(folder / "song.wav", tone(700, loud=0.5), rate_hz=RATE_HZ)
    make_recording(folder / "song.wav", folder / "song.m4a")
    return folder / "song.m4a"


def write_own(path: Path) -> None:
    """A clip with a quiet tone of 900 Hz."""
    pictures = ((place / 10, np.full((64, 96, 3), 90, np.uint8)) for place in range(20))
    write_clip(path, pictures, fps=Fraction(10), samples=tone(900, loud=0.1))


def measured_lufs(path: Path) -> float | None:
    return copy_recording(path, path.with_suffix(".copy.m4a")).loudness_lufs


@pytest.mark.parametrize(("ending", "container", "codec"), FORMATS)
def test_a_sound_of_any_common_format_is_made(
    ending: str, container: str, codec: str, tmp_path: Path
) -> None:
    encode(tmp_path / "in", clicks(0.3, 0.7, duration_s=1.2), container, codec)
    made = make_recording(tmp_path / "in", tmp_path / "sound.m4a")
    assert made.duration_s == pytest.approx(1.2, abs=0.08)
    found = heard_at(tmp_path / "sound.m4a")
    assert 0.4 == pytest.approx(found[1] - found[0], abs=0.003)
    assert 0.3 == pytest.approx(found[0], abs=0.03)
    assert [path.name for path in tmp_path.glob("*.m4a")] == ["sound.m4a"]
    assert (len(made.waveform), max(made.waveform)) == (120, 100)


def test_the_sound_of_a_video_is_taken(tmp_path: Path) -> None:
    write_test_clip(tmp_path / "clip.mp4", width=96, height=64, fps=10, duration_s=1.0)
    made = make_recording(tmp_path / "clip.mp4", tmp_path / "sound.m4a")
    assert made.duration_s == pytest.approx(1.0, abs=0.1)


def test_the_sound_of_a_rendition_is_copied_bit_by_bit(tmp_path: Path) -> None:
    write_test_clip(tmp_path / "clip.mp4", width=96, height=64, fps=10, duration_s=1.5)
    ladder = transcode(tmp_path / "clip.mp4", tmp_path)
    rung = tmp_path / ladder.rungs[0].file
    copied = copy_recording(rung, tmp_path / "sound.m4a")
    assert np.array_equal(read_samples(rung), read_samples(tmp_path / "sound.m4a"))
    assert copied.duration_s == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize("content", [b"I am a text", b"\0" * 3000, b"ID3\3\0\0\0\0\0\0", b""])
def test_what_has_no_sound_is_refused_with_its_reason(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(content)
    with pytest.raises(NotASound, match="has no sound"):
        make_recording(tmp_path / "in", tmp_path / "sound.m4a")
    assert not (tmp_path / "sound.m4a").exists()


def test_silence_is_no_sound(tmp_path: Path) -> None:
    write_wav(tmp_path / "in", np.zeros((2, RATE_HZ), np.float32), rate_hz=RATE_HZ)
    with pytest.raises(NotASound, match="silence"):
        make_recording(tmp_path / "in", tmp_path / "sound.m4a")


def test_a_sound_over_the_limit_is_refused_with_its_reason(song: Path, tmp_path: Path) -> None:
    with pytest.raises(TooLong, match="minutes allowed"):
        make_recording(song, tmp_path / "sound.m4a", limits=Limits(duration_s_max=1.0))
