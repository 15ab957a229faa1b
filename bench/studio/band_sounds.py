"""Drums and notes for `band`: every song has its own, drawn from one seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

Floats = NDArray[np.float64]
RATE_HZ = 44_100


def _time(seconds: float) -> Floats:
    return np.arange(int(seconds * RATE_HZ)) / RATE_HZ


def _noise(rng: np.random.Generator, seconds: float, low_hz: float, high_hz: float) -> Floats:
    sos = butter(2, [low_hz, high_hz], "band", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(sos, rng.standard_normal(int(seconds * RATE_HZ))))


class Kit:
    """One-shot drums."""

    def __init__(self, rng: np.random.Generator) -> None:
        u = rng.uniform
        self.hits = {
            "k": self._kick(rng),
            "s": self._snare(rng),
            "h": _noise(rng, 0.12, u(5e3, 8e3), 15e3) * np.exp(-_time(0.12) / u(0.012, 0.04)),
            "O": _noise(rng, 0.5, u(4e3, 7e3), 15e3) * np.exp(-_time(0.5) / u(0.1, 0.2)),
            "r": self._ride(rng),
            "C": _noise(rng, 1.6, 2e3, 14e3) * np.exp(-_time(1.6) / u(0.3, 0.6)),
            "c": self._clap(rng),
            "t": np.sin(2 * np.pi * u(80, 160) * _time(0.35)) * np.exp(-_time(0.35) / u(0.06, 0.14)),
            "m": _noise(rng, 0.1, u(3e3, 6e3), 12e3) * np.hanning(int(0.1 * RATE_HZ)),
            "w": np.sin(2 * np.pi * u(600, 1500) * _time(0.08)) * np.exp(-_time(0.08) / u(0.008, 0.02)),
            "b": _noise(rng, 0.14, u(900, 2500), 9e3) * np.exp(-_time(0.14) / u(0.02, 0.05)),
        }  # fmt: skip
        for name, hit in self.hits.items():
            self.hits[name] = hit / (np.abs(hit).max() + 1e-9)

    def _kick(self, rng: np.random.Generator) -> Floats:
        t, u = _time(0.4), rng.uniform
        sweep = u(40, 65) * t - u(1.0, 4.0) * np.exp(-t / u(0.015, 0.04))
        click = rng.standard_normal(len(t)) * np.exp(-t / 0.003) * u(0.02, 0.25)
        return np.asarray(np.sin(2 * np.pi * sweep) * np.exp(-t / u(0.06, 0.18)) + click)

    def _snare(self, rng: np.random.Generator) -> Floats:
        t, u = _time(0.3), rng.uniform
        body = np.sin(2 * np.pi * u(160, 260) * t) * np.exp(-t / u(0.03, 0.08))
        wires = _noise(rng, 0.3, u(300, 1500), u(7e3, 14e3)) * np.exp(-t / u(0.05, 0.14))
        return np.asarray(body * u(0.3, 1.0) + wires * u(0.6, 1.6))

    def _ride(self, rng: np.random.Generator) -> Floats:
        t = _time(0.6)
        bell = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(2500, 9000, 6))
        hiss = _noise(rng, 0.6, 5e3, 15e3)
        return np.asarray((0.15 * bell + 0.4 * hiss) * np.exp(-t / rng.uniform(0.08, 0.25)))

    def _clap(self, rng: np.random.Generator) -> Floats:
        t = _time(0.25)
        shape = np.exp(-t / 0.07) * 0.6
        for at in (0.0, 0.01, 0.021):
            shape += np.where(t >= at, np.exp(-np.maximum(t - at, 0) / 0.005), 0)
        return _noise(rng, 0.25, 800, rng.uniform(4e3, 9e3)) * shape


KINDS = ("bass", "keys", "pad", "pluck", "organ", "fuzz", "lead", "voice", "chip")


class Tones:
    """Notes of one instrument, kept once made."""

    def __init__(self, kind: str, rng: np.random.Generator) -> None:
        self.kind, self.kept = kind, {}  # type: ignore[var-annotated]
        u = rng.uniform
        self.bright, self.attack = u(0.7, 1.8), u(0.002, 0.012)
        self.decay = {"bass": u(0.2, 0.8), "keys": u(0.3, 1.0), "pluck": u(0.1, 0.5)}.get(kind, 9.0)
        if kind in ("pad", "voice"):
            self.attack = u(0.04, 0.15)

    def note(self, pitch: int, seconds: float) -> Floats:
        key = (pitch, round(seconds, 2))
        if key not in self.kept:
            self.kept[key] = self._make(
                440 * 2 ** ((pitch - 69) / 12), max(0.05, round(seconds, 2))
            )
        return np.asarray(self.kept[key])

    def _make(self, hz: float, seconds: float) -> Floats:
        t = _time(seconds + 0.06)
        turn = 2 * np.pi * hz * t
        if self.kind == "voice":
            turn += 0.9 * np.sin(2 * np.pi * 5.5 * t) + 2.5 * np.exp(-t / 0.05)
        count = int(min(10, 9000 / hz))
        if self.kind == "chip":
            wave = np.sign(np.sin(turn)) * 0.5
        elif self.kind == "organ":
            wave = sum(np.sin(k * turn) * a for k, a in ((1, 1), (2, 0.7), (3, 0.4), (4, 0.3)))
        else:
            wave = sum(np.sin(k * turn) / k**self.bright for k in range(1, count + 1))
        if self.kind == "fuzz":
            wave = np.tanh(4 * (wave + sum(np.sin(1.5 * k * turn) / k for k in range(1, 5))))
        shape = np.minimum(1, t / self.attack) * np.exp(-t / self.decay)
        shape *= np.clip((seconds + 0.05 - t) / 0.05, 0, 1)
        return np.asarray(wave * shape)


def mastered(out: Floats, rng: np.random.Generator) -> NDArray[np.float32]:
    """Master a mix: hiss, a narrower band, a room, a tape driven hard, as drawn."""
    out = out + rng.standard_normal(len(out)) * 10 ** rng.uniform(-5, -2.3)
    if rng.random() < 0.5:
        order = [rng.uniform(30, 150), rng.uniform(4e3, 16e3)]
        out = sosfilt(butter(1, order, "band", fs=RATE_HZ, output="sos"), out)
    if rng.random() < 0.5:
        tail = rng.standard_normal(int(0.4 * RATE_HZ)) * np.exp(
            -np.arange(int(0.4 * RATE_HZ)) / RATE_HZ / 0.12
        )
        wet = np.fft.irfft(np.fft.rfft(out, 2 * len(out)) * np.fft.rfft(tail, 2 * len(out)))[
            : len(out)
        ]
        out = out + rng.uniform(0.05, 0.4) * wet / (wet.std() + 1e-9) * out.std()
    drive = rng.uniform(0.5, 3.0)
    return np.tanh(drive * out / (3 * out.std() + 1e-9)).astype(np.float32)
