"""Follow a timeline: shots, songs and words in, one clip out.

>>> render(timeline, "out.mp4")
Rendering(frame_count=450, ...)

Each shot is read in a thread of its own, another lays pictures over each other, and this one
encodes; a few pictures lie between them, so that memory is bounded whatever the length. The output
appears whole or not at all. A render that was killed goes on from the parts it had made, and makes
the same file, byte for byte; one that is cancelled leaves nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av

from filoscope.enhance.belt import Belt, Stopped
from filoscope.enhance.errors import UnfitOutput as Taken
from filoscope.enhance.parts import PART_S, Part, Parts
from filoscope.enhance.stabilizer import Frame
from filoscope.media.sound import encode_sound, levelled
from filoscope.studio.errors import DiskFull, RenderCancelled, UnfitOutput
from filoscope.studio.rendering.canvas import Canvas, Planes, canvas_of
from filoscope.studio.rendering.encoding import BITRATE_BPS, coding_of, join
from filoscope.studio.rendering.levels import Levels, levels_of
from filoscope.studio.rendering.mixing import Mix
from filoscope.studio.rendering.showing import Show
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.timeline import Timeline, to_webvtt

CONTAINERS = (".mp4", ".m4v", ".mov")

_ON_BELT = 4
"""Pictures between the thread that lays them over each other and the encoder."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORMAT = 1
"""Of what is kept of a render that was killed; another is thrown away."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a render did.

    Attributes
    ----------
    frame_count : int
    resumed_count : int
        Frames that an earlier run, which was killed, had encoded already.
    width, height : int
    loudness_lufs : float or None
        Of the sound as it was written; None where nothing sounds.
    gain_db : float
        By how much the mix was made louder.
    cpu_s : float
        Processor time of all threads together.
    """

    frame_count: int
    resumed_count: int
    width: int
    height: int
    loudness_lufs: float | None
    gain_db: float
    cpu_s: float

    def to_json(self) -> dict[str, Any]:
        """Return what was done as a plain dictionary."""
        return asdict(self)


