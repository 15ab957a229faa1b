"""Which subjects the crop should hold, and where it may lie for that.

Every subject adds its weight to a profile along the side on which the crop can move. The profile
remembers for some tenths of a second, and moves with the camera's own motion. The crop belongs where
it holds most of it, and leaves for another place only when that holds clearly more: then by a cut
when the two have little in common, as whip pans are worse, and by a pan when they are close.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from filoscope.enhance.framing.boxes import Subject
from filoscope.enhance.framing.camera import Wish

Floats = NDArray[np.float64]

_BINS = 96
_MEMORY_S = 0.6
_BETTER = 1.35
_BETTER_BY = 0.04
"""Another place must hold so much more, or the crop would go back and forth between equals."""

_FAR = 0.55
"""In crops: places further apart are joined by a cut, nearer ones by a pan."""

_SHOT_S = 1.5
"""Shorter shots look like mistakes."""

_WITH = 0.3
_LOYALTY = 1.5
"""Who was looked at stays the subject against others of the same weight."""

_DEAD = 0.11
"""In crops: so far to either side a subject may stray before the crop follows."""

_COMPANY = 0.4
"""Weight by that of the weightiest from which on a subject in the crop is held whole as well."""

_CENTRE, _CENTRE_WIDTH = 0.1, 0.13
"""Weight of the middle of the picture, where people point cameras, and its standard deviation in
pictures: what weighs less is no reason to leave it."""

_ROUND_FACE = 0.35
"""Of a face's width, to both sides: hair and shoulders."""


@dataclass(frozen=True, slots=True)
class SafeArea:
    """The part of the output that nothing is laid over, in shares of it.

    Attributes
    ----------
    low, high : float
        First and last edge along the side on which the crop moves, 0 and 1 for all of it.
    """

    low: float = 0.0
    high: float = 1.0


