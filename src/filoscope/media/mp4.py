"""Give a fragmented MP4 its index, so that one file serves progressive playback and HLS.

FFmpeg writes `ftyp moov (moof mdat)*`. A player that wants to know how long that lasts, or to
seek in it, must read all of it. Here the file gets its total duration (`mehd`) and a segment
index (`sidx`) in front of the fragments, and the place and time of every fragment is returned.

Boxes are those of ISO/IEC 14496-12:2022; section numbers are named where they are read.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from filoscope.media.errors import MediaError

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"mvex", b"moof", b"traf"}
_SIDX_FRAGMENTS_MAX = 65_535
"""`reference_count` has 16 bits: 36 hours of two-second fragments."""

_TFHD_BASE_OFFSET, _TFHD_DESCRIPTION, _TFHD_DURATION = 0x1, 0x2, 0x8
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_CTS = 0x100, 0x200, 0x400, 0x800
_SAP_TYPE_1 = 0x9000_0000
"""starts_with_SAP = 1, SAP_type = 1: a closed group of pictures."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One `moof` with its `mdat`: what a player asks for by range."""

    offset: int
    byte_count: int
    start_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Index:
    """Where everything is in an indexed file.

    Attributes
    ----------
    init_bytes : int
        Of `ftyp` and `moov`, which stand first.
    fragments : tuple of Fragment
    duration_s : float
    codecs : str
        RFC 6381.
    """

    init_bytes: int
    fragments: tuple[Fragment, ...]
    duration_s: float
    codecs: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box: its type, where it begins, its whole length and that of its header."""

    kind: bytes
    start: int
    length: int
    header: int

    @property
    def body(self) -> int:
        """Return where the content begins."""
        return self.start + self.header

    @property
    def end(self) -> int:
        """Return where the next box begins."""
        return self.start + self.length


def boxes(buffer: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that stand beside each other in a buffer (4.2.2)."""
    end = len(buffer) if end is None else end
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", buffer, start)
        header = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", buffer, start + 8)
            header = 16
        if length < header or start + length > end:
            raise MediaError(f"box {kind!r} at byte {start} does not fit into what holds it")
        yield Box(kind, start, length, header)
        start += length


def find_boxes(buffer: bytes, kind: bytes, start: int = 0, end: int | None = None) -> list[Box]:
    """Return all boxes of a kind, at any depth."""
    found = []
    for box in boxes(buffer, start, end):
        if box.kind == kind:
            found.append(box)
        if box.kind in _CONTAINERS:
            found += find_boxes(buffer, kind, box.body, box.end)
    return found


def write_indexed(source: Path, target: Path, *, duration_ticks: int, timescale: int) -> Index:
    """Copy a fragmented MP4 and index the copy.

    Parameters
    ----------
    source, target : Path
        `source` is one written by `filoscope.media.encode`: video is track 1.
    duration_ticks, timescale : int
        Length of the clip, in units of 1 / `timescale`, the time scale of the video track.
    """
    with source.open("rb") as file:
        head, moofs = _read_layout(file)
        head = _with_duration(head, duration_ticks, timescale)
        delay = _edit_start(head)
        starts = [_first_shown(moof.content) - delay for moof in moofs]
        durations = [
            later - sooner
            for sooner, later in zip(starts, [*starts[1:], duration_ticks], strict=True)
        ]
        sidx = _sidx([moof.byte_count for moof in moofs], durations, starts[0], timescale)
        with target.open("wb") as out:
            out.write(head + sidx)
            file.seek(moofs[0].offset)
            shutil.copyfileobj(file, out, 1 << 20)
    shift = len(head) + len(sidx) - moofs[0].offset
    fragments = tuple(
        Fragment(moof.offset + shift, moof.byte_count, start / timescale, duration / timescale)
        for moof, start, duration in zip(moofs, starts, durations, strict=True)
    )
    return Index(len(head), fragments, duration_ticks / timescale, _codecs(head))


@dataclass(frozen=True, slots=True)
class _Moof:
    offset: int
    byte_count: int
    content: bytes


def _read_layout(file: BinaryIO) -> tuple[bytes, list[_Moof]]:
    """Return the bytes before the first fragment, and the fragments without their payload."""
    size = file.seek(0, 2)
    offset, head, moofs, moof = 0, b"", [], b""
    while offset + 8 <= size:
        file.seek(offset)
        length, kind = struct.unpack(">I4s", file.read(8))
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8))
        if length < 8:
            raise MediaError(f"box {kind!r} at byte {offset} has no length")
        if kind in (b"ftyp", b"moov", b"moof"):
            file.seek(offset)
            content = file.read(length)
            head, moof = (head, content) if kind == b"moof" else (head + content, moof)
        elif kind == b"mdat":
            moofs.append(_Moof(offset - len(moof), len(moof) + length, moof))
        offset += length
    if not moofs or len(moofs) > _SIDX_FRAGMENTS_MAX:
        raise MediaError(f"{len(moofs)} fragments cannot be indexed")
    return head, moofs


