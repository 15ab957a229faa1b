"""The machine: disk, memory, codecs, clock, permissions, port."""

from __future__ import annotations

import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from filoscope.server.kit.environment import read
from filoscope.server.operations.addresses import Bind, refuse_taken_port
from filoscope.server.operations.checks import Finding, bad, good, odd
from filoscope.server.operations.installation import OperationError, home, media_folder
from filoscope.server.operations.lock import who_serves

GIB = 1024**3
MEMORY_MIN_BYTES = 2 * GIB  # database, web, and one worker with a 1080p clip
ENCODERS = ("libx264", "aac")
DECODERS = (
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "av1",
    "mpeg4",
    "prores",
    "mjpeg",
    "gif",
    "aac",
    "opus",
    "mp3",
)
FILTERS = ("scale", "transpose", "bwdif", "lut3d", "colorspace", "ebur128", "alimiter", "aresample")
CLOCK_S_MAX = 5.0  # between this machine and its files: a session would end early or late
YEAR_MIN = 2025  # a board without a battery wakes up in 1970


def check(*, is_repairing: bool) -> Iterator[Finding]:
    """Look at what everything else stands on."""
    yield from _folders()
    yield from _secret_key(is_repairing=is_repairing)
    yield from _disk()
    yield from _memory()
    yield from _codecs()
    yield from _clock()
    yield from _port()


def _folders() -> Iterator[Finding]:
    for path in (home(), media_folder(), home() / "uploads"):
        if not path.exists():
            yield good("folder", f"{path} is not made yet")
            continue
        try:
            with tempfile.TemporaryFile(dir=path):
                pass
        except OSError as error:
            yield bad(
                "folder",
                f"{path} cannot be written to: {error.strerror}",
                f"run as its owner (number {path.stat().st_uid}), or give it away with chown -R",
            )
            continue
        yield good("folder", f"{path} can be written to")


def _secret_key(*, is_repairing: bool) -> Iterator[Finding]:
    path = home() / "secret.key"
    if not path.exists():
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077 and is_repairing:
        path.chmod(0o600)
        mode = 0o600
    if mode & 0o077:
        yield bad("secret key", f"{path} can be read by others", f"chmod 600 {path}, or --repair")
    elif not path.read_text().strip():
        yield bad(
            "secret key", f"{path} is empty", "remove it: a new one is made, all sign in anew"
        )
    else:
        yield good("secret key", "for its owner only")


def _disk() -> Iterator[Finding]:
    least = int(read("FILOSCOPE_DISK_FREE_MIN"))
    places = {
        path.stat().st_dev: path
        for path in (existing_parent(media_folder()), existing_parent(home()))
    }
    for path in places.values():
        found = shutil.disk_usage(path)
        words = f"{found.free / GIB:,.1f} of {found.total / GIB:,.1f} GiB free at {path}"
        if found.free < least:
            yield bad(
                "disk", f"{words}: uploads are refused", "make room, or FILOSCOPE_DISK_FREE_MIN"
            )
        elif found.free < 4 * least:
            yield odd("disk", words, "make room soon")
        else:
            yield good("disk", words)


def existing_parent(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(place for place in (path, *path.parents) if place.exists())


def _memory() -> Iterator[Finding]:
    import psutil

    found = psutil.virtual_memory()
    words = f"{found.available / GIB:,.1f} of {found.total / GIB:,.1f} GiB free"
    child = int(read("FILOSCOPE_CHILD_MEMORY_BYTES"))
    if found.total < MEMORY_MIN_BYTES:
        yield bad(
            "memory", f"{words}: too little for a worker", "add memory, or run workers elsewhere"
        )
    elif child > found.total:
        yield odd(
            "memory",
            f"{words}, but one clip may take {child / GIB:,.1f}",
            "lower FILOSCOPE_CHILD_MEMORY_BYTES",
        )
    else:
        yield good("memory", words)


def _codecs() -> Iterator[Finding]:
    import av

    missing = [name for name in ENCODERS if not _has(name, "w")]
    missing += [name for name in DECODERS if not _has(name, "r")]
    missing += [name for name in FILTERS if name not in av.filter.filters_available]
    if missing:
        yield bad(
            "codecs",
            f"PyAV {av.__version__} lacks {', '.join(missing)}",
            "install PyAV's own wheel: pip install --force-reinstall --only-binary :all: av",
        )
    else:
        yield good("codecs", f"PyAV {av.__version__} has all {len(ENCODERS + DECODERS)}")


def _has(name: str, mode: str) -> bool:
    import av

    try:
        av.codec.Codec(name, mode)  # type: ignore[arg-type]
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def _clock() -> Iterator[Finding]:
    now = time.time()
    year = time.gmtime(now).tm_year
    mend = "set the clock, and keep it set: timedatectl set-ntp true"
    if year < YEAR_MIN:
        yield bad("clock", f"this machine believes that it is {year}", mend)
        return
    with tempfile.NamedTemporaryFile(dir=existing_parent(home())) as file:
        off = Path(file.name).stat().st_mtime - now
    if abs(off) > CLOCK_S_MAX:
        yield bad("clock", f"the disk's clock is {off:+.0f} s from this machine's", mend)
    else:
        yield good("clock", time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now)))


def _port() -> Iterator[Finding]:
    bind = Bind.parse(read("FILOSCOPE_BIND"))
    serving = who_serves(home())
    if serving is not None:
        answers = Bind.parse(serving[1]).answers()
        words = f"process {serving[0]} at {serving[1]}"
        if answers:
            yield good("server", words)
        else:
            yield bad(
                "server", f"{words} does not answer", "see its last lines, and start it again"
            )
        return
    try:
        refuse_taken_port(bind)
    except OperationError as error:
        yield bad("port", str(error), "or set FILOSCOPE_BIND")
    else:
        yield good("server", f"none runs on this data folder; {bind} is free")