def render(
    timeline: Timeline,
    target: str | os.PathLike[str],
    *,
    scale: float = 1.0,
    short_edge: int | None = None,
    on_progress: Progress = lambda done, total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Rendering:
    """Make a timeline into a clip: H.264 and AAC in MP4, at -14 LUFS.

    Captions that are not burnt in are written beside it, as .vtt.

    Parameters
    ----------
    timeline : Timeline
    target : path
        Its ending is one of `CONTAINERS`.
    scale : float
        Of the timeline's width and height.
    short_edge : int, optional
        Of the picture, instead of `scale`, for a preview; never larger than the timeline's.
    on_progress : callable, optional
        Given how many frames are done, and how many there are.
    is_cancelled : callable, optional
        Asked for each frame, and while waiting for one.

    Raises
    ------
    NothingToSee, NothingToHear, BadTimeline
        A source cannot be used; the message names it and the field that does.
    UnfitOutput
        The target cannot be written; `DiskFull` where room is missing.
    RenderCancelled
        Nothing is left behind.
    """
    target = Path(target)
    _check_target(target)
    began = time.process_time()
    canvas = canvas_of(timeline, scale=scale, short_edge=short_edge)
    stock = Stock()
    show = Show(timeline, canvas, stock)
    show.check()
    mix = Mix(timeline, stock)
    with _told(target):
        parts = Parts(target, _key(timeline, canvas))
        resumed_count = parts.frame_count
        try:
            levels = _Run(show, mix, canvas, parts, on_progress, is_cancelled).make(target)
        except RenderCancelled:
            parts.remove()
            raise
        finally:
            parts.leave()
        parts.remove()
    return Rendering(
        frame_count=timeline.frame_count,
        resumed_count=resumed_count,
        width=canvas.width,
        height=canvas.height,
        loudness_lufs=levels.loudness_lufs if levels else None,
        gain_db=round(levels.sound.gain_db, 2) if levels else 0.0,
        cpu_s=round(time.process_time() - began, 3),
    )


def _check_target(target: Path) -> None:
    if target.suffix.lower() not in CONTAINERS:
        raise UnfitOutput(f"{target} ends with none of {', '.join(CONTAINERS)}. Name it so.")
    if not target.parent.is_dir():
        raise UnfitOutput(f"There is no folder {target.parent}. Make it first.")
    if target.is_dir():
        raise UnfitOutput(f"{target} is a folder. Give the name of a file.")


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Say what went wrong with the output so that a person can do something about it."""
    try:
        yield
    except Taken as error:
        raise UnfitOutput(str(error)) from error
    except (OSError, av.error.FFmpegError) as error:
        if getattr(error, "errno", None) in _FULL:
            raise DiskFull(
                f"No room is left for {target}. Make some and run this again: what was done so far "
                "is kept beside it."
            ) from error
        raise UnfitOutput(f"{target} could not be written: {error}.") from error


def _key(timeline: Timeline, canvas: Canvas) -> str:
    """Return what tells one render from another: the cut, the files it is made from, the size."""
    files = []
    for name in timeline.sources:
        path = Path(name)
        facts = path.stat() if path.is_file() else None
        files.append([name, facts and facts.st_size, facts and facts.st_mtime_ns])
    said = [_FORMAT, timeline.to_json(), files, canvas.size]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class _Run:
    """One run over a timeline."""

    def __init__(
        self,
        show: Show,
        mix: Mix,
        canvas: Canvas,
        parts: Parts,
        on_progress: Progress,
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._show, self._mix, self._parts = show, mix, parts
        self._on_progress, self._is_cancelled = on_progress, is_cancelled
        self._fps = canvas.fps
        self._made: Belt[Planes] = Belt(_ON_BELT)
        self._coding = coding_of(canvas)

    def make(self, target: Path) -> Levels | None:
        """Write the target; return how loud it is."""
        self._ask()
        levels = levels_of(self._mix, self._ask) if self._mix.cues else None
        with ThreadPoolExecutor(1, "show") as pool:
            try:
                showing = pool.submit(self._lay, self._parts.frame_count)
                last = self._encode()
                showing.result()
                if last is not None:
                    last.finish()
                    self._parts.add(last)
            finally:
                self._made.stop()
        whole = self._parts.folder / f"whole{target.suffix}"
        sound = None
        if levels is not None:
            mixed = levelled(self._mix.pieces(), levels.sound)
            sound = encode_sound(mixed, bitrate_bps=BITRATE_BPS)
        join(
            whole,
            self._coding,
            self._parts.packets(),
            sound,
            length=self._mix.length,
        )
        self._ask()
        _to_disk(whole)
        self._captions(target)
        whole.replace(target)
        return levels

    def _captions(self, target: Path) -> None:
        """Write captions that are not burnt in beside the clip."""
        timeline = self._show.timeline
        if timeline.captions and not timeline.caption_style.is_burnt:
            draft = self._parts.folder / "captions.vtt"
            draft.write_text(to_webvtt(timeline.captions), encoding="utf-8")
            _to_disk(draft)
            draft.replace(target.with_suffix(".vtt"))

    def _lay(self, first: int) -> None:
        try:
            with closing(self._show.frames(first)) as frames:
                for planes in frames:
                    self._made.put(planes)
        except Stopped:
            return
        finally:
            self._made.close()

    def _encode(self) -> Part | None:
        """Encode what comes; return the part that it ends in."""
        fps, total = self._fps, self._show.frame_count
        number = self._parts.frame_count
        part: Part | None = None
        for planes in self._made.take_all(while_waiting=self._ask):
            is_full = part is not None and part.frame_count >= PART_S * fps
            # Where shots are being joined, what is shown follows from the frames before.
            if part is not None and is_full and self._show.is_free_at(number):
                part.finish()
                self._parts.add(part)
                part = None
            part = part or self._parts.begin(self._coding)
            part.show(Frame(float(number / fps), planes))
            number += 1
            self._on_progress(number, total)
        return part

    def _ask(self) -> None:
        if self._is_cancelled():
            raise RenderCancelled("The render was cancelled. Nothing was written.")


def _to_disk(path: Path) -> None:
    """Have a file on the disk itself before it bears its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
