"""Watch a take from its first picture to its last, once."""

from __future__ import annotations

import os
from bisect import bisect_left
from pathlib import Path

import numpy as np

from filoscope.enhance.framing.faces import FaceFinder, model_path
from filoscope.media import MediaError, Probe
from filoscope.media.measure import measure
from filoscope.studio.errors import NothingToSee
from filoscope.studio.watching.faults import Signs, mistakes_of
from filoscope.studio.watching.footage import LOOKS_HZ, Floats, Footage
from filoscope.studio.watching.moving import Step, StepFinder, accents_of, shake_of
from filoscope.studio.watching.photos import is_photo, watch_photo
from filoscope.studio.watching.reading import LIMITS, Glance, Grey, TakeReader
from filoscope.studio.watching.seeing import Faces, Look, faces_of, look_at, shot_size

FACES_S = 0.8
"""Between looks for faces: each costs as much as decoding a fifth of a second of 1080p."""

_QUICK, _FACES_QUICK_S = 0.25, 0.35
"""Motion, in longer sides a second, in which a face is elsewhere long before the next look for it."""

_EMPTY_LOOKS = 4
"""A view of which three seconds showed no face is one of a landscape, or of things."""

_JOLT_PX = 6.0
"""RMS of shake, in px of a picture 640 wide, from which on an accent is as likely the camera's own."""

_AROUND_S = 0.25
"""Over which speeds are averaged: a step of a walk, not a frame."""

_FACE_DRAWS, _FACE_LARGE, _FACE_STILL = 0.95, 0.06, 0.02
"""How much the eye goes to a face rather than to what moves, if it is so large, in heights of the picture,
or hardly anything moves. To one of both: between them is nothing to be seen."""


def watch(take: str | os.PathLike[str]) -> Footage:
    """Say what a take shows, and what is wrong with it when.

    Parameters
    ----------
    take : path
        A clip, or a photo (JPEG, PNG, WebP, AVIF; HEIC where Pillow reads it). A stranger's file is
        decoded in this process: put it under limits as `filoscope.media` does.

    Returns
    -------
    Footage
        The same for the same file, always.

    Raises
    ------
    NothingToSee
        The file cannot be read, or shows nothing; the message says why.
    """
    path = Path(take)
    try:
        if is_photo(path):
            return watch_photo(path)
        facts = measure(path, limits=LIMITS, threads=1)
        return _Watching(path, facts).footage()
    except MediaError as error:
        raise NothingToSee(f"{path.name}: {error}") from error
    except OSError as error:
        raise NothingToSee(f"{path.name} cannot be opened: {error.strerror}") from error


class _Watching:
    def __init__(self, path: Path, facts: Probe) -> None:
        self._reader = TakeReader(path, facts)
        self._name, self._facts = path.name, facts
        self._finder = FaceFinder(model=model_path())
        self._steps: list[Step] = []
        self._looks: list[Look] = []
        self._looks_s: list[float] = []
        self._faces: list[Faces] = []
        self._far_s = 0.0

    def footage(self) -> Footage:
        self._see_all()
        if not self._looks:
            raise NothingToSee(f"{self._name}: not one picture of it can be read")
        return self._summed_up()

    def _see_all(self) -> None:
        steps, next_look_s, next_faces_s = StepFinder(), 0.0, 0.0
        for glance in self._reader.glances():
            step = steps.see(glance.grey, glance.time_s)
            if step is not None:
                self._steps.append(step)
                if self._is_quick(step):
                    next_faces_s = min(next_faces_s, self._faces[-1].time_s + _FACES_QUICK_S)
            if glance.time_s < next_look_s - 1e-6:
                continue
            next_look_s = max(next_look_s, glance.time_s - 0.5 / LOOKS_HZ) + 1 / LOOKS_HZ
            luma = self._reader.luma(glance)
            self._looks.append(look_at(luma, glance.grey))
            self._looks_s.append(glance.time_s)
            if glance.time_s >= next_faces_s:
                next_faces_s = glance.time_s + FACES_S
                self._faces.append(self._faces_in(glance, luma))

    def _is_quick(self, step: Step) -> bool:
        """Whether somebody whose face was seen has moved on by now."""
        return self._faces[-1].count > 0 and float(step.by_direction.sum()) > _QUICK

    def _faces_in(self, glance: Glance, luma: Grey) -> Faces:
        """Look for faces; for small ones each second time where there were none of late."""
        late = self._faces[-_EMPTY_LOOKS:]
        is_empty = len(late) == _EMPTY_LOOKS and not any(one.count for one in late)
        is_due = not is_empty or glance.time_s > self._far_s + 1.5 * FACES_S
        yuv = self._reader.colour(glance, luma)
        if not is_due:
            return faces_of(self._finder.find_large(yuv), yuv.shape, glance.time_s)
        self._far_s = glance.time_s
        return faces_of(self._finder.find(yuv), yuv.shape, glance.time_s)

    def _summed_up(self) -> Footage:
        facts, looks, times = self._facts, self._looks, np.array(self._looks_s)
        faces = [self._faces_near(time_s) for time_s in self._looks_s]
        motion, pan, heading, focus, extent = _flows(self._steps, times)
        steps_s = np.array([step.time_s for step in self._steps])
        path = np.cumsum([step.pan for step in self._steps], axis=0).reshape(-1, 2)
        shake = shake_of(steps_s, path)
        duration_s = facts.duration_s
        heights = np.array([one.height for one in faces])
        is_drawn = (heights >= _FACE_LARGE) | ((heights > 0) & (motion < _FACE_STILL))
        draws = np.where(is_drawn, _FACE_DRAWS, 0.0)
        focus += draws[:, None] * (np.array([(one.x, one.y) for one in faces]) - focus)
        counts = np.array([float(one.count) for one in faces])
        signs = Signs(
            times_s=times,
            light=np.array([look.light for look in looks]),
            spread=np.array([look.spread for look in looks]),
            flat_share=np.array([look.flat_share for look in looks]),
            sharpness=np.array([look.sharpness for look in looks]),
            face_counts=counts,
            motion=motion,
            aim=_at(times, steps_s, path),
            **_changes(self._steps, times, duration_s),
        )
        accents_s, strengths = accents_of(self._steps)
        if len(accents_s):
            # A jolt of the hand that films is no accent of what it films.
            jolts = np.interp(accents_s, steps_s, shake)
            strengths = strengths / (1 + np.square(jolts / _JOLT_PX))
        return Footage(
            duration_s=duration_s,
            width=facts.width,
            height=facts.height,
            fps=_fps(facts),
            is_photo=False,
            times_s=times,
            sharpness=signs.sharpness,
            light=signs.light,
            motion=motion,
            pan_x=pan[:, 0],
            pan_y=pan[:, 1],
            heading_x=heading[:, 0],
            heading_y=heading[:, 1],
            shake=_at(times, steps_s, shake[:, None])[:, 0],
            face_counts=counts,
            face_heights=np.array([one.height for one in faces]),
            focus_x=np.clip(focus[:, 0], 0, 1),
            focus_y=np.clip(focus[:, 1], 0, 1),
            shot_sizes=np.array(
                [shot_size(one.height, high) for one, high in zip(faces, extent, strict=True)]
            ),
            thumbs=np.stack([look.thumb for look in looks]),
            accents_s=accents_s,
            accent_strengths=strengths,
            scene_cuts_s=np.array([step.time_s for step in self._steps if step.is_cut]),
            mistakes=mistakes_of(signs, duration_s),
        )

    def _faces_near(self, time_s: float) -> Faces:
        """Return what the looks for faces before and after a moment found, or the nearer one."""
        after = bisect_left(self._faces, time_s, key=lambda one: one.time_s)
        around = self._faces[max(after - 1, 0) : after + 1]
        nearer = min(around, key=lambda one: abs(one.time_s - time_s))
        if len(around) < 2 or not all(one.count for one in around):
            return nearer
        return around[0].towards(around[1], time_s)


