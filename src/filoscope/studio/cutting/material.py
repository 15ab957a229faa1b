"""What each take has to offer at each moment, for one style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.aligning.placed import Placed
from filoscope.studio.cutting.styles import Style
from filoscope.studio.watching import LOOKS_HZ, Footage

Floats = NDArray[np.float64]

STEP_S = 0.02
"""Of the curves below: the length of a frame at 50 a second."""

EDGE_S = 0.3
"""At both ends of a take somebody reaches for the button."""

_EDGE_BAD = 0.4
_SHAKE_CALM_PX, _SHAKE_BAD_PX = 1.5, 14.0
"""RMS in px of a picture 640 wide, over which steadiness goes from 1 to 0."""

_LIGHT = (0.06, 0.2, 0.85, 0.97)
"""Mean luma: too dark below the first, right between the middle two, burnt above the last."""

PAN_MAX = 0.2
"""Of a crop that follows, in widths of the picture a second: faster, it is seen to move."""

_CROP_WIDE = 0.8
_OUTSIDE = (0.15, 0.45)
"""Deviation of the eye's focus from the middle of the crop, in its widths: all is seen, and half."""

_MANY = 200_000
"""Entries of a curve: over an hour of a take; longer ones are shown up to there."""


@dataclass(frozen=True, slots=True)
class Take:
    """A take as it goes into a cut.

    Attributes
    ----------
    path : path or str
        What the timeline calls its source.
    footage : Footage
    placed : Placed or None
        Where it lies in the song. Without a place, or refused, any part of it may be shown anywhere.
    """

    path: Path | str
    footage: Footage
    placed: Placed | None = None

    @property
    def offset_s(self) -> float | None:
        """Where in the song it begins; None when it may be shown anywhere.

        A take that was placed by its motion was placed by a guess, which binds nobody.
        """
        if self.placed is None or self.placed.how in ("refused", "motion"):
            return None
        return self.placed.offset_s

    @property
    def has_other_sound(self) -> bool:
        """Whether something else than the song sounded while it was filmed: its lips fit that."""
        has_it = self.placed is not None and self.placed.heard in ("another song", "no song")
        return has_it and self.offset_s is None

    @property
    def has_other_song(self) -> bool:
        """Whether that was another song."""
        return (
            self.has_other_sound
            and self.placed is not None
            and (self.placed.heard == "another song")
        )

    @property
    def speed(self) -> float:
        """How fast the take is shown: a song that was played at half speed is filmed for twice as long."""
        return 1.0 if self.placed is None or self.offset_s is None else 1 / self.placed.speed

    @property
    def drift_ppm(self) -> float:
        """By how many millionths its clock runs fast against the song's."""
        if self.placed is None or self.offset_s is None:
            return 0.0
        return (1 / (1 + self.placed.drift_ppm / 1e6) - 1) * 1e6

    @property
    def rate(self) -> float:
        """Seconds of the take for a second of the song."""
        return self.speed * (1 + self.drift_ppm / 1e6)

    def take_s(self, song_s: float) -> float:
        """Return when in the take a moment of the song was filmed."""
        assert self.offset_s is not None
        return (song_s - self.offset_s) * self.rate


