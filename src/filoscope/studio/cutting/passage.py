"""Which part of the song a cut is made to, and where the cuts in it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.material import STEP_S, Material
from filoscope.studio.cutting.places import Places
from filoscope.studio.errors import BadWish, NothingToCut
from filoscope.studio.listening.song import Song

SHOT_S_MIN = 0.4
"""No shot is shorter: it is a flicker, not a picture."""

LENGTH_S_MIN = 1.0
STEPS = (1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32)
"""Beats that a shot may last: bars and halves and doubles of them, in twos and in threes."""

_OVER_S = 0.04
_TOO_SHORT = 2.5
"""How much a passage loses that is a share shorter than was asked for."""

_FOOTAGE_SHARE, _FREE_S_MIN, _PHOTO_S = 0.5, 8.0, 3.0
"""Without a length: half of what was filmed is shown, and a photo for three seconds."""

_PHOTO_S_MAX = 8.0

_DROP_FROM, _DROP_TO = 0.1, 0.75
"""Where in a passage its drop should be: something before it, and enough after."""

_BARE, _TICK_S = 15.0, 0.1
"""How much a passage loses that shows nothing but mistakes; in steps of so many seconds."""

_STARTS = {"part": 1.0, "drop": 0.5, "phrase": 0.5, "bar": 0.0, "beat": -0.7, "sound": 0.0}
_ENDS = {"part": 0.4, "drop": 0.1, "phrase": 0.3, "bar": 0.0, "beat": -0.7, "sound": 0.0}


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a song.

    Attributes
    ----------
    start_s, end_s : float
    places : Places
        From its start to its end, both among them.
    """

    start_s: float
    end_s: float
    places: Places

    def frames(self, fps: float) -> NDArray[np.int64]:
        """Return the frame of each place, the first being 0."""
        return np.rint((self.places.times_s - self.start_s) * fps).astype(np.int64)


def passage_for(
    song: Song, places: Places, materials: Sequence[Material], *,
    length_s: float | None, start_s: float | None, fps: float,
) -> Passage:  # fmt: skip
    """Return the best passage of a song for some takes.

    Parameters
    ----------
    song : Song
    places : Places
        Of the whole song.
    materials : sequence of Material
    length_s : float or None
        What is asked for; the passage is at most so long, and ends on a bar. None takes what the
        takes allow.
    start_s : float or None
        Begin at the place nearest to this.
    fps : float

    Raises
    ------
    BadWish, NothingToCut
    """
    _check(song, length_s, start_s)
    reach, bare = _Reach(places, materials, 1 / fps), _Bare(song, materials)
    wanted_s = min(length_s or _usual_length(song, materials), _most(song, materials))
    found = [
        (_worth(song, places, materials, bare, first, last, wanted_s), first, last)
        for first in _starts(places, start_s)
        for last in reach.ends(first, wanted_s + _OVER_S)
    ]
    if not found:
        raise NothingToCut(
            "no take covers a whole second of the song between two beats: give longer takes, or "
            "takes that may be shown anywhere"
        )
    _, first, last = max(found, key=lambda one: (one[0], -one[1], one[2]))
    begin_s, end_s = float(places.times_s[first]), float(places.times_s[last])
    return Passage(begin_s, end_s, places.between(begin_s, end_s))


def _check(song: Song, length_s: float | None, start_s: float | None) -> None:
    if length_s is not None and not LENGTH_S_MIN <= length_s <= song.duration_s + 0.5:
        raise BadWish(
            f"a cut of {length_s:g} s cannot be made to a song of {song.duration_s:.1f} s; "
            f"ask for {LENGTH_S_MIN:g} s up to that"
        )
    if start_s is not None and not 0 <= start_s < song.duration_s:
        raise BadWish(f"the song has no {start_s:g} s: it lasts {song.duration_s:.1f} s")


def _usual_length(song: Song, materials: Sequence[Material]) -> float:
    """Return how long a cut gets that nobody said the length of."""
    if any(material.take.offset_s is not None for material in materials):
        return song.duration_s
    filmed = sum(
        _PHOTO_S / _FOOTAGE_SHARE if material.take.footage.is_photo else material.end_s
        for material in materials
    )
    return min(song.duration_s, max(_FREE_S_MIN, _FOOTAGE_SHARE * filmed))


def _most(song: Song, materials: Sequence[Material]) -> float:
    """Return for how long there is something to show that was not shown before."""
    if any(material.take.offset_s is not None for material in materials):
        return song.duration_s
    clear = (
        _PHOTO_S_MAX if material.take.footage.is_photo else material.clear_s
        for material in materials
    )
    return max(sum(clear), LENGTH_S_MIN)


