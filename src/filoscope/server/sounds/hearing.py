"""Hear a sound through in a child process, and keep what was heard beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filoscope.media import Limits, NotASound
from filoscope.media.sandbox import Tell, run_in_child

HEARING_CPU_S_MAX = 300.0
"""A quarter of an hour of music takes some twenty seconds."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The little of an analysis that stands in a row."""

    tempo_bpm: float  # 0: no beat


def hear(
    path: Path, target: Path, *, limits: Limits, cancel: Callable[[], bool] | None = None
) -> Heard:
    """Write what `studio.listen` hears as JSON; raise `MediaError` when there is nothing to hear."""
    answer = run_in_child(
        "filoscope.server.sounds.hearing:work",
        {"path": os.fspath(path), "target": os.fspath(target)},
        limits=limits,
        cpu_s_max=HEARING_CPU_S_MAX,
        cancel=cancel,
    )
    return Heard(**answer.result)


def work(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Do it: called in the child, which alone loads the studio."""
    from filoscope.studio import StudioError, listen

    target = Path(arguments["target"])
    try:
        song = listen(Path(arguments["path"]))
    except StudioError as error:
        raise NotASound(str(error)) from error
    draft = target.with_name(f".{target.name}")
    draft.write_text(song.to_json())
    draft.replace(target)
    return {"tempo_bpm": song.tempo_bpm}
