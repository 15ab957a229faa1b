"""Learn the judges of beats and bars (`listening/metre.json`), and say what they do on songs held out.

    python -m bench.studio.accompany grooves
    python -m bench.studio.learn --data ../shared/data --also grooves --kept heard --out metre.json

They learn from pieces that `band` plays, from grooves that `accompany` renders, and from the annotated songs
in crops of 40 s. An answer is right by the F-measure of the beats and downbeats that it would give. The judge
of bars is asked about the bars of the few likeliest beats at once, and adds to what the judge of beats
said: so beats that make good bars win. Every held-out figure is of judges that heard nothing of that song,
of that style of `band`, of that file of grooves.
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

from bench.studio.lessons import Lesson, gather, muddied
from filoscope.studio.listening.judge import Judge, Judges
from filoscope.studio.listening.metre import BEATS_ASKED, beat_answers, judge_metre
from filoscope.studio.listening.traits import FINE, METERS, bar_answers, bar_traits, beat_traits

Floats = NDArray[np.float64]

PIECES = 460
RIGHT_F, RIGHT_BARS_F = 0.85, 0.6  # an answer whose beats and downbeats score so is right
UNITS = {"beat": 20, "bar": 16}
VOICES = 3  # networks of one judge, from other seeds: their mean errs less
DECAY = 1e-2  # of the weights: with less, songs held out are answered worse
PARTS = 3  # the judge of bars learns beside judges of beats that did not hear the piece


@dataclass(frozen=True, slots=True)
class Sheet:
    """A lesson's answers: traits (answers, n), said before and which are right (answers,)."""

    traits: Floats
    said: Floats
    right: Floats
    weight: float


def main() -> None:
    """Gather lessons, learn of all, cross-validate, write."""
    parser = argparse.ArgumentParser(prog="bench.studio.learn")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--also", type=Path, help="a folder of grooves from `accompany`")
    parser.add_argument("--kept", type=Path, default=Path("heard"), help="what was heard once")
    parser.add_argument("--out", type=Path, help="write what was learned of all songs here")
    parser.add_argument("--held-out", type=Path, help="and judges that never saw some songs here")
    parser.add_argument("--folds", type=int, default=6, help="of songs held out; 0: none")
    options = parser.parse_args()
    os.nice(10)
    lessons = gather(options.data / "beats", options.pieces, options.also, options.kept)
    rng = np.random.default_rng(9)
    school = School([muddied(lesson, rng) for lesson in lessons])
    if options.out:
        weights = written(school.learn(set()))
        options.out.write_text(json.dumps(weights, separators=(",", ":")) + "\n")
    folds = held_out(school, lessons, options.folds)
    if options.held_out:
        options.held_out.write_text(json.dumps(folds) + "\n")


class School:
    """Lessons with what is the same whoever is held out: answers, traits, which are right."""

    def __init__(self, lessons: list[Lesson]) -> None:
        self.lessons: list[Lesson] = []
        self.beats: list[Sheet] = []
        for lesson in lessons:
            if (sheet := _beat_sheet(lesson)) is not None:
                self.lessons.append(lesson)
                self.beats.append(sheet)
        self.bars: dict[tuple[int, int], tuple[Floats, Floats]] = {}

    def learn(self, without: set[str]) -> Judges:
        """Learn both judges from all groups but some."""
        inside = [
            number for number, lesson in enumerate(self.lessons) if lesson.group not in without
        ]
        groups = sorted({self.lessons[number].group for number in inside})
        sheets = []
        for part in range(PARTS):
            unheard = set(groups[part::PARTS])
            kept = [n for n in inside if self.lessons[n].group not in unheard]
            judge = learn([self.beats[n] for n in kept], UNITS["beat"], voices=1)
            asked = [n for n in inside if self.lessons[n].group in unheard]
            sheets += [sheet for n in asked if (sheet := self._bar_sheet(n, judge)) is not None]
        beat = learn([self.beats[n] for n in inside], UNITS["beat"])
        return Judges(beat, learn(sheets, UNITS["bar"]))

    def _bar_sheet(self, number: int, judge: Judge) -> Sheet | None:
        """Ask for bars of the beats that a judge finds likeliest."""
        beats, lesson = self.beats[number], self.lessons[number]
        shares = judge.shares(beats.traits)
        asked = np.argsort(-shares)[:BEATS_ASKED]
        traits, right, said = [], [], []
        for place in asked:
            if (number, int(place)) not in self.bars:
                self.bars[number, int(place)] = _bars_of(lesson, int(place))
            of_bars, are_right = self.bars[number, int(place)]
            traits.append(of_bars)
            right.append(are_right * beats.right[place])
            said.append(np.full(len(of_bars), np.log(shares[place] + 1e-9)))
        rights = np.concatenate(right)
        if not rights.any() or rights.all():
            return None
        return Sheet(np.concatenate(traits), np.concatenate(said), rights, beats.weight)