class Interest:
    """Decides for one clip.

    Parameters
    ----------
    length, crop : float
        Of the picture and of the crop along the side on which it moves, in pixels.
    safe : SafeArea
    axis : int
        0 when the crop moves sideways, 1 when up and down.
    revise_s : float
        For how long nothing of a shot has been shown yet.
    """

    def __init__(
        self, *, length: float, crop: float, safe: SafeArea, axis: int, revise_s: float
    ) -> None:
        self._length, self._crop, self._axis = length, crop, axis
        self._revise_s = revise_s * 0.9
        places = (np.arange(_BINS) + 0.5) / _BINS - 0.5
        centre = np.exp(-0.5 * np.square(places / _CENTRE_WIDTH))
        self._centre = _CENTRE * centre / centre.sum()
        self._safe_low, self._safe_high = safe.low * crop, safe.high * crop
        self.begin_scene(-np.inf)

    def begin_scene(self, time_s: float) -> None:
        """Forget what was interesting: another scene begins."""
        self._profile: Floats = np.zeros(_BINS)
        self._place: float | None = None
        self._shot_s = time_s
        self._is_new = True
        self._has_subject = False
        self._rival_s: float | None = None
        self._focus: tuple[float, float] | None = None

    def wish(
        self, subjects: tuple[Subject, ...], *, time_s: float, passed_s: float, shift: float
    ) -> Wish:
        """Return where the crop may lie.

        Parameters
        ----------
        subjects : tuple of Subject
            Seen in this frame.
        time_s, passed_s : float
            Now, and since the frame before.
        shift : float
            Of the content by the camera's motion since then, in pixels along the side.
        """
        if not np.isfinite(self._shot_s):
            self._shot_s = time_s
        spans = [self._span(subject) for subject in subjects]
        subjects = self._favoured(subjects, spans, shift)
        self._remember(subjects, spans, passed_s, shift)
        self._watch_rivals(subjects, spans, time_s)
        is_switch = self._choose(time_s, shift)
        is_cut, self._is_new = self._is_new, False
        wish = self._hold(subjects, spans, is_cut)
        if not is_switch:
            return wish
        rival_s, self._rival_s = self._rival_s or time_s, None
        if time_s - self._shot_s < self._revise_s:
            return replace(wish, since_s=self._shot_s)
        self._shot_s = max(rival_s, min(self._shot_s + _SHOT_S, time_s), time_s - self._revise_s)
        return replace(wish, since_s=self._shot_s)

    def hold(self, box_span: tuple[float, float] | None) -> Wish:
        """Return where the crop may lie to hold this one thing; None leaves it where it is."""
        is_cut, self._is_new = self._is_new, False
        if box_span is None:
            return Wish(0.0, self._length - self._crop, is_cut)
        self._place = (box_span[0] + box_span[1]) / 2
        return self._around([box_span], self._place, is_cut)

    def _span(self, subject: Subject) -> tuple[float, float]:
        box = subject.box
        start, size = ((box.x, box.width), (box.y, box.height))[self._axis]
        more = _ROUND_FACE * size if subject.kind == "face" else 0.0
        return max(start - more, 0.0), min(start + size + more, self._length)

    def _favoured(
        self,
        subjects: tuple[Subject, ...],
        spans: list[tuple[float, float]],
        shift: float,
    ) -> tuple[Subject, ...]:
        """Return the subjects, that on which the eye rests already a little weightier."""
        if self._focus is None or not subjects:
            return subjects
        middle = (self._focus[0] + self._focus[1]) / 2 + shift
        reach = (self._focus[1] - self._focus[0]) / 2 + _DEAD * self._crop
        self._focus = (self._focus[0] + shift, self._focus[1] + shift)
        off = [abs((start + end) / 2 - middle) for start, end in spans]
        near = [index for index in range(len(off)) if off[index] < reach]
        if not near:
            return subjects
        chosen = max(near, key=lambda index: subjects[index].weight * (1 - off[index] / reach))
        return tuple(
            replace(subject, weight=subject.weight * _LOYALTY) if index == chosen else subject
            for index, subject in enumerate(subjects)
        )

    def _remember(
        self,
        subjects: tuple[Subject, ...],
        spans: list[tuple[float, float]],
        passed_s: float,
        shift: float,
    ) -> None:
        edges = np.arange(_BINS + 1) * (self._length / _BINS)
        middles = (edges[:-1] + edges[1:]) / 2
        moved = np.interp(middles - shift, middles, self._profile, left=0.0, right=0.0)
        now = np.zeros(_BINS)
        for subject, (start, end) in zip(subjects, spans, strict=True):
            inside = np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None)
            now += subject.weight * inside / max(end - start, 1e-6)
        fresh = 1 - np.exp(-passed_s / _MEMORY_S) if self._place is not None else 1.0
        self._profile = moved + fresh * (now - moved)

    def _watch_rivals(
        self, subjects: tuple[Subject, ...], spans: list[tuple[float, float]], time_s: float
    ) -> None:
        """Note since when the weightiest subject is one that the crop is not about."""
        half = (self._safe_high - self._safe_low) / 2
        place = self._length / 2 if self._place is None else self._place
        weights = {True: _CENTRE, False: 0.0}
        for subject, (start, end) in zip(subjects, spans, strict=True):
            is_here = abs((start + end) / 2 - place) <= half
            weights[is_here] = max(weights[is_here], subject.weight)
        if weights[False] <= weights[True]:
            self._rival_s = None
        elif self._rival_s is None:
            self._rival_s = time_s

    def _choose(self, time_s: float, shift: float) -> bool:
        """Move the place that the crop is about; return whether to another subject."""
        held = np.concatenate([[0.0], np.cumsum(self._profile + self._centre)])
        half = (self._safe_high - self._safe_low) / 2
        places = np.asarray((np.arange(_BINS) + 0.5) * (self._length / _BINS), np.float64)

        def amount(place: Floats) -> Floats:
            at = np.clip((place[:, None] + [-half, half]) / self._length * _BINS, 0, _BINS)
            ends = np.interp(at, np.arange(_BINS + 1), held)
            return np.asarray(ends[:, 1] - ends[:, 0])

        amounts = amount(places)
        best = int(amounts.argmax())
        target = self._balanced(places[best], half)
        shot_s = time_s - self._shot_s
        is_first_subject = not self._has_subject and self._profile.sum() > _CENTRE
        self._has_subject |= is_first_subject
        if self._place is None or (is_first_subject and shot_s < self._revise_s):
            is_late = self._place is not None
            self._place = target
            return is_late
        self._place = float(np.clip(self._place + shift, 0.0, self._length))
        here = float(amount(np.array([self._place]))[0])
        if abs(target - self._place) < _FAR * self._crop:
            self._place = self._balanced(self._place, half)
            return False
        if amounts[best] < _BETTER * here + _BETTER_BY or self._revise_s < shot_s < _SHOT_S:
            return False
        self._place = target
        return True

    def _balanced(self, place: float, half: float) -> float:
        """Return the middle of what is interesting within reach of a place."""
        places = (np.arange(_BINS) + 0.5) * (self._length / _BINS)
        near = (self._profile + self._centre) * (np.abs(places - place) <= half)
        return float((near * places).sum() / near.sum()) if near.sum() > 1e-9 else place

    def _hold(
        self, subjects: tuple[Subject, ...], spans: list[tuple[float, float]], is_cut: bool
    ) -> Wish:
        assert self._place is not None
        half = (self._safe_high - self._safe_low) / 2
        inside = [
            (subject.weight, span)
            for subject, span in zip(subjects, spans, strict=True)
            if abs((span[0] + span[1]) / 2 - self._place) <= half
        ]
        if not inside:
            return self._around([], self._place, is_cut)
        heaviest, self._focus = max(inside)
        # What it is about goes with whom it looks at, ahead of the slower profile.
        self._place += _WITH * ((self._focus[0] + self._focus[1]) / 2 - self._place)
        company = [span for weight, span in inside if weight >= _COMPANY * heaviest]
        if max(end for _, end in company) - min(start for start, _ in company) > 2 * half:
            company = [self._focus]
        return self._around(company, self._place, is_cut)

    def _around(self, spans: list[tuple[float, float]], place: float, is_cut: bool) -> Wish:
        """Return the interval that shows these whole and not too far from the middle."""
        room = self._safe_high - self._safe_low
        dead = _DEAD * self._crop
        low, high = place - dead, place + dead
        if spans:
            start, end = min(span[0] for span in spans), max(span[1] for span in spans)
            middle = (start + end) / 2 if end - start <= room else place
            dead = min(dead, max((room - (end - start)) / 2, dead / 3))
            low, high = middle - dead, middle + dead
        centre = (self._safe_low + self._safe_high) / 2
        return self._wish(low - centre, high - centre, is_cut)

    def _wish(self, low: float, high: float, is_cut: bool) -> Wish:
        slack = self._length - self._crop
        return Wish(float(np.clip(low, 0, slack)), float(np.clip(high, 0, slack)), is_cut)
