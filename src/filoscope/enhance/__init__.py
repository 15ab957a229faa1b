"""A worse clip in, a better clip out.

>>> from filoscope.enhance import Frame, Stabilizer, measure_pair, steady_clip

Importing this package loads neither FFmpeg nor OpenCV; the first use of a name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filoscope.enhance.clip import steady_clip
    from filoscope.enhance.errors import EnhanceError, NothingInCommon, UnevenFrames, UnfitOutput
    from filoscope.enhance.measure import Measures, measure_pair
    from filoscope.enhance.motion import Motion, MotionFinder
    from filoscope.enhance.stabilizer import Account, Frame, Stabilizer

_HOME_OF = {
    name: f"filoscope.enhance.{module}"
    for module, names in {
        "clip": "steady_clip",
        "errors": "EnhanceError NothingInCommon UnevenFrames UnfitOutput",
        "measure": "Measures measure_pair",
        "motion": "Motion MotionFinder",
        "stabilizer": "Account Frame Stabilizer",
    }.items()
    for name in names.split()
}

__all__ = [
    "Account",
    "EnhanceError",
    "Frame",
    "Measures",
    "Motion",
    "MotionFinder",
    "NothingInCommon",
    "Stabilizer",
    "UnevenFrames",
    "UnfitOutput",
    "measure_pair",
    "steady_clip",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)