class Material:
    """A take's worth from moment to moment, and sums of it.

    Parameters
    ----------
    take : Take
    style : Style
    liveliest : float
        Motion, in the unit of `Footage.motion`, that counts as all: of the takes together.
    aspect : float
        Width of the timeline's frame by its height.
    frame_s : float
        The last frame of a take is shown to its end; nothing is taken from beyond.
    """

    def __init__(
        self, take: Take, style: Style, *, liveliest: float, frame_s: float, aspect: float
    ) -> None:
        self.take, footage = take, take.footage
        count = min(max(int(footage.duration_s / STEP_S), 1), _MANY)
        self.end_s = max(min(footage.duration_s, count * STEP_S) - frame_s, 0.0)
        times = np.asarray((np.arange(count) + 0.5) * STEP_S, np.float64)
        worth, faces = _worth(footage, style, liveliest)
        self._worth = _sums(np.interp(times, footage.times_s, worth))
        self._faces = _sums(np.interp(times, footage.times_s, faces))
        self._sizes = _sums(np.interp(times, footage.times_s, footage.shot_sizes))
        self.bad = _bad(footage, times)
        self._bad = _sums(self.bad)
        self._crop = min(aspect * footage.height / footage.width, 1.0)
        self._eye = self._eye_sums(times)
        self.accents_s, self.strengths = footage.accents_s, footage.accent_strengths
        at_s = np.arange(0, footage.duration_s + 1 / LOOKS_HZ, 1 / LOOKS_HZ)
        ways = (footage.pan_x + footage.heading_x, footage.pan_y + footage.heading_y)
        across, down = (np.interp(at_s, footage.times_s, way).tolist() for way in ways)
        self._ways: list[tuple[float, float]] = list(zip(across, down, strict=True))

    @property
    def clear_s(self) -> float:
        """How many seconds of it are no mistake."""
        return float(np.count_nonzero(self.bad < 1) * STEP_S)

    def worth(self, start_s: Floats, length_s: float) -> Floats:
        """Return the mean worth of stretches that begin at `start_s`."""
        return _mean(self._worth, start_s, length_s)

    def faces(self, start_s: Floats, length_s: float) -> Floats:
        """Return how near and how surely a face is seen, 0 to 1."""
        return _mean(self._faces, start_s, length_s)

    def badness(self, start_s: Floats, length_s: float) -> Floats:
        """Return the share of stretches that is a mistake, 0 to 1."""
        return _mean(self._bad, start_s, length_s)

    def _eye_sums(self, times: Floats) -> Floats:
        """Return sums over time of what a line through the eye's focus is fitted by."""
        footage = self.take.footage
        weights = np.interp(times, footage.times_s, eye_weights(footage))
        x = np.interp(times, footage.times_s, footage.focus_x)
        parts = [weights, weights * times, weights * x, weights * times**2, weights * times * x]
        return np.stack([_sums(part) for part in [*parts, weights * x**2]])

    def cropped(self, start_s: Floats, length_s: float) -> Floats:
        """Return how much of what the eye goes to leaves the crop, 0 to 1, however it pans."""
        if self._crop > _CROP_WIDE or self.take.footage.is_photo:
            return np.zeros(len(start_s))
        weight, t, x, tt, tx, xx = (_mean(sums, start_s, length_s) for sums in self._eye)
        t, x = t / weight, x / weight
        spread = tt / weight - t * t
        slope = (tx / weight - t * x) / (spread + 0.02)
        slope = np.minimum(np.maximum(slope, -PAN_MAX), PAN_MAX)
        left = (xx / weight - x * x) - slope * (2 * (tx / weight - t * x) - slope * spread)
        ratio = np.sqrt(np.maximum(left, 0)) / self._crop
        low, high = _OUTSIDE
        return np.minimum(np.maximum((ratio - low) / (high - low), 0), 1)

    def size(self, start_s: float, length_s: float) -> float:
        """Return the size of the shot, 0 from afar to 1 near."""
        return float(_mean(self._sizes, np.array([start_s]), length_s)[0])

    def way(self, time_s: float) -> tuple[float, float]:
        """Return whither what is seen moves, camera and all: x, y, in longer sides a second."""
        index = min(max(round(time_s * LOOKS_HZ), 0), len(self._ways) - 1)
        return self._ways[index]

    def thumb(self, time_s: float) -> NDArray[np.float32]:
        """Return what the take looks like at a moment: 48 levels of grey."""
        footage = self.take.footage
        index = int(np.clip(np.searchsorted(footage.times_s, time_s), 0, len(footage.times_s) - 1))
        return np.asarray(footage.thumbs[index], np.float32)


def eye_weights(footage: Footage) -> Floats:
    """Return how surely the eye goes to the focus, for each look."""
    return np.asarray(
        0.02 + footage.motion + 0.5 * np.minimum(footage.face_heights / 0.12, 1), np.float64
    )


def materials_of(
    takes: Sequence[Take], style: Style, *, frame_s: float, aspect: float
) -> list[Material]:
    """Return the material of takes, measured by the same rule."""
    motions = [take.footage.motion for take in takes if not take.footage.is_photo]
    liveliest = float(np.percentile(np.concatenate(motions), 90)) if motions else 0.0
    return [
        Material(take, style, liveliest=max(liveliest, 1e-3), frame_s=frame_s, aspect=aspect)
        for take in takes
    ]


def _worth(footage: Footage, style: Style, liveliest: float) -> tuple[Floats, Floats]:
    """Return the worth of each look, and how much of it is a face."""
    lively = np.clip(footage.motion / liveliest, 0, 1)
    steady = 1 - np.clip((footage.shake - _SHAKE_CALM_PX) / (_SHAKE_BAD_PX - _SHAKE_CALM_PX), 0, 1)
    faces = np.clip(footage.face_counts, 0, 1) * np.clip(footage.face_heights / 0.2, 0.25, 1)
    lit = np.interp(footage.light, _LIGHT, (0.0, 1.0, 1.0, 0.3))
    sharp = np.clip(footage.sharpness / 0.6, 0, 1)
    worth = (
        style.faces * faces
        + style.motion * lively
        + style.steadiness * steady
        + style.sharpness * sharp * lit
    )
    return worth, faces


def _bad(footage: Footage, times: Floats) -> Floats:
    bad = np.zeros(len(times))
    if not footage.is_photo:
        edge = min(EDGE_S, footage.duration_s / 8)
        bad[(times < edge) | (times > footage.duration_s - edge)] = _EDGE_BAD
    for mistake in footage.mistakes:
        bad[(times > mistake.start_s) & (times < mistake.end_s)] = 1.0
    return bad


def _sums(curve: Floats) -> Floats:
    return np.concatenate([[0.0], np.cumsum(curve)])


def _mean(sums: Floats, start_s: Floats, length_s: float) -> Floats:
    # Not by `np.clip`, which takes longer than all the rest: this is asked ten thousand times.
    most = len(sums) - 1
    first = np.minimum(np.maximum((start_s / STEP_S).astype(np.int64), 0), most - 1)
    last = np.ceil((start_s + length_s) / STEP_S).astype(np.int64)
    last = np.minimum(np.maximum(last, first + 1), most)
    return np.asarray((sums[last] - sums[first]) / (last - first), np.float64)
