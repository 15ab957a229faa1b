"""A strange file in, everything the network shows of it out.

>>> ladder = transcode("clip.mov", "media/clips/42")
>>> [rung.name for rung in ladder.rungs]
['480p', '720p', '1080p']
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from filoscope.media.bed import Bed
from filoscope.media.facts import Probe
from filoscope.media.ladder import Ladder, RungFile, Stills
from filoscope.media.limits import Limits
from filoscope.media.sandbox import run_in_child


def transcode(
    path: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    probe: Probe | None = None,
    bed: Bed | None = None,
    poster_s: float | None = None,
    threads: int | None = None,
    on_progress: Callable[[float], None] | None = None,
    on_rung: Callable[[RungFile, Stills], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Ladder:
    """Make the ladder, the stills and the playlists of a clip in a child process.

    Parameters
    ----------
    path : path
    folder : path
        Made when it is missing. Every file appears in it under its final name when it is
        complete; running again overwrites them, and removes the `.making-*` folder that a killed
        run may have left.
    limits : Limits, optional
    probe : Probe, optional
        From an earlier `probe` of the same file; measured anew when None.
    bed : Bed, optional
        A sound to lay under the clip.
    poster_s : float, optional
        Where the poster is taken from; the best picture when None.
    threads : int, optional
        Processors to use; all that this process may use when None.
    on_progress : callable, optional
        Called with a number from 0 to 1, about twice for each second of the clip.
    on_rung : callable, optional
        Called as each rung plays: first the smallest, with the poster beside it. What either
        callback raises stops the work and is raised here.
    cancel : callable, optional
        Asked four times a second; True kills the child and raises `Cancelled`.

    Raises
    ------
    MediaError
        With a sentence for the uploader; see `filoscope.media.errors`.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)

    def hear(message: dict[str, Any]) -> None:
        if "progress" in message and on_progress is not None:
            on_progress(message["progress"])
        if "rung" in message and on_rung is not None:
            on_rung(RungFile(**message["rung"]), Stills(**message["stills"]))

    answer = run_in_child(
        "transcode",
        {
            "path": os.fspath(path),
            "folder": os.fspath(folder),
            "probe": probe and probe.to_json(),
            "bed": bed and bed.to_json(),
            "poster_s": poster_s,
            "threads": threads,
        },
        limits=limits or Limits(),
        cancel=cancel,
        on_message=hear,
    )
    ladder = Ladder.from_json(answer.result)
    return replace(ladder, cpu_s=answer.cpu_s, memory_bytes=answer.memory_bytes)
