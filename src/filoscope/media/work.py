"""The tasks a child can do, and how it tells of their end. Runs in the child process only."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import av.logging

from filoscope.media.bed import Bed
from filoscope.media.errors import LimitReached, MediaError, NoSpace, OutOfMemory, UnreadableFile
from filoscope.media.facts import Probe
from filoscope.media.ingest import Ingest
from filoscope.media.limits import Limits
from filoscope.media.measure import measure
from filoscope.media.recording import copy, make
from filoscope.media.sandbox import Tell
from filoscope.media.silencing import copy_pictures
from filoscope.media.zygote import Job


def run(job: Job) -> None:
    """Do the job and end the process; an unforeseen exception leaves a traceback and status 1."""
    av.logging.set_level(None)

    def tell(message: dict[str, Any]) -> None:
        job.words.sendall(json.dumps(message).encode() + b"\n")

    limits = Limits.from_json(job.limits)
    try:
        tell({"result": _task(job.task)(job.arguments, limits, tell)})
    except BrokenPipeError:
        os._exit(0)  # The caller has gone.
    except (MediaError, MemoryError, OSError, av.error.FFmpegError) as error:
        named = name_error(error)
        tell({"error": {"code": named.code, "sentence": str(named)}})
    sys.stderr.flush()
    os._exit(0)  # FFmpeg's threads may still wait for something: no tidying up.


def _task(name: str) -> Task:
    """Return a task by its name here, or, of a floor above, by "module:function"."""
    module, _, function = name.partition(":")
    if not function:
        return TASKS[name]
    found: Task = getattr(import_module(module), function)
    return found


def name_error(error: Exception) -> MediaError:
    """Turn what went wrong into what the uploader is told."""
    if isinstance(error, MediaError):
        return error
    if isinstance(error, MemoryError | av.error.MemoryError):
        return OutOfMemory()
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return NoSpace()
    if number == errno.EFBIG:
        return LimitReached()
    if number == errno.ENOMEM:
        return OutOfMemory()
    if isinstance(error, av.error.FFmpegError):
        return UnreadableFile()
    raise error


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


def _probe(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    return measure(arguments["path"], limits=limits, threads=1).to_json()


def _transcode(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    path, threads = Path(arguments["path"]), arguments["threads"] or cores()
    stored = arguments["probe"]
    facts = Probe.from_json(stored) if stored else measure(path, limits=limits, threads=1)
    folder = Path(arguments["folder"])
    bed = arguments["bed"] and Bed.from_json(arguments["bed"])
    ingest = Ingest(
        path, folder, probe=facts, limits=limits, threads=threads, tell=tell, bed=bed,
        poster_s=arguments["poster_s"],
    )  # fmt: skip
    return ingest.make().to_json()


Task = Callable[[dict[str, Any], Limits, Tell], dict[str, Any]]


def _record(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    return make(Path(arguments["path"]), Path(arguments["target"]), limits).to_json()


def _copy_sound(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    return copy(Path(arguments["path"]), Path(arguments["target"]), limits).to_json()


def _silence(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    return copy_pictures(Path(arguments["folder"]), Path(arguments["target"]))


TASKS: dict[str, Task] = {
    "probe": _probe,
    "transcode": _transcode,
    "record": _record,
    "copy_sound": _copy_sound,
    "silence": _silence,
}
