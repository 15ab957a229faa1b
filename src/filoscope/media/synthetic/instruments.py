"""The instruments of the demo songs: notes, drums and rooms, all as arrays of samples.

A note is mono `(samples,)`, between -1 and 1, silent at both ends. Waves are band-limited: a
table of one turn is summed from the harmonics that fit below the top of hearing, so nothing folds.

    >>> play("keys", 220.0, 0.5, rate=48_000).shape
    (57600,)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, sosfilt

Samples: TypeAlias = NDArray[np.float32]

TURN = 4_096  # entries of one turn of a wave: nearest entry is 70 dB below the note
TOP_HZ = 12_000.0  # no harmonic above: warm, and never folded at 44.1 kHz
RELEASE_S = 0.02  # the shortest end of a note, so that none clicks
LEFT, RIGHT = 0, 1


def play(instrument: str, hz: float, held_s: float, *, rate: int) -> Samples:
    """Return one note: `held_s` seconds and then its release."""
    return _play(instrument, round(hz, 3), round(held_s, 4), rate)


@lru_cache(maxsize=512)  # a song of 20 seconds has some 60 different notes
def _play(instrument: str, hz: float, held_s: float, rate: int) -> Samples:
    voice, release_s = INSTRUMENTS[instrument]
    time_s = np.arange(round((held_s + release_s) * rate), dtype=np.float32) / np.float32(rate)
    sound = voice(hz, time_s)
    gate = np.clip((held_s + release_s - time_s) / release_s, 0, 1) ** 2
    attack = np.clip(time_s / 0.003, 0, 1)
    note: Samples = (sound * gate * attack).astype(np.float32)
    note.setflags(write=False)
    return note


@lru_cache(maxsize=64)
def _table(shape: str, harmonics: int) -> Samples:
    turn = np.arange(TURN) * (2 * np.pi / TURN)
    order = np.arange(1, harmonics + 1)
    weight = {
        "saw": 1.0 / order,
        "square": (order % 2) / order,
        "pulse": np.sin(np.pi * order * 0.25) / order,
        "mellow": 1.0 / order**2,
    }[shape]
    fade = np.cos(0.5 * np.pi * (order - 1) / harmonics)  # no ringing at the last harmonic
    wave = (np.sin(turn[None, :] * order[:, None]) * (weight * fade)[:, None]).sum(axis=0)
    return np.asarray((wave / np.abs(wave).max()).astype(np.float32), np.float32)


def _wave(shape: str, hz: float, time_s: Samples, top_hz: float = TOP_HZ) -> Samples:
    table = _table(shape, max(1, min(64, int(top_hz / hz))))
    return np.asarray(table[(time_s * (hz * TURN)).astype(np.int64) & (TURN - 1)], np.float32)


def _sine(hz: float, time_s: Samples) -> Samples:
    return np.asarray(np.sin((2 * np.pi * hz) * time_s), np.float32)


def _decay(time_s: Samples, half_s: float) -> Samples:
    return np.asarray(np.exp2(-time_s / np.float32(half_s)), np.float32)


def _keys(hz: float, time_s: Samples) -> Samples:
    """Electric piano: a tine modulates a tone, and its brightness dies first."""
    tine = _sine(hz * 7, time_s) * _decay(time_s, 0.04) * 0.12
    body = np.sin((2 * np.pi * hz) * time_s + 0.9 * _decay(time_s, 0.25) * _sine(hz, time_s))
    tremolo = 1 - 0.12 * (1 + _sine(5.2, time_s))
    return (0.75 * body + tine) * _decay(time_s, 0.7) * tremolo


def _pad(hz: float, time_s: Samples) -> Samples:
    voices = [_wave("saw", hz * cents, time_s, 2_600) for cents in (0.9957, 1.0, 1.0048)]
    swell = np.clip(time_s / 0.35, 0, 1)
    return np.asarray(
        sum(voices[1:], voices[0]) / 3 * swell * (0.9 + 0.1 * _sine(0.4, time_s)), np.float32
    )


def _bass(hz: float, time_s: Samples) -> Samples:
    growl = _wave("saw", hz, time_s, 700) * _decay(time_s, 0.18)
    return np.tanh(1.4 * (_sine(hz, time_s) + 0.5 * growl)) * _decay(time_s, 1.2) * 0.9


def _upright(hz: float, time_s: Samples) -> Samples:
    return (_wave("mellow", hz, time_s, 900) * _decay(time_s, 0.35)) * 1.1


def _reese(hz: float, time_s: Samples) -> Samples:
    beating = _wave("saw", hz * 0.994, time_s, 480) + _wave("saw", hz * 1.006, time_s, 480)
    return np.tanh(0.8 * beating + 0.7 * _sine(hz, time_s))


def _nylon(hz: float, time_s: Samples) -> Samples:
    """Plucked string: every harmonic dies faster than the one below it."""
    string = np.zeros_like(time_s)
    for order in range(1, 8):
        weight = np.sin(np.pi * order * 0.21) / order
        string += weight * _decay(time_s, 0.45 / order) * _sine(hz * order, time_s)
    return string


def _bell(hz: float, time_s: Samples) -> Samples:
    strike = 1.6 * _decay(time_s, 0.3) * _sine(hz * 3.5, time_s)
    return np.sin((2 * np.pi * hz) * time_s + strike) * _decay(time_s, 0.55)


def _lead(hz: float, time_s: Samples) -> Samples:
    vibrato = 0.0035 * np.clip(time_s - 0.15, 0, 0.3) / 0.3 * _sine(5.5, time_s)
    bent = time_s + vibrato / 35
    return (
        0.6
        * (_wave("saw", hz, bent, 4_200) + _wave("saw", hz * 1.006, bent, 4_200))
        * _decay(time_s, 0.9)
    )


def _chip(hz: float, time_s: Samples) -> Samples:
    return _wave("pulse", hz, time_s, 9_000) * _decay(time_s, 0.35)


def _chip_bass(hz: float, time_s: Samples) -> Samples:
    return _wave("square", hz, time_s, 3_000) * _decay(time_s, 0.5)


def _flute(hz: float, time_s: Samples) -> Samples:
    vibrato = 0.00006 * np.clip(time_s / 0.4, 0, 1) * _sine(4.8, time_s)
    return np.asarray(
        _wave("mellow", hz, time_s + vibrato, 2_500) * np.clip(time_s / 0.06, 0, 1), np.float32
    )


def _stab(hz: float, time_s: Samples) -> Samples:
    return (_wave("saw", hz, time_s, 3_200) + _wave("saw", hz * 1.007, time_s, 1_800)) * (
        0.5 * _decay(time_s, 0.12)
    )


INSTRUMENTS: Mapping[str, tuple[Callable[[float, Samples], Samples], float]] = {
    "keys": (_keys, 0.7),
    "pad": (_pad, 0.9),
    "bass": (_bass, 0.06),
    "upright": (_upright, 0.08),
    "reese": (_reese, 0.08),
    "nylon": (_nylon, 0.5),
    "bell": (_bell, 1.0),
    "lead": (_lead, 0.18),
    "chip": (_chip, RELEASE_S),
    "chip_bass": (_chip_bass, RELEASE_S),
    "flute": (_flute, 0.15),
    "stab": (_stab, 0.15),
}


@lru_cache(maxsize=64)
def strike(drum: str, rate: int) -> Samples:
    """Return one hit of a drum."""
    length_s, voice = DRUMS[drum]
    time_s = np.arange(round(length_s * rate), dtype=np.float32) / np.float32(rate)
    noise = np.random.default_rng(7).standard_normal(len(time_s)).astype(np.float32)
    hit = voice(time_s, noise, rate)
    hit *= np.clip(time_s / 0.0008, 0, 1) * np.clip((length_s - time_s) / 0.01, 0, 1)
    hit = (hit / max(1e-9, float(np.abs(hit).max()))).astype(np.float32)
    hit.setflags(write=False)
    return hit


def _band(noise: Samples, low_hz: float, high_hz: float, rate: int) -> Samples:
    sos = butter(2, [low_hz, high_hz], "bandpass", fs=rate, output="sos")
    return np.asarray(sosfilt(sos, noise), np.float32)


def _kick(time_s: Samples, noise: Samples, rate: int) -> Samples:
    turn = 48 * time_s - 130 * 0.028 * (np.exp(-time_s / 0.028) - 1)
    return np.asarray(
        np.sin(2 * np.pi * turn) * _decay(time_s, 0.09) + 0.1 * noise * _decay(time_s, 0.003),
        np.float32,
    )


def _soft_kick(time_s: Samples, noise: Samples, rate: int) -> Samples:
    turn = 46 * time_s - 55 * 0.03 * (np.exp(-time_s / 0.03) - 1)
    return np.asarray(np.sin(2 * np.pi * turn) * _decay(time_s, 0.07), np.float32)


def _snare(time_s: Samples, noise: Samples, rate: int) -> Samples:
    rattle = _band(noise, 1_400, 8_500, rate) * _decay(time_s, 0.045)
    return rattle + 0.55 * _sine(188, time_s) * _decay(time_s, 0.035)


def _clap(time_s: Samples, noise: Samples, rate: int) -> Samples:
    hands = sum((np.exp(-np.abs(time_s - late) / 0.006) for late in (0.0, 0.011, 0.021)), 0.0)
    return _band(noise, 900, 5_000, rate) * (hands + _decay(np.maximum(time_s - 0.02, 0), 0.05))


def _hat(time_s: Samples, noise: Samples, rate: int) -> Samples:
    return _band(noise, 7_000, 15_000, rate) * _decay(time_s, 0.014)


def _open_hat(time_s: Samples, noise: Samples, rate: int) -> Samples:
    return _band(noise, 6_500, 15_000, rate) * _decay(time_s, 0.09)


def _shaker(time_s: Samples, noise: Samples, rate: int) -> Samples:
    return np.asarray(
        _band(noise, 5_000, 11_000, rate) * np.clip(time_s / 0.025, 0, 1) * _decay(time_s, 0.025),
        np.float32,
    )


def _rim(time_s: Samples, noise: Samples, rate: int) -> Samples:
    return (_sine(1_720, time_s) + 0.6 * _sine(640, time_s)) * _decay(time_s, 0.012)


def _brush(time_s: Samples, noise: Samples, rate: int) -> Samples:
    return np.asarray(
        _band(noise, 1_800, 7_000, rate) * np.clip(time_s / 0.03, 0, 1) * _decay(time_s, 0.06),
        np.float32,
    )


DRUMS: Mapping[str, tuple[float, Callable[[Samples, Samples, int], Samples]]] = {
    "kick": (0.45, _kick),
    "soft_kick": (0.35, _soft_kick),
    "snare": (0.35, _snare),
    "clap": (0.35, _clap),
    "hat": (0.12, _hat),
    "open_hat": (0.4, _open_hat),
    "shaker": (0.16, _shaker),
    "rim": (0.1, _rim),
    "brush": (0.35, _brush),
}


@lru_cache(maxsize=8)
def _room(rate: int, length_s: float) -> Samples:
    """Return what a room answers to one click `(samples, 2)`: dense noise that dies away."""
    count = round(length_s * rate)
    rng = np.random.default_rng(11)
    time_s = np.arange(count)[:, None] / rate
    tail = rng.standard_normal((count, 2)) * np.exp(-time_s * 6.0 / length_s)
    tail *= np.clip((time_s - 0.012) / 0.02, 0, 1)  # the first answer comes a little later
    sos = butter(1, [220, 5_200], "bandpass", fs=rate, output="sos")
    tail = sosfilt(sos, tail, axis=0)
    return np.asarray(tail / np.sqrt((tail**2).sum(axis=0)), np.float32)


def reverberate(dry: Samples, *, rate: int, length_s: float) -> Samples:
    """Return only what the room answers to `dry` `(samples, 2)`, as long as it."""
    wet = [
        oaconvolve(dry[:, side], _room(rate, length_s)[:, side])[: len(dry)]
        for side in (LEFT, RIGHT)
    ]
    return np.stack(wet, axis=1).astype(np.float32)


def echo(dry: Samples, *, rate: int, delay_s: float, feedback: float) -> Samples:
    """Return the echoes of `dry` `(samples, 2)`, wandering from side to side."""
    wet = np.zeros_like(dry)
    step = round(delay_s * rate)
    for turn in range(1, 5):
        offset = turn * step
        if offset >= len(dry):
            break
        sides = (LEFT, RIGHT) if turn % 2 else (RIGHT, LEFT)
        wet[offset:] += feedback**turn * dry[: len(dry) - offset, sides]
    return wet
