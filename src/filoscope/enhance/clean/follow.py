"""What to expect of a picture: the last one, block by block moved to where its content is now.

Motion is found on small grey pictures by dense inverse search (Kroeger et al. 2016, in OpenCV), so
that someone who walks is followed as well as a camera that pans. A block whose content was covered,
or was not there, is known by its difference being larger than noise explains; it expects only the
means of its own neighbourhood instead.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.enhance.clean.shrink import FINE, GROUP, Floats, Plane

BLOCK = 8
RIM = 16
"""Pixels kept around the last picture: content may come from beyond the edge by so much."""

DRIFT, DRIFT_SHARE, DRIFT_MAX = 0.4, 0.002, 0.012
"""Variance that each step of time adds to what was known: interpolation, turning, changing light. The
first in squared levels of 8 bit, the others in variances of the noise; the last bounds the memory of
pictures with little noise to about ten, loud noise is averaged over twenty."""

SURPRISE = 1.0
"""Excess of a block's difference, in variances of the noise, at which the last picture is no help."""

MEAN_VARIANCE = 0.1
"""Of a neighbourhood's mean: of sixteen pixels a sixteenth, and the curve between the means."""

STILL_PX = 0.12
"""Moves less than this are taken for none: interpolating by them would only blur."""

_WHOLE_LINE = 16
"""Pixels read of each row for a block: 11 are wanted, 16 are one vector. The rim keeps them inside."""

_f = np.float32


