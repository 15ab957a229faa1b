"""Make a stranger's clip better in a child process: diagnose it, follow the recipe, show both.

>>> improved = improve("clip.mov", "media/trial/42", limits=limits)
>>> improved.diagnosis["words"]
['The camera shakes: ...']

A run that was killed goes on where it was when it is given the same folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Any

from filoscope.enhance.errors import DiskFull, EnhanceError
from filoscope.media import Limits, NoSpace, UnreadableFile
from filoscope.media.sandbox import Tell, run_in_child
from filoscope.media.time import TICKS_PER_SECOND

BETTER = "better.mkv"
"""Matroska holds every codec of sound that an upload may have."""

BEFORE, AFTER = "before.mp4", "after.mp4"
SHOWN_S = 10.0
"""Of both, beside each other: enough to judge by, and little to load."""

SHOWN_SHORT_EDGE = 480
_SHOWN_CRF = 23
_TELL_EVERY = 15
"""Frames between two words of progress: about twice a second."""


@dataclass(frozen=True, slots=True)
class Improved:
    """What came of it.

    Attributes
    ----------
    diagnosis : dict
        As `Diagnosis.to_json` says it.
    is_better : bool
        The folder holds `BETTER`, `BEFORE` and `AFTER`; else the clip needs nothing.
    """

    diagnosis: dict[str, Any]
    is_better: bool


def improve(
    source: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    limits: Limits,
    on_progress: Callable[[float], None] = lambda share: None,
    cancel: Callable[[], bool] | None = None,
) -> Improved:
    """Diagnose a clip and write a better one, in a child process under limits.

    Parameters
    ----------
    source : path
    folder : path
        Made when it is missing.
    limits : Limits
    on_progress : callable, optional
        Given a share from 0 to 1.
    cancel : callable, optional
        Asked four times a second; True kills the child and raises `Cancelled`.

    Raises
    ------
    MediaError
    """
    Path(folder).mkdir(parents=True, exist_ok=True)

    def hear(message: dict[str, Any]) -> None:
        if "progress" in message:
            on_progress(message["progress"])

    answer = run_in_child(
        "filoscope.enhance.improving:work",
        {"source": os.fspath(source), "folder": os.fspath(folder)},
        limits=limits,
        cancel=cancel,
        on_message=hear,
    )
    return Improved(**answer.result)


def work(arguments: dict[str, Any], limits: Limits, tell: Tell) -> dict[str, Any]:
    """Do it: called in the child, which alone loads FFmpeg and OpenCV."""
    from filoscope.enhance.diagnosis import diagnose
    from filoscope.enhance.rendering import render

    source, folder = Path(arguments["source"]), Path(arguments["folder"])
    diagnosis = diagnose(source)
    is_better = not diagnosis.recipe.is_empty

    def advance(done: int, total: int) -> None:
        if done % _TELL_EVERY == 0:
            tell({"progress": min(done / max(total, 1), 1.0)})

    if is_better:
        better = folder / BETTER
        try:
            done = render(source, better, diagnosis.recipe, on_progress=advance)
        except DiskFull as error:
            raise NoSpace from error
        except EnhanceError as error:
            raise UnreadableFile(f"This clip could not be improved: {error}") from error
        is_better = not done.is_copy
    if is_better:
        for path, name in ((source, BEFORE), (better, AFTER)):
            _write_shown(path, folder / name, limits)
    return {"diagnosis": diagnosis.to_json(), "is_better": is_better}


def _write_shown(path: Path, target: Path, limits: Limits) -> None:
    from filoscope.media import read_pictures, write_clip

    pictures = read_pictures(path, short_edge=SHOWN_SHORT_EDGE, limits=limits)
    first: Iterator[tuple[float, Any]] = takewhile(lambda shown: shown[0] < SHOWN_S, pictures)
    draft = target.with_suffix(".draft")
    write_clip(draft, first, fps=Fraction(TICKS_PER_SECOND, 3000), crf=_SHOWN_CRF)
    draft.replace(target)
