"""A shot through a recipe of `filoscope.enhance`, before anything else is done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from filoscope.enhance import EnhanceError, Recipe
from filoscope.enhance.encoding import picture_of
from filoscope.enhance.reading import Colors, Reading
from filoscope.enhance.stabilizer import Frame
from filoscope.enhance.stages import Stage, stages_of
from filoscope.media import Probe
from filoscope.media.hdr import write_cube
from filoscope.media.picture import Graph, filters_of, matrix_of
from filoscope.studio.errors import BadTimeline
from filoscope.studio.rendering.reel import Shown, planes_of

MARGIN_S = 1.0
"""Enhanced before and after the shot: what steadies and cleans looks around itself."""

_FULL = 2


def improved(
    path: str, facts: Probe, recipe: Recipe, where: str, *, start_s: float, until_s: float
) -> Iterator[Shown]:
    """Yield the pictures of a stretch of a clip, made better, as `Reel.pictures` does.

    Raises
    ------
    BadTimeline
        The recipe cannot be followed on this clip.
    """
    reading = Reading(path, facts)
    try:
        stages = stages_of(recipe, reading)
        with TemporaryDirectory() as folder:
            usual = _Usual(facts, Path(folder))
            frames = reading.frames(
                start_s=max(start_s - MARGIN_S, 0.0), until_s=until_s + MARGIN_S
            )
            for ready in _through(stages, frames):
                assert reading.colors is not None  # known from the first frame on
                yield from usual.shown(ready, reading.colors)
            yield from usual.rest()
    except EnhanceError as error:
        raise BadTimeline(f"{where}.enhance: {error}") from error


def _through(stages: Sequence[Stage], frames: Iterator[Frame]) -> Iterator[Frame]:
    """Yield frames through all stages, one after the other."""
    if not stages:
        yield from frames
        return

    def staged() -> Iterator[Frame]:
        for frame in frames:
            yield from stages[0].push(frame)
        yield from stages[0].drain()

    yield from _through(stages[1:], staged())


class _Usual:
    """Brings frames as they were recorded to what the canvas wants."""

    def __init__(self, facts: Probe, folder: Path) -> None:
        self._facts, self._folder = facts, folder
        self._graph: Graph | None = None

    def shown(self, frame: Frame, colors: Colors) -> Iterator[Shown]:
        """Yield the frame, or those that the filters have ready."""
        kind = "yuv420p10le" if colors.depth == 10 else "yuv420p"
        picture = picture_of(frame, kind)
        height, width = frame.planes[0].shape
        is_full = colors.pixel_range == _FULL
        is_plain = colors.depth == 8 and not is_full and matrix_of(self._facts) == "bt709"
        if is_plain and not self._facts.is_hdr:
            yield frame.time_s, planes_of(picture)
            return
        picture.colorspace, picture.color_range = colors.matrix, colors.pixel_range
        if self._graph is None:
            self._graph = Graph(self._filters(kind, width, height), threads=1)
        for made in self._graph.feed(picture):
            yield float((made.pts or 0) * (made.time_base or 0)), planes_of(made)

    def rest(self) -> Iterator[Shown]:
        """Yield what the filters have kept back."""
        for made in self._graph.drain() if self._graph else ():
            yield float((made.pts or 0) * (made.time_base or 0)), planes_of(made)

    def _filters(self, kind: str, width: int, height: int) -> str:
        cube = None
        if self._facts.is_hdr:
            cube = self._folder / "sdr.cube"
            write_cube(cube, transfer=self._facts.color_transfer)
        upright = replace(
            self._facts,
            rotation_deg=0,
            is_mirrored=False,
            is_interlaced=False,
            has_alpha=False,
            pixel_format=kind,
        )
        return filters_of(upright, width, height, cube=cube)
