"""Chords and a tune for a groove of `accompany`: what a songbook would give it."""

from __future__ import annotations

import numpy as np

NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
_FORMS = (
    "1 5 6 4", "6 4 1 5", "1 4 5 1", "1 6 4 5", "1 1 4 5", "1 4 1 5", "1 2 5 1", "3 6 2 5",
    "1 1 1 1 4 4 1 1 5 4 1 5", "1 1 5 5 5 5 1 1", "1 1 4 4 5 5 1 1", "1 7 6 5", "1 7 4 1",
    "1 5 1 5", "1 3 4 5", "1 4", "1 1 5 1", "6 5 4 5",
)  # fmt: skip


def chords(rng: np.random.Generator, bars: int, quarters: float) -> list[list[str]]:
    """Return the chords of each bar: one, or two of them where a bar of four is split."""
    key, scale = int(rng.integers(12)), MAJOR if rng.random() < 0.6 else MINOR
    form = [int(degree) - 1 for degree in _FORMS[rng.integers(len(_FORMS))].split()]
    if rng.random() < 0.3:
        form += [int(degree) - 1 for degree in _FORMS[rng.integers(len(_FORMS))].split()]
    sevenths = rng.random() < 0.35
    hold = int(rng.choice([1, 1, 1, 2, 4]))
    split = quarters == 4 and hold == 1 and rng.random() < 0.25
    written = []
    for bar in range(bars):
        if split:
            names = [_chord(key, scale, form[(2 * bar + half) % len(form)], sevenths=sevenths)
                     for half in (0, 1)]  # fmt: skip
            written.append([names[0], "/", names[1]])
        else:
            degree = form[bar // hold % len(form)]
            written.append([_chord(key, scale, degree, sevenths=sevenths)])
    return written


def _chord(key: int, scale: tuple[int, ...], degree: int, *, sevenths: bool) -> str:
    root, third, fifth, seventh = (
        key + scale[(degree + up) % 7] + 12 * ((degree + up) // 7) for up in (0, 2, 4, 6)
    )
    minor, flat = third - root == 3, fifth - root == 6
    name = NAMES[root % 12] + ("dim" if flat else "m" if minor else "")
    if sevenths and not flat:
        name += "7" if seventh - root == 10 else "" if minor else "M7"
    return name


def tune(
    rng: np.random.Generator, harmony: list[list[str]], quarters: float, *, swung: bool
) -> list[tuple[float, float, int, int]]:
    """Return a tune's notes (start, length, pitch, velocity), in quarters; often none at all.

    A figure of two bars comes back, varied; phrases of four bars end on a long note.
    """
    if rng.random() < 0.35:
        return []
    steps = round(quarters * 2)
    weight = np.where(np.arange(steps) % 2, rng.uniform(0.1, 0.6), rng.uniform(0.4, 0.9))
    figures = [rng.random(2 * steps) < np.tile(weight, 2) for _ in range(2)]
    moves = rng.integers(-2, 3, 2 * steps)
    level, loud = int(rng.integers(60, 74)), int(rng.integers(60, 110))
    long = rng.uniform(0.4, 1.1)
    offset = (2 / 3 if swung else 0.5) - 0.5
    notes: list[tuple[float, float, int, int]] = []
    pitch = level
    shift = int(rng.choice([0, 0, 0, -1, -2, -3]))  # a phrase may begin before its bar
    rest = rng.random(len(harmony) // 4 + 1) < 0.2
    for bar, names in enumerate(harmony):
        if rest[bar // 4]:
            continue
        root = NAMES.index(names[0][:2] if names[0][1:2] == "b" else names[0][0])
        figure = figures[bar // 4 % 2]
        for step in range(steps):
            spot = step + bar % 2 * steps
            if not figure[spot] or (bar % 4 == 3 and step > 0) or rng.random() < 0.08:
                continue
            at = step + shift
            start = bar * quarters + at / 2 + (offset if at % 2 else 0) + rng.normal(0, 0.015)
            pitch += int(moves[spot])
            if step == 0 or rng.random() < 0.5:
                pitch = _nearest(pitch, [root, root + 4 - ("m" in names[0]), root + 7])
            pitch = int(np.clip(pitch, level - 9, level + 12))
            length = long * 0.5 if bar % 4 < 3 else quarters * 0.7
            velocity = int(np.clip(loud * rng.uniform(0.8, 1.1), 20, 127))
            if start >= 0:
                notes.append((float(start), float(length), pitch, velocity))
    return notes


def _nearest(pitch: int, classes: list[int]) -> int:
    return min(
        (p for p in range(pitch - 6, pitch + 7) if any((p - c) % 12 == 0 for c in classes)),
        key=lambda p: abs(p - pitch),
    )
