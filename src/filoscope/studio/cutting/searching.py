"""The best cut that a beam finds: beat by beat, over all takes and all lengths of a shot.

A state is a cut up to a beat. From each of the best states at a beat every piece is tried that begins
there: each take that has its place in the song at its own place, of each that has none a few starts
that are good or put an accent on a strong beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.passage import SHOT_S_MIN, STEPS, Passage
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.cutting.scoring import Scorer

Floats = NDArray[np.float64]
Bank = dict[tuple[int, int, int], tuple[Floats, Floats]]
"""Starts and what they are worth, by take, first and last place."""

BEAM = 16
"""States kept at each beat: twice as many find cuts whose score is less than a hundredth better."""

_STARTS_ALL, _STARTS_MIN = 24, 2
"""Starts of takes without a place that are tried for a piece, of all takes together and of each."""

_OFFERS_MAX = 24
_OCTAVES_MAX = 1.6
"""By which a shot may be longer or shorter than the song asks for, where others can be had."""

_GRID_S, _GRID_MAX = 0.25, 400
_ACCENTS_TRIED, _BEATS_TRIED = 10, 3
_MASK_S = 0.1
_ZOOM = 1.3
"""A closer look at a take that is nearly alone: enough to be seen as a cut."""

_ZOOM_TAKES_MAX = 2
_ZOOM_COST = 0.1
_NOISE = 0.12
"""Of a second's worth, by which a seed sways the choice: enough to break ties, too little to see."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A piece that may be shown, and what it is worth by itself."""

    piece: Piece
    worth: float
    size: float
    mask: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    before: _State | None
    offer: _Offer | None
    shown: tuple[float, ...]
    masks: tuple[int, ...]


