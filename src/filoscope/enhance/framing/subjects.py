"""What a viewer would look at: faces, what moves by itself, writing.

>>> subjects_of(frame)
[Subject(kind='face', box=Box(x=588.1, y=201.7, width=61.0, height=61.0), weight=0.83)]
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from filoscope.enhance.framing.boxes import Box, Kind, Subject
from filoscope.enhance.framing.faces import FaceFinder, model_path
from filoscope.enhance.framing.moving import MovingFinder
from filoscope.enhance.framing.pictures import LONG_SIDE, Colour, Plane, shrunk, small_yuv
from filoscope.enhance.framing.text import find_text
from filoscope.enhance.motion import Motion, MotionFinder
from filoscope.enhance.stabilizer import Frame

LOOK_S = 1 / 13
"""Between looks at what moves: every second frame of 30 a second."""

FACES_S = 0.3
"""Between looks for faces and writing, which cost ten times as much and change slowly."""

_FACE_KEPT_S, _FACE_FADES_S = 2.5, 1.2
"""A face that is not seen is still there: someone looked aside, or up."""

_FACE_LARGE = 0.12
"""Height of a face, in longer sides of the picture, from which on it is all that counts."""

_FACE_WEIGHTS, _MOVING_WEIGHT, _TEXT_WEIGHT = (0.5, 1.0), 0.45, 0.14

_REST_S, _AT_REST = 4.0, 0.6
"""Someone who stops is looked at for some seconds more, if nobody else moves meanwhile."""

_RESTING_MAX = 6

_RIM_PX, _AT_RIM = 20, 0.3
_PANS = 0.002
"""In longer sides of the picture from look to look."""

_THUMB = (32, 18)
_CHANGE = 18.0
"""Mean difference of thumbnails from which a frame is looked at whether or not it is time."""


@dataclass(frozen=True, slots=True)
class View:
    """What is seen in one frame.

    Attributes
    ----------
    subjects : tuple of Subject
    motion : Motion or None
        Of the camera since the last look; None where there was no look at this frame.
    """

    subjects: tuple[Subject, ...]
    motion: Motion | None = None


def subjects_of(frame: Frame) -> list[Subject]:
    """Return the faces and the writing in one picture, the weightiest first.

    What moves takes two pictures: see `SubjectFinder`.
    """
    yuv = small_yuv(frame.planes, LONG_SIDE)
    found = _faces(FaceFinder(model=model_path()), yuv) + _texts(yuv)
    scale = max(frame.planes[0].shape) / max(yuv.shape)
    return _sorted([_enlarged(subject, scale) for subject in found])


class SubjectFinder:
    """Watches one clip; keeps two small pictures.

    Parameters
    ----------
    has_model : bool
        Use BlazeFace where it is installed; else OpenCV's cascade.
    """

    def __init__(self, *, has_model: bool = True) -> None:
        self._faces = FaceFinder(model=model_path() if has_model else None)
        self._motions = MotionFinder()
        self._moving = MovingFinder()
        self._thumb: Plane | None = None
        self._look_s = -np.inf
        self._begin_scene()

    def _begin_scene(self) -> None:
        self._moving.begin_scene()
        self._faces_s = -np.inf
        self._faces_seen: list[tuple[Subject, float]] = []
        self._texts_seen: list[Subject] = []
        self._resting: list[tuple[Subject, float]] = []
        self._view = View(())

    def see(self, frame: Frame, *, small: Colour | None = None) -> View:
        """Return what is in the next frame, in pixels of its luma.

        Parameters
        ----------
        frame : Frame
        small : ndarray, optional
            The same as `small_yuv` makes it at `LONG_SIDE`, where somebody has made it already.
        """
        changed = self._has_changed(frame.planes[0])
        passed_s = frame.time_s - self._look_s
        if not changed and passed_s < LOOK_S * 0.75:
            return View(self._view.subjects)
        self._look_s = frame.time_s
        yuv = small_yuv(frame.planes, LONG_SIDE) if small is None else small
        motion = self._motions.see(np.ascontiguousarray(yuv[..., 0]))
        if motion.is_cut:
            self._begin_scene()
        found = self._moved_faces(yuv, motion, frame.time_s)
        moving = self._moving.find(yuv, motion, min(passed_s, 1.0))
        found += [_moving(box, weight, yuv.shape, motion) for box, weight in moving]
        found += self._rested(found, motion, max(yuv.shape), frame.time_s)
        found += self._texts_seen
        scale = max(frame.planes[0].shape) / max(yuv.shape)
        subjects = _sorted([_enlarged(subject, scale) for subject in found])
        self._view = View(tuple(subjects), motion)
        return self._view

    def _has_changed(self, luma: Plane) -> bool:
        thumb = shrunk(luma, _THUMB)
        last, self._thumb = self._thumb, thumb
        return last is None or float(cv2.absdiff(last, thumb).mean()) > _CHANGE

    def _moved_faces(self, yuv: Colour, motion: Motion, time_s: float) -> list[Subject]:
        """Return the faces: seen now, or before and moved with the camera since."""
        side = max(yuv.shape)
        kept = [
            (_carried(subject, motion, side), seen_s)
            for subject, seen_s in self._faces_seen
            if time_s - seen_s < _FACE_KEPT_S
        ]
        if time_s - self._faces_s >= FACES_S * 0.9:
            self._faces_s = time_s
            now = _faces(self._faces, yuv)
            kept = [
                (subject, seen_s)
                for subject, seen_s in kept
                if not any(_is_near(subject.box, other.box) for other in now)
            ]
            kept += [(subject, time_s) for subject in now]
            self._texts_seen = _texts(yuv)
        self._faces_seen = kept
        return [
            replace(subject, weight=subject.weight * _faded(time_s - seen_s, _FACE_FADES_S))
            for subject, seen_s in kept
        ]

    def _rested(
        self, found: list[Subject], motion: Motion, side: int, time_s: float
    ) -> list[Subject]:
        """Return what moved before and has not moved away since: it is still worth a look."""
        carried = [
            (_carried(subject, motion, side), moved_s)
            for subject, moved_s in self._resting
            if time_s - moved_s < 3 * _REST_S
        ]
        still = [
            (subject, moved_s)
            for subject, moved_s in carried
            if not any(_takes_over(other, subject) for other in found)
        ]
        now = [(subject, time_s) for subject in found if subject.kind == "moving"]
        self._resting = sorted(still + now, key=lambda one: -one[0].weight)[:_RESTING_MAX]
        return [
            replace(subject, weight=_AT_REST * subject.weight * _faded(time_s - moved_s, _REST_S))
            for subject, moved_s in still
        ]


def _faded(passed_s: float, fades_s: float) -> float:
    return float(np.exp(-passed_s / fades_s))


def _takes_over(new: Subject, old: Subject) -> bool:
    """Whether what is seen now is what was seen before, as large or nearly."""
    x, y = (abs(a - b) for a, b in zip(new.box.centre, old.box.centre, strict=True))
    near_x = x < (new.box.width + old.box.width) / 2
    near_y = y < (new.box.height + old.box.height) / 2
    return near_x and near_y and new.weight > 0.5 * old.weight


def _faces(finder: FaceFinder, yuv: Colour) -> list[Subject]:
    side = max(yuv.shape)
    low, high = _FACE_WEIGHTS
    return [
        Subject("face", box, score * (low + (high - low) * min(box.height / side / _FACE_LARGE, 1)))
        for box, score in finder.find(yuv)
    ]


def _texts(yuv: Colour) -> list[Subject]:
    return [Subject("text", box, _TEXT_WEIGHT * weight) for box, weight in find_text(yuv)]


def _moving(box: Box, weight: float, shape: tuple[int, ...], motion: Motion) -> Subject:
    at_rim = box.x < _RIM_PX or box.x + box.width > shape[1] - _RIM_PX
    if at_rim and abs(motion.x) > _PANS:
        weight *= _AT_RIM  # what a pan uncovers, or a wall that is passed at close range
    return Subject("moving", box, _MOVING_WEIGHT * weight)


def _carried(subject: Subject, motion: Motion, side: int) -> Subject:
    return Subject(
        subject.kind, subject.box.moved(motion.x * side, motion.y * side), subject.weight
    )


def _is_near(box: Box, other: Box) -> bool:
    """Whether two boxes can be one face, a third of a second apart."""
    x, y = (a - b for a, b in zip(box.centre, other.centre, strict=True))
    return bool(np.hypot(x, y) < 1.5 * max(box.width, other.width))


def _enlarged(subject: Subject, scale: float) -> Subject:
    kind: Kind = subject.kind
    return Subject(kind, subject.box.scaled(scale), subject.weight)


def _sorted(subjects: list[Subject]) -> list[Subject]:
    return sorted(subjects, key=lambda subject: -subject.weight)
