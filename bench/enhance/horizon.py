"""Levelling: planted turns of real clips found again, beside a plain histogram of lines.

No clip states its true roll. What can be known: a picture turned by 3 degrees must be seen as
turned by 3 more, and its mirror image as turned the other way. The second fails for an estimate
that is biased, the first for one that is blind; both compare two answers, so that an error of one is
counted whole. Where an estimate makes no claim it makes no error either: claims are counted beside,
and clips without upright lines must have none.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from bench.enhance.peers import Row
from filoscope.enhance.level import SURE, Roll, RollFinder, roll_of

Grey = NDArray[np.uint8]
Estimate = Callable[[Grey], Roll]

LOOKS_MAX = 40
EVERY = 6
TURN_MAX_DEG = 8.0
_PEER_GATE = 6.0
"""Peak to mean of the histogram: below it the peer makes no claim."""


def rows(options: argparse.Namespace) -> list[Row]:
    """Return a row for each clip, and one over all claims."""
    found: list[Row] = []
    errors: dict[str, list[float]] = {"ours": [], "peer": []}
    for path in options.files:
        looks = list(_looks(path))
        row: Row = {"clip": path.stem, "looks": len(looks)}
        row["claimed_over_time"] = _claimed(looks)
        for name, estimate in (("ours", roll_of), ("peer", histogram_roll)):
            off, claims, cpu_ms = _errors([grey for _, grey in looks[::3]], estimate)
            errors[name] += off
            row |= {f"{name}_claims": claims, f"{name}_cpu_ms": cpu_ms}
            row |= {f"{name}_{key}": value for key, value in _summary(off).items()}
        found.append(row)
    total: Row = {"clip": "all"}
    for name, off in errors.items():
        total |= {f"{name}_{key}": value for key, value in _summary(off).items()}
    return [*found, total]


def histogram_roll(grey: Grey) -> Roll:
    """Return the peak of a histogram of all segments' angles to the nearest axis: the peer."""
    scale = 640 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    segments = cv2.createLineSegmentDetector().detect(small)[0]
    if segments is None:
        return Roll()
    x, y = (segments[:, 0, 2:] - segments[:, 0, :2]).T
    lean = (np.degrees(np.arctan2(y, x)) + 45) % 90 - 45
    length = np.hypot(x, y)
    kept = (np.abs(lean) < 20) & (length > 20)
    votes, edges = np.histogram(lean[kept], bins=160, range=(-20, 20), weights=length[kept])
    votes = cv2.GaussianBlur(votes[None], (0, 0), 1.5)[0]
    if not votes.max():
        return Roll()
    best = int(votes.argmax())
    around = slice(max(best - 3, 0), best + 4)
    middle = (edges[:-1] + edges[1:]) / 2
    angle = float((votes[around] * middle[around]).sum() / votes[around].sum())
    return Roll(angle, float(votes.max() / votes.mean() >= _PEER_GATE))


def _looks(path: Path) -> Iterator[tuple[float, Grey]]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = float(stream.average_rate or 30)
        for index, frame in enumerate(container.decode(stream)):
            if index >= EVERY * LOOKS_MAX:
                return
            if index % EVERY == 0:
                yield index / rate, np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def _claimed(looks: list[tuple[float, Grey]]) -> int:
    finder = RollFinder(fps=30)
    return sum(finder.look(grey, time_s).confidence >= SURE for time_s, grey in looks)


def _errors(greys: list[Grey], estimate: Estimate) -> tuple[list[float], int, float]:
    """Return the errors in degrees where both looks claim, the claims, and CPU ms a look."""
    lots = np.random.default_rng(0)
    off: list[float] = []
    claims, count, spent = 0, 0, 0.0
    for grey in greys:
        plain = _turned(grey, 0.0)
        turns = [
            float(turn) for turn in lots.uniform(0.5, TURN_MAX_DEG, 2) * lots.choice([-1, 1], 2)
        ]
        others = [(_turned(grey, turn), 1.0, turn) for turn in turns]
        others.append((np.ascontiguousarray(plain[:, ::-1]), -1.0, 0.0))
        began = time.process_time()
        first = estimate(plain)
        seen = [(estimate(picture), sign, turn) for picture, sign, turn in others]
        spent += time.process_time() - began
        count += 1 + len(seen)
        claims += first.confidence >= SURE
        off += [
            abs(roll.angle_deg - sign * first.angle_deg - turn)
            for roll, sign, turn in seen
            if min(roll.confidence, first.confidence) >= SURE
        ]
    return off, claims, round(1000 * spent / max(count, 1), 1)


def _turned(grey: Grey, turn_deg: float) -> Grey:
    """Turn clockwise and keep the part that is full at every turn."""
    height, width = grey.shape
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cv2.getRotationMatrix2D(middle, -turn_deg, 1.0)
    turned = cv2.warpAffine(grey, matrix, (width, height), flags=cv2.INTER_CUBIC)
    most = np.radians(TURN_MAX_DEG)
    share = 1 / (np.cos(most) + max(width / height, height / width) * np.sin(most))
    x, y = round(width * (1 - share) / 2), round(height * (1 - share) / 2)
    return np.asarray(turned[y : height - y, x : width - x], np.uint8)


def _summary(off: list[float]) -> dict[str, float]:
    if not off:
        return {"errors": 0}
    return {
        "errors": len(off),
        "median_deg": round(float(np.median(off)), 2),
        "within_1_deg": round(float(np.mean(np.array(off) <= 1.0)), 3),
    }