class Follower:
    """Finds where each block of 8 x 8 pixels was in the last picture.

    Parameters
    ----------
    long_side_max : int
        Pixels of the longer side of the picture on which motion is looked for.
    """

    def __init__(self, long_side_max: int = 320) -> None:
        self._long_side = long_side_max
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._flow.setFinestScale(1)
        self._flow.setUseSpatialPropagation(False)  # its stripes depend on the number of threads

    def reduce(self, luma: Plane, scale: float) -> NDArray[np.uint8]:
        """Return the picture on which motion is looked for, half the noise of its pixels gone."""
        height, width = luma.shape
        factor = max(-(-max(height, width) // self._long_side), 2)
        size = (max(width // factor, 16), max(height // factor, 16))
        if factor >= 4:
            luma = luma[::2]  # half of the rows are mean enough, and half the work
        small: Any = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
        if luma.dtype == np.uint16:
            small = cv2.convertScaleAbs(small, alpha=scale)
        return np.asarray(cv2.GaussianBlur(small, (3, 3), 0), np.uint8)

    def find(
        self, now: NDArray[np.uint8], last: NDArray[np.uint8], size: tuple[int, int]
    ) -> Floats:
        """Return the moves of the blocks, (down, across, 2), x first, in pixels of a picture of `size`.

        `size` is height and width; the result points from the picture that is to the last one.
        """
        flow = self._flow.calc(now, last, None)  # type: ignore[call-overload]
        height, width = size
        across, down = -(-width // BLOCK), -(-height // BLOCK)
        moves = cv2.resize(flow, (across, down), interpolation=cv2.INTER_LINEAR)
        moves *= (width / now.shape[1], height / now.shape[0])
        moves[np.abs(moves).max(axis=2) < STILL_PX] = 0
        return np.ascontiguousarray(moves, np.float32)


def halved(moves: Floats, size: tuple[int, int]) -> Floats:
    """Return the moves for a plane of `size` at half the resolution, as chroma is."""
    across, down = -(-size[1] // BLOCK), -(-size[0] // BLOCK)
    small = cv2.resize(moves, (across, down), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small * 0.5, np.float32)


def noise_passed(moves: Floats) -> float:
    """Return the share of a picture's noise variance that moving it by parts of a pixel lets through."""
    part = moves - np.floor(moves)
    weights = np.stack(
        [
            0.5 * (2 * part**2 - part**3 - part),
            0.5 * (3 * part**3 - 5 * part**2 + 2),
            0.5 * (4 * part**2 - 3 * part**3 + part),
            0.5 * (part**3 - part**2),
        ]
    )
    return float((weights**2).sum(axis=0).prod(axis=-1).mean())


@njit(inline="always")
def _taps(t):  # type: ignore[no-untyped-def]
    """Cubic interpolation (Keys 1981, a = -0.5) between the second and the third of four."""
    t2 = t * t
    t3 = t2 * t
    half = _f(0.5)
    return (
        half * (_f(2) * t2 - t3 - t),
        half * (_f(3) * t3 - _f(5) * t2 + _f(2)),
        half * (_f(4) * t2 - _f(3) * t3 + t),
        half * (t3 - t2),
    )


@njit(inline="always")
def _fetch(flat, base, stride, x, y, line, wide, block):  # type: ignore[no-untyped-def]
    """Read a block at a fraction of a pixel. Unsigned places: no check for counting from the end."""
    part = _f(1 / FINE)
    if x == _f(0) and y == _f(0):
        for i in range(BLOCK):
            place = base + np.uint64(i + 1) * stride + np.uint64(1)
            for j in range(BLOCK):
                block[i * BLOCK + j] = _f(flat[place + np.uint64(j)]) * part
        return
    a0, a1, a2, a3 = _taps(x)
    a0, a1, a2, a3 = a0 * part, a1 * part, a2 * part, a3 * part
    b0, b1, b2, b3 = _taps(y)
    for i in range(BLOCK + 3):
        place = base + np.uint64(i) * stride
        for j in range(_WHOLE_LINE):
            line[j] = _f(flat[place + np.uint64(j)])
        for j in range(BLOCK):
            wide[i * BLOCK + j] = (
                line[j] * a0 + line[j + 1] * a1 + line[j + 2] * a2 + line[j + 3] * a3
            )
    for k in range(BLOCK * BLOCK):
        block[k] = (
            wide[k] * b0
            + wide[k + BLOCK] * b1
            + wide[k + 2 * BLOCK] * b2
            + wide[k + 3 * BLOCK] * b3
        )


@njit(inline="always")
def _mean_at(means, y, x):  # type: ignore[no-untyped-def]
    """Interpolate between the means of groups, which have a rim of one, at a pixel."""
    down, across = (_f(y) + _f(2.5)) * _f(0.25), (_f(x) + _f(2.5)) * _f(0.25)
    gy, gx = int(down), int(across)
    fy, fx = down - _f(gy), across - _f(gx)
    above = means[gy, gx] + fx * (means[gy, gx + 1] - means[gy, gx])
    below = means[gy + 1, gx] + fx * (means[gy + 1, gx + 1] - means[gy + 1, gx])
    return above + fy * (below - above)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def expect_means(means, variances, expected):  # type: ignore[no-untyped-def]
    """Write what is expected of a picture without a past: the means of its own groups."""
    height, width = expected.shape
    for y in range(height):
        for x in range(width):
            expected[y, x] = np.int32(_mean_at(means, y, x) * _f(FINE) + _f(0.5))
    variances[:] = _f(MEAN_VARIANCE)


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def expect_last(plane, scale, last, trust, moves, means, noises, expected, variances):  # type: ignore[no-untyped-def]
    """Write what is expected of a picture after `last`, and how sure that is.

    Parameters
    ----------
    plane : ndarray of uint8 or uint16, shape (height, width)
    scale : float32
        Levels of 8 bit to a level of the plane.
    last : ndarray of int16, shape (height + 2 RIM, width + 2 RIM)
        The last result, in parts of levels of 8 bit: see `Fine`.
    trust : ndarray of float32
        Its variance by groups, as `shrink` wrote it.
    moves : ndarray of float32, shape (blocks down, blocks across, 2)
    means, noises : ndarray of float32
        By groups with a rim of one: means of the plane, variance of its noise.
    expected : ndarray of int16
    variances : ndarray of float32
        Written; see `shrink`.

    Returns
    -------
    int
        How many blocks the last picture did not help.
    """
    height, width = expected.shape
    down, across = (height + GROUP - 1) // GROUP, (width + GROUP - 1) // GROUP
    line = np.empty(_WHOLE_LINE, np.float32)
    wide = np.empty((BLOCK + 3) * BLOCK, np.float32)
    block, seen = np.empty(BLOCK * BLOCK, np.float32), np.empty(BLOCK * BLOCK, np.float32)
    flat, stride = last.reshape(-1), np.uint64(last.shape[1])
    filmed, hoped, span = plane.reshape(-1), expected.reshape(-1), np.uint64(width)
    lost = 0
    for by in range(moves.shape[0]):
        y0 = min(by * BLOCK, height - BLOCK)
        for bx in range(moves.shape[1]):
            x0 = min(bx * BLOCK, width - BLOCK)
            x = min(max(moves[by, bx, 0] + _f(x0), _f(2 - RIM)), _f(width + RIM - 11))
            y = min(max(moves[by, bx, 1] + _f(y0), _f(2 - RIM)), _f(height + RIM - 11))
            ix, iy = int(np.floor(x)), int(np.floor(y))
            base = np.uint64(iy + RIM - 1) * stride + np.uint64(ix + RIM - 1)
            _fetch(flat, base, stride, x - _f(ix), y - _f(iy), line, wide, block)
            here = np.uint64(y0) * span + np.uint64(x0)
            for i in range(BLOCK):
                for j in range(BLOCK):
                    level = filmed[here + np.uint64(i) * span + np.uint64(j)]
                    seen[i * BLOCK + j] = _f(level) * scale
            missed = _f(0)
            for k in range(BLOCK * BLOCK):
                missed += (seen[k] - block[k]) * (seen[k] - block[k])
            gy, gx = min(max((iy + 4) // 4 + 1, 1), down), min(max((ix + 4) // 4 + 1, 1), across)
            known = trust[gy, gx]
            noise = noises[min(2 * by + 1, down), min(2 * bx + 1, across)]
            excess = missed * _f(1 / 64) - noise * (_f(1) + known)
            weight = _f(1)
            if excess > _f(SURPRISE) * noise:
                weight = _weigh(seen, block, means, y0, x0, missed, excess, noise)
                lost += 1
            for i in range(BLOCK):
                for j in range(BLOCK):
                    fine = block[i * BLOCK + j] * _f(FINE) + _f(0.5)
                    hoped[here + np.uint64(i) * span + np.uint64(j)] = np.int32(fine)
            drift = min(_f(DRIFT) / noise + _f(DRIFT_SHARE), _f(DRIFT_MAX))
            variance = weight * (known + drift) + (_f(1) - weight) * _f(MEAN_VARIANCE)
            for i in range(2):
                for j in range(2):
                    variances[min(2 * by + 1 + i, down), min(2 * bx + 1 + j, across)] = variance
    _extend(variances)
    return lost


@njit(inline="always")
def _weigh(seen, block, means, y0, x0, missed, excess, noise):  # type: ignore[no-untyped-def]
    """Draw a block that surprises towards the means of its neighbourhood; return what is left."""
    spread = _f(0)
    for i in range(BLOCK):
        for j in range(BLOCK):
            off = seen[i * BLOCK + j] - _mean_at(means, y0 + i, x0 + j)
            spread += off * off
    if missed <= spread:
        return _f(1)
    weight = max(_f(0), _f(2) - excess / (_f(SURPRISE) * noise))
    for i in range(BLOCK):
        for j in range(BLOCK):
            mean = _mean_at(means, y0 + i, x0 + j)
            block[i * BLOCK + j] = mean + weight * (block[i * BLOCK + j] - mean)
    return weight


@njit(inline="always")
def _extend(groups):  # type: ignore[no-untyped-def]
    down, across = groups.shape
    groups[0], groups[down - 1] = groups[1], groups[down - 2]
    for i in range(down):
        groups[i, 0], groups[i, across - 1] = groups[i, 1], groups[i, across - 2]
