"""Cut pictures to another shape, following what is in them.

>>> framer = Framer(width=1920, height=1080, fps=30, aspect=(9, 16))
>>> framer.size
(606, 1080)
>>> for frame in frames:
...     for cut in framer.push(frame):
...         show(cut)
>>> rest = framer.drain()

The largest crop of that shape is taken at its native size; nothing is ever scaled. About a second
of frames is held back, so that a pan begins before its subject leaves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from filoscope.enhance.errors import UnevenFrames
from filoscope.enhance.framing.boxes import Box
from filoscope.enhance.framing.camera import CameraPath, Wish
from filoscope.enhance.framing.interest import Interest, SafeArea
from filoscope.enhance.framing.pictures import LONG_SIDE, Colour, Plane, small_yuv
from filoscope.enhance.framing.subjects import SubjectFinder
from filoscope.enhance.framing.tracker import LOST, BoxTracker
from filoscope.enhance.stabilizer import WAITING_BYTES_MAX, Frame

LOOK_AHEAD_S = 1.2
"""Someone who begins to walk is out of a 9:16 crop after about this long."""

SIDE_MIN = 4
"""Pixels of a picture that anything can be cut from."""

_STILL_PX = 0.02
"""A crop that moves by less from frame to frame stands still, on whole pixels."""

_GIVE_UP_S = 2.0
"""A tracked thing that is lost for longer has left; then the subject is what is there."""


@dataclass(frozen=True, slots=True)
class SafeAreas:
    """Shares of the output that captions and buttons are laid over, from each edge."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0


FEED = SafeAreas(left=0.02, top=0.06, right=0.12, bottom=0.2)
"""A feed's: buttons at the right, the caption and the sound's name below."""


@dataclass(frozen=True, slots=True)
class Track:
    """A box around what to follow, in pixels of the frames, at a time."""

    box: Box
    time_s: float = 0.0


@dataclass(frozen=True, slots=True)
class FramingAccount:
    """What was done to a clip so far.

    Attributes
    ----------
    frame_count, moved_count : int
        Frames that came out; those in which the crop was not where it was before.
    cut_count : int
        Scenes after the first, and places where another subject took over.
    subject_count : int
        Frames in which there was a subject.
    lost_count : int
        Frames in which the tracked thing was not found.
    """

    frame_count: int = 0
    moved_count: int = 0
    cut_count: int = 0
    subject_count: int = 0
    lost_count: int = 0


