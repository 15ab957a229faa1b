"""What the judges learn from: played pieces and annotated songs, heard and laid along their pulse.

Every lesson bears the name of what must be held out together: a song, a style of `band` ("band:waltz"), a
file of grooves ("mma:stdlib-waltz").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.studio.band import RATE_HZ, draw_style, play
from filoscope.media.audio import read_samples
from filoscope.studio.listening.grid import Grid, straighten
from filoscope.studio.listening.metre import weave
from filoscope.studio.listening.pulse import find_pulse, novelty
from filoscope.studio.listening.spectra import GROUPS, spectra
from filoscope.studio.listening.traits import ROWS, Cloth, cloth_of

Floats = NDArray[np.float64]

CROP_S = 40.0
SONG_WEIGHT = 6.0  # of a crop of a real song beside a played piece


@dataclass(frozen=True, slots=True)
class Lesson:
    """A piece as it was heard, and what should be counted in it.

    Attributes
    ----------
    group : str
        Held out together.
    weight : float
    cloth, grid : as `listening` has them
    beats_s : (beats,)
    places : (beats,) or None
        0 opens a bar; None where bars are not known.
    meter : int
    """

    group: str
    weight: float
    cloth: Cloth
    grid: Grid
    beats_s: Floats
    places: Floats | None
    meter: int


@dataclass(frozen=True, slots=True)
class _Sound:
    name: str
    group: str
    samples: NDArray[np.float32]
    beats_s: Floats
    places: Floats | None
    meter: int


def gather(songs: Path, pieces: int, also: Path | None, kept: Path) -> list[Lesson]:
    """Hear all; what was heard once is kept in a folder, by name, and read from there."""
    kept.mkdir(parents=True, exist_ok=True)
    sources = [_played(pieces, kept), _annotated(songs, kept)]
    sources += [_accompanied(also, kept)] if also else []
    lessons = []
    for source in sources:
        for sound in source:
            file = kept / f"{sound.name}.npz" if isinstance(sound, _Sound) else sound
            if isinstance(sound, _Sound):
                _keep(sound, file)
            lessons += _read(file)
    return weighed(lessons)


def weighed(lessons: list[Lesson]) -> list[Lesson]:
    """Return lessons that count as much as they should: a real song, however long, as four crops."""
    crops = Counter(lesson.group for lesson in lessons)
    return [
        lesson
        if ":" in lesson.group
        else replace(lesson, weight=SONG_WEIGHT * 4 / crops[lesson.group])
        for lesson in lessons
    ]


def muddied(lesson: Lesson, rng: np.random.Generator) -> Lesson:
    """Return a played piece with changes of harmony and of sound from elsewhere mixed into its own.

    In recordings they tell less of bars than in pieces whose chords are all new on a downbeat.
    """
    if ":" not in lesson.group:
        return lesson
    rows = lesson.cloth.rows.copy()
    for part in (slice(GROUPS, GROUPS + 3), slice(GROUPS + 3, ROWS)):
        share = rng.uniform(0, 1)
        elsewhere = np.roll(rows[part], int(rng.integers(rows.shape[1])), axis=1)
        rows[part] = (1 - share) * rows[part] + share * elsewhere
    return replace(lesson, cloth=cloth_of(rows, lesson.cloth.pulse_s))


def _played(pieces: int, kept: Path) -> Iterator[_Sound | Path]:
    rng = np.random.default_rng(5)
    for number in range(pieces):
        style = draw_style(rng)
        name = f"band_{number:04d}"
        if (kept / f"{name}.npz").exists():
            yield kept / f"{name}.npz"
            continue
        piece = play(style, seed=1000 + number)
        first = np.argmin(np.abs(piece.beats_s - piece.downbeats_s[0]))
        places = (np.arange(len(piece.beats_s)) - first) % piece.meter
        yield _Sound(
            name, f"band:{style}", piece.samples, piece.beats_s, places, piece.meter
        )  # fmt: skip


def _annotated(folder: Path, kept: Path) -> Iterator[_Sound | Path]:
    for file in sorted(folder.glob("*.beats")):
        if known_already := sorted(kept.glob(f"{file.stem}_*.npz")):
            yield from known_already
            continue
        known = np.loadtxt(file, ndmin=2)
        has_bars = known.shape[1] > 1
        sound = read_samples(file.with_suffix(".ogg"), rate_hz=RATE_HZ, channels=1)[0]
        starts = np.arange(0, max(len(sound) / RATE_HZ - CROP_S, 1), 18.0)
        for start in starts:
            part = sound[int(start * RATE_HZ) : int((start + CROP_S) * RATE_HZ)]
            keep = (known[:, 0] >= start) & (known[:, 0] < start + CROP_S)
            yield _Sound(
                f"{file.stem}_{start:.0f}", file.stem, part,
                known[keep, 0] - start, known[keep, 1] - 1 if has_bars else None,
                int(known[:, 1].max()) if has_bars else 0,
            )  # fmt: skip


def _accompanied(folder: Path, kept: Path) -> Iterator[_Sound | Path]:
    for file in sorted(folder.glob("*.beats")):
        if (kept / f"{file.stem}.npz").exists():
            yield kept / f"{file.stem}.npz"
            continue
        known = np.loadtxt(file, ndmin=2)
        sound = read_samples(file.with_suffix(".wav"), rate_hz=RATE_HZ, channels=1)[0]
        group = "mma:" + re.sub(r"_\d+$", "", file.stem)
        yield _Sound(file.stem, group, sound, known[:, 0], known[:, 1] - 1, int(known[:, 1].max()))


def _keep(sound: _Sound, file: Path) -> None:
    heard = spectra(sound.samples)
    curve = novelty(heard.strokes)
    pulse = find_pulse(curve)
    if len(pulse) < 4 or len(sound.beats_s) < 8:
        np.savez(file, empty=True)
        return
    grid = straighten(pulse, curve, heard.duration_s)
    cloth = weave(heard, grid)
    places = np.zeros(0) if sound.places is None else sound.places
    np.savez(
        file, rows=cloth.rows.astype(np.float32), pulse_s=cloth.pulse_s,
        times_s=grid.times_s, clarity=grid.clarity, is_rigid=grid.is_rigid, beats_s=sound.beats_s,
        places=places, meter=sound.meter, group=sound.group,
    )  # fmt: skip


def _read(file: Path) -> list[Lesson]:
    with np.load(file) as kept:
        if "empty" in kept:
            return []
        cloth = cloth_of(kept["rows"].astype(np.float64), float(kept["pulse_s"]))
        grid = Grid(kept["times_s"], float(kept["clarity"]), bool(kept["is_rigid"]))
        places = kept["places"]
        return [
            Lesson(
                str(kept["group"]), 1.0, cloth, grid, kept["beats_s"],
                places if len(places) else None, int(kept["meter"]),
            )
        ]  # fmt: skip
