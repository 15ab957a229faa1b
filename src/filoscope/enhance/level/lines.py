"""How far one picture is turned, by the lines in it.

>>> roll_of(luma)
Roll(angle_deg=2.31, confidence=0.72)

Line segments (LSD, von Gioi et al. 2010) vote. What stands upright in the world meets in one
vanishing point; seen by a camera that is pitched a little, such lines fan out evenly from left to
right, so the lean of one at x is `roll + fan * x`: two numbers, found by a Hough vote and refined
by weighted least squares. Level lines fan out from top to bottom in the same way; they vote beside
the upright ones and back them, but do not move the answer: where the horizon lies they do not tell.

The confidence is a contrario (Desolneux, Moisan, Morel 2000): how unlikely it is that so many of
the lines that stand about upright agree to under a degree by chance, times how much of the picture
they fill. Trunks, limbs and grass stand about upright too, but they do not agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.motion import Luma, small_grey

Floats = NDArray[np.float64]

ROLL_MAX_DEG = 14.0
"""What is turned further was meant so, or lies on its side."""

SURE = 0.5
"""From this confidence on a roll may be believed."""

_STEP_DEG = 0.25
_BINS = int(2 * ROLL_MAX_DEG / _STEP_DEG) + 1
_FAN_MAX, _FANS = 40.0, 25
"""Degrees of lean from one end of the longer side to the other: a pitch of about 30 degrees."""

_FAN_USUAL = 16.0
"""Standard deviation of what people film: straight ahead, more or less."""

_LENGTH_MIN = 0.03
_LENGTH_FULL = 0.25
"""In longer sides. Shorter segments have no direction; longer ones do not count for more, or one
edge of a table would decide."""

_RIM_PX = 4
"""Segments along the edge of the picture are its frame, not its content."""

_UPRIGHT_DEG, _LEVEL_DEG = 26.0, 22.0
"""Lines that lean further are neither upright nor level: roll and fan at their largest."""

_LEVEL_WEIGHT = 0.5
"""Lines that look level are roofs and kerbs running away from the camera as often as not."""

_AGREE_DEG, _ABOUT_DEG = 0.8, 8.0
_BY_CHANCE = _AGREE_DEG / _ABOUT_DEG
_BACKED_DEG = 1.6
"""Level lines within this of the upright ones speak for them."""

_EVIDENCE_HALF = 5.5
"""Powers of ten against chance at which the confidence is one half. Pictures without buildings
have 0 to 3, now and then 5; pictures with them 4 to 12."""


@dataclass(frozen=True, slots=True)
class Roll:
    """How far a picture is turned.

    Attributes
    ----------
    angle_deg : float
        Positive: what is upright leans to the right, the content is turned clockwise. Turned by as
        much the other way, it is level. 0 where nothing is known.
    confidence : float
        0 to 1; believe it from `SURE` on.
    """

    angle_deg: float = 0.0
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class _Lines:
    """Segments of one kind, shape (segments,) each: place across their fan and length in longer
    sides, lean in degrees."""

    place: Floats
    lean: Floats
    length: Floats


@dataclass(frozen=True, slots=True)
class _Agreement:
    angle_deg: float
    evidence: float
    length: float
    spread: float


def roll_of(luma: Luma) -> Roll:
    """Return how far a picture is turned, up to `ROLL_MAX_DEG`.

    Parameters
    ----------
    luma : ndarray
        Shape (height, width), uint8 or uint16 (10 bit).
    """
    upright, level = _find_lines(luma)
    if len(upright.length) < 2:
        return Roll()
    votes_upright, fans_upright = _vote(upright)
    votes_level, fans_level = _vote(level)
    votes = votes_upright + _LEVEL_WEIGHT * votes_level
    best = int(votes.argmax())
    angle = -ROLL_MAX_DEG + best * _STEP_DEG
    found = _agreement(upright, angle, fans_upright[best])
    backing = _agreement(level, angle, fans_level[best])
    evidence = found.evidence * _ramp(found.length, 0.4, 1.1) * _ramp(found.spread, 0.0, 0.15)
    if abs(found.angle_deg - backing.angle_deg) < _BACKED_DEG:
        evidence += 0.4 * backing.evidence * _ramp(found.evidence, 0.5, 1.5)
    # A crowd of lines at every angle has a highest bin too: it must stand out.
    evidence *= _ramp(float(votes[best] / max(votes.mean(), 1e-9)), 1.6, 2.6)
    return Roll(found.angle_deg, evidence / (evidence + _EVIDENCE_HALF))


def _ramp(value: float, nothing: float, all_of_it: float) -> float:
    return float(np.clip((value - nothing) / (all_of_it - nothing), 0.0, 1.0))


def _find_lines(luma: Luma) -> tuple[_Lines, _Lines]:
    """Return the segments that stand about upright, and those that lie about level."""
    grey = small_grey(luma)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE, 0.8).detect(grey)[0]
    ends = np.zeros((0, 4)) if found is None else np.asarray(found, np.float64).reshape(-1, 4)
    half = np.array(grey.shape[::-1]) / 2
    side = float(max(grey.shape))
    along = ends[:, 2:] - ends[:, :2]
    middle = (ends[:, 2:] + ends[:, :2]) / 2 - half
    length = np.hypot(along[:, 0], along[:, 1]) / side
    kept = (length > _LENGTH_MIN) & (np.abs(middle) < half - _RIM_PX).all(axis=1)
    along, middle, length = along[kept], middle[kept] / side, length[kept]
    angle = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
    lean, slope = angle % 180 - 90, (angle + 90) % 180 - 90
    stands, lies = np.abs(lean) < _UPRIGHT_DEG, np.abs(slope) < _LEVEL_DEG
    return (
        _Lines(middle[stands, 0], lean[stands], length[stands]),
        _Lines(middle[lies, 1], slope[lies], length[lies]),
    )


def _vote(lines: _Lines) -> tuple[Floats, Floats]:
    """Return for each roll, `_STEP_DEG` apart, the votes of the best fan, and that fan."""
    fans = np.linspace(-_FAN_MAX, _FAN_MAX, _FANS)
    rolls = lines.lean - fans[:, None] * lines.place
    bins = np.rint((rolls + ROLL_MAX_DEG) / _STEP_DEG).astype(np.int64)
    fits = (bins >= 0) & (bins < _BINS)
    weight = np.broadcast_to(np.minimum(lines.length, _LENGTH_FULL), bins.shape)
    cell = bins + _BINS * np.arange(_FANS)[:, None]
    counted = np.bincount(cell[fits], weight[fits], _FANS * _BINS).astype(np.float64)
    votes = cv2.GaussianBlur(
        counted.reshape(_FANS, _BINS),
        (0, 0),
        sigmaX=2.0,
        sigmaY=0.8,
        borderType=cv2.BORDER_CONSTANT,
    )
    votes = votes * np.exp(-0.5 * (fans / _FAN_USUAL) ** 2)[:, None]
    return np.asarray(votes.max(axis=0), np.float64), fans[votes.argmax(axis=0)]


def _agreement(lines: _Lines, angle: float, fan: float) -> _Agreement:
    """Refine a roll by the segments near it, and weigh how many of those agree."""
    if not len(lines.length):
        return _Agreement(angle, 0.0, 0.0, 0.0)
    found = np.array([angle, fan])
    design = np.stack([np.ones_like(lines.place), lines.place], axis=1)
    # A segment's own angle is as good as its length in pixels, never better than the lens.
    sure = 1 / (0.04 + np.square(0.042 / lines.length))
    for reach in (2.5, 1.8, 1.2, 1.2, 1.0):
        off = lines.lean - design @ found
        weight = sure * np.square(np.clip(1 - np.square(off / reach), 0, 1))
        normal = (design * weight[:, None]).T @ design + np.diag([1e-6, _FAN_USUAL**-2])
        found = np.linalg.solve(normal, (design * weight[:, None]).T @ lines.lean)
    off = np.abs(lines.lean - design @ found)
    agreed, about = off < _AGREE_DEG, off < _ABOUT_DEG
    count, of = int(agreed.sum()), int(about.sum())
    if not count:
        return _Agreement(float(found[0]), 0.0, 0.0, 0.0)
    return _Agreement(
        angle_deg=float(found[0]),
        evidence=_unlikeliness(count, of),
        length=float(lines.length[agreed].sum()),
        spread=float(lines.place[agreed].std()),
    )


def _unlikeliness(count: int, of: int) -> float:
    """Return powers of ten against so many of them agreeing by chance (Hoeffding's bound)."""
    share = count / of
    if share <= _BY_CHANCE:
        return 0.0
    against = share * np.log10(share / _BY_CHANCE)
    if share < 1:
        against += (1 - share) * np.log10((1 - share) / (1 - _BY_CHANCE))
    return float(of * against)
