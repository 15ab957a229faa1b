"""Parts and drops of played songs whose form is known: ours, and even parts as the least one could do.

Twelve songs in six styles by the bench's band: intro, verses, choruses, a bridge; or intro, verse,
break, drop. A part has its own players, loudness, chords and tune, and lasts 4 to 16 bars. Borders
are hits within half a second and within three, once each way (without the song's ends). A drop is where
drums and bass enter together after a part without both; it is hit within half a beat. Choruses
are measured by the seconds called chorus or drop.
"""

from __future__ import annotations

import tempfile
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import Row
from bench.studio.band import PROGRESSIONS, Player, clock
from bench.studio.band_sounds import RATE_HZ
from bench.studio.band_styles import STYLES
from filoscope.media.audio import write_wav
from filoscope.studio.listening import Song, listen

Floats = NDArray[np.float64]

SONGS = (
    ("rock", "intro verse chorus verse chorus bridge chorus outro"),
    ("pop", "verse chorus verse chorus bridge chorus"),
    ("house", "intro verse break drop verse break drop outro"),
    ("hiphop", "intro verse chorus verse chorus outro"),
    ("country", "intro verse chorus verse bridge chorus outro"),
    ("trance", "intro break drop verse break drop outro"),
)
_PLAYED = {  # gains of drums, bass, chords and lead
    "intro": (0.0, 0.0, 0.8, 0.5),
    "verse": (0.7, 0.8, 0.5, 0.6),
    "chorus": (1.0, 1.0, 1.1, 1.2),
    "drop": (1.2, 1.2, 1.0, 1.0),
    "bridge": (0.4, 0.7, 0.9, 0.0),
    "break": (0.0, 0.0, 0.9, 0.4),
    "outro": (0.0, 0.6, 0.6, 0.0),
}
_BARS = {"intro": (4, 8), "verse": (8, 16), "bridge": (4, 8), "break": (4, 8), "outro": (4, 8)}


@dataclass(frozen=True, slots=True)
class Formed:
    """A song, and where its parts and drops begin."""

    samples: NDArray[np.float32]
    names: tuple[str, ...]
    borders_s: Floats
    drops_s: Floats
    beat_s: float


class _Ensemble(Player):
    """Players who know the form: (part's name, its first bar) in order."""

    def arrange(self, parts: list[tuple[str, int]]) -> None:
        """Give each name its chords and tune: the same whenever it comes back."""
        self.parts = parts
        self.own = {
            name: (
                PROGRESSIONS[self.rng.integers(len(PROGRESSIONS))],
                self.rng.random(len(self.figure)) < self.rng.uniform(0.2, 0.6),
            )
            for name in dict.fromkeys(name for name, _ in parts)
        }
        self.loud = {part: max(gain, 0.4) for part, gain in self.gains.items()}
        self.intro, self.mutes = 0, np.zeros(64, bool)

    def _bar(self, bar: int, first: int, a_bar: int) -> None:
        name = [name for name, start in self.parts if start <= bar][-1]
        for part, gain in zip(("drums", "bass", "chords", "lead"), _PLAYED[name], strict=True):
            self.gains[part] = self.loud[part] * gain
        self.progression, self.figure = self.own[name]
        super()._bar(bar, first, a_bar)


def play_form(style: str, form: str, *, seed: int) -> Formed:
    """Play a song of named parts, at a steady tempo."""
    rng = np.random.default_rng([seed, 11, len(form)])
    how = STYLES[style]
    bpm = float(np.exp(rng.uniform(*np.log(how.tempo_bpm))))
    names, starts, bar = tuple(form.split()), [], 0
    lengths = {name: int(rng.choice(_BARS.get(name, (8, 8)))) for name in dict.fromkeys(names)}
    for name in names:
        starts.append(bar)
        bar += lengths[name]
    bar_s = how.meter * 60 / bpm
    beats = clock(rng, bpm, bar * bar_s + 2, "steady") + 0.05
    players = _Ensemble(rng, how, beats, bar * bar_s + 0.5, "steady", 0)
    players.arrange(list(zip(names, starts, strict=True)))
    samples = players.perform(0)
    borders = np.array(starts[1:]) * bar_s + beats[0]
    entered = [
        border for before, name, border in zip(names, names[1:], borders, strict=False)
        if not any(_PLAYED[before][:2]) and all(_PLAYED[name][:2])
    ]  # fmt: skip
    return Formed(samples, names, borders, np.array(entered), 60 / bpm)


def rows(options: Namespace) -> list[Row]:
    """Return the mean of all songs, and a row for each."""
    table = []
    for style, form in SONGS:
        for seed in (1, 2):
            if options.names in style:
                made = play_form(style, form, seed=seed)
                table.append({"table": "form by song", "song": f"{style} {seed}"} | score(made))
    fields = [name for name in table[0] if name not in ("table", "song")]
    mean: Row = {"table": "form", "songs": len(table)}
    for field in fields:
        known = [row[field] for row in table if row[field] is not None]
        mean[field] = float(np.mean(known)) if known else None
    return [mean, *table]


def heard(made: Formed) -> Song:
    """Listen to it through a file, as anybody would."""
    with tempfile.TemporaryDirectory() as folder:
        write_wav(Path(folder) / "song.wav", 0.8 * made.samples[None], rate_hz=RATE_HZ)
        return listen(Path(folder) / "song.wav")


def score(made: Formed) -> Row:
    """Measure borders, drops and names of one song."""
    song = heard(made)
    ours = np.array([part.start_s for part in song.sections[1:]])
    even = np.linspace(0, song.duration_s, len(made.names) + 1)[1:-1]
    return {
        "parts": len(made.names),
        "found": len(song.sections),
        "F 0.5 s": hits(made.borders_s, ours, 0.5),
        "F 3 s": hits(made.borders_s, ours, 3.0),
        "even parts, F 3 s": hits(made.borders_s, even, 3.0),
        "drops F": hits(made.drops_s, np.array(song.drops_s), made.beat_s / 2)
        if len(made.drops_s) or song.drops_s
        else None,
        "choruses named": _named(made, song),
    }


def hits(known: Floats, found: Floats, within_s: float) -> float:
    """Return F of moments, each used once, nearest first."""
    pairs = sorted(
        (abs(k - f), i, j) for i, k in enumerate(known) for j, f in enumerate(found)
    )  # fmt: skip
    used: tuple[set[int], set[int]] = (set(), set())
    for away, i, j in pairs:
        if away <= within_s and i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
    return 2 * len(used[0]) / max(len(known) + len(found), 1)


def _named(made: Formed, song: Song) -> float | None:
    """Return F of the seconds called chorus or drop beside those that are."""
    ends = [*made.borders_s, song.duration_s]
    spans = list(zip([0.0, *made.borders_s], ends, made.names, strict=True))
    at = np.arange(0.25, song.duration_s, 0.5)
    true = np.array([any(a <= t < b and n in ("chorus", "drop") for a, b, n in spans) for t in at])
    said = np.array(
        [any(s.start_s <= t < s.end_s and s.label in ("chorus", "drop") for s in song.sections)
         for t in at]
    )  # fmt: skip
    return float(2 * (true & said).sum() / max(true.sum() + said.sum(), 1))
