"""A band that plays any style in exact time: music with known beats, to learn and to test on.

>>> piece = play("waltz", seed=7)
>>> piece.samples.shape, piece.beats_s[:3], piece.meter
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.studio.band_sounds import KINDS, RATE_HZ, Kit, Tones, mastered
from bench.studio.band_styles import STYLES, Style

Floats = NDArray[np.float64]

PROGRESSIONS = (
    (0, 5, 3, 4),
    (0, 3, 4, 0),
    (0, 4, 5, 3),
    (5, 3, 0, 4),
    (0, 0, 3, 4),
    (0, 5),
    (0, 3),
    (0, 1, 4, 0),
)
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_LEVELS = {
    "k": 1.0,
    "s": 0.8,
    "h": 0.3,
    "O": 0.35,
    "r": 0.35,
    "C": 0.5,
    "c": 0.7,
    "t": 0.6,
    "m": 0.25,
    "w": 0.4,
    "b": 0.4,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Mono float32 samples at 44.1 kHz, and what one should count."""

    samples: NDArray[np.float32]
    beats_s: Floats
    downbeats_s: Floats
    meter: int
    style: str


def draw_style(rng: np.random.Generator) -> str:
    """Return a style's name, by weight."""
    weights = np.array([style.weight for style in STYLES.values()])
    return str(rng.choice(list(STYLES), p=weights / weights.sum()))


def play(style: str, *, seed: int, duration_s: float = 30.0, tempo_bpm: float | None = None,
         course: str | None = None, intro_bars: int | None = None) -> Piece:  # fmt: skip
    """Play a piece.

    Parameters
    ----------
    course : {"steady", "wander", "ramp", "jump"}, optional
        How the tempo goes; drawn by the style's liveliness without it.
    intro_bars : int, optional
        Bars without drums at the start; drawn without it.
    """
    rng = np.random.default_rng([seed, len(style), sum(map(ord, style))])
    how = STYLES[style]
    bpm = tempo_bpm or float(np.exp(rng.uniform(*np.log(how.tempo_bpm))))
    if course is None:
        is_live = rng.random() < how.live
        course = (
            str(rng.choice(["wander", "ramp", "jump"], p=[0.8, 0.12, 0.08]))
            if is_live
            else "steady"
        )
    lead_in = rng.uniform(0, 60 / bpm)
    beats = clock(rng, bpm, duration_s, course) + lead_in
    song = Player(rng, how, beats, duration_s, course, intro_bars)
    opening = int(rng.integers(how.meter))
    samples = song.perform(opening)
    heard = beats[(beats >= 0) & (beats < duration_s - 0.05)]
    return Piece(samples, heard, heard[opening :: how.meter], how.meter, style)


