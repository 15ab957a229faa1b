"""Clean a stream of frames: flicker, blocks and noise out, what is too dark lifted.

>>> cleaner = Cleaner(fps=30)
>>> for frame in frames:
...     for clean in cleaner.push(frame):
...         show(clean)
>>> rest = cleaner.drain()

Every frame that is pushed comes out once, in order, with its own time. Each step measures first
whether it is needed; a frame that needs none comes out as it is, the very same object. Nothing is
carried over a scene cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.clean.blocks import NO_BLOCKS, Blocks, blocks_of, deblock
from filoscope.enhance.clean.denoise import SIDE_MIN, Denoiser, Planes
from filoscope.enhance.clean.flicker import (
    CELLS,
    REACH_S,
    Flicker,
    Step,
    apply_gains,
    cells_of,
    flicker_in,
    gains_at,
    no_step,
    step_between,
    strength_for,
)
from filoscope.enhance.clean.light import curve_for, lift, light_of, power_for
from filoscope.enhance.clean.shrink import Floats
from filoscope.enhance.errors import UnevenFrames
from filoscope.enhance.stabilizer import Frame

WAITING_BYTES_MAX = 128 << 20
"""Frames held back, whatever their size: 0.4 s of 1080p at 60 a second; less of 4K."""

NOISE_MIN, NOISE_FULL = 0.9, 1.8
"""Deviation in levels of 8 bit. Below the first no eye sees noise, and what is measured is an encoder's
rounding; above the second all of it is taken out."""

_WATCH_S = 0.4
"""Between two measurements of noise, blocks and light."""

_LIGHT_S = 1.5
"""Over which the curve follows the light, so that it never pumps."""

_PICTURES_MIN = 6
"""With fewer in the window nothing can be said about flicker."""

_CUT_DIFFERENCE = 22.0
"""Mean difference of the cells, the change of light aside, out of 255: pans and flashes stay below."""

_OF_BLOCKS = 2.5
"""Deviation of what coarse quantisation adds, by the step at the edges of its blocks."""

_GAIN_SEEN = 0.002
"""A gain nearer to 1 moves no level."""

_LIFT_SEEN = 0.985
"""A power nearer to 1 is not seen."""


@dataclass(frozen=True, slots=True)
class CleanSettings:
    """What may be done to a clip; each is done only where it is measured to be needed.

    Attributes
    ----------
    denoise : "auto", float or None
        As measured; at this deviation, in levels of 8 bit; or not at all.
    deblock, deflicker, lift : bool
        Lifting assumes the curve of BT.709: leave it out for HDR.
    """

    denoise: Literal["auto"] | float | None = "auto"
    deblock: bool = True
    deflicker: bool = True
    lift: bool = True


@dataclass(frozen=True, slots=True)
class CleanAccount:
    """What was done to a clip so far.

    Attributes
    ----------
    frame_count, changed_count, cut_count : int
    noise_max : float
        Largest deviation of the noise that was taken out, in levels of 8 bit; 0 for none.
    blocks_max : float
        Largest step at the edges of blocks that was smoothed, in levels; 0 for none.
    flicker_max : float
        Largest deviation of the light that was evened out (0.01 is one in a hundred).
    power_min : float
        Strongest curve dark scenes were lifted by; 1 for none.
    """

    frame_count: int = 0
    changed_count: int = 0
    cut_count: int = 0
    noise_max: float = 0.0
    blocks_max: float = 0.0
    flicker_max: float = 0.0
    power_min: float = 1.0


class Cleaner:
    """Cleans one clip.

    Parameters
    ----------
    fps : float
        Frames a second, about; a variable rate's mean.
    settings : CleanSettings
    """

    def __init__(self, *, fps: float, settings: CleanSettings | None = None) -> None:
        self.account = CleanAccount()
        self.settings = settings or CleanSettings()
        self._fps = min(max(fps, 5.0), 240.0)
        self._reach = max(round(REACH_S * self._fps), 2)
        self._watch_every = max(round(_WATCH_S * self._fps), 1)
        self._waiting: deque[Frame] = deque()
        self._cells: Floats | None = None
        self._steps: deque[Step] = deque()
        self._begin_scene()

    def _begin_scene(self) -> None:
        denoise = self.settings.denoise
        sigma = float(denoise) if isinstance(denoise, int | float) else None
        self._denoiser = Denoiser(sigma)
        self._cells = None
        self._steps.clear()
        self._done = 0
        self._last: Planes | None = None
        self._blocks = NO_BLOCKS
        self._flicker_strength: tuple[float, float] | None = None
        self._power: float | None = None
        self._noise_is_on = False

    def push(self, frame: Frame) -> list[Frame]:
        """Give a frame; return those that are ready, in order.

        Raises
        ------
        UnevenFrames
            It is of another size than the last one, or not later.
        """
        cells = cells_of(frame.planes[0])
        ready: list[Frame] = []
        if self._waiting:
            self._check(frame, self._waiting[-1])
        if self._cells is not None and is_cut(self._cells, cells):
            ready = self.drain()
            self.account = replace(self.account, cut_count=self.account.cut_count + 1)
        self._waiting.append(frame)
        self._steps.append(no_step() if self._cells is None else step_between(self._cells, cells))
        self._cells = cells
        size = sum(plane.nbytes for plane in frame.planes)
        held_max = min(self._reach, max(WAITING_BYTES_MAX // size, 2))
        while len(self._waiting) > held_max:
            ready.append(self._emit())
        return ready

    def drain(self) -> list[Frame]:
        """Return the frames held back, as the scene's last."""
        rest = [self._emit() for _ in range(len(self._waiting))]
        self._begin_scene()
        return rest

    @staticmethod
    def _check(frame: Frame, last: Frame) -> None:
        if frame.planes[0].shape != last.planes[0].shape or frame.time_s <= last.time_s:
            raise UnevenFrames(
                f"A frame of shape {frame.planes[0].shape} at {frame.time_s} s follows one of "
                f"{last.planes[0].shape} at {last.time_s} s. Scale and sort them first."
            )

    def _emit(self) -> Frame:
        frame = self._waiting[0]
        planes = self._even_out(frame.planes)
        planes = self._deblock(planes)
        planes = self._denoise(planes)
        planes = self._lift(planes)
        self._waiting.popleft()
        self._done += 1
        while len(self._steps) > len(self._waiting) + self._reach:
            self._steps.popleft()
        is_changed = planes is not frame.planes
        counts = self.account
        self.account = replace(
            counts,
            frame_count=counts.frame_count + 1,
            changed_count=counts.changed_count + is_changed,
        )
        return replace(frame, planes=planes) if is_changed else frame

    @property
    def _is_time(self) -> bool:
        return self._done % self._watch_every == 0

    def _even_out(self, planes: Planes) -> Planes:
        if not self.settings.deflicker:
            return planes
        steps = self._steps
        enough = len(steps) >= _PICTURES_MIN
        measured = flicker_in(steps, fps=self._fps) if enough else Flicker(0.0, 0.0)
        aim = strength_for(measured)
        last, step = self._flicker_strength, 2 / self._fps
        if last is not None:
            aim = (
                last[0] + float(np.clip(aim[0] - last[0], -step, step)),
                last[1] + float(np.clip(aim[1] - last[1], -step, step)),
            )
        self._flicker_strength = aim
        if max(aim) <= 0:
            return planes
        gains = gains_at(steps, len(steps) - len(self._waiting), self._fps, aim)
        if np.abs(gains - 1).max() < _GAIN_SEEN:
            return planes
        flicker_max = max(self.account.flicker_max, measured.whole, measured.bands)
        self.account = replace(self.account, flicker_max=flicker_max)
        return apply_gains(planes, gains)

    def _deblock(self, planes: Planes) -> Planes:
        if not self.settings.deblock:
            return planes
        if self._is_time:
            self._blocks = self._follow_blocks(blocks_of(planes[0]))
        if not self._blocks.strength:
            return planes
        blocks_max = max(self.account.blocks_max, self._blocks.strength)
        self.account = replace(self.account, blocks_max=blocks_max)
        height = planes[0].shape[0]
        return tuple(
            deblock(plane, self._blocks, share=plane.shape[0] / height)
            if min(plane.shape) >= SIDE_MIN
            else plane
            for plane in planes
        )

    def _follow_blocks(self, found: Blocks) -> Blocks:
        """Ease the strength; another grid begins with half."""
        last = self._blocks
        strength = (last.strength + found.strength) / 2 if self._done else found.strength
        if not found.strength:
            return replace(last, strength=strength) if strength > 0.2 else NO_BLOCKS
        return replace(found, strength=strength)

    def _denoise(self, planes: Planes) -> Planes:
        wanted = self.settings.denoise
        if wanted is None or min(min(plane.shape) for plane in planes) < SIDE_MIN:
            return planes
        if wanted == "auto" and self._is_time:
            self._watch(planes)
        self._last = planes
        if isinstance(wanted, int | float):
            self._noise_is_on = wanted > 0
            share, floor = 1.0, 0.0
        else:
            share, floor = self._share_of_noise(), _OF_BLOCKS * self._blocks.strength
        if not self._noise_is_on and not floor:
            self._denoiser.forget()
            return planes
        noise_max = max(self.account.noise_max, self._denoiser.sigma * share)
        self.account = replace(self.account, noise_max=noise_max)
        return self._denoiser.filter(planes, share=share, floor=floor)

    def _share_of_noise(self) -> float:
        """Return how much of the measured noise to take out; nothing where it is not seen."""
        sigma = self._denoiser.sigma
        begin = NOISE_MIN if self._noise_is_on else (NOISE_MIN + NOISE_FULL) / 2
        self._noise_is_on = sigma >= begin
        if not self._noise_is_on:
            return 0.0
        return float(np.clip((sigma - NOISE_MIN) / (NOISE_FULL - NOISE_MIN), 0, 1))

    def _watch(self, planes: Planes) -> None:
        """Measure the noise against the last frame; at a scene's first, of the next against it."""
        if self._last is not None:
            self._denoiser.watch(planes, self._last)
        elif len(self._waiting) > 1:
            self._denoiser.watch(self._waiting[1].planes, planes)
        else:
            self._denoiser.watch(planes, None)

    def _lift(self, planes: Planes) -> Planes:
        if not self.settings.lift:
            return planes
        if self._is_time or self._power is None:
            aim = power_for(light_of(planes[0]))
            pace = 1.0 if self._power is None else min(_WATCH_S / _LIGHT_S, 1.0)
            self._power = (self._power or 0.0) + pace * (aim - (self._power or 0.0))
            self._curve = curve_for(self._power, self._left_of_noise())
        if self._power > _LIFT_SEEN:
            return planes
        self.account = replace(self.account, power_min=min(self.account.power_min, self._power))
        return lift(planes, self._curve)

    def _left_of_noise(self) -> float:
        """What noise there is after the filter: about a third of what was found."""
        return self._denoiser.sigma * (0.35 if self._noise_is_on else 1.0)


def is_cut(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    """Return whether pictures with these cells are of two scenes."""
    light = float(np.median(after)) + 1.0
    gain = np.clip(light / (float(np.median(before)) + 1.0), 0.5, 2.0)
    shape = (CELLS[0] // 2, 2, CELLS[1])
    difference = (after - before * gain).reshape(shape).mean(axis=1)
    return float(np.abs(difference).mean()) > _CUT_DIFFERENCE
