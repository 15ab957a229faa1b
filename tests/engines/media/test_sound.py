"""Sound comes out as loud as every other clip's, and as it was."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from filoscope.media import Sound, read_samples, transcode, write_clip, write_wav
from filoscope.media.sound import RATE_HZ, gain_for, measure_sound
from tests.engines.media.conftest import MakeClip

PICTURE = np.full((48, 64, 3), 90, np.uint8)


def _clip_of(path: Path, samples: np.ndarray) -> Path:
    seconds = samples.shape[1] / RATE_HZ
    pictures = [(number / 10, PICTURE) for number in range(round(seconds * 10))]
    write_clip(path, pictures, fps=Fraction(10), samples=samples.astype(np.float32))
    return path


def _tone(level_db: float, seconds: float = 4.0, frequency_hz: float = 997.0) -> np.ndarray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tone = 10 ** (level_db / 20) * np.sin(2 * np.pi * frequency_hz * time_s)
    return np.stack([tone, tone])


def _measured(samples: np.ndarray) -> Sound:
    return measure_sound(iter([samples.astype(np.float32)]), length=samples.shape[1])


def test_the_meter_reads_what_ebu_tech_3341_says() -> None:
    # Test signal 1 of EBU Tech 3341: a stereo sine of 1 kHz at -23 dBFS reads -23 LUFS +- 0.1.
    found = _measured(_tone(-23.0, 20.0, 1000.0))

    assert found.loudness_lufs == pytest.approx(-23.0, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(-23.0, abs=0.2)


@pytest.mark.parametrize(
    ("loudness", "peak", "expected"),
    [
        (-20.0, -9.0, 6.0),  # six up, no peak in the way
        (-8.0, 0.5, -6.0),  # down is always free
        (-40.0, -30.0, 12.0),  # never more than twelve
        (-24.0, -2.0, 6.5),  # ten wanted; the limiter takes no more than six
        (-55.0, -40.0, 0.0),  # a silent room stays silent
        (None, -100.0, 0.0),
    ],
)
def test_the_gain_is_bounded(loudness: float | None, peak: float, expected: float) -> None:
    assert gain_for(loudness, peak) == pytest.approx(expected)


@pytest.mark.parametrize("level_db", [-30.0, -24.0, -6.0])
def test_clips_come_out_at_minus_fourteen(tmp_path: Path, level_db: float) -> None:
    samples = _tone(level_db)

    ladder = transcode(_clip_of(tmp_path / "tone.mp4", samples), tmp_path / "out")

    after = _measured(read_samples(tmp_path / "out" / ladder.rungs[0].file))
    gain = min(-14.0 - level_db, 12.0)
    assert after.loudness_lufs == pytest.approx(level_db + gain, abs=0.5)
    assert after.true_peak_dbtp <= -1.0


def test_peaks_are_held_and_the_rest_is_raised(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    samples = _tone(-26.0, 6.0)
    for at in rng.integers(3 * RATE_HZ, samples.shape[1] - 300, 24).tolist():
        samples[:, at : at + 200] += 0.7 * np.hanning(200)

    ladder = transcode(_clip_of(tmp_path / "drum.mp4", samples), tmp_path / "out")

    after = read_samples(tmp_path / "out" / ladder.rungs[0].file)
    calm = slice(RATE_HZ // 2, 2 * RATE_HZ)
    raised_db = 20 * np.log10(after[:, calm].std() / samples[:, calm].std())
    assert ladder.sound is not None and ladder.sound.is_limited
    assert _measured(after).true_peak_dbtp <= -1.0
    assert 3 < ladder.sound.gain_db < 12
    assert raised_db == pytest.approx(ladder.sound.gain_db, abs=0.2)


def test_hiss_in_a_silent_room_is_not_raised(tmp_path: Path) -> None:
    hiss = np.random.default_rng(1).normal(0, 10 ** (-65 / 20), (2, 4 * RATE_HZ))

    ladder = transcode(_clip_of(tmp_path / "room.mp4", hiss), tmp_path / "out")

    assert ladder.sound is not None
    assert ladder.sound.gain_db == 0.0


def test_each_channel_of_surround_is_heard_where_it_stood(tmp_path: Path) -> None:
    source = tmp_path / "six.mov"
    time_s = np.arange(RATE_HZ) / RATE_HZ
    levels = []
    for channel in range(6):
        samples = np.zeros((6, RATE_HZ), np.float32)
        samples[channel] = 0.25 * np.sin(2 * np.pi * 440 * time_s)
        _write_six(source, samples)
        heard = read_samples(source)
        levels.append([round(float(np.abs(side).max()) / 0.25, 2) for side in heard])

    # ITU-R BS.775: left, right, centre and surrounds at -3 dB, and no low effects.
    assert levels == [[1, 0], [0, 1], [0.71, 0.71], [0, 0], [0.71, 0], [0, 0.71]]


def _write_six(path: Path, samples: np.ndarray) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_f32le", rate=RATE_HZ, layout="5.1")
        packed = np.ascontiguousarray(samples.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, format="flt", layout="5.1")
        frame.sample_rate, frame.pts = RATE_HZ, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_the_waveform_shows_where_it_is_loud(clip: MakeClip, tmp_path: Path) -> None:
    ladder = transcode(clip("four.mp4", duration_s=4.0), tmp_path)

    assert ladder.sound is not None
    waveform = ladder.sound.waveform
    loud = {number * 4.0 // len(waveform) for number, bar in enumerate(waveform) if bar > 80}
    assert len(waveform) == 120
    assert max(waveform) == 100
    assert loud == {0.0, 1.0, 2.0, 3.0}
    assert sum(bar > 80 for bar in waveform) <= 8


def test_samples_survive_a_wav_file(tmp_path: Path) -> None:
    samples = _tone(-12.0, 0.5).astype(np.float32)

    write_wav(tmp_path / "tone.wav", samples, rate_hz=RATE_HZ)

    again = read_samples(tmp_path / "tone.wav", rate_hz=RATE_HZ)
    assert np.abs(again - samples).max() < 1e-4
