"""How one shot becomes the next: what is shown while both are.

A `Join` is asked for its frames in order; `share` goes from 0 to 1, its middle being the cut. Each
is the shot before at 0 and the shot after at 1.
"""

from __future__ import annotations

from typing import Protocol

from filoscope.studio.rendering.canvas import WHITE, Canvas, Planes, filled, mixed, size_of
from filoscope.studio.timeline import Transition


class Join(Protocol):
    """Two shots into one picture."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture at a share of the transition."""


class Crossfade:
    """One fades into the other: evenly, since eased fades look like a hesitation."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the mixture."""
        return mixed(before, after, share)


class Flash:
    """Light floods the picture up to the cut and ebbs away after it, more slowly than it came."""

    def at(self, before: Planes, after: Planes, share: float) -> Planes:
        """Return the picture under the light."""
        light = (2 * share) ** 2 if share < 0.5 else (2 - 2 * share) ** 1.5
        shown = before if share < 0.5 else after
        return mixed(shown, filled(size_of(shown), WHITE), light)


def join_of(transition: Transition, canvas: Canvas) -> Join:
    """Return what joins two shots."""
    joins: dict[str, Join] = {"crossfade": Crossfade(), "flash": Flash()}
    return joins[transition.kind]


def begun(transition: Transition | None, planes: Planes, number: int) -> Planes:
    """Return a frame of the first shot, which comes from black, or from white in a flash."""
    if transition is None or number >= transition.after:
        return planes
    luma = WHITE if transition.kind == "flash" else 16
    return mixed(filled(size_of(planes), luma), planes, (number + 0.5) / transition.after)
