"""The picture of a whole timeline, frame after frame: shots, what joins them, what lies over them.

Every frame follows from the timeline alone, so that a render can begin anywhere and make the same.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import accumulate

from filoscope.studio.errors import BadTimeline
from filoscope.studio.rendering.canvas import Canvas, Planes
from filoscope.studio.rendering.layering import Layers
from filoscope.studio.rendering.looks import table_of
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.rendering.strip import Strand, Strip
from filoscope.studio.rendering.transitions import Join, begun, join_of
from filoscope.studio.timeline import Timeline, Transition

_AHEAD = 1
"""Shots whose file is opened before they are shown: while one plays, the next is sought."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a shot is seen, in frames of the timeline: with what its transitions borrow.

    Attributes
    ----------
    start : int
        Its own first frame.
    first, until : int
        From and until where it is seen.
    """

    start: int
    first: int
    until: int


def spans_of(timeline: Timeline) -> list[Span]:
    """Return where each shot is seen."""
    shots = timeline.shots
    starts = [0, *accumulate(shot.frames for shot in shots)]
    spans = []
    for index, shot in enumerate(shots):
        before = shot.transition.before if shot.transition and index else 0
        following = shots[index + 1].transition if index + 1 < len(shots) else None
        after = following.after if following else 0
        start, end = starts[index], starts[index + 1]
        spans.append(Span(start, max(start - before, 0), min(end + after, starts[-1])))
    return spans


class Show:
    """Makes the frames of a timeline.

    Parameters
    ----------
    timeline : Timeline
    canvas : Canvas
    stock : Stock
    """

    def __init__(self, timeline: Timeline, canvas: Canvas, stock: Stock) -> None:
        self.timeline = self._timeline = timeline
        self._canvas, self._stock = canvas, stock
        self._spans = spans_of(timeline)
        self._strands: dict[int, Strand] = {}
        self._taken: dict[int, Iterator[Planes]] = {}

    @property
    def frame_count(self) -> int:
        """Length in frames."""
        return self._timeline.frame_count

    def frames(self, first: int = 0) -> Generator[Planes]:
        """Yield the frames from one on, which `is_free_at` must say to be free."""
        layers = Layers(self._timeline, self._canvas, self._stock)
        index = next(i for i, span in enumerate(self._spans) if first < span.until)
        join: Join | None = None
        try:
            for number in range(first, self._timeline.frame_count):
                while number >= self._spans[index].until:
                    self._stop(index)
                    index, join = index + 1, None
                self._open(index, number)
                planes = next(self._taken[index])
                if self._is_joined(index + 1, number):
                    join = join or join_of(self._transition(index + 1))
                    planes = join.at(
                        planes, next(self._taken[index + 1]), self._share(index + 1, number)
                    )
                elif index == 0:
                    planes = begun(self._timeline.shots[0].transition, planes, number)
                yield layers.over(planes, number)
        finally:
            layers.close()
            for opened in list(self._strands):
                self._stop(opened)

    def check(self) -> None:
        """Look at every source before anything is made.

        Raises
        ------
        NothingToSee, BadTimeline
        """
        for index, shot in enumerate(self._timeline.shots):
            where = f"shots[{index}]"
            if not self._stock.is_photo(shot.source, f"{where}.source"):
                self._stock.check_place(shot.source, shot.start_s, f"{where}.start_s")
            elif shot.enhance is not None and not shot.enhance.is_empty:
                raise BadTimeline(f"{where}.enhance is for clips, and {shot.source} is a photo.")
            if shot.look is not None:
                table_of(shot.look, f"{where}.look")
            self._check_laid(f"{where}.key.behind", shot.key.behind if shot.key else None)
        for index, overlay in enumerate(self._timeline.overlays):
            self._check_laid(f"overlays[{index}].source", overlay.source)

    def _check_laid(self, where: str, source: str | None) -> None:
        if source is not None and not self._stock.is_photo(source, where):
            self._stock.clip(source, where)

    def is_free_at(self, number: int) -> bool:
        """Whether a frame is shown by one shot alone: how two are joined follows from earlier ones."""
        return sum(span.first <= number < span.until for span in self._spans) == 1

    def _open(self, index: int, number: int) -> None:
        """Have a shot and those after it read ahead."""
        for near in range(index, min(index + _AHEAD + 1, len(self._spans))):
            if near not in self._strands:
                shot, span = self._timeline.shots[near], self._spans[near]
                strip = Strip(shot, f"shots[{near}]", self._canvas, self._stock)
                start = max(span.first, number) if near == index else span.first
                begin, until = start - span.start, span.until - span.start
                strand = Strand(strip.pictures(begin, until, origin=span.first - span.start))
                self._strands[near], self._taken[near] = strand, strand.take_all()

    def _stop(self, index: int) -> None:
        self._strands.pop(index).stop()
        del self._taken[index]

    def _is_joined(self, following: int, number: int) -> bool:
        return following < len(self._spans) and number >= self._spans[following].first

    def _transition(self, index: int) -> Transition:
        transition = self._timeline.shots[index].transition
        assert transition is not None  # or no two shots would be shown at once
        return transition

    def _share(self, following: int, number: int) -> float:
        """Return how far a transition has come: the middle of each of its frames, 0 to 1."""
        done = number - self._spans[following].first
        return (done + 0.5) / self._transition(following).frames
