"""What went wrong in a take: stretches that nobody wants to see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.watching.footage import LOOKS_HZ, Fault, Floats, Mistake

_BLACK_LIGHT, _BLACK_SPREAD = 0.045, 7.0
"""Mean luma, 0 to 1, and its deviation in levels: a night with one lamp in it is not black."""

_FLAT, _FLAT_MORE = 0.72, 0.3
"""Share of tiles without detail under a hand, and by how much that is more than the take's usual:
a clear sky is flat as well, but for longer."""

_SPREAD_SHARE = 0.5

_POCKET_LIGHT, _POCKET_FLAT = 0.12, 0.9

_BLURRED_SHARE, _BLURRED = 0.45, 0.38
"""Of the take's own sharp moments, and at most: a soft lens is soft throughout."""

_FACES_SHARE, _MOTION_SHARE = 0.5, 0.25
"""Whoever is in half of the looks is who is filmed; who is gone moves no more in the picture."""

_ASIDE, _WALL_LIGHT = 0.45, 0.6
"""In longer sides: a face in the middle is out of the picture by then. In the take's own light: what
is darker is not a wall but a hand."""

_CALM_RANGE, _TURNED = 0.25, 0.75
"""In longer sides of the picture, where the camera points: spread of a take that is aimed at one thing,
and how far from its aim that thing has left the picture."""

_LEAST_S: dict[Fault, float] = {
    "black": 0.1, "covered": 0.2, "blurred": 0.3, "frozen": 0.7, "lost": 1.0, "turned_away": 0.5,
}  # fmt: skip
"""What is shorter is no mistake: a spin of a dancer hides a face, a swish pan is meant."""

_AROUND_S: dict[Fault, float] = {
    "covered": 0.2, "turned_away": 0.3, "lost": 0.3, "blurred": 0.1,
}  # fmt: skip
"""A hand comes and goes; who comes back is half in the picture first."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What mistakes are told by, an entry for each look; see `Footage` and `Look`.

    `changed_s` is when the picture changed last, `next_s` when it does next, `aim` (looks, 2) where the
    camera points, in longer sides.
    """

    times_s: Floats
    light: Floats
    spread: Floats
    flat_share: Floats
    sharpness: Floats
    face_counts: Floats
    motion: Floats
    changed_s: Floats
    next_s: Floats
    aim: Floats


def mistakes_of(signs: Signs, duration_s: float) -> tuple[Mistake, ...]:
    """Return the mistakes of a take in order of time; they may overlap."""
    found = [
        mistake
        for kind, mask in _masks(signs)
        for mistake in _stretches(kind, mask, signs.times_s, duration_s)
    ]
    return tuple(sorted(found, key=lambda one: (one.start_s, one.kind)))


def _masks(signs: Signs) -> list[tuple[Fault, NDArray[np.bool_]]]:
    black = (signs.light < _BLACK_LIGHT) & (signs.spread < _BLACK_SPREAD)
    usual = float(np.median(signs.flat_share))
    covered = (signs.flat_share > _FLAT) & (signs.flat_share > usual + _FLAT_MORE)
    covered &= ~black
    lost = _lost(signs, covered)
    # What is out of focus is flat as well, but as light and as dark in its parts as before.
    covered &= (signs.spread < _SPREAD_SHARE * float(np.median(signs.spread))) | (
        signs.light < _WALL_LIGHT * float(np.median(signs.light))
    )
    covered |= (signs.light < _POCKET_LIGHT) & (signs.flat_share > _POCKET_FLAT) & ~black
    covered &= ~lost
    sharp = float(np.percentile(signs.sharpness, 80))
    blurred = (signs.sharpness < min(_BLURRED_SHARE * sharp, _BLURRED)) & ~black & ~covered
    frozen = (signs.next_s - signs.changed_s > _LEAST_S["frozen"]) & ~black & ~covered
    return [
        ("black", black), ("covered", covered), ("blurred", blurred), ("frozen", frozen),
        ("lost", lost), ("turned_away", _turned_away(signs)),
    ]  # fmt: skip


def _lost(signs: Signs, flat: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Say when whoever is filmed has left: nothing moves, the camera looks elsewhere, or at a wall."""
    seen = signs.face_counts > 0
    if seen.mean() < _FACES_SHARE:
        return np.zeros(len(seen), bool)
    is_still = signs.motion < _MOTION_SHARE * float(np.median(signs.motion[seen]))
    aside = np.abs(signs.aim - np.median(signs.aim[seen], axis=0)).max(axis=1) > _ASIDE
    is_wall = flat & (signs.light > _WALL_LIGHT * float(np.median(signs.light[seen])))
    return np.asarray(~seen & (is_still | aside | is_wall))


def _turned_away(signs: Signs) -> NDArray[np.bool_]:
    low, middle, high = np.percentile(signs.aim, (25, 50, 75), axis=0)
    if np.any(high - low > _CALM_RANGE):
        return np.zeros(len(signs.aim), bool)
    return np.asarray(np.abs(signs.aim - middle).max(axis=1) > _TURNED)


def _stretches(
    kind: Fault, mask: NDArray[np.bool_], times_s: Floats, duration_s: float
) -> list[Mistake]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    half = 0.5 / LOOKS_HZ
    found = []
    for first, end in edges.reshape(-1, 2):
        start_s, end_s = times_s[first] - half, times_s[end - 1] + half
        if end_s - start_s < _LEAST_S[kind]:
            continue
        around = _AROUND_S.get(kind, 0.0)
        start_s = 0.0 if first == 0 else max(start_s - around, 0.0)
        end_s = duration_s if end == len(mask) else min(end_s + around, duration_s)
        found.append(Mistake(kind, round(float(start_s), 3), round(float(end_s), 3)))
    return found
