"""How the camera and what it films moved from one small picture to the next.

A dense flow (DIS: Kroeger et al. 2016) is split into the camera's own shift, by the median of what has
texture, and the rest. How fast the rest goes, by direction, is a directogram; where it drops or rises
all at once somebody landed, turned, hit or started: the visual beats of Davis and Agrawala
("Visual Rhythm and Beat", 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, median_filter
from scipy.signal import butter, sosfiltfilt

from filoscope.studio.watching.footage import Floats
from filoscope.studio.watching.reading import Grey

_DIRECTIONS = 10
_TEXTURE = 6.0
"""Gradient, in levels, from which on a pixel can be followed."""

_STILL_PX = 0.12
"""Flow of less, in pixels of the small picture, is noise."""

_SAME = 0.12
"""Mean difference in levels below which two pictures are one, shown twice."""

_CUT_THUMB, _CUT_WARPED = 20.0, 16.0
"""Mean difference in levels, as they are and with the flow undone, beyond which two pictures are two
scenes. A whip pan has the first; a flash keeps below the second where it is even."""

_ACCENT_STARTS = 0.5
"""A start is less of an accent than a stop."""

_ACCENT_APART_S = 0.2
_ACCENT_SIGMA_S = 0.025
_ACCENT_FULL = 0.03
"""Change of speed, in longer sides a second over the picture, that is an accent nobody misses."""

_ACCENT_LEAST = 0.08
"""Share of that which is still one."""

_SHAKE_HZ, _SHAKE_OVER_S = 1.0, 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """What happened between two pictures.

    Attributes
    ----------
    time_s : float
        Of the later one.
    passed_s : float
    pan : tuple of float
        Shift of the whole content, in longer sides.
    by_direction : ndarray
        Shape (directions,): how fast the rest goes, in longer sides a second over the picture.
    focus : tuple of float
        Where that is, in widths and heights of the picture.
    extent : float
        How much of the picture's height it takes.
    is_cut, is_same : bool
    """

    time_s: float
    passed_s: float
    pan: tuple[float, float]
    by_direction: NDArray[np.float32]
    focus: tuple[float, float]
    extent: float
    is_cut: bool = False
    is_same: bool = False

    @property
    def heading(self) -> NDArray[np.float64]:
        """Whither the rest goes on the whole, (x, y), in longer sides a second over the picture."""
        angles = (np.arange(_DIRECTIONS) + 0.5) * (2 * np.pi / _DIRECTIONS)
        return np.asarray(self.by_direction @ np.stack([np.cos(angles), np.sin(angles)], axis=1))


class StepFinder:
    """Follows one take; keeps the latest picture only."""

    def __init__(self) -> None:
        # A finder of flow is not to be shared by two threads, and cheap.
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        # At a picture this small the preset's coarse scale smears a hand's motion over the wall.
        self._flow.setFinestScale(1)
        self._last: Grey | None = None
        self._last_s = 0.0

    def see(self, grey: Grey, time_s: float) -> Step | None:
        """Return what happened since the last picture; None for the first."""
        last, passed_s = self._last, time_s - self._last_s
        if last is None or last.shape != grey.shape:
            self._last, self._last_s = grey, time_s
            return None if last is None else _nothing(time_s, max(passed_s, 1e-3), is_cut=True)
        difference = float(np.mean(cv2.absdiff(last, grey)))
        if difference < _SAME:
            # The pictures of 24 a second among 30: motion goes on with the next one.
            return _nothing(time_s, passed_s, is_same=True)
        self._last, self._last_s = grey, time_s
        flow = np.asarray(
            self._flow.calc(last, grey, np.zeros((*grey.shape, 2), np.float32)), np.float32
        )
        if difference > _CUT_THUMB and _warped(last, grey, flow) > _CUT_WARPED:
            return _nothing(time_s, passed_s, is_cut=True)
        return _step(last, flow, time_s, passed_s)


def _nothing(
    time_s: float, passed_s: float, *, is_cut: bool = False, is_same: bool = False
) -> Step:
    still = np.zeros(_DIRECTIONS, np.float32)
    return Step(time_s, passed_s, (0.0, 0.0), still, (0.5, 0.5), 0.0, is_cut, is_same)


def _warped(last: Grey, grey: Grey, flow: NDArray[np.float32]) -> float:
    """Return the mean difference that is left when the flow is undone."""
    height, width = grey.shape
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    back = cv2.remap(grey, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return float(np.mean(cv2.absdiff(last, np.asarray(back, np.uint8))))


def _step(last: Grey, flow: NDArray[np.float32], time_s: float, passed_s: float) -> Step:
    height, width = last.shape
    side = max(height, width)
    across, down = cv2.Sobel(last, cv2.CV_32F, 1, 0), cv2.Sobel(last, cv2.CV_32F, 0, 1)
    textured = (np.abs(across) + np.abs(down)) > 8 * _TEXTURE
    if np.count_nonzero(textured) <= 50:
        textured = np.ones_like(textured)
    shifts = [np.asarray(shift, np.float32) for shift in cv2.split(flow)]
    pan = np.array([np.median(shift[textured]) for shift in shifts])
    speed, angle = cv2.cartToPolar(shifts[0] - pan[0], shifts[1] - pan[1])
    speed[speed < _STILL_PX + 0.1 * float(np.hypot(*pan))] = 0
    bins = (angle * (_DIRECTIONS / (2 * np.pi))).astype(np.int32) % _DIRECTIONS
    sums = np.bincount(bins.ravel(), weights=speed.ravel(), minlength=_DIRECTIONS)
    scale = 1 / (side * last.size * passed_s)
    total = float(speed.sum())
    focus, extent = (0.5, 0.5), 0.0
    if total > 0:
        by_column, by_row = speed.sum(axis=0), speed.sum(axis=1)
        focus = (_densest(by_column), _densest(by_row))
        extent = min(3.5 * _deviation(by_row), 1.0)
    return Step(
        time_s, passed_s, (float(pan[0] / side), float(pan[1] / side)),
        np.asarray(sums * scale, np.float32), focus, extent,
    )  # fmt: skip


def _densest(weights: NDArray[np.float32]) -> float:
    """Return the middle of what lies in the third that has most: between two people is nobody."""
    width = max(len(weights) // 3, 1)
    sums = np.convolve(weights, np.ones(width, np.float32), "valid")
    first = int(sums.argmax())
    places = first + np.arange(width) + 0.5
    return float(np.average(places, weights=weights[first : first + width])) / len(weights)


def _deviation(weights: NDArray[np.float32]) -> float:
    places = (np.arange(len(weights)) + 0.5) / len(weights)
    mean = np.average(places, weights=weights)
    return float(np.sqrt(np.average(np.square(places - mean), weights=weights)))


def accents_of(steps: list[Step]) -> tuple[Floats, Floats]:
    """Return when something stops, turns, lands or starts, and how plainly, 0 to 1.

    Parameters
    ----------
    steps : list of Step
        Of a whole take, in order of time.
    """
    moving = [step for step in steps if not step.is_same]
    if len(moving) < 4:
        return np.zeros(0), np.zeros(0)
    # An event between two steps lies at the picture between them: where the later step began.
    times = np.array([step.time_s - step.passed_s for step in moving])
    speeds = np.array([step.by_direction for step in moving], np.float64)
    change = np.diff(speeds, axis=0, prepend=speeds[:1])
    envelope = np.maximum(-change, 0).sum(axis=1)
    envelope += _ACCENT_STARTS * np.maximum(change, 0).sum(axis=1)
    for index, step in enumerate(moving):
        if step.is_cut:  # Another picture, not a motion.
            envelope[index : index + 2] = 0
    interval_s = float(np.median(np.diff(times)))
    envelope = gaussian_filter1d(envelope, _ACCENT_SIGMA_S / interval_s, mode="nearest")
    usual = median_filter(envelope, max(round(2.0 / interval_s), 3), mode="nearest")
    plain = (envelope - 1.5 * usual) / _ACCENT_FULL
    reach = max(round(_ACCENT_APART_S / interval_s), 1)
    peaks = np.flatnonzero(
        (envelope == maximum_filter1d(envelope, 2 * reach + 1)) & (plain > _ACCENT_LEAST)
    )
    return times[peaks], np.clip(plain[peaks], 0, 1)


def shake_of(times_s: Floats, path: Floats) -> Floats:
    """Return how much the camera shakes around each picture, in px of a picture 640 wide.

    Parameters
    ----------
    times_s : ndarray
        Shape (pictures,).
    path : ndarray
        Shape (pictures, 2), where the content is, in longer sides.
    """
    if len(times_s) < 12:
        return np.zeros(len(times_s))
    interval_s = float(np.median(np.diff(times_s)))
    even_s = np.arange(times_s[0], times_s[-1], interval_s)
    fps = 1 / interval_s
    if fps <= 2.2 * _SHAKE_HZ or len(even_s) < 12:
        return np.zeros(len(times_s))
    even = np.stack([np.interp(even_s, times_s, path[:, axis]) for axis in (0, 1)], axis=1)
    order = butter(3, _SHAKE_HZ, "highpass", fs=fps, output="sos")
    fast = sosfiltfilt(order, even, axis=0, padlen=min(round(fps), len(even) - 1))
    power = gaussian_filter1d(np.square(fast).sum(axis=1), _SHAKE_OVER_S * fps / 2, mode="nearest")
    return np.asarray(np.interp(times_s, even_s, np.sqrt(power) * 640), np.float64)
