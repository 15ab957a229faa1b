"""A song, recorded anew by a phone in a room: made here, so that the truth is known to the sample.

The song is played by another clock, sounds in a room, is heard through a phone's band and clipped
a little, and people talk over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from filoscope.media import read_samples

RATE_HZ = 32_000
BAND_HZ = (250.0, 6500.0)  # what a phone's speaker and microphone leave of music
_CLIP_AT = 2.5  # standard deviations at which the microphone bends: a loud room
_OVERSAMPLING = 4  # so that straight lines between samples keep what is under 6.5 kHz
_CANDID_S = 0.004  # before the first reflection: the next wall is some 70 cm away

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recording:
    """A take and where it lies.

    Attributes
    ----------
    samples : ndarray
        Shape (n,), at `RATE_HZ`.
    offset_s : float
        Where in the song the first sample lies; negative when the song starts later.
    drift_ppm : float
        Parts in a million that the song runs faster than the take's clock.
    """

    samples: Samples
    offset_s: float
    drift_ppm: float


def song_samples(path: Path) -> Samples:
    """Return a song in mono."""
    return read_samples(path, rate_hz=RATE_HZ, channels=1)[0]


def record(
    song: Samples,
    *,
    rng: np.random.Generator,
    voices: Samples,
    offset_s: float,
    length_s: float,
    snr_db: float,
    drift_ppm: float,
    speed: float = 1.0,
    is_lively: bool = False,
) -> Recording:
    """Record a part of a song.

    Parameters
    ----------
    song, voices : ndarray
        Shape (n,), at `RATE_HZ`; voices are laid over each other until they are babble.
    snr_db : float
        Of the song over babble and pink noise, over that part of the take where the song sounds.
    is_lively : bool
        A hall, and a phone far from the loudspeaker: walls are heard as loudly as that.
    """
    count = round(length_s * RATE_HZ)
    pace = speed * (1 + drift_ppm * 1e-6)
    played = _played(song, offset_s, pace, count)
    heard = fftconvolve(played, room(rng, is_lively=is_lively))[:count]
    heard = sosfilt(butter(2, BAND_HZ, "band", fs=RATE_HZ, output="sos"), heard)
    sounding = np.abs(played) > 0
    power = float(np.mean(heard[sounding] ** 2)) if sounding.any() else 1.0
    heard = np.tanh(heard / np.sqrt(power) / _CLIP_AT) * _CLIP_AT
    noise = babble(voices, count, rng) + pink(count, rng)
    noise = noise / np.sqrt(np.mean(noise**2)) * 10 ** (-snr_db / 20)
    take = heard + noise
    take *= 0.5 / np.abs(take).max()
    return Recording(take.astype(np.float32), offset_s, drift_ppm)


def _played(song: Samples, offset_s: float, pace: float, count: int) -> NDArray[np.float64]:
    """Return what the loudspeaker plays during the take: silence before the song and after it."""
    at = offset_s * RATE_HZ + np.arange(count) * pace
    first, last = int(np.floor(at[0])) - 64, int(np.ceil(at[-1])) + 64
    low, high = max(first, 0), min(last, len(song))
    if high <= low:
        return np.zeros(count)
    part = np.pad(song[low:high].astype(np.float64), (low - first, last - high))
    fine = oversampled(part)
    return np.interp((at - first) * _OVERSAMPLING, np.arange(len(fine)), fine)


def oversampled(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the samples at `_OVERSAMPLING` times their rate."""
    spectrum = np.fft.rfft(part)
    return np.fft.irfft(spectrum, len(part) * _OVERSAMPLING) * _OVERSAMPLING


def room(rng: np.random.Generator, *, is_lively: bool = False) -> NDArray[np.float64]:
    """Return an impulse response: the direct sound, six walls, and a tail that dies away."""
    reverberation_s = rng.uniform(0.5, 1.3) if is_lively else rng.uniform(0.25, 0.7)
    direct_db = rng.uniform(-6, 2) if is_lively else rng.uniform(0, 8)  # over the tail
    wall = 0.6 if is_lively else 0.4
    count = round(reverberation_s * RATE_HZ)
    times_s = np.arange(count) / RATE_HZ
    tail = rng.standard_normal(count) * 10 ** (-3 * times_s / reverberation_s)
    tail[times_s < _CANDID_S] = 0
    tail *= np.sqrt(10 ** (-direct_db / 10) / np.sum(tail**2))
    tail[0] = 1.0
    for _ in range(6):
        tail[int(rng.uniform(_CANDID_S, 0.05 if is_lively else 0.04) * RATE_HZ)] += rng.uniform(
            -wall, wall
        )
    return tail


def babble(voices: Samples, count: int, rng: np.random.Generator, *, people: int = 4) -> Samples:
    """Return some people talking at once."""
    starts = rng.integers(0, len(voices), people)
    return np.sum([np.take(voices, np.arange(s, s + count), mode="wrap") for s in starts], axis=0)


def pink(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise that falls by 3 dB an octave, half as strong as babble (Kellet's filter)."""
    poles = [1, -2.494956002, 2.017265875, -0.522189400]
    zeros = [0.049922035, -0.095993537, 0.050612699, -0.004408786]
    noise = lfilter(zeros, poles, rng.standard_normal(count))
    return noise / noise.std() * 0.5


def voices_of(clips: Path) -> Samples:
    """Return somebody talking, from the clips in which somebody does, at an even level."""
    spoken = [
        read_samples(clips / name, rate_hz=RATE_HZ, channels=1)[0]
        for name in ("nasa_speech_2res.mp4", "talking_face_mdn.mp4")
        if (clips / name).exists()
    ]
    if not spoken:
        raise SystemExit(f"no clip with speech in {clips}")
    return np.concatenate([part / (part.std() + 1e-9) for part in spoken])
