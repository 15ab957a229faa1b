"""Steady a clip in two passes: look at all of it, then move each frame along the best path.

>>> plan = plan_clip(frames, fps=30)
>>> stabilizer = PlannedStabilizer(plan)
>>> for frame in frames_again:
...     for calm in stabilizer.push(frame):
...         show(calm)

The first pass keeps motions only, 100 bytes a frame. For each moment the least zoom is found under
which the path becomes calm; that is the bound of the path there, and the zoom follows it as gently
as it can. Where the clip's rows were filmed one after the other, they are put straight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from filoscope.enhance.calm import calm_path
from filoscope.enhance.errors import UnevenFrames
from filoscope.enhance.gyro.lens import Lens
from filoscope.enhance.gyro.matching import SURE, match_gyro
from filoscope.enhance.gyro.record import GyroRecord
from filoscope.enhance.gyro.view import MESH, View, mesh_places
from filoscope.enhance.level.levelling import Gravity, LevelPath, turn_about
from filoscope.enhance.motion import Motion, MotionFinder
from filoscope.enhance.path import (
    Floats,
    draw_in,
    zoom_envelope,
    zoom_needed,
)
from filoscope.enhance.rolling import Readout, bent_rows, readout_of, unbent
from filoscope.enhance.shake import strength_of
from filoscope.enhance.stabilizer import (
    CROP_MAX,
    RIM_PX,
    Account,
    Frame,
    counted,
)
from filoscope.enhance.warp import Plane, warp, warp_bands, warp_mesh

_EASE_S = 0.2
_SHARE_OF_SIMILARITY = 0.9
"""Of the zoom (as a logarithm), for a path whose frames are turned in three dimensions: the rest is
for what that bends."""

_DRAW, _DRAWS_MAX = 0.9, 40
"""A correction that needs more all the same is made smaller in such steps."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What will be done between two cuts.

    Attributes
    ----------
    filmed, corrections : ndarray
        Path as filmed, and what is added to it, shape (frames, 4); see `path`.
    zooms : ndarray
        Shape (frames,).
    readout : Readout
    view : View or None
        The camera's own turns, where they explain the picture: then frames are moved by them.
    """

    filmed: Floats
    corrections: Floats
    zooms: Floats
    readout: Readout
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done to a clip.

    Attributes
    ----------
    shape : tuple of int
        Height and width.
    times_s : ndarray
        Shape (frames,).
    scenes : tuple of Scene
        One after the other; their frames are all of the clip's.
    """

    shape: tuple[int, int]
    times_s: Floats
    scenes: tuple[Scene, ...]


@dataclass(slots=True)
class _Draft:
    """A scene while it is looked at."""

    level: LevelPath | None
    motions: list[Motion] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    turned_rad: float = 0.0


