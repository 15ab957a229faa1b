"""What a render has made so far, on disk, so that one that was killed goes on from there.

Beside the target lies a hidden folder with parts of some seconds, each begun with a key frame by a
fresh encoder and written whole or not at all. The stages run again from the start when a render is
taken up (they are the same each time, and their state is never guessed); the frames of parts that
exist are not encoded again. So what comes out is what would have come out at once, byte for byte.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import av

from filoscope.enhance.encoding import Coding, Encoder
from filoscope.enhance.errors import UnfitOutput
from filoscope.enhance.recipe import Recipe
from filoscope.enhance.stabilizer import Frame
from filoscope.media.time import TICK

PART_S = 10.0
"""What a kill may cost, and how far apart key frames are at most; encoders begin one as often."""

_FORMAT = 2
_HEAD = struct.Struct("<qqq?I")
"""Of a packet: when shown, when decoded, how long, whether a key frame, bytes that follow."""


class Parts:
    """The folder of one render.

    Parameters
    ----------
    target : path
        What is being made.
    key : str
        Says what is made, and of what (`key_of`): parts of anything else are thrown away.

    Raises
    ------
    UnfitOutput
        Another render is making the same target.
    """

    def __init__(self, target: Path, key: str) -> None:
        self.folder = target.with_name(f".{target.name}.parts")
        self._index = self.folder / "index.json"
        self.folder.mkdir(exist_ok=True)
        self._lock = self._locked()
        stored = self._stored()
        if stored.get("key") != key:
            self._empty()
            stored = {"key": key, "counts": []}
        self._key = key
        self._counts: list[int] = stored["counts"]

    @property
    def frame_count(self) -> int:
        """Frames in the parts that exist."""
        return sum(self._counts)

    def begin(self, coding: Coding) -> Part:
        """Begin the next part."""
        return Part(self.folder / "unfinished", coding)

    def add(self, part: Part) -> None:
        """Take a part that is finished."""
        part.path.replace(self._path(len(self._counts)))
        self._counts = [*self._counts, part.frame_count]
        draft = self.folder / "index.draft"
        draft.write_text(json.dumps({"key": self._key, "counts": self._counts}))
        draft.replace(self._index)

    def packets(self) -> Iterator[av.Packet[Any]]:
        """Yield the packets of all parts, in order of decoding."""
        for number in range(len(self._counts)):
            with self._path(number).open("rb") as file:
                yield from _packets_of(file)

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()

    def leave(self) -> None:
        """Let others go on with this folder, or take it away when there is nothing to go on with."""
        if self._counts:
            self._lock.close()
        else:
            self.remove()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.packets"

    def _stored(self) -> dict[str, Any]:
        try:
            stored = json.loads(self._index.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _empty(self) -> None:
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.unlink()

    def _locked(self) -> BinaryIO:
        lock = (self.folder / "lock").open("wb")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise UnfitOutput(
                f"Another run is writing {self.folder.name[1:-6]}. Wait for it, or give another name."
            ) from error
        return lock


class Part:
    """Some seconds of a clip, being encoded."""

    def __init__(self, path: Path, coding: Coding) -> None:
        self.path = path
        self.frame_count = 0
        self.start_s: float | None = None
        self._file = path.open("wb")
        self._encoder = Encoder(coding)

    def show(self, frame: Frame) -> None:
        """Encode a frame."""
        if self.start_s is None:
            self.start_s = frame.time_s
        self.frame_count += 1
        for packet in self._encoder.encode(frame):
            self._write(packet)

    def is_full_at(self, time_s: float) -> bool:
        """Whether a frame at this time belongs to the next part."""
        return self.start_s is not None and time_s - self.start_s >= PART_S

    def finish(self) -> None:
        """Write what the encoder holds, to the disk itself."""
        for packet in self._encoder.finish():
            self._write(packet)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def drop(self) -> None:
        """Leave the part unfinished."""
        self._file.close()

    def _write(self, packet: av.Packet[Any]) -> None:
        content = bytes(packet)
        shown, decoded = packet.pts or 0, packet.dts or 0
        head = _HEAD.pack(shown, decoded, packet.duration or 0, packet.is_keyframe, len(content))
        self._file.write(head + content)


def _packets_of(file: BinaryIO) -> Iterator[av.Packet[Any]]:
    while head := file.read(_HEAD.size):
        shown, decoded, duration, is_key, size = _HEAD.unpack(head)
        packet: av.Packet[Any] = av.Packet(file.read(size))
        packet.time_base = TICK
        packet.pts, packet.dts = shown, decoded
        packet.duration, packet.is_keyframe = duration, is_key
        yield packet


def key_of(source: Path, recipe: Recipe) -> str:
    """Return what tells one render from another: the source and the recipe."""
    facts = source.stat()
    said = [_FORMAT, facts.st_size, facts.st_mtime_ns, recipe.to_json()]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