def _beat_sheet(lesson: Lesson) -> Sheet | None:
    answers = beat_answers(lesson.cloth)
    scores = np.array([f_measure(lesson.beats_s, _teeth(lesson, *answer)) for answer in answers])
    if not len(scores) or scores.max() < RIGHT_F:
        return None
    traits = np.array([beat_traits(lesson.cloth, *answer) for answer in answers])
    right = (scores >= max(RIGHT_F, scores.max() - 0.03)) * 1.0
    return Sheet(traits, np.zeros(len(traits)), right, lesson.weight)


def _bars_of(lesson: Lesson, place: int) -> tuple[Floats, Floats]:
    """Return traits of each way to count bars on an answer's beats, and which are right."""
    period, phase = beat_answers(lesson.cloth)[place]
    teeth = _teeth(lesson, period, phase)
    options = bar_answers(len(teeth))
    traits = bar_traits(lesson.cloth, period, phase)
    if lesson.places is None or lesson.meter not in (2, *METERS):
        return traits, np.ones(len(options))
    downs = lesson.beats_s[lesson.places == 0]
    scores = np.array([f_measure(downs, teeth[first::many]) for many, first in options])
    if scores.max() < RIGHT_BARS_F:
        return traits, np.ones(len(options))
    return traits, (scores >= scores.max() - 0.03) * 1.0


def _teeth(lesson: Lesson, period: int, phase: int) -> Floats:
    return lesson.grid.at(np.arange(phase, lesson.cloth.rows.shape[1], period) / FINE)


def written(judges: Judges) -> dict[str, Any]:
    """Round networks' numbers for JSON."""
    return {
        name: {
            field: np.round(getattr(getattr(judges, name), field), 3).tolist()
            for field in Judge.__slots__
        }
        for name in UNITS
    }


def f_measure(known: Floats, found: Floats, within_s: float = 0.07) -> float:
    """Score as mir_eval does, without leaving out the first seconds."""
    if not len(known) or not len(found):
        return 0.0
    near = np.abs(known[:, None] - found[None, :]).min(axis=1) <= within_s
    hits = min(int(near.sum()), len(found))
    return 2 * hits / (len(known) + len(found))


def learn(sheets: list[Sheet], units: int, *, voices: int = VOICES, turns: int = 160) -> Judge:
    """Fit networks to the softmax over each sheet's answers; their mean is one wider network."""
    traits = np.concatenate([sheet.traits for sheet in sheets]).astype(np.float32)
    mean, spread = traits.mean(axis=0), traits.std(axis=0) + 0.05
    x = np.clip((traits - mean) / spread, -4, 4)
    told = [_fit(sheets, x, units, turns=turns, seed=seed + 1) for seed in range(voices)]
    line, inner, bias, out = ([one[place] for one in told] for place in range(4))
    return Judge(
        np.asarray(mean, np.float64), np.asarray(spread, np.float64), np.mean(line, axis=0),
        np.hstack(inner), np.concatenate(bias), np.concatenate(out) / voices,
    )  # fmt: skip