def plan_clip(
    frames: Iterable[Frame],
    *,
    fps: float,
    crop_max: float = CROP_MAX,
    steady: bool = True,
    level: bool = False,
    gravity: Gravity | None = None,
    gyro: GyroRecord | None = None,
    lens: Lens | None = None,
) -> Plan:
    """Look at a whole clip and decide how each frame is to be moved.

    Parameters
    ----------
    frames : iterable of Frame
        Of one size, in order; each is let go as soon as it was looked at.
    fps, crop_max, steady, level, gravity
        As of `Stabilizer`.
    gyro : GyroRecord, optional
        The camera's turns. Where they do not explain the picture, the picture is believed.
    lens : Lens, optional
        Of the camera; else the focal length is found from turns and picture.

    Raises
    ------
    UnevenFrames
        A frame is of another size than the one before, or not later.
    """
    if not 0 <= crop_max <= 0.5:
        raise ValueError(f"crop_max is {crop_max}; give a share from 0 to 0.5")
    finder = MotionFinder()
    drafts: list[_Draft] = []
    shape, last_s = (0, 0), -np.inf
    for frame in frames:
        luma = frame.planes[0]
        if (drafts and luma.shape != shape) or frame.time_s <= last_s:
            raise UnevenFrames(
                f"A frame of shape {luma.shape} at {frame.time_s} s follows one of {shape} at "
                f"{last_s} s. Scale and sort them first."
            )
        shape, last_s = (luma.shape[0], luma.shape[1]), frame.time_s
        motion = finder.see(luma)
        if motion.is_cut or not drafts:
            drafts.append(_Draft(LevelPath(fps=fps, gravity=gravity) if level else None))
        draft = drafts[-1]
        draft.motions.append(motion)
        draft.times_s.append(frame.time_s)
        draft.turned_rad += motion.turn_rad
        if draft.level is not None:
            draft.level.see(luma, frame.time_s, turned_rad=draft.turned_rad)
    if not drafts:
        return Plan(shape, np.zeros(0), ())
    fps = min(max(fps, 5.0), 240.0)
    half = (np.array(shape[::-1]) / 2 - RIM_PX) / max(shape)
    times_s = np.concatenate([draft.times_s for draft in drafts])
    view = None
    if gyro is not None and steady:
        motions = [one for draft in drafts for one in draft.motions]
        match = match_gyro(gyro, motions, times_s, half=half)
        view = View.of(gyro, match, lens) if match.confidence >= SURE else None
    scenes = tuple(
        _scene_of(draft, fps, half, 1 / (1 - crop_max), steady, view) for draft in drafts
    )
    return Plan(shape, times_s, scenes)


def _scene_of(
    draft: _Draft, fps: float, half: Floats, zoom_max: float, steady: bool, view: View | None = None
) -> Scene:
    times_s = np.array(draft.times_s)
    filmed, readout = _filmed(draft, times_s, float(half[1]), view) if steady else (None, Readout())
    turned = np.cumsum([motion.turn_rad for motion in draft.motions])
    if filmed is None:
        filmed = np.zeros((len(times_s), 4))
    strength = strength_of(filmed, fps)
    if not strength.any():
        view, readout = None, Readout(0.0, readout.confidence)
    # Rows that are put straight need room, and leave the path that much less.
    lost = _room_of_bends(filmed, readout.share, half)
    bound = 1 / (1 / zoom_max + lost)
    if view is not None:
        bound = bound**_SHARE_OF_SIMILARITY
    corrections = np.zeros_like(filmed)
    if strength.any():
        corrections = calm_path(filmed, fps=fps, half=half, zoom_max=bound)
        corrections = corrections * strength[:, None]
    if draft.level is not None:
        calm = turned + corrections[:, 2]
        turns = _level_turns(draft.level, calm, times_s, half, zoom_max)
        corrections = turn_about(corrections, turns)
    corrections = draw_in(corrections, half, bound)
    if view is None:
        needed = 1 / (1 / zoom_needed(corrections, half) - lost)
    else:
        corrections, needed = _within(view, corrections, times_s, half, zoom_max)
    zooms = np.clip(zoom_envelope(needed, ease=_EASE_S * fps), needed, max(zoom_max, needed.max()))
    return Scene(filmed, corrections, np.where(zooms < 1 + 1e-5, 1.0, zooms), readout, view)


def _filmed(
    draft: _Draft, times_s: Floats, half_height: float, view: View | None
) -> tuple[Floats, Readout]:
    """Return the path of a scene, by the camera's turns or the picture, and what bends its rows."""
    if view is not None:
        return view.path(times_s), Readout()
    readout = readout_of(draft.motions, height=2 * half_height)
    if readout.share:
        return np.cumsum(unbent(draft.motions), axis=0), readout
    steps = [(one.x, one.y, one.turn_rad, one.growth) for one in draft.motions]
    return np.cumsum(np.array(steps), axis=0), readout


def _level_turns(
    level: LevelPath, calm: Floats, times_s: Floats, half: Floats, zoom_max: float
) -> Floats:
    """Return the turn that levels each frame; one is told and the next is foretold at a time."""
    pairs = [slice(index, index + 2) for index in range(len(calm))]
    turns = [level.turns(calm[two], times_s[two], half=half, zoom_max=zoom_max) for two in pairs]
    return np.array([pair[0] for pair in turns])


