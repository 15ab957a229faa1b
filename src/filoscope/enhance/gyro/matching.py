"""Lay a record of turns beside what the picture shows: its clock, its axes, the focal length.

Over a second of offsets, the turns between frames are correlated with the motion of the picture.
Where the sensor's axes are not known, each of the 24 ways to hold it is tried. The focal length is
the slope of one against the other. A record that does not explain the picture (steadied in the
camera after the sensor, or of another clip) is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from filoscope.enhance.gyro.record import Floats, GyroRecord
from filoscope.enhance.motion import Motion

OFFSET_MAX_S = 0.5
_STEP_S = 0.004
SURE = 0.9
"""Correlation from which a record is believed over the picture."""

_FRAMES_MIN = 45
_SHARE_MIN = 0.2
"""A picture whose frames show less than this of shift in x or y tells nothing along it."""

_FOCAL_RANGE = (0.25, 12.0)
"""A view of 127 degrees to one of five."""

_FOCAL_STEPS = 12


@dataclass(frozen=True, slots=True)
class Match:
    """How a record belongs to a clip.

    Attributes
    ----------
    offset_s : float
        Added to a time of the pictures gives the sensor's.
    axes : ndarray
        Shape (3, 3), from the sensor's axes to the camera's.
    focal : float
        In longer sides.
    confidence : float
        0 to 1; believe it from `SURE` on.
    """

    offset_s: float
    axes: Floats
    focal: float
    confidence: float


def match_gyro(
    record: GyroRecord, motions: list[Motion], times_s: Floats, *, half: Floats
) -> Match:
    """Find how a record belongs to the motions of a clip's pictures.

    Parameters
    ----------
    record : GyroRecord
    motions : list of Motion
        From frame to frame, the first of each scene counting as none.
    times_s : ndarray
        Of the frames, shape (frames,).
    half : ndarray
        Half width and half height of the picture, in longer sides.
    """
    nothing = Match(0.0, np.eye(3), 1.0, 0.0)
    sound = np.array([motion.share > 0 and not motion.is_cut for motion in motions])
    sound[:1] = False
    if sound.sum() < _FRAMES_MIN or len(record.times_s) < 2:
        return nothing
    seen = np.array([(motion.y, -motion.x, -motion.turn_rad) for motion in motions])[sound]
    offsets = np.arange(-OFFSET_MAX_S, OFFSET_MAX_S + _STEP_S / 2, _STEP_S)
    tables = [_correlations(seen, _turns(record, times_s, offset)[sound]) for offset in offsets]
    holds = [np.eye(3)] if record.is_aligned else _holds()
    weights = _weights(seen)
    scores = np.array([[_score(table, hold, weights) for table in tables] for hold in holds])
    hold, best = np.unravel_index(int(scores.argmax()), scores.shape)
    offset = offsets[best] + _STEP_S * _peak(scores[hold], int(best))
    turns = _turns(record, times_s, float(offset))[sound] @ holds[hold].T
    focal = _focal(seen[:, :2], turns[:, :2], half)
    confidence = float(max(_score(_correlations(seen, turns), np.eye(3), weights), 0.0))
    if not _FOCAL_RANGE[0] <= focal <= _FOCAL_RANGE[1]:
        return Match(float(offset), holds[hold], 1.0, 0.0)
    return Match(float(offset), holds[hold], focal, confidence)


def _focal(shifts: Floats, angles: Floats, half: Floats) -> float:
    """Return the focal length that makes shifts, seen as the mean over a picture, of angles.

    A turn moves what is at x by f (1 + x^2 / f^2): more than in the middle. Pitch moves y, yaw x.
    """
    spread = half[::-1] ** 2 / 3
    focal = 1.0
    for _ in range(_FOCAL_STEPS):
        wide = angles * (1 + spread / focal**2)
        focal = float((shifts * wide).sum() / max(float((wide**2).sum()), 1e-12))
        focal = max(focal, _FOCAL_RANGE[0] / 2)
    return focal


def _turns(record: GyroRecord, times_s: Floats, offset_s: float) -> Floats:
    """Return the turn from each frame's predecessor to it, in the sensor's axes."""
    angles = record.angles(times_s + offset_s)
    return np.diff(angles, axis=0, prepend=angles[:1])


def _correlations(seen: Floats, turns: Floats) -> Floats:
    """Return the correlation of each seen axis (rows) with each sensor axis (columns)."""
    one, other = seen - seen.mean(axis=0), turns - turns.mean(axis=0)
    lengths = np.outer(np.linalg.norm(one, axis=0), np.linalg.norm(other, axis=0))
    return np.asarray(one.T @ other / np.maximum(lengths, 1e-12), np.float64)


def _weights(seen: Floats) -> Floats:
    """Return how much each axis counts: by how much moves along it."""
    spread = seen.std(axis=0)
    spread[2] /= 2  # a turn is seen at half a side from the centre
    weights = np.where(spread < _SHARE_MIN * spread.max(), 0.0, spread)
    return np.asarray(weights / max(weights.sum(), 1e-12), np.float64)


def _score(table: Floats, hold: Floats, weights: Floats) -> float:
    return float((table * hold).sum(axis=1) @ weights)


def _holds() -> list[Floats]:
    """Return the 24 right-handed ways to hold a sensor."""
    ways = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            way = np.zeros((3, 3))
            way[range(3), order] = signs
            if np.linalg.det(way) > 0:
                ways.append(way)
    return ways


def _peak(values: Floats, best: int) -> float:
    """Return the top of the parabola through the best value and its neighbours, in steps."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = values[best - 1 : best + 2]
    bend = left - 2 * middle + right
    return float(0.5 * (left - right) / bend) if bend < 0 else 0.0