def _fps(facts: Probe) -> float:
    if facts.frame_count > 1 and facts.duration_s > 0:
        return facts.frame_count / facts.duration_s
    return facts.fps_nominal or 30.0


def _at(times: Floats, steps_s: Floats, values: Floats) -> Floats:
    """Return values of the steps, shape (steps, n), at the looks; zeros where there are none."""
    if not len(steps_s):
        return np.zeros((len(times), values.shape[1] if values.ndim > 1 else 1))
    return np.stack([np.interp(times, steps_s, column) for column in values.T], axis=1)


def _flows(steps: list[Step], times: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return at each look the motion, pan, heading, focus (x, y each) and extent around it."""
    count = len(times)
    if not steps:
        still = np.zeros((count, 2))
        return np.zeros(count), still, still, np.full((count, 2), 0.5), np.zeros(count)
    ends = np.array([step.time_s for step in steps])
    spans = np.array([step.passed_s for step in steps])
    speed = np.array([float(step.by_direction.sum()) for step in steps])
    focus = np.array([step.focus for step in steps])
    extent = np.array([step.extent for step in steps])
    pans = np.array([step.pan for step in steps])
    headings = np.array([step.heading for step in steps]) * spans[:, None]
    weighted = np.column_stack([spans, speed * spans, pans, focus * (speed * spans)[:, None],
                                extent * speed * spans, headings])  # fmt: skip
    sums = np.concatenate([np.zeros((1, weighted.shape[1])), np.cumsum(weighted, axis=0)])
    first = np.searchsorted(ends, times - _AROUND_S)
    last = np.maximum(np.searchsorted(ends, times + _AROUND_S, side="right"), first + 1)
    around = sums[np.minimum(last, len(steps))] - sums[np.minimum(first, len(steps) - 1)]
    span = np.maximum(around[:, 0], 1e-6)
    moved = np.maximum(around[:, 1], 1e-9)
    centre = np.where(around[:, 1:2] > 1e-9, around[:, 4:6] / moved[:, None], 0.5)
    ways = around[:, [2, 3, 7, 8]] / span[:, None]
    return around[:, 1] / span, ways[:, :2], ways[:, 2:], centre, around[:, 6] / moved


def _changes(steps: list[Step], times: Floats, duration_s: float) -> dict[str, Floats]:
    """Return, for each look, when the picture changed last and when it does next."""
    changes = np.array([step.time_s for step in steps if not step.is_same])
    edges = np.concatenate([times[:1], changes, [duration_s]])
    after = np.clip(np.searchsorted(edges, times, side="right"), 1, len(edges) - 1)
    return {"changed_s": edges[after - 1], "next_s": edges[after]}
