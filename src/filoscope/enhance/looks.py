"""What the diagnosis looks for, each found frame by frame in windows of a clip."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.clean import CleanAccount, Cleaner, CleanSettings
from filoscope.enhance.level import SURE, Roll, RollFinder
from filoscope.enhance.motion import Luma, Motion, MotionFinder, follow, small_grey
from filoscope.enhance.rolling import readout_of
from filoscope.enhance.shake import shake_of
from filoscope.enhance.stabilizer import Frame

_WIDTH_PX = 640

_MOVES_PX = 1.0
_RIM_PARTS = 10
_SMALL_PX = 320
_CELLS = (8, 6)
_COVER_MIN = 0.62
"""Of the cells of a grid: outdoors under an open sky 0.7 have corners, a man before a wall 0.57."""
_FITS = 0.9
_SIDES_MIN = 3
_RIM_AGREES = 0.5
"""Where pictures move by so much (px, 640 wide), three sides of the rim, a tenth of the longer side
deep, must fit better when moved, by a tenth, in half of the pictures: someone who moves before a
wall reaches two sides."""

_CLEAN_S = 0.8
_CLEAN_FRAMES_MIN = 8
"""Of each window: twice the cleaner's look-ahead."""

_ROLLS_AGREE_DEG = 3.0
"""Windows of a hand-held clip differ by a degree or two; by more, it is no constant tilt."""

Small = NDArray[np.float32]


class Shake:
    """How much the camera shakes, in the worst window.

    Attributes
    ----------
    worst_px : float
        RMS of the motion faster than 1 Hz, in px of a picture 640 wide.
    """

    def __init__(self, fps: float) -> None:
        self.worst_px = 0.0
        self._readouts: list[float] = []
        self._height = 1.0
        self._fps = min(max(fps, 5.0), 240.0)
        self._begin()

    def _begin(self) -> None:
        self._finder = MotionFinder()
        self._motions: list[Motion] = []
        self._small: Small | None = None
        self._agreements: list[bool] = []
        self._covers: list[float] = []

    def see(self, frame: Frame) -> None:
        """Look at the next frame of the window."""
        luma = frame.planes[0]
        self._height = luma.shape[0] / max(luma.shape)
        motion = self._finder.see(luma)
        if motion.is_cut:
            self._judge()
            self._motions, self._agreements, self._covers = [], [], []
            self._small = None
        else:
            self._motions.append(motion)
            self._compare_rims(_small_of(frame), motion)
            self._cover(frame.planes[0])

    def end_window(self) -> None:
        """The next frame follows from nothing."""
        self._judge()
        self._begin()

    def _judge(self) -> None:
        if len(self._motions) < max(self._fps, 4):
            return  # under a second tells a pan from a shake no more
        if self._is_of_camera():
            shake = shake_of(self._motions, fps=self._fps)
            self.worst_px = max(self.worst_px, round(shake.usual_px, 2))
            self._readouts.append(readout_of(self._motions, height=self._height).share)

    @property
    def readout(self) -> float:
        """Share of a frame's time in which its rows were filmed, median of the windows."""
        return round(float(np.median(self._readouts)), 2) if self._readouts else 0.0

    def _is_of_camera(self) -> bool:
        """Whether all of the picture moves: somebody who moves before a bare wall does not fill it."""
        is_wide = bool(self._covers) and float(np.median(self._covers)) >= _COVER_MIN
        return is_wide and sum(self._agreements) > _RIM_AGREES * max(len(self._agreements), 1)

    def _cover(self, luma: Luma) -> None:
        """Note, once a second, in which share of the picture there is something to follow."""
        if len(self._motions) % round(self._fps) == 1:
            grey = small_grey(luma)
            corners, _ = follow(grey, grey)
            if len(corners):
                cells = (corners * _CELLS / grey.shape[::-1]).astype(int)
                self._covers.append(len(np.unique(cells, axis=0)) / np.prod(_CELLS))
            else:
                self._covers.append(0.0)

    def _compare_rims(self, small: Small, motion: Motion) -> None:
        """Note whether the rim fits the last one better when that is moved as the motion says."""
        last, self._small = self._small, small
        side = max(small.shape)
        if last is None or np.hypot(motion.x, motion.y) * _WIDTH_PX < _MOVES_PX:
            return
        shift = np.array([[1, 0, motion.x * side], [0, 1, motion.y * side]])
        size = (small.shape[1], small.shape[0])
        moved = cv2.warpAffine(last, shift, size, borderMode=cv2.BORDER_REPLICATE)
        depth = side // _RIM_PARTS
        gains = [
            (np.abs(small - moved)[part].mean(), np.abs(small - last)[part].mean())
            for part in (
                np.s_[1:depth, 1:-1],
                np.s_[-depth:-1, 1:-1],
                np.s_[1:-1, 1:depth],
                np.s_[1:-1, -depth:-1],
            )
        ]
        sides = sum(bool(fitted < _FITS * still) for fitted, still in gains)
        self._agreements.append(sides >= _SIDES_MIN)