def _fit(
    sheets: list[Sheet], x: NDArray[np.float32], units: int, *, turns: int, seed: int
) -> list[Floats]:
    """Raise, by Adam, the share that the right answers of each sheet have together."""
    sizes = np.array([len(sheet.traits) for sheet in sheets])
    owner = np.repeat(np.arange(len(sheets)), sizes)
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    right, said = (np.concatenate([getattr(s, f) for s in sheets]) for f in ("right", "said"))
    weight = np.array([sheet.weight for sheet in sheets])
    scale = (weight / weight.sum())[owner]
    rng = np.random.default_rng(seed)
    n = x.shape[1]
    values = [
        np.zeros(n), rng.normal(0, 0.5 / np.sqrt(n), (n, units)), np.zeros(units),
        rng.normal(0, 0.3, units),
    ]  # fmt: skip
    values = [value.astype(np.float32) for value in values]
    first = [np.zeros_like(v) for v in values]
    second = [np.zeros_like(v) for v in values]
    for turn in range(1, turns + 1):
        hidden = np.tanh(x @ values[1] + values[2])
        scores = said + x @ values[0] + hidden @ values[3]
        power = np.exp(scores - np.maximum.reduceat(scores, begins)[owner])
        share = power / np.add.reduceat(power, begins)[owner]
        wanted = (share + 1e-9) * right
        wanted /= np.add.reduceat(wanted, begins)[owner]
        slope = (scale * (share - wanted)).astype(np.float32)
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
    return [np.asarray(value, np.float64) for value in values]


def held_out(school: School, lessons: list[Lesson], folds: int) -> list[dict[str, Any]]:
    """Learn without some groups; print the F of beats and downbeats of theirs, as they were heard."""
    groups = sorted({lesson.group for lesson in school.lessons})
    made: list[dict[str, Any]] = []
    told: dict[str, list[tuple[float, float]]] = {}
    for fold in range(folds):
        out = set(groups[fold::folds])
        judges = school.learn(out)
        songs = [group for group in sorted(out) if ":" not in group]
        made.append({"songs": songs, "weights": written(judges)})
        for lesson in lessons:
            if lesson.group in out:
                told.setdefault(lesson.group, []).append(examined(lesson, judges))
    for kind in ("", "band:", "mma:"):
        rows = {
            group: np.array(scores)
            for group, scores in sorted(told.items())
            if group.partition(":")[1] == kind[-1:] and group.startswith(kind)
        }
        for group, scores in rows.items():
            beat, bar = _mean(scores)
            print(f"{group:45s} beats {beat:.2f} downbeats {bar:.2f} of {len(scores)}")
        if rows:
            each = _mean(np.array([_mean(scores) for scores in rows.values()]))
            every = _mean(np.concatenate(list(rows.values())))
            print(
                f"held out, {kind or 'songs'}: beats F {each[0]:.3f}, downbeats {each[1]:.3f}; "
                f"of pieces {every[0]:.3f}, {every[1]:.3f}",
                flush=True,
            )
    return made


def _mean(scores: Floats) -> Floats:
    """Return the mean of each column, of what is known of it; nan where nothing is."""
    known = np.isfinite(scores)
    total = np.where(known, scores, 0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def examined(lesson: Lesson, judges: Judges) -> tuple[float, float]:
    """Return F of the beats and of the downbeats that judges count; nan where bars are not known."""
    metre = judge_metre(lesson.cloth, judges)
    if metre is None:
        return 0.0, 0.0
    teeth = _teeth(lesson, metre.period, metre.phase)
    beat = f_measure(lesson.beats_s, teeth)
    if lesson.places is None:
        return beat, np.nan
    bars = teeth[metre.first :: metre.meter]
    return beat, f_measure(lesson.beats_s[lesson.places == 0], bars)


if __name__ == "__main__":
    main()
