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
from filoscope.studio.rendering.improving import improved
from filoscope.studio.rendering.keying import keyed, over
from filoscope.studio.rendering.looks import looked, table_of
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.rendering.reel import Reel, Shown, photo_planes
from filoscope.studio.rendering.retiming import Between
from filoscope.studio.rendering.stock import Stock, read_photo
from filoscope.studio.timeline import Move, Shot
from filoscope.studio.timeline.cut import COLOR

_ON_BELT = 3
"""Pictures between a shot's thread and the one that lays them together."""

_AS_OFTEN = 0.95
"""Of the source's interval: a shot that steps nearly as far shows the source's own pictures."""

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
        self._table = table_of(shot.look, f"{where}.look") if shot.look else None

    def pictures(self, first: int, until: int, *, origin: int | None = None) -> Iterator[Planes]:
        """Yield the shot's frames, counted from its start; a transition reaches beyond its ends.

        Parameters
        ----------
        first, until : int
        origin : int, optional
            Where the shot is first seen: what enhances it begins there, wherever a render does.
        """
        shot = self._shot
        is_still = not isinstance(shot.framing, Move)
        behind = self._behind(first, until)
        last: tuple[Planes, Planes] | None = None
        for frame, source in self._chosen(first, until, first if origin is None else origin):
            back = next(behind) if behind is not None else None
            if last is None or last[0] is not source or not is_still or back is not None:
                last = source, self._finished(self._framed(source, frame), back)
            yield last[1]

    def _framed(self, planes: Planes, frame: int) -> Planes:
        share = min(max(frame / max(self._shot.frames - 1, 1), 0.0), 1.0)
        made = framed(planes, self._canvas.size, self._shot.framing, share)
        if self._shot.is_mirrored:
            return made[0][:, ::-1], made[1][:, ::-1], made[2][:, ::-1]
        return made

    def _finished(self, planes: Planes, back: Planes | None) -> Planes:
        if self._shot.key is not None and back is not None:
            planes = over(keyed(planes, self._shot.key), back)
        return planes if self._table is None else looked(planes, self._table)

    def _behind(self, first: int, until: int) -> Iterator[Planes] | None:
        """Return what shows through a green screen."""
        key = self._shot.key
        if key is None:
            return None
        source = key.behind or f"{COLOR}{key.backdrop}"
        shot = Shot(source, key.behind_start_s, self._shot.frames)
        where = f"{self._where}.key.behind"
        return Strip(shot, where, self._canvas, self._stock).pictures(first, until)

    def _chosen(self, first: int, until: int, origin: int) -> Iterator[tuple[int, Planes]]:
        shot, where = self._shot, f"{self._where}.source"
        if self._stock.is_photo(shot.source, where):
            side = _PHOTO_LARGER * max(self._canvas.size)
            planes = photo_planes(read_photo(shot.source, where, side_max=side))
            yield from ((frame, planes) for frame in range(first, until))
            return
        walk = Walk(self._source_pictures(first, until, origin))
        if walk.now is None:
            raise NothingToSee(f"{where}: not one picture of {shot.source} can be decoded.")
        for frame in range(first, until):
            time_s, step_s = self._pace.time_at(frame), self._pace.step_at(frame)
            if self._pace.speed_at(frame) < 1:
                yield frame, walk.between(time_s, step_s)
            else:
                yield frame, walk.at(time_s + step_s / 2)

    def _source_pictures(self, first: int, until: int, origin: int) -> Iterator[Shown]:
        shot = self._shot
        facts = self._stock.clip(shot.source, f"{self._where}.source")
        if shot.enhance is not None and not shot.enhance.is_empty:
            return improved(
                shot.source,
                facts,
                shot.enhance,
                self._where,
                start_s=max(self._pace.time_at(origin), 0.0),
                until_s=self._pace.time_at(until),
            )
        reel = Reel(shot.source, facts, short_side_max=self._canvas.short_edge)
        return reel.pictures(max(self._pace.time_at(first), 0.0))


class Walk:
    """Goes through pictures of rising time, never back."""

    def __init__(self, pictures: Iterator[Shown]) -> None:
        self._pictures = pictures
        self.now = next(pictures, None)
        self.following = next(pictures, None)
        self._between: tuple[Shown, Between] | None = None

    def at(self, time_s: float) -> Planes:
        """Return the picture that is shown at a time; beyond both ends the nearest."""
        self.go(time_s)
        assert self.now is not None
        return self.now[1]

    def between(self, time_s: float, step_s: float) -> Planes:
        """Return the picture at a time, made by flow where the source has none so often.

        Parameters
        ----------
        time_s : float
        step_s : float
            How much later the next one will be asked for.
        """
        self.go(time_s)
        assert self.now is not None
        if self.following is None or time_s <= self.now[0]:
            return self.now[1]
        length_s = self.following[0] - self.now[0]
        if step_s > _AS_OFTEN * length_s:
            return self.at(time_s + step_s / 2)
        if self._between is None or self._between[0] is not self.now:
            self._between = self.now, Between(self.now[1], self.following[1])
        return self._between[1].at((time_s - self.now[0]) / length_s)

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