def _starts(places: Places, start_s: float | None) -> list[int]:
    if start_s is not None:
        return [int(np.abs(places.times_s - start_s).argmin())]
    strong = [index for index, kind in enumerate(places.kinds) if kind != "beat"]
    return strong or list(range(len(places.kinds)))


class _Reach:
    """Which places can be reached from which, by shots that some take covers whole."""

    def __init__(self, places: Places, materials: Sequence[Material], frame_s: float) -> None:
        self._places, self._slack_s = places, frame_s
        free = [m for m in materials if m.take.offset_s is None]
        self._free_s = max((m.end_s for m in free), default=0.0)
        self._spans = [
            (m.take.offset_s, m.take.offset_s + m.end_s / m.take.rate)
            for m in materials
            if m.take.offset_s is not None
        ]
        self._next = [self._from(index) for index in range(len(places.times_s))]

    def _from(self, first: int) -> list[int]:
        times = self._places.times_s
        steps = [first + step for step in STEPS if first + step < len(times)]
        return [last for last in steps if self._is_covered(float(times[first]), float(times[last]))]

    def _is_covered(self, start_s: float, end_s: float) -> bool:
        slack = self._slack_s
        if end_s - start_s < SHOT_S_MIN + slack:
            return False
        return end_s - start_s + 2 * slack <= self._free_s or any(
            begin_s + slack <= start_s and end_s + slack <= until_s
            for begin_s, until_s in self._spans
        )

    def ends(self, first: int, longest_s: float) -> list[int]:
        """Return where a passage may end that begins at a place: bars, if there are any."""
        times, kinds = self._places.times_s, self._places.kinds
        reached, ends = {first}, list[int]()
        for index in range(first, len(times)):
            if index not in reached:
                continue
            if times[index] - times[first] > longest_s:
                # Beats may be further apart than what was asked for: then it is one of them.
                return [bar for bar in ends if kinds[bar] != "beat"] or ends or [index]
            ends += [index] if index > first else []
            reached.update(self._next[index])
        return [bar for bar in ends if kinds[bar] != "beat"] or ends


class _Bare:
    """When in a song each take that is there shows a mistake: with takes that fit anywhere, never."""

    def __init__(self, song: Song, materials: Sequence[Material]) -> None:
        count = max(int(song.duration_s / _TICK_S), 1)
        at_s = (np.arange(count) + 0.5) * _TICK_S
        clear = np.zeros(count, bool)
        for material in materials:
            if material.take.offset_s is None:
                clear[:] = True
                break
            step = np.floor((at_s - material.take.offset_s) * material.take.rate / STEP_S)
            inside = (step >= 0) & (step < len(material.bad))
            clear[inside] |= material.bad[step[inside].astype(np.int64)] < 1
        self._sums = np.concatenate([[0.0], np.cumsum(~clear)])

    def share(self, start_s: float, end_s: float) -> float:
        """Return the share of a stretch of the song in which nothing good is to be seen."""
        last = len(self._sums) - 1
        begin, end = (min(max(round(at_s / _TICK_S), 0), last) for at_s in (start_s, end_s))
        return float(self._sums[end] - self._sums[begin]) / max(end - begin, 1)


def _worth(
    song: Song, places: Places, materials: Sequence[Material], bare: _Bare, first: int, last: int,
    wanted_s: float,
) -> float:  # fmt: skip
    start_s, end_s = float(places.times_s[first]), float(places.times_s[last])
    length_s = end_s - start_s
    worth = -_TOO_SHORT * max(wanted_s - length_s, 0) / wanted_s
    worth += _STARTS[places.kinds[first]] + _ENDS[places.kinds[last]]
    worth += float(places.energies[first : last + 1].mean())
    drops = [(drop_s - start_s) / length_s for drop_s in song.drops_s]
    if any(_DROP_FROM <= at <= _DROP_TO for at in drops):
        worth += 1.0
    worth += 0.5 * any(
        section.label in ("chorus", "drop") and start_s - 0.1 <= section.start_s < end_s - 2
        for section in song.sections
    )
    return worth + _company(materials, start_s, end_s) - _BARE * bare.share(start_s, end_s)


def _company(materials: Sequence[Material], start_s: float, end_s: float) -> float:
    """Return how many of the takes that have a place are there to choose from, 0 to 1.5."""
    shares = [
        max(
            min(end_s, m.take.offset_s + m.end_s) - max(start_s, m.take.offset_s), 0.0
        ) / (end_s - start_s)
        for m in materials
        if m.take.offset_s is not None
    ]  # fmt: skip
    if not shares:
        return 0.0
    present = sum(share * (end_s - start_s) >= SHOT_S_MIN for share in shares) / len(shares)
    return present + 0.5 * sum(shares) / len(shares)
