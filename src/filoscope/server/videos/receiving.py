"""One part of an upload, from the socket to the disk.

One connection at a time writes to an upload. When another one comes while the first is silent (a
phone that changed from one network to the next: its old connection is dead, and nobody has said
so), the first lets go, keeping what it has.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from filoscope.server.kit.threads import in_thread
from filoscope.server.videos import actions
from filoscope.server.videos.errors import UploadBusy, VideosError, WrongOffset
from filoscope.server.videos.models import Upload

ALGORITHMS = ("sha1", "sha256", "md5")
WRITE_BYTES = 1024**2  # gathered before a write: fewer trips to a thread, and little to hold
SILENCE_S_MAX = 30.0  # no byte for so long: the line is dead
SILENCE_S_YIELD = 1.0  # silent for so long, it lets go when another connection comes
YIELD_S_MAX = 5.0  # for writing down what it has

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BadChecksum(VideosError):
    """A part did not arrive as it was sent; nothing of it was kept."""


class Oversized(VideosError):
    """More bytes came than the upload was announced with."""


class DiskFull(VideosError):
    """The disk took no more; what had been written is kept."""


class LineBroken(VideosError):
    """The connection ended or fell silent in the middle of a part."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a part must hash to."""

    algorithm: str
    digest: bytes


@dataclass(slots=True)
class _Writer:
    """The connection that writes to an upload now."""

    heard_at: float = field(default_factory=time.monotonic)
    asked_to_yield: asyncio.Event = field(default_factory=asyncio.Event)
    has_ended: asyncio.Event = field(default_factory=asyncio.Event)


_writers: dict[uuid.UUID, _Writer] = {}


async def let_go(upload_id: uuid.UUID, *, silent_s: float = 0.0) -> None:
    """Ask the connection that writes to an upload to end, if it has been silent for so long."""
    writer = _writers.get(upload_id)
    if writer is not None and time.monotonic() - writer.heard_at >= silent_s:
        writer.asked_to_yield.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(writer.has_ended.wait(), YIELD_S_MAX)


async def receive_part(
    upload: Upload, receive: Receive, *, offset: int, checksum: Checksum | None
) -> Upload:
    """Append a part, and return the upload as it is then; what arrived is kept if the line breaks.

    Raises `WrongOffset`, `UploadBusy`, `BadChecksum`, `Oversized`, `DiskFull`, `LineBroken`.
    """
    task = asyncio.ensure_future(_receive_part(upload, receive, offset, checksum))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])  # the server drops the request; what came is still written down
        raise


async def _receive_part(
    upload: Upload, receive: Receive, offset: int, checksum: Checksum | None
) -> Upload:
    if upload.state != Upload.State.RECEIVING:
        if offset == upload.size_bytes:
            return upload
        raise WrongOffset(upload.size_bytes)
    await let_go(upload.pk, silent_s=SILENCE_S_YIELD)
    if upload.pk in _writers:
        raise UploadBusy("Another connection is sending to this upload.")
    writer = _writers[upload.pk] = _Writer()
    try:
        with actions.open_for_writing(upload.pk) as descriptor:
            upload = await in_thread(
                actions.begin_part, upload, descriptor, is_checked=checksum is not None
            )
            if offset != upload.offset_bytes:
                raise WrongOffset(upload.offset_bytes)
            part = _Part(descriptor, upload, offset, checksum)
            return await part.arrive(_body(receive, writer))
    finally:
        del _writers[upload.pk]
        writer.has_ended.set()


async def _body(receive: Receive, writer: _Writer) -> AsyncIterator[bytes]:
    """Yield what comes, until the end of the body, of the line, or of patience."""
    yielding = asyncio.ensure_future(writer.asked_to_yield.wait())
    try:
        while True:
            coming = asyncio.ensure_future(receive())
            await asyncio.wait(
                {coming, yielding}, timeout=SILENCE_S_MAX, return_when=asyncio.FIRST_COMPLETED
            )
            if not coming.done():
                coming.cancel()
                raise LineBroken("The connection fell silent.")
            message = coming.result()
            if message["type"] != "http.request":
                raise LineBroken("The connection ended.")
            writer.heard_at = time.monotonic()
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return
    finally:
        yielding.cancel()


@dataclass(slots=True)
class _Part:
    """The bytes of one request on their way into the file."""

    descriptor: int
    upload: Upload
    offset: int
    checksum: Checksum | None
    written: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    hash: Any = None

    async def arrive(self, body: AsyncIterator[bytes]) -> Upload:
        """Write the body; then check it, sync it, and take it as safe."""
        self.hash = self.checksum and hashlib.new(self.checksum.algorithm, usedforsecurity=False)
        fault: Exception | None = None
        try:
            await self._write_all(body)
            self._check()
        except (OSError, LineBroken, BadChecksum, Oversized) as error:
            fault = _named(error)
        keep = self.written if fault is None or self.checksum is None else 0
        upload = await in_thread(self._settle, keep)
        if fault is not None:
            raise fault
        return upload

    async def _write_all(self, body: AsyncIterator[bytes]) -> None:
        room = self.upload.size_bytes - self.offset
        try:
            async for piece in body:
                self.waiting += piece
                if self.written + len(self.waiting) > room:
                    raise Oversized(
                        f"This upload was announced with {self.upload.size_bytes} bytes."
                    )
                if len(self.waiting) >= WRITE_BYTES:
                    await in_thread(self._write)
        except LineBroken:
            await in_thread(self._write)
            raise
        await in_thread(self._write)

    def _write(self) -> None:
        view = memoryview(bytes(self.waiting))
        self.waiting.clear()
        while view:
            count = os.pwrite(self.descriptor, view, self.offset + self.written)
            if self.hash is not None:
                self.hash.update(view[:count])
            self.written += count
            view = view[count:]

    def _check(self) -> None:
        if self.checksum is not None and self.hash.digest() != self.checksum.digest:
            raise BadChecksum("This part did not arrive as it was sent. Please send it again.")

    def _settle(self, keep: int) -> Upload:
        """Make what is kept safe, and say so in the row."""
        os.ftruncate(self.descriptor, self.offset + keep)
        os.fsync(self.descriptor)
        return actions.end_part(self.upload, self.descriptor)


def _named(error: Exception) -> Exception:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("The server's disk is full. What has arrived is kept; try again later.")
    return error