class Search:
    """Looks for the best cut of a passage.

    Parameters
    ----------
    scorer : Scorer
    passage : Passage
    seed : int
    avoided : sequence of sequence of Piece
        Cuts that this one is to differ from.
    avoidance : float
        Lost for each second that is as in one of them.
    bank : dict, optional
        What pieces are worth by themselves, kept from one search of this passage to the next.
    is_thorough : bool
        Try every length of a shot, also those far from what the song asks for.
    """

    def __init__(
        self, scorer: Scorer, passage: Passage, *, seed: int,
        avoided: Sequence[Sequence[Piece]] = (), avoidance: float = 0.0,
        bank: Bank | None = None, is_thorough: bool = False,
    ) -> None:  # fmt: skip
        self._scorer, self._fps = scorer, scorer.fps
        self._start_s, self._times = passage.start_s, passage.places.times_s
        self._frames = passage.frames(scorer.fps)
        self._worths = passage.places.worths
        self._materials = scorer.materials
        count = len(self._materials)
        rng = np.random.default_rng(seed)
        self._noise = rng.normal(0, _NOISE, (len(self._frames), count))
        free = sum(material.take.offset_s is None for material in self._materials)
        self._starts_each = max(_STARTS_ALL // max(free, 1), _STARTS_MIN)
        self._zooms = (1.0, _ZOOM) if count <= _ZOOM_TAKES_MAX else (1.0,)
        self._avoided, self._avoidance = avoided, avoidance
        self._bank: Bank = {} if bank is None else bank
        self._is_thorough = is_thorough
        self._offers: dict[tuple[int, int], list[_Offer]] = {}

    def best(self) -> list[Piece]:
        """Return the pieces of the best cut found; none where the takes leave a gap."""
        count = len(self._materials)
        states: list[list[_State]] = [[] for _ in self._frames]
        states[0] = [_State(0.0, None, None, (0.0,) * count, (0,) * count)]
        for first in range(len(self._frames) - 1):
            kept = _kept(states[first], count)
            states[first] = []
            for last in self._lasts(first):
                states[last] += self._grown(kept, first, last)
        ends = states[-1]
        return _pieces(max(ends, key=lambda state: state.score)) if ends else []

    def _lasts(self, first: int) -> list[int]:
        """Return at which places a shot may end that begins at one."""
        frames, lasts = self._frames, list[int]()
        for step in STEPS:
            last = first + step
            if last >= len(frames):
                break
            seconds = (frames[last] - frames[first]) / self._fps
            left = (frames[-1] - frames[last]) / self._fps
            if seconds < SHOT_S_MIN or 0 < left < SHOT_S_MIN:
                continue
            if seconds > self._scorer.style.longest_s and lasts:
                break
            octaves = abs(np.log2(seconds / self._scorer.targets_s[frames[first]]))
            is_far = octaves > _OCTAVES_MAX and not self._is_thorough
            if is_far and left > 0 and seconds < self._scorer.style.longest_s:
                continue
            lasts.append(last)
        return lasts

    def _grown(self, states: Sequence[_State], first: int, last: int) -> list[_State]:
        found = [
            (state.score + offer.worth + self._joined(state, offer), index, order, state, offer)
            for index, state in enumerate(states)
            for order, offer in enumerate(self._offered(first, last))
        ]
        best = nlargest(BEAM, found, key=lambda one: (one[0], -one[1], -one[2]))
        return [_after(state, offer, score) for score, _, _, state, offer in best]

    def _joined(self, state: _State, offer: _Offer) -> float:
        """Return what an offer is worth after what came before it."""
        piece, take, scorer = offer.piece, offer.piece.take, self._scorer
        shown_s = state.shown[take]
        worth = scorer.fairness(shown_s, offer.seconds)
        if offer.mask:
            overlap = (state.masks[take] & offer.mask).bit_count() * _MASK_S
            if overlap > 0:
                worth += scorer.repeated(take, overlap)
        before = state.offer
        if before is not None:
            worth += scorer.of_cut(before.piece, piece, (before.size, offer.size))
            earlier = state.before.offer if state.before else None
            if earlier is not None:
                worth += scorer.returning(earlier.piece, piece)
        return worth

    def _offered(self, first: int, last: int) -> list[_Offer]:
        key = (first, last)
        if key not in self._offers:
            of_takes = [self._offers_of(take, first, last) for take in range(len(self._materials))]
            # The best of each take, and as many more as there is time for.
            rest = sorted((one for of in of_takes for one in of[1:]), key=lambda one: -one.worth)
            best = [of[0] for of in of_takes if of]
            self._offers[key] = best + rest[: max(_OFFERS_MAX - len(best), 0)]
        return self._offers[key]

    def _offers_of(self, take: int, first: int, last: int) -> list[_Offer]:
        frame, frames = int(self._frames[first]), int(self._frames[last] - self._frames[first])
        material = self._materials[take]
        length_s = frames / self._fps
        key = (take, first, last)
        if key not in self._bank:
            starts = self._starts(take, first, last, length_s)
            terms = self._scorer.of_starts(take, starts, frame, frames) if len(starts) else starts
            self._bank[key] = starts, terms.sum(axis=0) if len(starts) else starts
        starts = self._bank[key][0]
        if not len(starts):
            return []
        values = self._bank[key][1] + length_s * self._noise[first, take]
        if self._avoided:
            values -= self._avoidance * self._alike_s(take, starts, frame, frames)
        chosen = _apart(starts, values, 0.5 * length_s, self._starts_each)
        return [
            self._offer(Piece(take, float(starts[index]), frame, frames, zoom), values[index])
            for index in chosen
            for zoom in ((1.0,) if material.take.footage.is_photo else self._zooms)
        ]

    def _offer(self, piece: Piece, worth: float) -> _Offer:
        material, length_s = self._materials[piece.take], piece.frames / self._fps
        size = material.size(piece.start_s, length_s)
        mask = 0
        if material.take.footage.is_photo:
            mask = 1
        elif material.take.offset_s is None:
            bits = max(round(length_s / _MASK_S), 1)
            mask = ((1 << bits) - 1) << round(piece.start_s / _MASK_S)
        if piece.zoom > 1:
            worth -= _ZOOM_COST * length_s
            size = min(size + 0.25, 1.0)
        return _Offer(piece, float(worth), size, mask, length_s)

    def _starts(self, take: int, first: int, last: int, length_s: float) -> Floats:
        """Return where in a take a piece might begin; one start where the take has its place."""
        material = self._materials[take]
        if material.take.offset_s is not None:
            start_s = material.take.take_s(self._start_s + self._frames[first] / self._fps)
            is_there = 0 <= start_s <= material.end_s - length_s * material.take.rate
            return np.array([start_s]) if is_there else np.zeros(0)
        room_s = material.end_s - length_s
        if room_s < 0:
            return np.zeros(0)
        if material.take.footage.is_photo:
            return np.zeros(1)
        step_s = max(_GRID_S, room_s / _GRID_MAX)
        starts = [np.arange(0, room_s + 1e-9, step_s)]
        plain = np.argsort(-material.strengths, kind="stable")[:_ACCENTS_TRIED]
        # A piece shows an accent where a strong place is; its first frame is a place itself.
        inside = np.arange(first, last)
        strong = inside[np.argsort(-self._worths[inside], kind="stable")[:_BEATS_TRIED]]
        for place in strong:
            lead_s = (self._frames[place] - self._frames[first]) / self._fps
            starts.append(material.accents_s[plain] - lead_s)
        tried = np.concatenate(starts)
        return np.unique(tried[(tried >= 0) & (tried <= room_s)])

    def _alike_s(self, take: int, starts: Floats, frame: int, frames: int) -> Floats:
        """Return for how many seconds pieces are as in a cut that is to be avoided."""
        seconds = np.zeros(len(starts))
        is_free = self._materials[take].take.offset_s is None
        for pieces in self._avoided:
            for piece in pieces:
                if piece.take != take:
                    continue
                if is_free:  # The same moment is the same wherever it is shown.
                    begin = np.maximum(starts, piece.start_s)
                    end = np.minimum(starts + frames / self._fps,
                                     piece.start_s + piece.frames / self._fps)  # fmt: skip
                    seconds += np.maximum(end - begin, 0)
                else:
                    shared = min(frame + frames, piece.end) - max(frame, piece.frame)
                    seconds += max(shared, 0) / self._fps
        return seconds


def _kept(states: list[_State], takes: int) -> list[_State]:
    """Return the best states, not all of which end with the same take."""
    kept: list[_State] = []
    counts: dict[int, int] = {}
    most = max(BEAM // takes, 4) if takes > 1 else BEAM
    for state in sorted(states, key=lambda one: -one.score):
        take = state.offer.piece.take if state.offer else -1
        if counts.get(take, 0) < most:
            counts[take] = counts.get(take, 0) + 1
            kept.append(state)
        if len(kept) == BEAM:
            break
    return kept


def _after(state: _State, offer: _Offer, score: float) -> _State:
    take = offer.piece.take
    shown, masks = list(state.shown), list(state.masks)
    shown[take] += offer.seconds
    masks[take] |= offer.mask
    return _State(score, state, offer, tuple(shown), tuple(masks))


def _pieces(state: _State) -> list[Piece]:
    pieces: list[Piece] = []
    at: _State | None = state
    while at is not None and at.offer is not None:
        pieces.append(at.offer.piece)
        at = at.before
    return pieces[::-1]


def _apart(starts: Floats, values: Floats, apart_s: float, most: int) -> list[int]:
    """Return the best starts, those too near to a better one left out."""
    chosen: list[int] = []
    for index in np.argsort(-values, kind="stable"):
        if all(abs(starts[index] - starts[other]) >= apart_s for other in chosen):
            chosen.append(int(index))
        if len(chosen) == most:
            break
    return chosen
