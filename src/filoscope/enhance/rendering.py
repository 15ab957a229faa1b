"""Follow a recipe: a whole file in, a better one out.

>>> render("in.mp4", "out.mp4", Recipe(steady=Steady())).changed_count
361

The decoder, each stage and the encoder work beside each other, with a few frames between them, so
that memory is bounded whatever the length. The output appears whole or not at all. A render that
was killed goes on from the parts it had made, see `filoscope.enhance.parts`; one that is cancelled
leaves nothing. Where a recipe changes nothing, the output is a copy.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av

from filoscope.enhance.belt import Belt, Stopped
from filoscope.enhance.encoding import Coding
from filoscope.enhance.errors import DiskFull, RenderCancelled, UnfitOutput
from filoscope.enhance.joining import copy_streams, join
from filoscope.enhance.parts import Part, Parts, key_of
from filoscope.enhance.reading import Reading
from filoscope.enhance.recipe import Recipe
from filoscope.enhance.stabilizer import Frame
from filoscope.enhance.stages import Stage, accounts_of, passes_of, stages_of
from filoscope.enhance.warp import Plane
from filoscope.media import NothingToShow

CONTAINERS = (".mp4", ".m4v", ".mov", ".mkv")
_SAME_KIND = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "mkv"}

_ON_BELT = 4
"""Frames between two threads: enough that neither waits for the other's odd slow frame."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a render did.

    Attributes
    ----------
    frame_count, changed_count : int
        Frames written; those of them that are other than in the source.
    resumed_count : int
        Frames that an earlier run, which was killed, had encoded already.
    is_copy : bool
        Nothing was changed: the output is the source.
    cpu_s : float
        Processor time of all threads together.
    stages : dict
        What each stage says of its work.
    """

    frame_count: int = 0
    changed_count: int = 0
    resumed_count: int = 0
    is_copy: bool = False
    cpu_s: float = 0.0
    stages: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what was done as a plain dictionary."""
        return asdict(self)


