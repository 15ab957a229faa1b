"""Learn the judge of beats and bars (`listening/metre.json`), and say what it does on songs held out.

    python -m bench.studio.learn --data ../shared/data --pieces 700 --out metre.json

It learns from pieces that `band` plays and from the annotated songs, in crops of 40 s, each answer of a
song being right or wrong by the F-measure of the beats that it would give. Every held-out figure is of a
judge that saw no crop of the song it is asked about.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.studio.band import RATE_HZ, draw_style, play
from filoscope.media.audio import read_samples
from filoscope.studio.listening.grid import straighten
from filoscope.studio.listening.judge import Judge
from filoscope.studio.listening.metre import (
    FINE,
    METERS,
    bar_answers,
    bar_traits,
    beat_answers,
    beat_traits,
    weave,
)
from filoscope.studio.listening.pulse import find_pulse, novelty
from filoscope.studio.listening.spectra import spectra

Floats = NDArray[np.float64]

CROP_S = 40.0
PIECES = 550
RIGHT_F = 0.85  # an answer whose beats score so is right
UNITS = {"beat": 12, "bar": 10}
DECAY = 5e-3  # of the weights: with less, songs held out are answered worse
SONG_WEIGHT = 3.0  # of a crop of a real song beside a played piece


@dataclass(frozen=True, slots=True)
class Lesson:
    """A song's answers: traits (answers, n), which are right (answers,), whose song, its weight."""

    traits: Floats
    right: Floats
    song: str
    weight: float


def main() -> None:
    """Gather lessons, cross-validate, learn of all, write."""
    parser = argparse.ArgumentParser(prog="bench.studio.learn")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--out", type=Path, help="write what was learned of all songs here")
    parser.add_argument("--held-out", type=Path, help="and judges that never saw some songs here")
    parser.add_argument("--folds", type=int, default=6, help="of songs held out; 0: none")
    options = parser.parse_args()
    os.nice(10)
    lessons = dict(zip(UNITS, gather(options.data / "beats", options.pieces), strict=True))
    folds = held_out(lessons, options.folds)
    if options.held_out:
        options.held_out.write_text(json.dumps(folds) + "\n")
    weights = {name: written(learn(lessons[name], UNITS[name])) for name in UNITS}
    if options.out:
        options.out.write_text(json.dumps(weights, separators=(",", ":")) + "\n")


def written(judge: Judge) -> dict[str, Any]:
    """Round a network's numbers for JSON."""
    return {field: np.round(getattr(judge, field), 3).tolist() for field in Judge.__slots__}


def gather(folder: Path, pieces: int) -> tuple[list[Lesson], list[Lesson]]:
    """Return lessons on beats and on bars."""
    beat: list[Lesson] = []
    bar: list[Lesson] = []
    rng = np.random.default_rng(5)
    for number in range(pieces):
        style = draw_style(rng)
        piece = play(style, seed=1000 + number)
        first = np.argmin(np.abs(piece.beats_s - piece.downbeats_s[0]))
        places = (np.arange(len(piece.beats_s)) - first) % piece.meter
        _teach(piece.samples, piece.beats_s, places, piece.meter, f"band:{style}", 1.0, beat, bar)
    for file in sorted(folder.glob("*.beats")):
        known = np.loadtxt(file, ndmin=2)
        sound = read_samples(file.with_suffix(".ogg"), rate_hz=RATE_HZ, channels=1)[0]
        places = (known[:, 1] - 1) % 12 if known.shape[1] > 1 else None
        meter = int(known[:, 1].max()) if known.shape[1] > 1 else 0
        length = len(sound) / RATE_HZ
        starts = np.arange(0, max(length - CROP_S, 1), 18.0)
        for start in starts:
            part = sound[int(start * RATE_HZ) : int((start + CROP_S) * RATE_HZ)]
            keep = (known[:, 0] >= start) & (known[:, 0] < start + CROP_S)
            inside = None if places is None else places[keep]
            weight = SONG_WEIGHT * 4 / len(starts)
            _teach(part, known[keep, 0] - start, inside, meter, file.stem, weight, beat, bar)
    return beat, bar


def _teach(sound: NDArray[np.float32], beats: Floats, places: Floats | None, meter: int, song: str,
           weight: float, beat: list[Lesson], bar: list[Lesson]) -> None:  # fmt: skip
    heard = spectra(sound)
    curve = novelty(heard.strokes)
    pulse = find_pulse(curve)
    if len(pulse) < 4 or len(beats) < 8:
        return
    grid = straighten(pulse, curve, heard.duration_s)
    cloth = weave(heard, grid)
    answers = beat_answers(cloth)
    scores = []
    for period, phase in answers:
        times = grid.at(np.arange(phase, cloth.rows.shape[1], period) / FINE)
        scores.append(f_measure(beats, times))
    right = np.array(scores)
    if not len(right) or right.max() < RIGHT_F:
        print(f"no answer is right: {song} ({max(scores, default=0):.2f})", flush=True)
        return
    traits = np.array([beat_traits(cloth, *answer) for answer in answers])
    beat.append(Lesson(traits, (right >= max(RIGHT_F, right.max() - 0.03)) * 1.0, song, weight))
    if places is None or meter not in (*METERS, 2):
        return
    period, phase = answers[int(right.argmax())]
    _teach_bars(cloth, grid, period, phase, beats, places, meter, song, weight, bar)