def clock(rng: np.random.Generator, bpm: float, duration_s: float, course: str) -> Floats:
    """Return times of beats from 0 on: steady, wandering, a ramp or a jump of tempo."""
    count = int(duration_s * bpm / 60 * 1.6) + 8
    steps = np.full(count, 60 / bpm)
    if course == "wander":
        drift = np.cumsum(rng.standard_normal(count)) * rng.uniform(0.001, 0.006)
        drift -= np.linspace(0, drift[-1], count) * rng.uniform(0, 1)
        steps *= np.exp(np.clip(drift, -0.12, 0.12))
        steps *= 1 + 0.02 * rng.random() * np.sin(np.arange(count) * rng.uniform(0.05, 0.4))
    elif course == "ramp":
        steps *= np.linspace(1, rng.choice([0.75, 0.85, 1.15, 1.3]), count)
    elif course == "jump":
        steps[count // 4 :] *= rng.choice([0.8, 0.88, 1.12, 1.25])
    return np.asarray(np.concatenate([[0.0], np.cumsum(steps)]))


class Player:
    def __init__(self, rng: np.random.Generator, how: Style, beats: Floats, duration_s: float,
                 course: str, intro_bars: int | None) -> None:  # fmt: skip
        self.rng, self.how, self.beats, self.duration_s = rng, how, beats, duration_s
        self.out = np.zeros(int((duration_s + 3) * RATE_HZ))
        self.hand_s = (
            rng.uniform(0.002, 0.014) if course != "steady" else rng.choice([0, 0.002, 0.006])
        )
        self.kit = Kit(rng)
        drawn = {name: str(rng.choice(ways)) for name, ways in how.lanes.items()}
        self.bass, self.chords = drawn.pop("bass"), drawn.pop("chords")
        self.lanes = drawn
        self.low = Tones("bass", rng)
        self.mid = Tones(str(rng.choice(how.kinds)), rng)
        self.top = Tones(str(rng.choice(KINDS[1:])), rng)
        self.scale = _MAJOR if rng.random() < 0.5 else _MINOR
        self.key = int(rng.integers(36, 48))
        self.progression = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
        self.chord_bars = int(rng.choice([1, 1, 1, 2, 4]))
        self.split = rng.random() < 0.2 and how.meter == 4
        self.gains = {part: rng.uniform(0.25, 1.0) for part in ("drums", "bass", "chords", "lead")}
        if rng.random() < 0.15:
            self.gains["bass"] = 0.0
        if rng.random() < 0.3:
            self.gains["lead"] = 0.0
        self.swing = (
            how.swing if how.steps == 4 else rng.uniform(-0.25, 0.25) if how.steps == 3 else 0.0
        )
        self.intro = intro_bars if intro_bars is not None else int(rng.choice([0, 0, 0, 2, 4, 8]))
        self.phrase = int(rng.choice([4, 8]))
        self.mutes = rng.random(64) < 0.15
        self.figure = rng.random(2 * how.meter * how.steps) < rng.uniform(0.2, 0.6)
        self.tune = rng.integers(-3, 5, len(self.figure))

    def when(self, step: int) -> float:
        """Return the moment of a step, counted from the first beat; swung and uneven as played."""
        beat, part = divmod(step, self.how.steps)
        beat = min(beat, len(self.beats) - 2)
        share = part / self.how.steps
        if self.how.steps == 4 and part % 2:
            share += self.swing / 4
        if self.how.steps == 3 and part == 2:
            share += self.swing / 3 * 0.5
        start, end = self.beats[beat], self.beats[beat + 1]
        return float(start + share * (end - start) + self.rng.normal(0, 1) * self.hand_s)

    def put(self, sound: Floats, at_s: float, gain: float) -> None:
        at = round(at_s * RATE_HZ)
        if 0 <= at < len(self.out):
            part = sound[: len(self.out) - at]
            self.out[at : at + len(part)] += gain * part

    def perform(self, opening: int) -> NDArray[np.float32]:
        """Play bar by bar; the first `opening` beats are a bar's end."""
        a_bar = self.how.meter * self.how.steps
        start = (opening - self.how.meter) * self.how.steps if opening else 0
        for bar in range(10_000):
            first = start + bar * a_bar
            if first >= 0 and (first // self.how.steps) >= len(self.beats) - 2:
                break
            if first >= 0 and self.when(first) > self.duration_s:
                break
            self._bar(bar, first, a_bar)
        return mastered(self.out[: int(self.duration_s * RATE_HZ)], self.rng)

    def _bar(self, bar: int, first: int, a_bar: int) -> None:
        drums_rest = bar < self.intro or self.mutes[bar // self.phrase % 64]
        fill = bar % self.phrase == self.phrase - 1 and self.rng.random() < 0.7
        for place in range(a_bar):
            step = first + place
            if step < 0:
                continue
            if not drums_rest:
                self._drums(bar, step, place, a_bar, fill)
            self._tones(bar, step, place, a_bar)

    def _drums(self, bar: int, step: int, place: int, a_bar: int, fill: bool) -> None:
        gain = self.gains["drums"]
        if fill and place >= a_bar * 3 // 4 and "s" in self.lanes and self.how.steps > 2:
            self.put(self.kit.hits[str(self.rng.choice(["s", "t"]))], self.when(step), 0.6 * gain)
            return
        if place == 0 and bar % self.phrase == 0 and "s" in self.lanes and self.rng.random() < 0.6:
            self.put(self.kit.hits["C"], self.when(step), 0.5 * gain)
        for drum, lane in self.lanes.items():
            if lane and (mark := lane[(bar * a_bar + place) % len(lane)]) != ".":
                loud = (1.0 if mark == "x" else 0.4) * self.rng.uniform(0.8, 1.1)
                self.put(self.kit.hits[drum], self.when(step), gain * _LEVELS[drum] * loud)

    def _degree(self, bar: int, place: int, a_bar: int) -> int:
        number = bar // self.chord_bars
        if self.split:
            number = 2 * bar + (place >= a_bar // 2)
        return int(self.progression[number % len(self.progression)])

    def _pitch(self, degree: int) -> int:
        octave, step = divmod(degree, 7)
        return self.key + 12 * octave + self.scale[step]

    def _tones(self, bar: int, step: int, place: int, a_bar: int) -> None:
        degree = self._degree(bar, place, a_bar)
        step_s = float(np.median(np.diff(self.beats))) / self.how.steps
        at = self.when(step)
        lane = self.bass
        if lane and lane[(bar * a_bar + place) % len(lane)] == "x" and self.gains["bass"]:
            walk = (
                int(self.rng.choice([0, 2, 4]))
                if place and self.how.steps == 3
                else 4
                * (place >= a_bar // 2 and self.how.meter in (2, 4) and self.rng.random() < 0.3)
            )
            held = _held(lane, place, a_bar) * step_s * 0.9
            self.put(self.low.note(self._pitch(degree + walk), held), at, 0.5 * self.gains["bass"])
        lane = self.chords
        if lane and lane[(bar * a_bar + place) % len(lane)] == "x":
            held = min(_held(lane, place, a_bar) * step_s, 3.0)
            for third in (0, 2, 4):
                note = self.mid.note(self._pitch(degree + third) + 24, held)
                self.put(note, at, 0.16 * self.gains["chords"] * self.rng.uniform(0.8, 1.1))
        spot = step % len(self.figure)
        if self.figure[spot] and self.gains["lead"]:
            note = self.top.note(self._pitch(degree + int(self.tune[spot])) + 24, step_s * 1.6)
            self.put(note, at, 0.25 * self.gains["lead"])


def _held(lane: str, place: int, a_bar: int) -> int:
    """Return how many steps pass until the lane's next stroke."""
    for more in range(1, a_bar + 1):
        if lane[(place + more) % len(lane)] != ".":
            return more
    return a_bar
