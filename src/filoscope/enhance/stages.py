"""The stages that a recipe asks for, in their order: steady and level, frame, clean.

Cleaning costs most, and comes last: what is cut away need not be clean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, is_dataclass
from typing import Any, Protocol

from filoscope.enhance.clean import Cleaner, CleanSettings
from filoscope.enhance.errors import BadRecipe
from filoscope.enhance.framing import Box, Framer, Track
from filoscope.enhance.framing.framer import SIDE_MIN
from filoscope.enhance.gyro import GyroRecord, UnreadableGyro, gravity_of, read_gyro
from filoscope.enhance.level import Gravity
from filoscope.enhance.quality import PlannedStabilizer, plan_clip
from filoscope.enhance.reading import Reading
from filoscope.enhance.recipe import ASPECTS, Recipe, Reframe
from filoscope.enhance.stabilizer import Frame, Stabilizer


class Stage(Protocol):
    """Takes frames and gives them back, each once, in order, perhaps later."""

    def push(self, frame: Frame) -> list[Frame]:
        """Take a frame; return those that are ready."""

    def drain(self) -> list[Frame]:
        """Return the frames held back, as the last."""


def accounts_of(stages: Iterable[Stage]) -> dict[str, Any]:
    """Return what each stage says of its work, by its name."""
    told = {}
    for stage in stages:
        account = getattr(stage, "account", None)
        if is_dataclass(account) and not isinstance(account, type):
            told[type(stage).__name__] = asdict(account)
    return told


def stages_of(
    recipe: Recipe, reading: Reading, *, on_look: Callable[[], None] = lambda: None
) -> list[Stage]:
    """Return the stages of a recipe for a clip, in the order in which frames go through them.

    Parameters
    ----------
    recipe : Recipe
    reading : Reading
        The clip; two-pass stages read it here for the first time.
    on_look : callable, optional
        Called for each frame of such a first pass; what it raises ends the pass.
    """
    stages: list[Stage] = []
    if recipe.steady is not None or recipe.level:
        stages.append(_stabilizer(recipe, reading, on_look))
    if recipe.frame is not None:
        stages.append(_framer(recipe.frame, reading))
    if recipe.clean is not None:
        wish = recipe.clean
        settings = CleanSettings(
            denoise=wish.denoise,
            deblock=wish.deblock,
            deflicker=wish.deflicker,
            # The curve is that of BT.709: HDR is as light as it was graded to be.
            lift=wish.lift and not reading.facts.is_hdr,
        )
        stages.append(Cleaner(fps=reading.fps, settings=settings))
    return stages


def _framer(wish: Reframe, reading: Reading) -> Framer:
    width, height = reading.size
    if min(width, height) < SIDE_MIN:
        raise BadRecipe(f"frame: nothing can be cut from {width} x {height} pixels. Leave it out.")
    track = None
    if wish.track is not None:
        box = wish.track
        if box.x + box.width > width or box.y + box.height > height:
            raise BadRecipe(
                f"frame.track reaches beyond the picture of {width} x {height}. Give a box in it."
            )
        if box.time_s > reading.facts.duration_s:
            raise BadRecipe(
                f"frame.track is at {box.time_s:g} s, and the clip ends at "
                f"{reading.facts.duration_s:.1f} s. Give a time within it."
            )
        track = Track(Box(box.x, box.y, box.width, box.height), box.time_s)
    return Framer(
        width=width, height=height, fps=reading.fps, aspect=ASPECTS[wish.aspect], track=track
    )


def _stabilizer(recipe: Recipe, reading: Reading, on_look: Callable[[], None]) -> Stage:
    """Return the one stage that steadies and levels: each frame is moved once."""
    wish: dict[str, Any] = {
        "fps": reading.fps,
        "crop_max": recipe.crop_max,
        "steady": recipe.steady is not None,
        "level": recipe.level,
    }
    named = recipe.steady.gyro if recipe.steady else None
    if recipe.level:
        wish["gravity"] = _gravity(reading, named)
    if recipe.steady is None or recipe.steady.mode == "live":
        return Stabilizer(**wish)

    def looked_at() -> Iterator[Frame]:
        for frame in reading.frames():
            on_look()
            yield frame

    return PlannedStabilizer(plan_clip(looked_at(), gyro=_gyro(reading, named), **wish))


def _gyro(reading: Reading, named: str | None) -> GyroRecord | None:
    """Return the camera's turns: from the file that is named, or the clip's own if they are sound."""
    if named is not None:
        record = read_gyro(named)
        if record is None:
            raise BadRecipe(
                f"steady.gyro: {named} tells of no turns. Give a .gcsv, or leave it out."
            )
        return record
    try:
        return read_gyro(reading.path) if _is_mov(reading) else None
    except UnreadableGyro:
        return None


def _gravity(reading: Reading, named: str | None) -> Gravity | None:
    """Return the roll by a sensor, where the clip or the named file has one."""
    try:
        return gravity_of(named or reading.path) if named or _is_mov(reading) else None
    except UnreadableGyro:
        return None


def _is_mov(reading: Reading) -> bool:
    return reading.facts.container == "mov"


def passes_of(recipe: Recipe) -> int:
    """Return how often the clip is read from start to end."""
    return 2 if recipe.steady is not None and recipe.steady.mode == "quality" else 1
