"""The file that a backup is: a tar with a manifest first and the checksum of every member last.

    manifest.json      what wrote it, when, with which database
    database.dump      pg_dump's custom format
    secret.key
    media/...  uploads/...
    checksums.json     name -> SHA-256, of everything above

Compressed by gzip (`.tar.gz`) or, when Python can, Zstandard (`.tar.zst`); both stream.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from gzip import GzipFile
from pathlib import Path
from shutil import which
from typing import IO, cast

from filoscope.server.operations.installation import OperationError

FORMAT = 1  # raised when an older Filoscope could no longer read it
MANIFEST = "manifest.json"
DATABASE = "database.dump"
SECRET_KEY = "secret.key"
CHECKSUMS = "checksums.json"
GZIP_LEVEL = 1  # clips are compressed already
CHUNK_BYTES = 1024**2


@dataclass(slots=True)
class Writer:
    """Adds members one after the other and remembers their checksums."""

    tar: tarfile.TarFile
    checksums: dict[str, str] = field(default_factory=dict)

    def add_text(self, name: str, text: str) -> None:
        encoded = text.encode()
        self._add(name, io.BytesIO(encoded), len(encoded))

    def add_file(self, name: str, path: Path) -> bool:
        """Add a file; False when it is gone by now. Its length is that of the moment it is opened."""
        try:
            with path.open("rb") as file:
                self._add(name, file, path.stat().st_size)
        except FileNotFoundError:
            return False
        return True

    def finish(self) -> None:
        """Write the checksums: an archive without them was cut short."""
        self.add_text(CHECKSUMS, json.dumps(self.checksums, indent=0))

    def _add(self, name: str, file: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        reader = _Hashing(file, size)
        self.tar.addfile(member, reader)
        self.checksums[name] = reader.digest.hexdigest()


class _Hashing:
    """A file that is hashed while it is read, and never shorter or longer than it was said to be."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left = file, size
        self.digest = hashlib.sha256()

    def read(self, count: int = -1) -> bytes:
        wanted = self._left if count < 0 else min(count, self._left)
        piece = self._file.read(wanted)
        if len(piece) < wanted:  # cut meanwhile (an upload that was dropped): the rest is zeros
            piece += bytes(wanted - len(piece))
        self._left -= len(piece)
        self.digest.update(piece)
        return piece


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write an archive; it has its name only once it is whole."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        with (
            _compressed(partial, path.name, "w") as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            writer = Writer(tar)
            yield writer
            writer.finish()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Read an archive's members in their order, as names and streams."""
    try:
        with (
            _compressed(path, path.name, "r") as stream,
            tarfile.open(fileobj=stream, mode="r|") as tar,
        ):
            yield _members(tar)
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise OperationError(f"{path} is no whole backup: {error}") from error


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        parts = Path(member.name).parts
        if not member.isfile() or member.name.startswith("/") or ".." in parts:
            raise OperationError(
                f"{member.name!r} does not belong into a backup; nothing was restored"
            )
        content = tar.extractfile(member)
        assert content is not None  # it is a file
        yield member.name, content


@contextmanager
def _compressed(path: Path, name: str, mode: str) -> Iterator[IO[bytes]]:
    if name.endswith((".tar.gz", ".tgz")):
        with GzipFile(path, f"{mode}b", GZIP_LEVEL) as file:
            yield cast("IO[bytes]", file)
    elif name.endswith((".tar.zst", ".tzst")):
        with _zstandard(path, mode) as file:
            yield file
    else:
        raise OperationError(f"{name}: a backup is called something.tar.gz or something.tar.zst")


@contextmanager
def _zstandard(path: Path, mode: str) -> Iterator[IO[bytes]]:
    """Go through the program `zstd`: Python has it from 3.14 on only."""
    if which("zstd") is None:
        raise OperationError("for .tar.zst install the program zstd, or name the file .tar.gz")
    if mode == "w":
        with path.open("wb") as out:
            packing = subprocess.Popen(
                ["zstd", "-q", "-T0", "-3"], stdin=subprocess.PIPE, stdout=out
            )
            assert packing.stdin is not None
            try:
                yield packing.stdin
            finally:
                packing.stdin.close()
                status = packing.wait()
        if status:
            raise OperationError(f"zstd failed with status {status}: is the disk full?")
    else:
        with path.open("rb") as source:
            unpacking = subprocess.Popen(["zstd", "-q", "-d"], stdin=source, stdout=subprocess.PIPE)
            assert unpacking.stdout is not None
            try:
                yield unpacking.stdout
            finally:
                unpacking.stdout.close()
                unpacking.wait()
