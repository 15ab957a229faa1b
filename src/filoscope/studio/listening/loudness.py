"""How loud it is to an ear: ITU-R BS.1770-4, and the waveform to draw.

>>> lufs, curve = loudness(samples, rate_hz=48_000)  # 997 Hz at -20 dBFS on both sides: -20.0 LUFS
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from filoscope.studio.listening.song import LOUDNESS_HZ, PEAKS_HZ

Floats = NDArray[np.float32]

FLOOR_LUFS = -70.0  # the standard's absolute gate
_GATE_LU = -10.0  # its relative gate
_OFFSET = -0.691  # BS.1770: so that 997 Hz at full scale in one channel is -3.01


def loudness(samples: Floats, *, rate_hz: int) -> tuple[float | None, tuple[float, ...]]:
    """Measure integrated loudness and its course.

    Parameters
    ----------
    samples : (channels, n) float32
        One or two channels, both of weight 1.
    rate_hz : int

    Returns
    -------
    float or None
        LUFS over the whole; None where all lies under the absolute gate.
    tuple of float
        Momentary LUFS (400 ms around each moment), `LOUDNESS_HZ` a second.
    """
    step = rate_hz // LOUDNESS_HZ
    count = -(-samples.shape[1] // step)
    powers = np.zeros(count)
    for channel in samples:
        weighted = np.zeros(count * step, np.float32)
        weighted[: len(channel)] = sosfilt(_weighting(rate_hz), channel)
        powers += np.square(weighted.reshape(count, step), dtype=np.float64).mean(axis=1)
    blocks = np.convolve(powers, np.full(4, 0.25), "valid") if count >= 4 else powers
    momentary = np.convolve(np.pad(powers, (2, 1), mode="edge"), np.full(4, 0.25), "valid")
    curve = np.maximum(_lufs(momentary), FLOOR_LUFS)
    return _gated(blocks), tuple(np.round(curve, 2).tolist())


def _lufs(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return _OFFSET + 10 * np.log10(np.maximum(power, 1e-12))


def _gated(blocks: NDArray[np.float64]) -> float | None:
    """Average the blocks that are heard: over -70 LUFS, and not 10 LU under the rest."""
    heard = blocks[_lufs(blocks) > FLOOR_LUFS]
    if not len(heard):
        return None
    heard = heard[_lufs(heard) > float(_lufs(heard.mean())) + _GATE_LU]
    return float(_lufs(heard.mean()))


def _weighting(rate_hz: int) -> NDArray[np.float64]:
    """Return the standard's two filters for any rate.

    The analogue prototypes behind its table for 48 kHz, by the bilinear transform: a shelf of +4 dB
    from 1682 Hz on, and a high pass at 38 Hz.
    """
    k = math.tan(math.pi * 1681.974450955533 / rate_hz)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [
        (high + band * k / q + k * k) / a0, 2 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0,
    ]  # fmt: skip
    k = math.tan(math.pi * 38.13547087602444 / rate_hz)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    rumble = [1, -2, 1, 1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    return np.array([shelf, rumble])


def peaks(samples: Floats, *, rate_hz: int) -> tuple[float, ...]:
    """Return the largest sample of each fiftieth of a second, 0 to 1."""
    step = rate_hz // PEAKS_HZ
    count = -(-samples.shape[1] // step)
    tall = np.zeros(count * step, np.float32)
    for channel in samples:
        np.maximum(tall[: len(channel)], np.abs(channel), out=tall[: len(channel)])
    return tuple(np.round(np.minimum(tall.reshape(count, step).max(axis=1), 1), 3).tolist())
