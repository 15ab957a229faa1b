"""One shot as the canvas shows it: a picture for each frame of the timeline, made in a thread.

A frame shows the picture of the source that is on screen for most of its time: the last one that
begins before the frame's middle. Where a shot runs slower than its source was filmed, pictures
between two of the source are made by optical flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from filoscope.enhance.belt import Belt, Stopped
from filoscope.studio.errors import NothingToSee
from filoscope.studio.rendering.canvas import Canvas, Planes
from filoscope.studio.rendering.framing import framed
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.rendering.reel import Reel, Shown, photo_planes
from filoscope.studio.rendering.stock import Stock, read_photo
from filoscope.studio.timeline import Move, Shot

_ON_BELT = 3
"""Pictures between a shot's thread and the one that lays them together."""

_PHOTO_LARGER = 2
"""Times the canvas's longer side: a slow move may come so near before pixels show."""


class Strip:
    """A shot.

    Parameters
    ----------
    shot : Shot
    where : str
        Names it in what is complained of.
    canvas : Canvas
    stock : Stock
    """

    def __init__(self, shot: Shot, where: str, canvas: Canvas, stock: Stock) -> None:
        self._shot, self._where, self._canvas, self._stock = shot, where, canvas, stock
        self._pace = Pace(shot, canvas.fps)

    def pictures(self, first: int, until: int) -> Iterator[Planes]:
        """Yield the shot's frames, counted from its start; a transition reaches beyond its ends."""
        for _, planes in self._sources(first, until):
            yield planes

    def _framed(self, planes: Planes, frame: int) -> Planes:
        share = min(max(frame / max(self._shot.frames - 1, 1), 0.0), 1.0)
        return framed(planes, self._canvas.size, self._shot.framing, share)

    def _sources(self, first: int, until: int) -> Iterator[tuple[int, Planes]]:
        is_still = not isinstance(self._shot.framing, Move)
        last: tuple[Planes, Planes] | None = None
        for frame, source in self._chosen(first, until):
            if last is None or last[0] is not source or not is_still:
                last = (source, self._framed(source, frame))
            yield frame, last[1]

    def _chosen(self, first: int, until: int) -> Iterator[tuple[int, Planes]]:
        shot = self._shot
        if self._stock.is_photo(shot.source, self._where):
            pixels = read_photo(
                shot.source, self._where, side_max=_PHOTO_LARGER * max(self._canvas.size)
            )
            planes = photo_planes(pixels)
            yield from ((frame, planes) for frame in range(first, until))
            return
        facts = self._stock.clip(shot.source, self._where)
        reel = Reel(shot.source, facts, short_side_max=self._canvas.short_edge)
        walk = Walk(reel.pictures(max(self._pace.time_at(first), 0.0)))
        if walk.now is None:
            raise NothingToSee(f"{self._where}: not one picture of {shot.source} can be decoded.")
        for frame in range(first, until):
            time_s, step_s = self._pace.time_at(frame), self._pace.step_at(frame)
            yield frame, walk.at(time_s + step_s / 2)


class Walk:
    """Goes through pictures of rising time, never back."""

    def __init__(self, pictures: Iterator[Shown]) -> None:
        self._pictures = pictures
        self.now = next(pictures, None)
        self.following = next(pictures, None)

    def at(self, time_s: float) -> Planes:
        """Return the picture that is shown at a time; beyond both ends the nearest."""
        self.go(time_s)
        assert self.now is not None
        return self.now[1]

    def go(self, time_s: float) -> None:
        """Go on until the picture that follows is later than a time."""
        while self.following is not None and self.following[0] <= time_s:
            self.now, self.following = self.following, next(self._pictures, None)


class Strand:
    """A strip in a thread of its own, some pictures ahead of the one who takes them."""

    def __init__(self, pictures: Iterator[Planes]) -> None:
        self._made: Belt[Planes] = Belt(_ON_BELT)
        self._pool = ThreadPoolExecutor(1, "strip")
        self._work = self._pool.submit(self._make, pictures)

    def _make(self, pictures: Iterator[Planes]) -> None:
        try:
            for planes in pictures:
                self._made.put(planes)
        except Stopped:
            return
        finally:
            self._made.close()

    def take_all(self) -> Iterator[Planes]:
        """Yield the pictures; raise here what went wrong there."""
        yield from self._made.take_all()
        self._work.result()

    def stop(self) -> None:
        """No more are wanted."""
        self._made.stop()
        self._pool.shutdown()
