"""Noise taken out of a stream of planes, along the motion.

>>> denoiser = Denoiser()
>>> denoiser.watch(planes, last_planes)
>>> planes = denoiser.filter(planes)

`watch` measures the noise of each plane from a picture and the one before it; `filter` takes out what
was measured. The last result, moved into place block by block, is what is expected of the picture
(`follow`); the picture is then believed where it differs by more than its noise (`shrink`).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.enhance.clean.follow import (
    RIM,
    Follower,
    expect_last,
    expect_means,
    halved,
    noise_passed,
)
from filoscope.enhance.clean.noise import NoiseMeter
from filoscope.enhance.clean.shrink import (
    FINE,
    Fine,
    Floats,
    Plane,
    room_for,
    shrink,
    threshold_for,
)

Planes = tuple[Plane, ...]

SIDE_MIN = 16
"""Planes with fewer pixels on a side are left as they are: two blocks."""

_WINDOW_MIN = 640 * 360
"""Pixels: of larger pictures a quarter is enough to measure noise in, another one each time."""

_VARIANCE_MIN = 0.02
"""Of noise, in squared levels: rounding alone is 0.08. Below it a plane has nothing to take out."""


class _Track:
    """What is kept of one plane: the last result with its rim, how sure it is, and room to work.

    Room is kept because a picture's worth of new memory costs as much as the filter's arithmetic.
    """

    def __init__(self, height: int, width: int) -> None:
        framed = (height + 2 * RIM, width + 2 * RIM)
        self.picture, self._spare = np.empty(framed, np.int16), np.empty(framed, np.int16)
        self.trust, self._spare_trust = room_for(height, width), room_for(height, width)
        self.expected = np.empty((height, width), np.int16)
        self._variances, self._means, self._noises = (room_for(height, width) for _ in range(3))

    def begin(self, plane: Plane, noise: Floats) -> None:
        """Expect of a picture what its own neighbourhoods say."""
        _group(plane, np.float32(scale_of(plane)), noise, self._means, self._noises)
        expect_means(self._means, self._variances, self.expected)

    def go_on(self, plane: Plane, noise: Floats, moves: Floats) -> None:
        """Expect of a picture the last one, moved into place."""
        scale = np.float32(scale_of(plane))
        _group(plane, scale, noise, self._means, self._noises)
        expect_last(
            plane,
            scale,
            self.picture,
            self.trust,
            moves,
            self._means,
            self._noises,
            self.expected,
            self._variances,
        )

    def take(self, plane: Plane) -> None:
        """Make a picture as it is the last one."""
        _fill(plane, np.float32(scale_of(plane)), self.picture[RIM:-RIM, RIM:-RIM])
        _fill_rim(self.picture)
        self.trust[:] = 1.0

    def shrink(self, plane: Plane) -> Plane:
        """Return the plane drawn towards what is expected, and make that the last one."""
        out, trust = self._spare[RIM:-RIM, RIM:-RIM], self._spare_trust
        result = np.empty_like(plane)
        shrink(
            plane,
            self.expected,
            np.float32(scale_of(plane)),
            self._variances,
            self._noises,
            threshold_for(float(self._noises.mean())),
            out,
            trust,
            result,
        )
        _fill_rim(self._spare)
        self.picture, self._spare = self._spare, self.picture
        self.trust, self._spare_trust = trust, self.trust
        return result


class Denoiser:
    """Filters the planes of one scene after another; luma first, chroma of the same size or half.

    Parameters
    ----------
    sigma : float, optional
        Standard deviation of the noise of every plane, in levels of 8 bit; measured when not given.
    """

    def __init__(self, sigma: float | None = None) -> None:
        self._sigma = sigma
        self._follower = Follower()
        self._meters: list[NoiseMeter] = []
        self._tracks: list[_Track] = []
        self._last_small: NDArray[np.uint8] | None = None
        self._watched = 0

    @property
    def sigma(self) -> float:
        """Of luma, in levels of 8 bit: as given, or as measured last."""
        if self._sigma is not None:
            return self._sigma
        return self._meters[0].sigma if self._meters else 0.0

    def forget(self) -> None:
        """Begin a new scene: nothing that was is expected any more."""
        self._last_small = None

    def watch(self, planes: Planes, last: Planes | None) -> None:
        """Measure the noise of a picture, against the one before it in the same scene."""
        if not self._meters:
            self._meters = [NoiseMeter() for _ in planes]
        if last is None:
            for plane, meter in zip(planes, self._meters, strict=True):
                meter.look(plane, scale_of(plane), None, 1.0)
            return
        planes, last = (tuple(_contiguous(plane) for plane in some) for some in (planes, last))
        if self._watched and planes[0].size > _WINDOW_MIN:
            planes, last = (_quarter(some, self._watched) for some in (planes, last))
        self._watched += 1
        luma = planes[0]
        now, before = (self._follower.reduce(plane, scale_of(luma)) for plane in (luma, last[0]))
        moves = self._follower.find(now, before, (luma.shape[0], luma.shape[1]))
        for index, (plane, meter) in enumerate(zip(planes, self._meters, strict=True)):
            if plane.shape != luma.shape and index == 1:
                moves = halved(moves, plane.shape)
            track = _Track(*plane.shape)
            track.take(last[index])
            track.go_on(plane, np.full(256, max(meter.sigma, 1.0) ** 2, np.float32), moves)
            meter.look(plane, scale_of(plane), track.expected, 1.0 + noise_passed(moves))

    def filter(self, planes: Planes, *, share: float = 1.0, floor: float = 0.0) -> Planes:
        """Return the planes with their noise taken out, and remember them.

        `share` is how much of its measured deviation; `floor` the least deviation of luma, whatever
        was measured: what an encoder has added, which is no noise.
        """
        planes = tuple(_contiguous(plane) for plane in planes)
        luma = planes[0]
        if [track.expected.shape for track in self._tracks] != [plane.shape for plane in planes]:
            self._tracks, self._last_small = [_Track(*plane.shape) for plane in planes], None
        moves, small = None, self._follower.reduce(luma, scale_of(luma))
        if self._last_small is not None:
            moves = self._follower.find(small, self._last_small, (luma.shape[0], luma.shape[1]))
        results: list[Plane] = []
        for index, (plane, track) in enumerate(zip(planes, self._tracks, strict=True)):
            noise = self._variances(index, share, floor if index == 0 else 0.0)
            if moves is None:
                track.begin(plane, noise)
            else:
                if plane.shape != luma.shape and index == 1:
                    moves = halved(moves, plane.shape)
                track.go_on(plane, noise, moves)
            results.append(track.shrink(plane))
        self._last_small = self._follower.reduce(results[0], scale_of(luma))
        return tuple(results)

    def _variances(self, index: int, share: float, floor: float) -> Floats:
        least = np.float32(max(floor**2, _VARIANCE_MIN))
        if self._sigma is not None:
            return np.full(256, max(np.float32(self._sigma**2), least), np.float32)
        found = self._meters[index].variances * np.float32(share**2)
        return np.asarray(np.maximum(found, least))


def scale_of(plane: Plane) -> float:
    """Return the levels of 8 bit to a level of the plane: uint16 holds 10 bits."""
    return 1.0 if plane.dtype == np.uint8 else 0.25


def _contiguous(plane: Plane) -> Plane:
    return np.ascontiguousarray(plane)  # type: ignore[return-value]


def _quarter(planes: Planes, turn: int) -> Planes:
    """Return one of four quarters of each plane."""
    parts = []
    for plane in planes:
        height, width = (side // 2 for side in plane.shape)
        y, x = height * (turn // 2 % 2), width * (turn % 2)
        parts.append(_contiguous(plane[y : y + height, x : x + width]))
    return tuple(parts)


def _fill_rim(picture: Fine) -> None:
    picture[:RIM], picture[-RIM:] = picture[RIM], picture[-RIM - 1]
    picture[:, :RIM], picture[:, -RIM:] = picture[:, RIM, None], picture[:, -RIM - 1, None]


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _fill(plane, scale, picture):  # type: ignore[no-untyped-def]
    for y in range(plane.shape[0]):
        for x in range(plane.shape[1]):
            picture[y, x] = np.int32(np.float32(plane[y, x]) * scale * np.float32(FINE))


@njit(nogil=True, cache=True, fastmath=True, error_model="numpy")
def _group(plane, scale, noise_of_level, means, noises):  # type: ignore[no-untyped-def]
    """Write each group's mean, in levels of 8 bit, and the noise at that level; and their rims."""
    height, width = plane.shape
    down, across = means.shape[0] - 2, means.shape[1] - 2
    share = scale * np.float32(1 / 16)
    means[:] = np.float32(0)
    for gy in range(down):
        line = means[gy + 1]
        for i in range(4):
            row = plane[min(4 * gy + i, height - 1)]
            for gx in range(width // 4):
                four = (
                    np.int32(row[4 * gx])
                    + np.int32(row[4 * gx + 1])
                    + np.int32(row[4 * gx + 2])
                    + np.int32(row[4 * gx + 3])
                )
                line[gx + 1] += np.float32(four) * share
            for x in range(4 * (width // 4), 4 * across):
                line[across] += np.float32(row[min(x, width - 1)]) * share
        for gx in range(1, across + 1):
            level = np.int32(line[gx] + np.float32(0.5))
            noises[gy + 1, gx] = noise_of_level[min(level, 255)]
    for groups in (means, noises):
        groups[0], groups[down + 1] = groups[1], groups[down]
        for gy in range(down + 2):
            groups[gy, 0], groups[gy, across + 1] = groups[gy, 1], groups[gy, across]
