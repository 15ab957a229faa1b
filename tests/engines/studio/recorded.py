"""A song made of notes and strokes, and takes of it: the truth is known to the sample."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from filoscope.media import write_clip, write_wav

RATE_HZ = 48_000
WALLS = ((0.007, 0.4), (0.013, -0.3), (0.031, 0.3), (0.062, 0.2), (0.11, -0.1))
"""What of the song comes later, in seconds and in shares of what comes straight."""

Floats = NDArray[np.float64]


def make_song(seed: int, *, length_s: float = 24.0, bpm: float = 120.0) -> Floats:
    """Return a song in which no bar is like another, shape (n,)."""
    rng = np.random.default_rng(seed)
    song = np.zeros(round(length_s * RATE_HZ))
    for beat in range(int(length_s * bpm / 60) * 2):
        at = round(beat * 30 / bpm * RATE_HZ)
        _add(song, at, _note(rng, float(rng.choice([220, 262, 294, 330, 392, 440, 523, 659]))))
        if beat % 2 == 0:
            stroke = rng.standard_normal(2400) * np.exp(-np.arange(2400) / 500)
            _add(song, at, stroke * (0.8 if beat % 4 == 0 else 0.4))
    return song / np.abs(song).max()


def _note(rng: np.random.Generator, pitch_hz: float) -> Floats:
    times_s = np.arange(round(0.4 * RATE_HZ)) / RATE_HZ
    tone = sum(
        np.sin(2 * np.pi * pitch_hz * k * times_s + rng.uniform(0, 6)) / k for k in (1, 2, 3, 4, 5)
    )
    return np.asarray(tone * np.exp(-times_s * 8) * 0.3)


def _add(song: Floats, at: int, sound: Floats) -> None:
    part = song[at : at + len(sound)]
    part += sound[: len(part)]


def record(
    song: Floats,
    *,
    offset_s: float,
    length_s: float,
    drift_ppm: float = 0.0,
    snr_db: float = 10.0,
    seed: int = 1,
    walls: Sequence[tuple[float, float]] = WALLS,
) -> Floats:
    """Return what a phone in a room hears of a song while another clock plays it."""
    rng = np.random.default_rng(seed)
    at = offset_s + np.arange(round(length_s * RATE_HZ)) / RATE_HZ * (1 + drift_ppm * 1e-6)
    played = np.interp(at * RATE_HZ, np.arange(len(song)), song, left=0, right=0)
    heard = played.copy()
    for delay_s, gain in walls:
        delay = round(delay_s * RATE_HZ)
        heard[delay:] += gain * played[:-delay]
    heard = sosfilt(butter(2, (250, 6500), "band", fs=RATE_HZ, output="sos"), heard)
    noise = rng.standard_normal(len(heard)) * heard.std() * 10 ** (-snr_db / 20)
    take = heard + noise
    return np.asarray(take / np.abs(take).max() * 0.7)


def write_sound(path: Path, samples: Floats) -> Path:
    """Write a WAV file."""
    write_wav(path, samples[None].astype(np.float32), rate_hz=RATE_HZ)
    return path


def write_mp4(path: Path, samples: Floats | None, *, length_s: float) -> Path:
    """Write a clip with a picture and AAC."""
    pictures = [
        (k / 10, np.full((32, 32, 3), 40 + k % 100, np.uint8)) for k in range(int(length_s * 10))
    ]
    stereo = None if samples is None else np.stack([samples, samples]).astype(np.float32)
    write_clip(path, pictures, fps=Fraction(10), samples=stereo)
    return path


def write_webm(path: Path, samples: Floats) -> Path:
    """Write Opus in WebM, as browsers record it."""
    with av.open(str(path), "w", format="webm") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="mono")
        for at in range(0, len(samples), 960):
            piece = np.ascontiguousarray(samples[None, at : at + 960].astype(np.float32))
            frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