def _within(
    view: View, corrections: Floats, times_s: Floats, half: Floats, zoom_max: float
) -> tuple[Floats, Floats]:
    """Return corrections by true turns that stay within the bound, and the zoom each needs."""
    needed = np.ones(len(corrections))
    drawn = corrections.copy()
    for index, time_s in enumerate(times_s):
        for _ in range(_DRAWS_MAX):
            needed[index] = view.zoom_needed(drawn[index], time_s, half, zoom_max)
            if needed[index] <= zoom_max:
                break
            drawn[index] *= _DRAW
    return drawn, needed


def _room_of_bends(filmed: Floats, readout: float, half: Floats) -> Floats:
    """Return which share of the picture's room rows that are put straight take, for each frame."""
    if not readout:
        return np.zeros(len(filmed))
    height = 2 * float(half[1])
    frames = range(len(filmed))
    rows = np.array([bent_rows(filmed, index, readout, height=height) for index in frames])
    around = (np.abs(rows[..., 2]) + np.abs(rows[..., 3])).max(axis=1) * half.max()
    across = np.abs(rows[..., 0]).max(axis=1)
    # Where rows are pulled apart at an edge, nothing is lost there.
    upright = np.maximum(np.maximum(-rows[:, 0, 1], rows[:, -1, 1]), 0.0)
    side = np.stack([across + around, upright + around], axis=1)
    return np.asarray((side / half).max(axis=1), np.float64)


class PlannedStabilizer:
    """Moves the frames of a clip as planned: the second pass.

    Parameters
    ----------
    plan : Plan
    """

    def __init__(self, plan: Plan) -> None:
        self.account = Account(cut_count=max(len(plan.scenes) - 1, 0))
        self._plan = plan
        self._ends = np.cumsum([len(scene.zooms) for scene in plan.scenes])

    def push(self, frame: Frame) -> list[Frame]:
        """Give a frame; it comes back at once, moved.

        Raises
        ------
        UnevenFrames
            The plan knows no frame of this size at this time.
        """
        times_s = self._plan.times_s
        place = int(np.searchsorted(times_s, frame.time_s - 1e-6))
        is_known = place < len(times_s) and abs(times_s[place] - frame.time_s) < 1e-6
        if not is_known or frame.planes[0].shape != self._plan.shape:
            raise UnevenFrames(
                f"The plan has no frame of shape {frame.planes[0].shape} at {frame.time_s} s. "
                "Read the same clip in the same way in both passes."
            )
        number = int(np.searchsorted(self._ends, place, side="right"))
        scene = self._plan.scenes[number]
        return [self._turn_out(frame, scene, place - int(self._ends[number]) + len(scene.zooms))]

    def drain(self) -> list[Frame]:
        """Return nothing: no frame is held back."""
        return []

    def _turn_out(self, frame: Frame, scene: Scene, index: int) -> Frame:
        correction, zoom = scene.corrections[index], float(scene.zooms[index])
        is_moved = zoom > 1.0 or bool(np.abs(correction).max() > 1e-7)
        self.account = counted(self.account, zoom, is_moved=is_moved)
        if not is_moved:
            return frame
        if scene.view is not None:
            return replace(frame, planes=_turned(frame, scene.view, correction, zoom))
        if scene.readout.share:
            height = self._plan.shape[0] / max(self._plan.shape)
            bent = bent_rows(scene.filmed, index, scene.readout.share, height=height)
            return replace(frame, planes=warp_bands(frame.planes, correction, zoom, bent))
        return replace(frame, planes=warp(frame.planes, correction, zoom))


def _turned(frame: Frame, view: View, correction: Floats, zoom: float) -> tuple[Plane, ...]:
    height, width = np.array(frame.planes[0].shape) / max(frame.planes[0].shape)
    places = mesh_places(float(height), float(width))
    mesh = view.sources(places, correction, zoom, frame.time_s, float(height))
    return warp_mesh(frame.planes, mesh.reshape(*MESH, 2))