def render(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    recipe: Recipe,
    *,
    on_progress: Progress = lambda done, total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Rendering:
    """Write a better version of a clip.

    Parameters
    ----------
    source, target : path
        The target's ending says its container: one of `CONTAINERS`.
    recipe : Recipe
    on_progress : callable, optional
        Given how many frames are done, and how many there are by what the file says; each counts
        twice where two passes are made.
    is_cancelled : callable, optional
        Asked several times a second.

    Raises
    ------
    MediaError
        The source cannot be read.
    UnfitOutput
        The target cannot be written; `DiskFull` where room is missing.
    RenderCancelled
    """
    source, target = Path(source), Path(target)
    check_target(source, target)
    began = time.process_time()
    reading = Reading(source)
    with told(source, target):
        if recipe.is_empty:
            _copy(source, target)
            return Rendering(reading.facts.frame_count, is_copy=True)
        parts = Parts(target, key_of(source, recipe))
        try:
            done = _Run(reading, recipe, parts, on_progress, is_cancelled).make(target)
        except (RenderCancelled, NothingToShow):
            parts.remove()
            raise
        finally:
            parts.leave()
        parts.remove()
    done["cpu_s"] = round(time.process_time() - began, 3)
    return Rendering(**done)


def check_target(source: Path, target: Path) -> None:
    """Raise `UnfitOutput` when this cannot be the name of an output."""
    if target.suffix.lower() not in CONTAINERS:
        raise UnfitOutput(f"{target} ends with none of {', '.join(CONTAINERS)}. Name it so.")
    if not target.parent.is_dir():
        raise UnfitOutput(f"There is no folder {target.parent}. Make it first.")
    if target.is_dir():
        raise UnfitOutput(f"{target} is a folder. Give the name of a file.")
    if target.exists() and source.exists() and target.samefile(source):
        raise UnfitOutput(f"{target} is the source itself. Give another name.")


@contextmanager
def told(source: Path, target: Path) -> Iterator[None]:
    """Say what went wrong with the output so that a person can do something about it."""
    try:
        yield
    except (OSError, av.error.FFmpegError) as error:
        if getattr(error, "errno", None) in _FULL:
            raise DiskFull(
                f"No room is left for {target}. Make some and run this again: what was done so far "
                "is kept beside it."
            ) from error
        raise UnfitOutput(
            f"{target} could not be written: {error}. If its kind of file cannot hold the sound of "
            f"{source.name}, name it .mkv."
        ) from error


def _copy(source: Path, target: Path) -> None:
    """Write the source as it is, into another kind of file where the target is one."""
    draft = target.with_name(f".{target.name}.copy{target.suffix}")
    try:
        if _SAME_KIND.get(source.suffix.lower()) == _SAME_KIND[target.suffix.lower()]:
            shutil.copyfile(source, draft)
        else:
            copy_streams(draft, source)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


class _Run:
    """One run over a clip: the decoder and each stage in a thread of its own, the encoder in this."""

    def __init__(
        self,
        reading: Reading,
        recipe: Recipe,
        parts: Parts,
        on_progress: Progress,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._reading, self._recipe, self._parts = reading, recipe, parts
        self._on_progress, self._is_cancelled = on_progress, is_cancelled
        self._inside: dict[float, tuple[Plane, ...]] = {}
        self._changed_count = 0
        self._coding: Coding | None = None
        self._looked_count = 0

    def make(self, target: Path) -> dict[str, Any]:
        """Write the target; return what a `Rendering` says."""
        self._ask()
        stages = stages_of(self._recipe, self._reading, on_look=self._look)
        belts: list[Belt[Frame]] = [Belt(_ON_BELT) for _ in range(len(stages) + 1)]
        resumed_count = self._parts.frame_count
        with ThreadPoolExecutor(len(belts), "enhance") as pool:
            try:
                working = [pool.submit(self._decode, belts[0])]
                for stage, (source, made) in zip(stages, pairwise(belts), strict=True):
                    working.append(pool.submit(_work, stage, source, made))
                count, last = self._encode(belts[-1])
                for work in working:
                    work.result()
                if last is not None:
                    last.finish()
                    self._parts.add(last)
            finally:
                for belt in belts:
                    belt.stop()
        if self._coding is None:
            raise NothingToShow
        self._finish(target, self._coding, has_changed=bool(self._changed_count))
        return {
            "frame_count": count,
            "changed_count": self._changed_count,
            "resumed_count": resumed_count,
            "is_copy": not self._changed_count,
            "stages": accounts_of(stages),
        }

    def _finish(self, target: Path, coding: Coding, *, has_changed: bool) -> None:
        source = self._reading.path
        if not has_changed:
            _copy(source, target)
            return
        whole = self._parts.folder / f"whole{target.suffix}"
        join(whole, source, self._reading.facts, coding, self._parts.packets())
        whole.replace(target)

    def _decode(self, read: Belt[Frame]) -> None:
        try:
            for frame in self._reading.frames():
                self._inside[frame.time_s] = frame.planes
                read.put(frame)
        except Stopped:
            return
        finally:
            read.close()

    def _encode(self, made: Belt[Frame]) -> tuple[int, Part | None]:
        """Encode what comes; return how many frames came, and the part that they end in."""
        skipped, count = self._parts.frame_count, 0
        part: Part | None = None
        for frame in made.take_all(while_waiting=self._ask):
            self._changed_count += frame.planes is not self._inside.pop(frame.time_s, None)
            if self._coding is None:
                self._coding = self._coding_of(frame)
            count += 1
            if count > skipped:
                if part is not None and part.is_full_at(frame.time_s):
                    part.finish()
                    self._parts.add(part)
                    part = None
                part = part or self._parts.begin(self._coding)
                part.show(frame)
            self._progress(count)
        return count, part

    def _look(self) -> None:
        """A frame of a first pass has been looked at."""
        self._ask()
        self._looked_count += 1
        self._progress(0)

    def _progress(self, count: int) -> None:
        done = self._looked_count + count
        total = self._reading.facts.frame_count * passes_of(self._recipe)
        self._on_progress(done, max(total, done))

    def _coding_of(self, frame: Frame) -> Coding:
        height, width = frame.planes[0].shape
        colors = self._reading.colors
        assert colors is not None  # known before the first frame
        rate = Fraction(self._reading.facts.fps_nominal or 30.0).limit_denominator(1001)
        return Coding(width, height, rate, colors, is_resized=(width, height) != self._reading.size)

    def _ask(self) -> None:
        if self._is_cancelled():
            raise RenderCancelled("The render was cancelled. Nothing was written.")


def _work(stage: Stage, source: Belt[Frame], made: Belt[Frame]) -> None:
    """Take frames from one belt through a stage to the next."""
    try:
        for frame in source.take_all():
            for ready in stage.push(frame):
                made.put(ready)
        for ready in stage.drain():
            made.put(ready)
    except Stopped:
        return
    finally:
        made.close()
        source.stop()