class Tilt:
    """How far the horizon leans, where the lines of the clip agree on it.

    Attributes
    ----------
    roll_deg : float or None
        Median of the windows; None where too few know, or they disagree.
    """

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._rolls: list[float] = []
        self._window_count = 0
        self._begin()

    def _begin(self) -> None:
        self._finder = RollFinder(fps=self._fps)
        self._last = Roll()

    def see(self, frame: Frame) -> None:
        """Look at the next frame of the window."""
        self._last = self._finder.look(frame.planes[0], frame.time_s)

    def end_window(self) -> None:
        """The next frame follows from nothing."""
        self._window_count += 1
        if self._last.confidence >= SURE:
            self._rolls.append(self._last.angle_deg)
        self._begin()

    @property
    def roll_deg(self) -> float | None:
        """Positive: what is upright leans to the right."""
        rolls = np.array(self._rolls)
        if 2 * len(rolls) <= self._window_count or np.ptp(rolls) > _ROLLS_AGREE_DEG:
            return None
        return round(float(np.median(rolls)), 2)


class Grime:
    """What the cleaner finds to do, in the first moments of each window.

    Each figure is the median over the windows; 0 (a power of 1) where there is nothing to do.
    """

    def __init__(self, fps: float, *, is_hdr: bool) -> None:
        self._fps = fps
        self._settings = CleanSettings(lift=not is_hdr)
        self._accounts: list[CleanAccount] = []
        self._begin()

    def _begin(self) -> None:
        self._cleaner = Cleaner(fps=self._fps, settings=self._settings)
        self._left = max(round(_CLEAN_S * self._fps), _CLEAN_FRAMES_MIN)

    def see(self, frame: Frame) -> None:
        """Look at the next frame of the window."""
        if self._left:
            self._left -= 1
            self._cleaner.push(frame)

    def end_window(self) -> None:
        """The next frame follows from nothing."""
        self._cleaner.drain()
        self._accounts.append(self._cleaner.account)
        self._begin()

    def _median(self, name: str) -> float:
        return round(float(np.median([getattr(told, name) for told in self._accounts])), 4)

    @property
    def noise(self) -> float:
        """Deviation, in levels of 8 bit."""
        return self._median("noise_max")

    @property
    def blocks(self) -> float:
        """Step at the edges of blocks, in levels of 8 bit."""
        return self._median("blocks_max")

    @property
    def flicker(self) -> float:
        """Deviation of the light."""
        return self._median("flicker_max")

    @property
    def power(self) -> float:
        """Curve that a dark scene wants."""
        return self._median("power_min")


def _small_of(frame: Frame) -> Small:
    luma = frame.planes[0]
    scale = min(_SMALL_PX / max(luma.shape), 1.0)
    size = tuple(max(round(side * scale), 1) for side in luma.shape[::-1])
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32)
