"""Steady a stream of frames with a bounded look-ahead: what goes in comes out, in order, calmer.

>>> stabilizer = Stabilizer(fps=30, crop_max=0.2)
>>> for frame in frames:
...     for calm in stabilizer.push(frame):
...         show(calm)
>>> rest = stabilizer.drain()

Every frame that is pushed comes out once, with its own time. A stretch that is calm already comes
out as it is, the very same object. No pixel is ever empty, and a scene is never steadied across a
cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from filoscope.enhance.errors import UnevenFrames
from filoscope.enhance.level import Gravity, LevelPath, turn_about
from filoscope.enhance.motion import Motion, MotionFinder
from filoscope.enhance.path import (
    FIXED,
    Floats,
    draw_in,
    solve,
    weights_of,
    zoom_needed,
    zoom_unbound,
)
from filoscope.enhance.shake import CALM_PX, SHAKY_PX, usual_px
from filoscope.enhance.warp import Plane, warp

LOOK_AHEAD_S = 2.0
"""A pan is known to be one after a second or two; with 1.5 s hard clips keep twice the shake."""

WAITING_BYTES_MAX = 384 << 20
"""Frames held back, whatever their size: two seconds of 1080p at 60 a second; less of 4K."""

CROP_MAX = 0.2
_CUTOFFS_HZ = [0.45 * 1.18**step for step in range(14)]
"""Slower than this is kept as meant. The lowest is taken whose path stays within the crop."""

_SOFTEN_S = 0.25
"""So long a lower cut-off must have been enough before it is taken: no breathing."""

_ZOOM_S = 0.4
"""Half of the time over which the zoom looks for its peak, and over which it then eases."""

RIM_PX = 0.2
"""Kept within the picture on every side, for rounding: beyond an edge its own pixels are repeated."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture at its time.

    Attributes
    ----------
    time_s : float
    planes : tuple of ndarray
        Luma first, shape (height, width); then any number of planes of the same picture, of the
        same size or smaller (chroma). uint8, or uint16 for 10 bit.
    """

    time_s: float
    planes: tuple[Plane, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What was done to a clip so far.

    Attributes
    ----------
    frame_count, changed_count, cut_count : int
        Frames that came out; those of them that were moved; scenes begun after the first.
    zoom_mean, zoom_max : float
        Over the frames that came out; 1 is the whole picture.
    """

    frame_count: int = 0
    changed_count: int = 0
    cut_count: int = 0
    zoom_mean: float = 1.0
    zoom_max: float = 1.0