def _with_duration(head: bytes, duration_ticks: int, timescale: int) -> bytes:
    """Write the total duration into `mvex` as `mehd` (8.8.2), in the time scale of the movie."""
    (mvhd,) = find_boxes(head, b"mvhd")
    (movie_scale,) = struct.unpack_from(">I", head, mvhd.body + 12)
    mehd = struct.pack(">I4sII", 16, b"mehd", 0, round(duration_ticks * movie_scale / timescale))
    (mvex,) = find_boxes(head, b"mvex")
    (moov,) = find_boxes(head, b"moov")
    longer = bytearray(head[: mvex.body] + mehd + head[mvex.body :])
    for box in (mvex, moov):
        struct.pack_into(">I", longer, box.start, box.length + len(mehd))
    return bytes(longer)


def _edit_start(head: bytes) -> int:
    """Return where in the video's media its presentation begins, from its edit list (8.6.6).

    Encoders that look ahead give their pictures later times than those at which they are shown;
    the edit list says by how much. (Negative offsets would say it too, but FFmpeg, and Chromium
    with it, shift such a track against its sound.)
    """
    trak = find_boxes(head, b"trak")[0]
    for elst in find_boxes(head, b"elst", trak.body, trak.end):
        layout = ">Qq" if head[elst.body] == 1 else ">Ii"
        return int(struct.unpack_from(layout, head, elst.body + 8)[1])
    return 0


def _first_shown(moof: bytes) -> int:
    """Return the earliest presentation time of the video of a fragment (8.8.7, 8.8.8, 8.8.12)."""
    for traf in find_boxes(moof, b"traf"):
        (tfhd,) = find_boxes(moof, b"tfhd", traf.body, traf.end)
        flags, track = struct.unpack_from(">II", moof, tfhd.body)
        if track == 1:
            return _first_shown_in(moof, traf, _default_duration(moof, tfhd, flags & 0xFFFFFF))
    raise MediaError("a fragment without video cannot be indexed")


def _default_duration(moof: bytes, tfhd: Box, flags: int) -> int:
    if not flags & _TFHD_DURATION:
        return 0
    skipped = 8 * bool(flags & _TFHD_BASE_OFFSET) + 4 * bool(flags & _TFHD_DESCRIPTION)
    (duration,) = struct.unpack_from(">I", moof, tfhd.body + 8 + skipped)
    return int(duration)


def _first_shown_in(moof: bytes, traf: Box, default_duration: int) -> int:
    (tfdt,) = find_boxes(moof, b"tfdt", traf.body, traf.end)
    wide = moof[tfdt.body] == 1
    (time,) = struct.unpack_from(">Q" if wide else ">I", moof, tfdt.body + 4)
    shown = []
    for trun in find_boxes(moof, b"trun", traf.body, traf.end):
        for duration, offset in _samples(moof, trun, default_duration):
            shown.append(time + offset)
            time += duration
    return int(min(shown))


def _samples(moof: bytes, trun: Box, default_duration: int) -> Iterator[tuple[int, int]]:
    """Yield duration and composition offset of each sample."""
    flags, count = struct.unpack_from(">II", moof, trun.body)
    at = trun.body + 8 + 4 * bool(flags & _TRUN_OFFSET) + 4 * bool(flags & _TRUN_FIRST_FLAGS)
    for _ in range(count):
        duration, offset = default_duration, 0
        if flags & _TRUN_DURATION:
            (duration,) = struct.unpack_from(">I", moof, at)
            at += 4
        at += 4 * bool(flags & _TRUN_SIZE) + 4 * bool(flags & _TRUN_FLAGS)
        if flags & _TRUN_CTS:
            (offset,) = struct.unpack_from(">i", moof, at)
            at += 4
        yield duration, offset


def _sidx(sizes: list[int], durations: list[int], first: int, timescale: int) -> bytes:
    """Return a segment index over all fragments (8.16.3)."""
    references = b"".join(
        struct.pack(">III", size, duration, _SAP_TYPE_1)
        for size, duration in zip(sizes, durations, strict=True)
    )
    body = struct.pack(">IIIQQHH", 1 << 24, 1, timescale, first, 0, 0, len(sizes)) + references
    return struct.pack(">I4s", len(body) + 8, b"sidx") + body


def _codecs(head: bytes) -> str:
    """Return the codecs of the tracks as RFC 6381 writes them."""
    at = head.index(b"avcC") + 4
    profile, constraints, level = head[at + 1 : at + 4]
    video = f"avc1.{profile:02x}{constraints:02x}{level:02x}"
    return f"{video},mp4a.40.2" if b"mp4a" in head else video