class Framer:
    """Frames one clip.

    Parameters
    ----------
    width, height : int
        Of the frames' luma, in pixels.
    fps : float
        Frames a second, about.
    aspect : tuple of int
        Width and height of the wanted shape.
    track : Track, optional
        What to follow from its time on; else the subject is found.
    safe_areas : SafeAreas
        Where subjects should not be.
    look_ahead_s : float
        Frames come out this much later than they go in.
    has_model : bool
        Find faces by BlazeFace where it is installed.
    on_crop : callable, optional
        Given each frame's time and the crop's left (or upper) edge in it, in pixels of the luma.

    Raises
    ------
    ValueError
        The shape or the size is empty.
    """

    def __init__(
        self,
        *,
        width: int,
        height: int,
        fps: float,
        aspect: tuple[int, int] = (9, 16),
        track: Track | None = None,
        safe_areas: SafeAreas | None = None,
        look_ahead_s: float = LOOK_AHEAD_S,
        has_model: bool = True,
        on_crop: Callable[[float, float], None] = lambda time_s, edge_px: None,
    ) -> None:
        if min(width, height) < SIDE_MIN or min(aspect) < 1:
            raise ValueError(f"No crop of {aspect} in {width} x {height}")
        self.size = crop_size(width, height, aspect)
        self.account = FramingAccount()
        self._shape = (height, width)
        self._axis = 0 if self.size[0] < width - 1 else 1
        safe = safe_areas or (FEED if aspect[0] < aspect[1] else SafeAreas())
        edges = ((safe.left, safe.right), (safe.top, safe.bottom))[self._axis]
        length = (width, height)[self._axis]
        self._crop = self.size[self._axis]
        self._slack = length - self._crop
        self._interest = Interest(
            length=length,
            crop=self._crop,
            safe=SafeArea(edges[0], 1 - edges[1]),
            axis=self._axis,
            revise_s=look_ahead_s,
        )
        self._path = CameraPath(fps=min(max(fps, 5.0), 240.0))
        self._finder = SubjectFinder(has_model=has_model)
        self._track, self._tracker = track, None
        self._on_crop = on_crop
        self._found_s = -np.inf
        self._look_ahead = max(round(look_ahead_s * min(max(fps, 5.0), 240.0)), 1)
        self._waiting: deque[tuple[Frame, Wish]] = deque()
        self._time_s = -np.inf
        self._edge: float | None = None

    _tracker: BoxTracker | None

    def push(self, frame: Frame) -> list[Frame]:
        """Give a frame; return those that are ready, in order.

        Raises
        ------
        UnevenFrames
            It is of another size than was said, or not later than the last one.
        """
        if frame.planes[0].shape[:2] != self._shape or frame.time_s <= self._time_s:
            raise UnevenFrames(
                f"A frame of shape {frame.planes[0].shape} at {frame.time_s} s follows the one at "
                f"{self._time_s} s; frames of {self._shape} were announced. Scale and sort them."
            )
        if self._slack < 2:
            self._time_s = frame.time_s
            self.account = replace(self.account, frame_count=self.account.frame_count + 1)
            return [self._cut(frame, 0.0)]
        wish = self._wish(frame)
        self._time_s = frame.time_s
        self._waiting.append((frame, wish))
        if wish.since_s is not None:
            self._revise(wish.since_s)
        size = sum(plane.nbytes for plane in frame.planes)
        held_max = min(self._look_ahead, max(WAITING_BYTES_MAX // size, 2))
        ready = []
        while len(self._waiting) > held_max:
            ready.append(self._emit())
        return ready

    def drain(self) -> list[Frame]:
        """Return the frames held back."""
        return [self._emit() for _ in range(len(self._waiting))]

    def _wish(self, frame: Frame) -> Wish:
        passed_s = frame.time_s - self._time_s if self._waiting else 0.0
        small = None
        if self._track is not None and frame.time_s >= self._track.time_s - 1e-6:
            small = small_yuv(frame.planes, LONG_SIDE)
        view = self._finder.see(frame, small=small)
        shift = 0.0
        if view.motion is not None:
            if view.motion.is_cut:
                self._interest.begin_scene(frame.time_s)
            side = max(self._shape)
            shift = (view.motion.x, view.motion.y)[self._axis] * side
        box = None if small is None else self._tracked(frame, small)
        if box is not None or frame.time_s - self._found_s < _GIVE_UP_S:
            self._count(subject=box is not None, lost=box is None)
            return self._interest.hold(None if box is None else self._span(box))
        self._count(subject=bool(view.subjects), lost=False)
        return self._interest.wish(
            view.subjects, time_s=frame.time_s, passed_s=passed_s, shift=shift
        )

    def _revise(self, since_s: float) -> None:
        """Let a shot begin when what it is about did, as far as that was not shown yet."""
        index = len(self._waiting) - 1
        frame, wish = self._waiting[index]
        self._waiting[index] = (frame, replace(wish, is_cut=True))
        while index and not self._waiting[index - 1][1].is_cut:
            if self._waiting[index - 1][0].time_s < since_s:
                return
            self._swap_cut(index - 1)
            index -= 1
        if index:
            self._swap_cut(index - 1)

    def _swap_cut(self, index: int) -> None:
        """Let the cut be at this frame instead of at the next one; the path is free to be there."""
        after, wish = self._waiting[index + 1]
        self._waiting[index + 1] = (after, replace(wish, is_cut=False))
        frame, _ = self._waiting[index]
        self._waiting[index] = (frame, Wish(0.0, float(self._slack), is_cut=True))

    def _tracked(self, frame: Frame, yuv: Colour) -> Box | None:
        """Return where the boxed thing is, None while it is lost."""
        assert self._track is not None
        scale = max(self._shape) / max(yuv.shape)
        if self._tracker is None:
            self._tracker = BoxTracker(yuv, self._track.box.scaled(1 / scale))
            self._found_s = frame.time_s
            return self._track.box
        seen = self._tracker.follow(yuv)
        if seen.confidence < LOST:
            return None
        self._found_s = frame.time_s
        return seen.box.scaled(scale)

    def _span(self, box: Box) -> tuple[float, float]:
        start, size = ((box.x, box.width), (box.y, box.height))[self._axis]
        return start, start + size

    def _count(self, *, subject: bool, lost: bool) -> None:
        done = self.account
        self.account = replace(
            done,
            subject_count=done.subject_count + subject,
            lost_count=done.lost_count + lost,
        )

    def _emit(self) -> Frame:
        edge = self._path.step([wish for _, wish in self._waiting])
        frame, wish = self._waiting.popleft()
        edge = float(np.clip(edge, 0, self._slack))
        last = self._edge
        is_still = last is None or wish.is_cut or abs(edge - last) < _STILL_PX
        self._edge = edge
        done = self.account
        self.account = replace(
            done,
            frame_count=done.frame_count + 1,
            moved_count=done.moved_count + (not is_still),
            cut_count=done.cut_count + (wish.is_cut and done.frame_count > 0),
        )
        edge = float(round(edge / 2) * 2) if is_still else edge
        self._on_crop(frame.time_s, edge)
        return self._cut(frame, edge)

    def _cut(self, frame: Frame, edge: float) -> Frame:
        planes = tuple(
            _part(plane, edge, self.size, luma=self._shape, axis=self._axis)
            for plane in frame.planes
        )
        return replace(frame, planes=planes)


def crop_size(width: int, height: int, aspect: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height, both even, of the largest crop of a shape."""
    across, down = aspect
    if width * down > height * across:
        high = height // 2 * 2
        return max(round(high * across / down / 2) * 2, 2), high
    wide = width // 2 * 2
    return wide, min(max(round(wide * down / across / 2) * 2, 2), height // 2 * 2)


def _part(
    plane: Plane, edge: float, size: tuple[int, int], *, luma: tuple[int, int], axis: int
) -> Plane:
    """Return a part of a plane, its first edge given in pixels of the luma, to fractions of one."""
    grain = np.array([plane.shape[1] / luma[1], plane.shape[0] / luma[0]])
    wide, high = (max(round(side * share), 1) for side, share in zip(size, grain, strict=True))
    start = edge * float(grain[axis])
    x, y = (start, 0.0) if axis == 0 else (0.0, start)
    if abs(start - round(start)) < 1e-3:
        left, top = round(x), round(y)
        return plane[top : top + high, left : left + wide].copy()
    # A slow pan on whole pixels would stutter.
    matrix = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    flags = cv2.WARP_INVERSE_MAP | cv2.INTER_CUBIC
    moved = cv2.warpAffine(
        plane, matrix, (wide, high), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    if plane.dtype == np.uint8:
        return np.asarray(moved, np.uint8)
    return np.minimum(np.asarray(moved, np.uint16), np.uint16(1023))
