"""What every scene stands on: its size, its colours, its chance and the beat of its song."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Light: TypeAlias = NDArray[Any]  # float32 (height, width, 3), linear, 0 and up, often half size
Picture: TypeAlias = NDArray[Any]  # uint8 (height, width, 3), RGB, what a screen shows, full size

Palette = TypeVar("Palette")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scene plays; `palette` turns its colours, the same seed gives the same scene."""

    width: int
    height: int
    seed: int
    duration_s: float
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]

    @property
    def rng(self) -> np.random.Generator:
        """A fresh source of chance: the same numbers each time it is asked for."""
        return np.random.default_rng([self.seed, 7])

    @property
    def unit(self) -> float:
        """The short edge in pixels: sizes are given as parts of it."""
        return float(min(self.width, self.height))

    def choose(self, *palettes: Palette) -> Palette:
        """Return the palette of this seed."""
        return palettes[self.seed % len(palettes)]

    def beat(self, time_s: float) -> int:
        """Return how many beats have come, the one at zero included."""
        return bisect_right(self.beats_s, time_s + 1e-6)

    def pulse(self, time_s: float, fade_s: float = 0.18) -> float:
        """Return 1 on the beat, dying away until the next."""
        count = self.beat(time_s)
        if not count:
            return 0.0
        return float(np.exp(-(time_s - self.beats_s[count - 1]) / fade_s))

    def bar_pulse(self, time_s: float, fade_s: float = 0.5) -> float:
        """Return 1 on the first beat of a bar, dying away until the next."""
        count = bisect_right(self.downbeats_s, time_s + 1e-6)
        if not count:
            return 0.0
        return float(np.exp(-(time_s - self.downbeats_s[count - 1]) / fade_s))

    def phase(self, time_s: float) -> float:
        """Return the time in beats, running smoothly: 2.5 is half way from the third to the next."""
        if len(self.beats_s) < 2:
            return time_s * 2
        return time_s / (self.beats_s[1] - self.beats_s[0])


class Scene(Protocol):
    """A moving picture: light (any size, developed later) or a finished picture (full size)."""

    def __init__(self, stage: Stage) -> None: ...

    def frame(self, time_s: float) -> Light | Picture:
        """Paint one moment; moments are asked for in order of time."""
        ...
