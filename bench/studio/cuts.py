"""Cuts beside annotated beats, and a blind table: our cut beside random and even ones.

For each annotated song (20 at most) the best passage of 20 s is cut in two ways: `day`, the real clips
without a place in the song, and `takes`, five made-up takes that have one (their footage is drawn from a
seed: faces, sizes, motion and mistakes). The song is what `listen` hears, never the annotation; the cuts
are held to the annotation.

The blind table holds every cut to the same stated score, and to what can be measured without it:
annotated beats and bars, mistakes shown, how much the size of shots changes over a cut, plain motion
accents that lie within 50 ms of an annotated beat, and how much of takes without a place is shown twice.
`random` cuts wherever it likes to a random take, `even` at equal lengths to the next take, both with as
many shots as ours has.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import VIDEO_SUFFIXES, Row
from filoscope.studio import Placed, Song, listen, watch
from filoscope.studio.cutting import Take, cut
from filoscope.studio.cutting.material import Material, materials_of
from filoscope.studio.cutting.pieces import Piece, Ramp
from filoscope.studio.cutting.places import places_of
from filoscope.studio.cutting.scoring import Scorer
from filoscope.studio.cutting.styles import STYLES
from filoscope.studio.timeline import Shot, Timeline
from filoscope.studio.watching import LOOKS_HZ, Footage, Mistake

Floats = NDArray[np.float64]

SONGS = 20
LENGTH_S = 20.0
FPS = 30
NEAR_S = 0.04
PLAIN, ACCENT_NEAR_S = 0.3, 0.05
PLACED = 5
KINDS = {"day": "travel", "takes": "performance"}


def rows(options: Namespace) -> list[Row]:
    """Measure cuts of annotated songs."""
    clips = sorted(path for path in options.clips.iterdir() if path.suffix in VIDEO_SUFFIXES)
    day, costs = [], []
    for path in clips:
        begun = time.process_time()
        footage = watch(path)
        costs.append((footage.duration_s, time.process_time() - begun))
        day.append(Take(path, footage))
    songs = [path for path in sorted(options.beats.glob("*.ogg")) if options.names in path.name]
    each: list[Row] = []
    blind: dict[tuple[str, str], list[Row]] = {}
    for number, path in enumerate(songs[:SONGS]):
        song = listen(path)
        beats, downs = _annotated(path.with_suffix(".beats"))
        for kind, style in KINDS.items():
            takes = day if kind == "day" else _filmed(song, seed=number)
            begun = time.process_time()
            [ours] = cut(song, path, takes, style=style, length_s=LENGTH_S, seed=number)
            spent_s = time.process_time() - begun
            each.append(_row(path.stem, kind, ours, song, beats, takes, spent_s))
            for name, row in _blind(ours, song, takes, style, beats, downs, number):
                blind.setdefault((kind, name), []).append(row)
    return [*_summed(each), *_blind_rows(blind), _watched(costs)]


def _annotated(path: Path) -> tuple[Floats, Floats]:
    lines = [line.split() for line in path.read_text().splitlines() if line.strip()]
    beats = np.array([float(line[0]) for line in lines])
    downs = [float(line[0]) for line in lines if len(line) > 1 and float(line[1]) == 1]
    return beats, np.array(downs)


def _filmed(song: Song, *, seed: int) -> list[Take]:
    """Return takes that were filmed to the song, of which each has something else to show."""
    rng = np.random.default_rng(seed)
    takes = []
    for number in range(PLACED):
        offset_s = float(rng.uniform(-3, 6))
        seconds = song.duration_s - offset_s - float(rng.uniform(0, 6))
        footage = _seen(seconds, rng, size=number / (PLACED - 1))
        placed = Placed(f"{number}", offset_s, float(rng.normal(0, 40)), 1.0, "sound", "made up")
        takes.append(Take(f"take{number}.mp4", footage, placed))
    return takes


def _seen(seconds: float, rng: np.random.Generator, *, size: float) -> Footage:
    count = int(seconds * LOOKS_HZ)

    def drifting(low: float, high: float) -> Floats:
        knots = rng.uniform(low, high, max(count // 24, 2))
        return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(knots)), knots)

    marks = np.sort(rng.uniform(0, seconds, int(seconds)))
    bad = np.sort(rng.uniform(0, seconds - 4, 3))
    return Footage(
        duration_s=seconds, width=1080, height=1920, fps=30.0, is_photo=False,
        times_s=np.arange(count) / LOOKS_HZ, sharpness=drifting(0.4, 0.9),
        light=drifting(0.3, 0.7), motion=drifting(0.0, 0.2), pan_x=np.zeros(count),
        pan_y=np.zeros(count), heading_x=np.zeros(count), heading_y=np.zeros(count), shake=drifting(0.2, 5.0),
        face_counts=np.round(drifting(0, 1)), face_heights=np.full(count, 0.05 + 0.3 * size),
        focus_x=drifting(0.4, 0.6), focus_y=drifting(0.3, 0.5),
        shot_sizes=np.full(count, size),
        thumbs=np.tile(rng.integers(20, 235, 48).astype(np.uint8), (count, 1)),
        accents_s=marks, accent_strengths=rng.uniform(0.2, 1, len(marks)),
        scene_cuts_s=np.zeros(0),
        mistakes=tuple(Mistake("covered", float(at), float(at) + 3.0) for at in bad),
    )  # fmt: skip


def _cuts_s(timeline: Timeline) -> Floats:
    assert timeline.sound is not None
    ends = np.cumsum([shot.frames for shot in timeline.shots])[:-1]
    return timeline.sound.start_s + ends / FPS


def _share_near(cuts: Floats, marks: Floats) -> float:
    if not len(cuts) or not len(marks):
        return float("nan")
    return float(np.mean(np.abs(cuts[:, None] - marks[None]).min(axis=1) <= NEAR_S))


def _row(
    name: str, kind: str, ours: Timeline, song: Song, beats: Floats, takes: Sequence[Take],
    spent_s: float,
) -> Row:  # fmt: skip
    cuts = _cuts_s(ours)
    return {
        "table": "Cuts beside annotated beats", "song": name, "cut": kind, "cuts": len(cuts),
        "confidence": song.confidence,
        "near": round(_share_near(cuts, beats), 3),
        "shortest_s": round(min(shot.frames for shot in ours.shots) / FPS, 2),
        "length_s": round(ours.duration_s, 1),
        "takes": len(takes), "shown": len({shot.source for shot in ours.shots}),
        "cpu_s": round(spent_s, 2),
    }  # fmt: skip


def _summed(each: list[Row]) -> list[Row]:
    """Return the rows, and the share over all cuts at the end."""
    for kind in KINDS:
        of = [row for row in each if row["cut"] == kind]
        if not of:
            continue
        near = sum(row["near"] * row["cuts"] for row in of if row["cuts"])
        sure = [row for row in of if row["confidence"] >= 0.3]
        each = [
            *each,
            {
                "table": "Cuts beside annotated beats", "song": f"all {len(of)}", "cut": kind,
                "cuts": sum(row["cuts"] for row in of),
                "confidence": f"{len(sure)} sure",
                "near": round(near / max(sum(row["cuts"] for row in of), 1), 3),
                "shortest_s": min(row["shortest_s"] for row in of),
                "length_s": round(float(np.mean([row["length_s"] for row in of])), 1),
                "takes": sum(row["takes"] for row in of),
                "shown": sum(row["shown"] for row in of),
                "cpu_s": round(float(np.mean([row["cpu_s"] for row in of])), 2),
            },
        ]  # fmt: skip
    return [{key: value for key, value in row.items() if key != "confidence"} for row in each]


def _blind(
    ours: Timeline, song: Song, takes: Sequence[Take], style: str, beats: Floats, downs: Floats,
    seed: int,
) -> list[tuple[str, Row]]:  # fmt: skip
    """Return what each way of cutting the same passage is worth."""
    assert ours.sound is not None
    chosen = STYLES[style]
    materials = materials_of(takes, chosen, frame_s=1 / FPS, aspect=9 / 16)
    scorer = Scorer(
        song, places_of(song, np.zeros(0)), materials, chosen,
        start_s=ours.sound.start_s, fps=FPS, frame_count=ours.frame_count,
    )  # fmt: skip
    rng = np.random.default_rng(seed)
    count = len(ours.shots)
    names = {str(take.path): index for index, take in enumerate(takes)}
    frame, shown = 0, []
    for shot in ours.shots:
        piece = Piece(names[shot.source], shot.start_s, frame, shot.frames, ramp=_ramp_of(shot))
        shown.append(piece)
        frame += shot.frames
    cuts = np.sort(rng.choice(np.arange(12, ours.frame_count - 12), count - 1, replace=False))
    even = np.rint(np.linspace(0, ours.frame_count, count + 1)[1:-1]).astype(int)
    ways = {
        "ours": shown,
        "random": _filled(cuts, materials, scorer, rng, is_random=True),
        "even": _filled(even, materials, scorer, rng, is_random=False),
    }
    return [(name, _measured(pieces, scorer, beats, downs)) for name, pieces in ways.items()]


def _ramp_of(shot: Shot) -> Ramp | None:
    if not isinstance(shot.speed, tuple):
        return None
    slowest = min(shot.speed, key=lambda point: (point.speed, point.frame))
    return Ramp(slowest.frame, shot.speed[0].speed, slowest.speed)


def _filled(
    cuts: Any, materials: Sequence[Material], scorer: Scorer, rng: np.random.Generator, *,
    is_random: bool,
) -> list[Piece]:  # fmt: skip
    """Return pieces between cuts: of random takes, or of one after the other."""
    edges = [0, *(int(one) for one in cuts), scorer.frame_count]
    pieces: list[Piece] = []
    played = [0.3] * len(materials)
    for number, (first, last) in enumerate(pairwise(edges)):
        order = (
            rng.permutation(len(materials))
            if is_random
            else [(number + step) % len(materials) for step in range(len(materials))]
        )
        seconds = (last - first) / FPS
        for take in (int(one) for one in order):
            material = materials[take]
            if material.take.offset_s is not None:
                start_s = material.take.take_s(scorer.start_s + first / FPS)
            else:
                start_s = played[take] if played[take] + seconds <= material.end_s else 0.0
            if start_s >= 0 and start_s + seconds <= material.end_s:
                played[take] = start_s + seconds
                pieces.append(Piece(take, start_s, first, last - first))
                break
    return pieces


def _measured(pieces: Sequence[Piece], scorer: Scorer, beats: Floats, downs: Floats) -> Row:
    cuts = np.array([scorer.start_s + piece.frame / FPS for piece in pieces[1:]])
    bad = [
        float(
            scorer.materials[piece.take].badness(np.array([piece.start_s]), piece.frames / FPS)[0]
        )
        * piece.frames
        for piece in pieces
    ]
    return {
        "score": sum(scorer.score(pieces).values()),
        "near a beat": _share_near(cuts, beats),
        "near a bar": _share_near(cuts, downs),
        "mistakes shown": sum(bad) / scorer.frame_count,
        "size changes": _size_changes(pieces, scorer),
        "accents on a beat": _accents_near(pieces, scorer, beats),
        "shown twice": _twice_s(pieces, scorer) / scorer.length_s,
        "takes": len({piece.take for piece in pieces}) / len(scorer.materials),
    }


def _size_changes(pieces: Sequence[Piece], scorer: Scorer) -> float:
    """Return by how much the size of the shot changes over a cut, on the mean."""
    sizes = [scorer.size(piece) for piece in pieces]
    return float(np.mean(np.abs(np.diff(sizes)))) if len(sizes) > 1 else float("nan")


def _accents_near(pieces: Sequence[Piece], scorer: Scorer, beats: Floats) -> float:
    """Return the share of the plain accents that are shown at an annotated beat."""
    near: list[bool] = []
    for piece in pieces:
        footage, moments = scorer.materials[piece.take].take.footage, scorer.moments(piece)
        plain = footage.accents_s[footage.accent_strengths > PLAIN]
        shown = plain[(plain >= moments[0]) & (plain <= moments[-1])]
        frames = piece.frame + np.interp(shown, moments, np.arange(piece.frames))
        song_s = scorer.start_s + frames / FPS
        near += [float(np.abs(beats - at_s).min()) <= ACCENT_NEAR_S for at_s in song_s]
    return float(np.mean(near)) if near else float("nan")


def _twice_s(pieces: Sequence[Piece], scorer: Scorer) -> float:
    """Return the seconds of takes without a place that are shown again."""
    spans: dict[int, list[tuple[float, float]]] = {}
    twice_s = 0.0
    for piece in pieces:
        take = scorer.materials[piece.take].take
        if take.offset_s is None and not take.footage.is_photo:
            start_s, end_s = piece.start_s, scorer.out_s(piece)
            others = spans.setdefault(piece.take, [])
            twice_s += sum(max(min(end_s, b) - max(start_s, a), 0.0) for a, b in others)
            others.append((start_s, end_s))
    return twice_s


def _blind_rows(blind: dict[tuple[str, str], list[Row]]) -> list[Row]:
    found = []
    for (kind, name), of in blind.items():
        row: Row = {"table": "The blind table, means over the songs", "cut": kind, "way": name}
        for field in of[0]:
            values = [one[field] for one in of if not np.isnan(one[field])]
            row[field] = round(float(np.mean(values)), 3) if values else None
        best = [one["score"] for one in of]
        ours = [one["score"] for one in blind[kind, "ours"]]
        row["ours is better in"] = (
            ""
            if name == "ours"
            else f"{sum(a > b for a, b in zip(ours, best, strict=True))}/{len(of)}"
        )
        found.append(row)
    return found


def _watched(costs: list[tuple[float, float]]) -> Row:
    seconds, spent_s = (sum(one) for one in zip(*costs, strict=True))
    return {
        "table": "Watching the clips, one core", "clips": len(costs), "seconds": round(seconds),
        "cpu_s": round(spent_s, 1), "times real time": round(seconds / spent_s, 1),
    }  # fmt: skip
