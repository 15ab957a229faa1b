"""A worse clip in, a better clip out.

>>> from filoscope.enhance import Recipe, Stabilizer, diagnose, render

Importing this package loads neither FFmpeg nor OpenCV; the first use of a name does.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filoscope.enhance.diagnosis import Diagnosis, diagnose
    from filoscope.enhance.errors import (
        BadRecipe,
        DiskFull,
        EnhanceError,
        NothingInCommon,
        RenderCancelled,
        UnevenFrames,
        UnfitOutput,
    )
    from filoscope.enhance.measure import Measures, measure_pair
    from filoscope.enhance.motion import Motion, MotionFinder
    from filoscope.enhance.recipe import Clean, Recipe, Reframe, Steady, Track, read_recipe
    from filoscope.enhance.rendering import Rendering, render
    from filoscope.enhance.stabilizer import Account, Frame, Stabilizer

_HOME_OF = {
    name: f"filoscope.enhance.{module}"
    for module, names in {
        "diagnosis": "Diagnosis diagnose",
        "errors": (
            "BadRecipe DiskFull EnhanceError NothingInCommon RenderCancelled UnevenFrames "
            "UnfitOutput"
        ),
        "measure": "Measures measure_pair",
        "motion": "Motion MotionFinder",
        "recipe": "Clean Recipe Reframe Steady Track read_recipe",
        "rendering": "Rendering render",
        "stabilizer": "Account Frame Stabilizer",
    }.items()
    for name in names.split()
}

__all__ = [
    "Account",
    "BadRecipe",
    "Clean",
    "Diagnosis",
    "DiskFull",
    "EnhanceError",
    "Frame",
    "Measures",
    "Motion",
    "MotionFinder",
    "NothingInCommon",
    "Recipe",
    "Reframe",
    "RenderCancelled",
    "Rendering",
    "Stabilizer",
    "Steady",
    "Track",
    "UnevenFrames",
    "UnfitOutput",
    "diagnose",
    "measure_pair",
    "read_recipe",
    "render",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(home), name)
