"""Noise taken out of a stream of planes, along the motion.

>>> denoiser = Denoiser()
>>> denoiser.watch(planes, last_planes)
>>> planes = denoiser.filter(planes)

`watch` measures the noise of each plane from a picture and the one before it; `filter` takes out what
was measured. The last result, moved into place block by block, is what is expected of the picture
(`follow`); the picture is then believed where it differs by more than its noise (`shrink`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit

from filoscope.enhance.clean.follow import (
    RIM,
    Follower,
    expect_last,
    expect_means,
    halved,
    noise_passed,
)
from filoscope.enhance.clean.noise import NoiseMeter
from filoscope.enhance.clean.shrink import GROUP, THRESHOLD, Floats, Plane, room_for, shrink

Planes = tuple[Plane, ...]

SIDE_MIN = 16
"""Planes with fewer pixels on a side are left as they are: two blocks."""

_VARIANCE_MIN = 0.02
"""Of noise, in squared levels: rounding alone is 0.08. Below it a plane has nothing to take out."""


@dataclass(frozen=True, slots=True)
class _Past:
    """A result with its rim, and the variance of its groups in variances of the noise."""

    picture: Floats
    trust: Floats


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
        self._pasts: list[_Past] = []
        self._last_small = np.zeros((1, 1), np.uint8)

    @property
    def sigma(self) -> float:
        """Of luma, in levels of 8 bit: as given, or as measured last."""
        if self._sigma is not None:
            return self._sigma
        return self._meters[0].sigma if self._meters else 0.0

    def forget(self) -> None:
        """Begin a new scene: nothing that was is expected any more."""
        self._pasts = []

    def watch(self, planes: Planes, last: Planes | None) -> None:
        """Measure the noise of a picture, against the one before it in the same scene."""
        if not self._meters:
            self._meters = [NoiseMeter() for _ in planes]
        luma = planes[0]
        scale, moves = scale_of(luma), None
        if last is not None:
            now, before = (self._follower.reduce(plane, scale) for plane in (luma, last[0]))
            moves = self._follower.find(now, before, luma.shape)
        for index, (plane, meter) in enumerate(zip(planes, self._meters, strict=True)):
            if last is None or moves is None:
                meter.look(plane, scale, None, 1.0)
                continue
            if plane.shape != luma.shape and index == 1:
                moves = halved(moves, plane.shape)
            noise = np.full(256, max(meter.sigma, 1.0) ** 2, np.float32)
            past = _Past(
                _with_rim(last[index], scale), room_for(plane.shape[0], plane.shape[1], 1.0)
            )
            expected, _ = _expect(plane, scale, noise, past, moves)
            meter.look(plane, scale, expected, 1.0 + noise_passed(moves))

    def filter(self, planes: Planes, *, share: float = 1.0) -> Planes:
        """Return the planes with that share of the measured noise taken out, and remember them."""
        luma = planes[0]
        scale, moves = scale_of(luma), None
        small = self._follower.reduce(luma, scale)
        if self._pasts:
            moves = self._follower.find(small, self._last_small, luma.shape)
        results: list[Plane] = []
        pasts: list[_Past] = []
        for index, plane in enumerate(planes):
            past = self._pasts[index] if self._pasts else None
            if moves is not None and plane.shape != luma.shape and index == 1:
                moves = halved(moves, plane.shape)
            found = self._filter_plane(plane, scale, self._variances(index, share), past, moves)
            pasts.append(found)
            results.append(_to_levels(found.picture, plane, scale))
        self._pasts = pasts
        self._last_small = self._follower.reduce(results[0], scale)
        return tuple(results)

    def _variances(self, index: int, share: float) -> Floats:
        if self._sigma is not None:
            return np.full(256, max((share * self._sigma) ** 2, _VARIANCE_MIN), np.float32)
        found = self._meters[index].variances * np.float32(share**2)
        return np.asarray(np.maximum(found, np.float32(_VARIANCE_MIN)))

    @staticmethod
    def _filter_plane(
        plane: Plane, scale: float, noise: Floats, past: _Past | None, moves: Floats | None
    ) -> _Past:
        height, width = plane.shape
        expected, variances, noises = _expect_all(plane, scale, noise, past, moves)
        picture = np.empty((height + 2 * RIM, width + 2 * RIM), np.float32)
        trust = room_for(height, width, 1.0)
        out = picture[RIM:-RIM, RIM:-RIM]
        bar = np.float32(THRESHOLD)
        shrink(plane, expected, np.float32(scale), variances, noises, bar, out, trust)
        _fill_rim(picture)
        return _Past(picture, trust)


def scale_of(plane: Plane) -> float:
    """Return the levels of 8 bit to a level of the plane: uint16 holds 10 bits."""
    return 1.0 if plane.dtype == np.uint8 else 0.25


def _expect(
    plane: Plane, scale: float, noise: Floats, past: _Past | None, moves: Floats | None
) -> tuple[Floats, Floats]:
    expected, variances, _ = _expect_all(plane, scale, noise, past, moves)
    return expected, variances


def _expect_all(
    plane: Plane, scale: float, noise: Floats, past: _Past | None, moves: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return what is expected, how unsure that is, and the noise of each group of pixels."""
    means = _means_of(plane, scale)
    noises = noise[np.clip(means + 0.5, 0, 255).astype(np.uint8)]
    expected, variances = np.empty(plane.shape, np.float32), np.empty_like(means)
    if past is None or moves is None:
        expect_means(means, variances, expected)
    else:
        last, trust = past.picture, past.trust
        of_8_bit = np.float32(scale)
        expect_last(plane, of_8_bit, last, trust, moves, means, noises, expected, variances)
    return expected, variances, noises


def _means_of(plane: Plane, scale: float) -> Floats:
    height, width = plane.shape
    down, across = -(-height // GROUP), -(-width // GROUP)
    missing = (down * GROUP - height, across * GROUP - width)
    if any(missing):
        plane = cv2.copyMakeBorder(plane, 0, missing[0], 0, missing[1], cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    small = cv2.resize(plane, (across, down), interpolation=cv2.INTER_AREA)
    means = small.astype(np.float32) * np.float32(scale)
    return np.asarray(cv2.copyMakeBorder(means, 1, 1, 1, 1, cv2.BORDER_REPLICATE), np.float32)


def _with_rim(plane: Plane, scale: float) -> Floats:
    levels = plane.astype(np.float32) * np.float32(scale)
    return np.asarray(
        cv2.copyMakeBorder(levels, RIM, RIM, RIM, RIM, cv2.BORDER_REPLICATE), np.float32
    )


def _fill_rim(picture: Floats) -> None:
    picture[:RIM], picture[-RIM:] = picture[RIM], picture[-RIM - 1]
    picture[:, :RIM], picture[:, -RIM:] = picture[:, RIM, None], picture[:, -RIM - 1, None]


def _to_levels(picture: Floats, plane: Plane, scale: float) -> Plane:
    result = np.empty_like(plane)
    top = np.float32(255 if plane.dtype == np.uint8 else 1023)
    _round(picture[RIM:-RIM, RIM:-RIM], np.float32(1 / scale), top, result)
    return result


@njit(nogil=True, cache=True, error_model="numpy")
def _round(picture, factor, top, result):  # type: ignore[no-untyped-def]
    for y in range(result.shape[0]):
        for x in range(result.shape[1]):
            level = picture[y, x] * factor + np.float32(0.5)
            result[y, x] = np.int32(min(max(level, np.float32(0)), top))