def _teach_bars(cloth, grid, period, phase, beats, places, meter, song, weight, bar) -> None:  # type: ignore[no-untyped-def]
    teeth = grid.at(np.arange(phase, cloth.rows.shape[1], period) / FINE)
    downs = beats[places == 0]
    options = bar_answers(len(teeth))
    if not options or len(downs) < 3:
        return
    scores = np.array([f_measure(downs, teeth[first::many]) for many, first in options])
    if scores.max() < 0.6:
        return
    traits = np.array([bar_traits(cloth, period, phase, *option) for option in options])
    bar.append(Lesson(traits, (scores >= scores.max() - 0.03) * 1.0, song, weight))


def f_measure(known: Floats, found: Floats, within_s: float = 0.07) -> float:
    """Score as mir_eval does, without leaving out the first seconds."""
    if not len(known) or not len(found):
        return 0.0
    near = np.abs(known[:, None] - found[None, :]).min(axis=1) <= within_s
    hits = min(int(near.sum()), len(found))
    return 2 * hits / (len(known) + len(found))


def learn(lessons: list[Lesson], units: int, *, turns: int = 160, seed: int = 1) -> Judge:
    """Fit the network by Adam to the softmax over each song's answers."""
    traits = np.concatenate([lesson.traits for lesson in lessons])
    right = np.concatenate([lesson.right / lesson.right.sum() for lesson in lessons])
    sizes = np.array([len(lesson.traits) for lesson in lessons])
    owner = np.repeat(np.arange(len(lessons)), sizes)
    weight = np.array([lesson.weight for lesson in lessons])
    mean, spread = traits.mean(axis=0), traits.std(axis=0) + 0.05
    x = np.clip((traits - mean) / spread, -4, 4).astype(np.float32)
    rng = np.random.default_rng(seed)
    n = x.shape[1]
    values = [
        np.zeros(n, np.float32), rng.normal(0, 0.5 / np.sqrt(n), (n, units)).astype(np.float32),
        np.zeros(units, np.float32), rng.normal(0, 0.3, units).astype(np.float32),
    ]  # fmt: skip
    first = [np.zeros_like(v) for v in values]
    second = [np.zeros_like(v) for v in values]
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    scale = (weight / weight.sum())[owner]
    for turn in range(1, turns + 1):
        hidden = np.tanh(x @ values[1] + values[2])
        scores = x @ values[0] + hidden @ values[3]
        top = np.maximum.reduceat(scores, begins)[owner]
        power = np.exp(scores - top)
        share = power / np.add.reduceat(power, begins)[owner]
        slope = (scale * (share - right)).astype(np.float32)
        back = np.outer(slope, values[3]) * (1 - hidden**2)
        slopes = [x.T @ slope, x.T @ back, back.sum(axis=0), hidden.T @ slope]
        rate = 0.02 * min(1.0, 1.6 - 1.5 * turn / turns)
        for place, step in enumerate(slopes):
            step = step + DECAY * values[place]
            first[place] = 0.9 * first[place] + 0.1 * step
            second[place] = 0.99 * second[place] + 0.01 * step**2
            even = first[place] / (1 - 0.9**turn)
            values[place] = values[place] - rate * even / (
                np.sqrt(second[place] / (1 - 0.99**turn)) + 1e-8
            )
    line, inner, bias, out = (np.asarray(v, np.float64) for v in values)
    return Judge(mean, spread, line, inner, bias, out)


def held_out(lessons: dict[str, list[Lesson]], folds: int) -> list[dict[str, Any]]:
    """Learn without some songs, print the share of their crops that is answered rightly."""
    songs = sorted({lesson.song for lesson in lessons["beat"] if lesson.song[:5] != "band:"})
    made: list[dict[str, Any]] = []
    told: dict[tuple[str, str], list[float]] = {}
    for fold in range(folds):
        out = songs[fold::folds]
        weights = {}
        for name, known in lessons.items():
            hidden = [
                one.song in out or (one.song[:5] == "band:" and place % folds == fold)
                for place, one in enumerate(known)
            ]
            judge = learn(
                [one for one, hide in zip(known, hidden, strict=True) if not hide], UNITS[name]
            )
            weights[name] = written(judge)
            for one in (one for one, hide in zip(known, hidden, strict=True) if hide):
                answer = judge.scores(one.traits).argmax()
                told.setdefault((name, one.song), []).append(float(one.right[answer]))
        made.append({"songs": out, "weights": weights})
    for name in lessons:
        for kind in ("songs", "band"):
            rows = {
                s: h
                for (n, s), h in told.items()
                if n == name and (s in songs) == (kind == "songs")
            }
            for song, hits in sorted(rows.items()):
                print(f"{name:5s} {song:45s} {np.mean(hits):.2f} of {len(hits)}")
            if rows:
                print(
                    f"{name} held out, {kind}: {np.mean([np.mean(h) for h in rows.values()]):.3f}"
                )
    return made


if __name__ == "__main__":
    main()