class Stabilizer:
    """Steadies one clip.

    Parameters
    ----------
    fps : float
        Frames a second, about; a variable rate's mean.
    crop_max : float
        Share of width and height that may be lost at most, 0 to 0.5.
    look_ahead_s : float
        Frames come out this much later than they go in.
    steady, level : bool
        What to do: take the shake out, and bring the horizon to level, within the same crop.
    gravity : callable, optional
        The roll by the file's own sensor, for `level`; see `Gravity`.
    """

    def __init__(
        self,
        *,
        fps: float,
        crop_max: float = CROP_MAX,
        look_ahead_s: float = LOOK_AHEAD_S,
        steady: bool = True,
        level: bool = False,
        gravity: Gravity | None = None,
    ) -> None:
        if not 0 <= crop_max <= 0.5:
            raise ValueError(f"crop_max is {crop_max}; give a share from 0 to 0.5")
        self.account = Account()
        self._fps = min(max(fps, 5.0), 240.0)
        self._zoom_max = 1 / (1 - crop_max)
        self._look_ahead = max(round(look_ahead_s * self._fps), FIXED)
        self._stiffness = [(self._fps / (2 * np.pi * hz)) ** 6 for hz in _CUTOFFS_HZ]
        self._finder = MotionFinder()
        self._waiting: deque[Frame] = deque()
        self._is_steadying = steady
        self._level = LevelPath(fps=self._fps, gravity=gravity) if level else None
        self._begin_scene()

    def _begin_scene(self) -> None:
        self._filmed: deque[Floats] = deque()
        self._recent: deque[Floats] = deque(maxlen=round(self._fps))
        self._fixed: deque[Floats] = deque(maxlen=FIXED)
        self._zooms: deque[float] = deque(maxlen=2 * self._reach)
        self._start: Floats | None = None
        self._cutoff: int | None = None
        self._enough_count = 0
        self._strength: float | None = None
        self._room = self._zoom_max
        if self._level is not None:
            self._level.begin_scene()

    @property
    def _reach(self) -> int:
        return round(_ZOOM_S * self._fps)

    def push(self, frame: Frame) -> list[Frame]:
        """Give a frame; return those that are ready, in order.

        Raises
        ------
        UnevenFrames
            It is of another size than the last one, or not later.
        """
        if self._waiting:
            self._check(frame, self._waiting[-1])
        motion = self._finder.see(frame.planes[0])
        ready = []
        if motion.is_cut:
            ready = self.drain()
            self._begin_scene()
            self.account = replace(self.account, cut_count=self.account.cut_count + 1)
        self._filmed.append(self._place(motion))
        self._waiting.append(frame)
        if self._level is not None:
            turned_rad = float(self._filmed[-1][2])
            self._level.see(frame.planes[0], frame.time_s, turned_rad=turned_rad)
        size = sum(plane.nbytes for plane in frame.planes)
        held_max = min(self._look_ahead, max(WAITING_BYTES_MAX // size, FIXED))
        while len(self._waiting) > held_max:
            ready.append(self._emit())
        return ready

    def drain(self) -> list[Frame]:
        """Return the frames held back, as the scene's last."""
        return [self._emit() for _ in range(len(self._waiting))]

    def _check(self, frame: Frame, last: Frame) -> None:
        if frame.planes[0].shape != last.planes[0].shape or frame.time_s <= last.time_s:
            raise UnevenFrames(
                f"A frame of shape {frame.planes[0].shape} at {frame.time_s} s follows one of "
                f"{last.planes[0].shape} at {last.time_s} s. Scale and sort them first."
            )

    def _place(self, motion: Motion) -> Floats:
        step = np.array([motion.x, motion.y, motion.turn_rad, motion.growth])
        if self._filmed:
            return np.asarray(self._filmed[-1] + step)
        return np.asarray(self._recent[-1] + step) if self._recent else np.zeros(4)

    def _emit(self) -> Frame:
        frame = self._waiting[0]
        height, width = frame.planes[0].shape[:2]
        half = (np.array([width, height]) / 2 - RIM_PX) / max(width, height)
        filmed = np.array(self._filmed)
        turns = self._level_turns(filmed, half)
        corrections = self._correct(filmed, half)
        self._fixed.append(filmed[0] + corrections[0])
        if self._level is not None:
            corrections = draw_in(turn_about(corrections, turns), half, self._zoom_max)
        zoom = self._zoom(zoom_needed(corrections, half))
        self._recent.append(filmed[0])
        self._waiting.popleft()
        self._filmed.popleft()
        return self._turn_out(frame, corrections[0], zoom)

    def _level_turns(self, filmed: Floats, half: Floats) -> Floats:
        """Return the turns that level the frames held back, and leave the shake what they do not
        need of the crop."""
        if self._level is None:
            return np.zeros(len(filmed))
        calm = filmed[:, 2]
        if (before := self._started(len(filmed))) is not None:
            calm = calm + before[:, 2] * (self._strength or 0.0)
        elif self._is_steadying and len(filmed) > 2:
            # A scene begins: not by its first frame, which the hand may have turned.
            steps = np.arange(len(filmed))
            calm = np.asarray(np.polyval(np.polyfit(steps, calm, 1), steps), np.float64)
        times_s = np.array([frame.time_s for frame in self._waiting])
        turns = self._level.turns(calm, times_s, half=half, zoom_max=self._zoom_max)
        largest = np.array([[0.0, 0.0, np.abs(turns).max(), 0.0]])
        self._room = max(self._zoom_max / float(zoom_needed(largest, half)[0]), 1.0)
        return turns

    def _started(self, count: int) -> Floats | None:
        """Return the answer of the window before, moved on by a frame, for this many."""
        if self._start is None:
            return None
        after = self._start[1:]
        last = np.repeat(self._start[-1:], max(count - len(after), 0), axis=0)
        return np.vstack([after, last])[:count]

    def _correct(self, filmed: Floats, half: Floats) -> Floats:
        """Return the corrections of the frames held back, the first of which is final."""
        if not self._is_steadying:
            return np.zeros_like(filmed)
        fixed = np.array(self._fixed).reshape(-1, 4)
        stiffness = self._stiffness[self._choose_cutoff(filmed, fixed, half)]
        self._start = solve(
            filmed,
            fixed,
            half=half,
            zoom_max=self._room,
            weights=weights_of(len(fixed) + len(filmed), stiffness=stiffness),
            start=self._started(len(filmed)),
        )
        return draw_in(self._start * self._ease_strength(filmed), half, self._room)

    def _choose_cutoff(self, filmed: Floats, fixed: Floats, half: Floats) -> int:
        def is_enough(step: int) -> bool:
            stiffness = self._stiffness[step]
            return zoom_unbound(filmed, fixed, half=half, stiffness=stiffness) <= self._room

        last = len(_CUTOFFS_HZ) - 1
        if self._cutoff is None:
            self._cutoff = next((step for step in range(last) if is_enough(step)), last)
        elif not is_enough(self._cutoff):
            self._cutoff, self._enough_count = min(self._cutoff + 1, last), 0
        else:
            self._enough_count += 1
            is_time = self._enough_count >= _SOFTEN_S * self._fps
            if is_time and self._cutoff and is_enough(self._cutoff - 1):
                self._cutoff, self._enough_count = self._cutoff - 1, 0
        return self._cutoff

    def _ease_strength(self, filmed: Floats) -> float:
        """Return how much of the correction to apply: nothing where the camera is calm already."""
        if self._strength is not None and len(filmed) < self._fps:
            return self._strength  # a scene's last second alone tells too little
        track = np.vstack([*self._recent, filmed])[:, :2]
        aim = float(np.clip((usual_px(track, self._fps) - CALM_PX) / (SHAKY_PX - CALM_PX), 0, 1))
        if self._strength is None:
            self._strength = aim
        step = 1 / self._fps
        self._strength += float(np.clip(aim - self._strength, -step, step))
        return self._strength

    def _zoom(self, needed: Floats) -> float:
        """Return the zoom of the first frame: the peak around it, eased, and never too small."""
        reach = self._reach
        around = np.concatenate([list(self._zooms), needed[: 2 * reach + 1]])
        peaks = maximum_filter1d(around, 2 * reach + 1, mode="nearest")
        eased = uniform_filter1d(peaks, 2 * reach + 1, mode="nearest")[len(self._zooms)]
        self._zooms.append(float(needed[0]))
        return max(float(eased), float(needed[0]))

    def _turn_out(self, frame: Frame, correction: Floats, zoom: float) -> Frame:
        is_moved = zoom > 1.0 + 1e-6 or bool(np.abs(correction).max() > 1e-7)
        self.account = counted(self.account, zoom, is_moved=is_moved)
        if not is_moved:
            return frame
        return replace(frame, planes=warp(frame.planes, correction, zoom))


def counted(done: Account, zoom: float, *, is_moved: bool) -> Account:
    """Return the account with one more frame in it."""
    count = done.frame_count + 1
    return replace(
        done,
        frame_count=count,
        changed_count=done.changed_count + is_moved,
        zoom_mean=done.zoom_mean + (zoom - done.zoom_mean) / count,
        zoom_max=max(done.zoom_max, zoom),
    )
