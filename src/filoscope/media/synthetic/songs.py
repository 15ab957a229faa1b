"""Songs of the demo community: chords, bass, drums and a melody, from a style and a seed.

A style says what is played on which sixteenth of a bar; the seed chooses key, chords and motif.
The start of a song is the same however long it is made, so that clips can share a sound.

    >>> song = compose("house", seed=3, duration_s=8.0, tempo_bpm=124)
    >>> song.samples.shape, song.beats_s[:3]
    ((384000, 2), (0.0, 0.483..., 0.967...))
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from filoscope.media.synthetic.instruments import Samples, echo, play, reverberate, strike
from filoscope.media.synthetic.styles import SCALES, STYLES, Style

STEPS_A_BEAT = 4  # patterns are written in sixteenths
SONG_SECONDS_MAX = 600.0  # memory: a minute of four stereo buses is 100 MB
FADE_IN_S = 0.004  # the first beat is at zero: keep its attack, lose its click
FADE_OUT_S = 0.6
CEILING = 0.93  # the limiter's top, below full scale so that AAC does not overshoot
RUMBLE_HZ = 25.0  # below: nothing to hear, and an offset that would click at the ends
SOFT_HIT = 0.45  # how loud an "o" is beside an "x"


class UnknownStyle(ValueError):
    """A style that nobody here can play."""


@dataclass(frozen=True, slots=True)
class Song:
    """A finished song.

    Attributes
    ----------
    samples : float32 `(samples, 2)`, within -1 and 1
    beats_s, downbeats_s : tuple of float
        When each beat, and each first beat of a bar, comes: seconds from the first sample.
    """

    samples: Samples
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    tempo_bpm: float
    sample_rate: int
    style: str


def compose(
    style: str, *, seed: int, duration_s: float, tempo_bpm: float, sample_rate: int = 48_000
) -> Song:
    """Write and play a song.

    Parameters
    ----------
    style : str
        One of `STYLES`.
    seed : int
        Chooses key, chord progression, motif and ornaments.
    duration_s : float
        Length, faded out at the end.
    tempo_bpm : float
        Beats a minute; the style's own range is `STYLES[style].tempo_bpm`.

    Raises
    ------
    UnknownStyle
        No such style.
    ValueError
        A tempo or a length that makes no song.
    """
    if style not in STYLES:
        raise UnknownStyle(f"style {style!r}: choose one of {', '.join(STYLES)}")
    if not 0 < duration_s <= SONG_SECONDS_MAX:
        raise ValueError(f"duration_s {duration_s}: more than 0, at most {SONG_SECONDS_MAX}")
    if not 30 <= tempo_bpm <= 300:
        raise ValueError(f"tempo_bpm {tempo_bpm}: between 30 and 300")
    band = _Band(STYLES[style], seed, duration_s, tempo_bpm, sample_rate)
    beats = np.arange(0, duration_s - 1e-9, 60.0 / tempo_bpm)
    return Song(
        samples=band.perform(),
        beats_s=tuple(float(beat) for beat in beats),
        downbeats_s=tuple(float(beat) for beat in beats[:: STYLES[style].beats_per_bar]),
        tempo_bpm=tempo_bpm,
        sample_rate=sample_rate,
        style=style,
    )


def _midi_hz(note: float) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


class _Band:
    """Those who play: a bus for each, mixed at the end."""

    def __init__(
        self, style: Style, seed: int, duration_s: float, tempo_bpm: float, rate: int
    ) -> None:
        self.style, self.rate, self.seed = style, rate, seed
        self.step_s = 60.0 / tempo_bpm / STEPS_A_BEAT
        self.steps_a_bar = STEPS_A_BEAT * style.beats_per_bar
        self.total = round(duration_s * rate)
        self.bars = int(np.ceil(duration_s / (self.step_s * self.steps_a_bar)))
        rng = np.random.default_rng([seed, 101])
        self.key = int(rng.integers(style.key_low, style.key_low + 7))
        self.progression = style.progressions[rng.integers(len(style.progressions))]
        self.rhythms = [self._rhythm(rng), self._rhythm(rng)]
        self.contours = [rng.integers(-2, 3, 16).cumsum() for _ in range(2)]
        names = ("drums", "bass", "chords", "lead")
        self.bus = {name: np.zeros((self.total, 2), np.float32) for name in names}
        self.kicks: list[int] = []

    def perform(self) -> Samples:
        for bar in range(self.bars):
            degree = self.progression[bar % len(self.progression)]
            self._drums(bar)
            self._bass(bar, degree)
            self._chords(bar, degree)
            self._melody(bar, degree)
        return self._master(self._mix())

    def _note(self, degree: int, octave: int = 0) -> int:
        scale = SCALES[self.style.scale]
        turn, place = divmod(degree, len(scale))
        return self.key + scale[place] + 12 * (turn + octave)

    def _when_s(self, bar: int, step: float) -> float:
        late = self.style.swing * self.step_s if int(step) % 4 == self.style.swung_step else 0.0
        return (bar * self.steps_a_bar + step) * self.step_s + late

    def _put(self, bus: str, when_s: float, sound: Samples, gain: float, pan: float = 0.0) -> None:
        start = round(when_s * self.rate)
        end = min(self.total, start + len(sound))
        if end <= start:
            return
        angle = (pan + 1) * np.pi / 4
        piece = sound[: end - start, None]
        sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(gain * 1.414)
        self.bus[bus][start:end] += piece * sides

    def _drums(self, bar: int) -> None:
        rng = np.random.default_rng([self.seed, 202, bar])
        filling = bar % 4 == 3
        for part in self.style.drums:
            pattern = part.fill if filling and part.fill else part.pattern
            for step in range(self.steps_a_bar):
                mark = pattern[(bar * self.steps_a_bar + step) % len(pattern)]
                human = float(rng.uniform(0.85, 1.0))
                if mark == "." or (bar == 0 and part.enters_later):
                    continue
                when_s = self._when_s(bar, step)
                gain = part.gain * (human if mark == "x" else SOFT_HIT * human)
                self._put("drums", when_s, strike(part.drum, self.rate), gain, part.pan)
                if "kick" in part.drum:
                    self.kicks.append(round(when_s * self.rate))

    def _bass(self, bar: int, degree: int) -> None:
        voice = self.style.bass
        reach = {"1": (degree, -1), "5": (degree + 4, -1), "8": (degree, 0), "3": (degree + 2, -1)}
        for step, held, mark in self._strokes(voice.pattern, bar):
            at, octave = reach[mark]
            note = self._note(at, octave)
            while note > 52:  # above E3 a bass is no bass
                note -= 12
            hz = _midi_hz(note)
            sound = play(voice.instrument, hz, held * self.step_s * 0.92, rate=self.rate)
            self._put("bass", self._when_s(bar, step), sound, voice.gain)

    def _chords(self, bar: int, degree: int) -> None:
        voice = self.style.chords
        stack = [degree + third for third in (0, 2, 4, 6)[: self.style.chord_notes]]
        notes = sorted(58 + (self._note(at) - 58) % 12 for at in stack)
        for count, (step, held, mark) in enumerate(self._strokes(voice.pattern, bar)):
            chosen = notes if mark != "a" else [notes[count % len(notes)] + 12 * (count % 8 > 3)]
            for place, note in enumerate(chosen):
                hz = _midi_hz(note)
                sound = play(voice.instrument, hz, held * self.step_s * 0.95, rate=self.rate)
                strum_s = self.style.strum_s * place
                pan = (place / max(1, len(chosen) - 1) - 0.5) * 0.9 if len(chosen) > 1 else 0.3
                gain = voice.gain * (0.7 if mark == "o" else 1.0)
                self._put("chords", self._when_s(bar, step) + strum_s, sound, gain, pan)

    def _strokes(self, pattern: str, bar: int) -> list[tuple[int, int, str]]:
        """Return (step, steps held, mark) of one bar; a "-" holds what came before."""
        repeats = max(1, len(pattern) // self.steps_a_bar)
        first = (bar % repeats) * self.steps_a_bar
        line = pattern[first : first + self.steps_a_bar]
        strokes = []
        for step, mark in enumerate(line):
            if mark not in ".-":
                rest = line[step + 1 :]
                strokes.append((step, 1 + len(rest) - len(rest.lstrip("-")), mark))
        return strokes

    def _rhythm(self, rng: np.random.Generator) -> list[int]:
        """Choose on which steps of a bar the motif sounds: the first beat, then by likelihood."""
        steps = range(0, self.steps_a_bar, 2 if self.style.busy < 0.75 else 1)
        likely = {0: 0.85, 2: 0.6, 1: 0.3, 3: 0.3}
        return [s for s in steps if rng.random() < self.style.busy * likely[s % 4] * 1.25] or [0]

    def _melody(self, bar: int, degree: int) -> None:
        """Play the motif A A B A, moved to each chord; strong beats fall on the chord."""
        voice = self.style.lead
        if voice is None or bar < self.style.lead_enters:
            return
        which = 1 if bar % 4 == 2 else 0
        rhythm, contour = self.rhythms[which], self.contours[which]
        for place, step in enumerate(rhythm):
            following = rhythm[place + 1] if place + 1 < len(rhythm) else self.steps_a_bar
            at = degree + 4 + int(contour[place % 16]) % 7
            if step % 8 == 0:
                at = degree + (0, 2, 4, 7)[int(contour[place % 16]) % 4]
            note = self._note(at, 0)
            note = 67 + (note - 67) % 14 if note > 84 or note < 62 else note
            held_s = min(following - step, 6) * self.step_s * 0.9
            sound = play(voice.instrument, _midi_hz(note), held_s, rate=self.rate)
            pan = 0.25 * (-1) ** place
            self._put("lead", self._when_s(bar, step), sound, voice.gain, pan)

    def _mix(self) -> NDArray[np.float32]:
        style, bus = self.style, self.bus
        bus["lead"] += echo(
            bus["lead"], rate=self.rate, delay_s=3 * self.step_s, feedback=style.echo
        )
        duck = self._duck()[:, None]
        sent = bus["chords"] + bus["lead"] + 0.25 * bus["drums"]
        room = reverberate(sent, rate=self.rate, length_s=style.room_s)
        return np.asarray(
            bus["drums"]
            + duck * (bus["bass"] + bus["chords"])
            + (0.5 + 0.5 * duck) * bus["lead"]
            + style.room * duck * room,
            np.float32,
        )

    def _duck(self) -> NDArray[np.float32]:
        """Return how far the others step back for the kick `(samples,)`, from 0 to 1."""
        gain = np.ones(self.total, np.float32)
        length = round(min(0.32, 3.5 * self.step_s) * self.rate)
        dip = 1 - self.style.duck * (1 - np.linspace(0, 1, length, dtype=np.float32)) ** 2
        dip[: length // 40] = np.linspace(1, dip[length // 40], length // 40)
        for kick in self.kicks:
            end = min(self.total, kick + length)
            if end <= kick:
                continue
            gain[kick:end] = np.minimum(gain[kick:end], dip[: end - kick])
        return gain

    def _master(self, mix: NDArray[np.float32]) -> Samples:
        rumble = butter(1, RUMBLE_HZ, "highpass", fs=self.rate, output="sos")
        mix = sosfilt(rumble, mix * np.float32(self.style.loudness), axis=0)
        out = CEILING * np.tanh(mix / CEILING)
        fade_in, fade_out = round(FADE_IN_S * self.rate), round(FADE_OUT_S * self.rate)
        fade_out = min(fade_out, self.total // 2)
        out[:fade_in] *= np.linspace(0, 1, fade_in, dtype=np.float32)[: self.total, None]
        out[self.total - fade_out :] *= np.linspace(1, 0, fade_out, dtype=np.float32)[:, None] ** 2
        return np.asarray(out.astype(np.float32), np.float32)
