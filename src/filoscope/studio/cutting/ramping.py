"""Ramps: a shot that runs fast into a motion accent and slowly through it, so that it lands on the beat.

Only takes without a place in the song are ramped: lips and steps that were filmed to it stay in sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.passage import SHOT_S_MIN
from filoscope.studio.cutting.pieces import Piece, Ramp
from filoscope.studio.cutting.scoring import Scorer

_EVERY_S, _RAMPS_MAX = 6.0, 3
"""One in so many seconds, and no more in a cut: an effect that is seen everywhere is none."""

_BEFORE_S, _AFTER_S = 0.35, 0.4
"""Of the shot, around the accent: less is not seen as a change of speed."""

_STRENGTH_LEAST = 0.35
"""Of the accent: what hardly moves is not worth waiting for."""

_WORTH_LEAST = 0.55
"""Of the place: a bar that is struck, a phrase, a part, a drop."""

_ASIDE_S = 1.5
"""Around what the piece shows: the take may begin elsewhere, but what it was chosen for is kept."""

_ACCENTS_TRIED = 6
_SHARED_S = 0.05
_PACE_SHARE = 0.4
"""Of the length that the song asks for: what a neighbour keeps."""

_FPS_LEAST, _SHAKE_MAX_PX = 23.0, 7.0
"""Between pictures further apart, and where the camera shakes, flow finds nothing to go by."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """A ramped piece in a cut: what it gains, which piece it is, and how its neighbours change."""

    gain: float
    index: int
    piece: Piece
    around: dict[int, Piece]

    def hit_s(self, fps: float) -> float:
        assert self.piece.ramp is not None
        return (self.piece.frame + self.piece.ramp.hit) / fps


def ramped(cut: Sequence[Piece], scorer: Scorer, frames: NDArray[np.int64]) -> list[Piece]:
    """Return a cut in which those shots are ramped that gain most by it, far from each other.

    Strong places are where cuts are; so that a shot can land on one, it may begin some beats before
    it, or end after it: its neighbour is as much shorter.

    Parameters
    ----------
    cut : sequence of Piece
    scorer : Scorer
    frames : ndarray
        Where cuts may be, frames of the timeline.
    """
    most = min(_RAMPS_MAX, int(scorer.length_s / _EVERY_S))
    made, chosen = list(cut), list[_Offer]()
    for offer in sorted(_offers(cut, scorer, frames), key=lambda one: (-one.gain, one.index)):
        if len(chosen) >= most or offer.gain <= 0:
            break
        apart = [abs(offer.hit_s(scorer.fps) - other.hit_s(scorer.fps)) for other in chosen]
        touched = {index for other in chosen for index in other.around}
        if min(apart, default=_EVERY_S) < _EVERY_S or touched & set(offer.around):
            continue
        tried = [offer.around.get(index, piece) for index, piece in enumerate(made)]
        if _is_new(offer, tried, scorer):
            made = tried
            chosen.append(offer)
    return made


def _offers(cut: Sequence[Piece], scorer: Scorer, frames: NDArray[np.int64]) -> Iterator[_Offer]:
    if scorer.style.ramp is None:
        return
    for index, piece in enumerate(cut):
        if not _can_be_ramped(scorer.materials[piece.take]):
            continue
        gain = _gain_of(cut, index, scorer)
        for around in _windows(cut, index, scorer, frames):
            for ramp_piece in _landing(around[index], scorer):
                changed = around | {index: ramp_piece}
                yield _Offer(gain(changed), index, ramp_piece, changed)


def _windows(
    cut: Sequence[Piece], index: int, scorer: Scorer, frames: NDArray[np.int64]
) -> Iterator[dict[int, Piece]]:
    """Yield a piece as it is, and longer by some beats at the cost of a neighbour."""
    piece = cut[index]
    yield {index: piece}
    for place in (int(frame) for frame in frames):
        if index > 0 and cut[index - 1].frame < place < piece.frame:
            before = replace(cut[index - 1], frames=place - cut[index - 1].frame)
            if _is_long(before, scorer):
                longer = replace(piece, frame=place, frames=piece.end - place)
                yield {index - 1: before, index: longer}
        if index + 1 < len(cut) and piece.end < place < cut[index + 1].end:
            after = _begun_later(cut[index + 1], place, scorer)
            if _is_long(after, scorer):
                yield {index: replace(piece, frames=place - piece.frame), index + 1: after}


def _begun_later(piece: Piece, frame: int, scorer: Scorer) -> Piece:
    take = scorer.materials[piece.take].take
    passed_s = 0.0 if take.footage.is_photo else (frame - piece.frame) / scorer.fps * take.rate
    return replace(piece, start_s=piece.start_s + passed_s, frame=frame, frames=piece.end - frame)


def _is_long(piece: Piece, scorer: Scorer) -> bool:
    """Whether what is left of a piece is no flicker beside what the song asks for."""
    least_s = max(SHOT_S_MIN, _PACE_SHARE * float(scorer.targets_s[piece.frame]))
    return piece.frames / scorer.fps >= least_s


def _landing(piece: Piece, scorer: Scorer) -> Iterator[Piece]:
    """Yield the ways in which an accent of its take lands on a strong place within a piece."""
    assert scorer.style.ramp is not None
    material, (fast, slow) = scorer.materials[piece.take], scorer.style.ramp
    for hit in _hits(piece, scorer):
        ramp = Ramp(hit, fast, slow)
        lead_s = float(ramp.passed_s(np.array([hit]), piece.frames, scorer.fps)[0])
        for accent_s in _accents(piece, material, scorer):
            other = replace(piece, start_s=round(accent_s - lead_s, 6), ramp=ramp)
            if other.start_s >= 0 and _is_clean(other, material, scorer):
                yield other


def _can_be_ramped(material: Material) -> bool:
    footage = material.take.footage
    return material.take.offset_s is None and not footage.is_photo and footage.fps >= _FPS_LEAST


def _gain_of(
    cut: Sequence[Piece], index: int, scorer: Scorer
) -> Callable[[dict[int, Piece]], float]:
    """Return what says by how much the score grows when some pieces around one are changed."""
    first, end = max(index - 2, 0), min(index + 3, len(cut))

    def worth(changed: dict[int, Piece]) -> float:
        pieces = [changed.get(place, cut[place]) for place in range(first, end)]
        cuts = sum(sum(scorer.cut_terms(*pair)) for pair in pairwise(pieces))
        return sum(float(scorer.of_piece(piece).sum()) for piece in pieces) + cuts

    usual = worth({})
    return lambda changed: worth(changed) - usual


def _hits(piece: Piece, scorer: Scorer) -> list[int]:
    """Return the frames of a piece at which a strong place of the song lies."""
    first = int(np.ceil(_BEFORE_S * scorer.fps))
    last = piece.frames - int(np.ceil(_AFTER_S * scorer.fps))
    frames = piece.frame + np.arange(first, max(last, first))
    worths = scorer.worths[frames]
    peaks = (worths >= _WORTH_LEAST) & scorer.is_place[frames]
    return [int(frame) - piece.frame for frame in frames[peaks]]


def _accents(piece: Piece, material: Material, scorer: Scorer) -> list[float]:
    times, strengths = material.accents_s, material.strengths
    shake = np.interp(times, material.take.footage.times_s, material.take.footage.shake)
    near = (times > piece.start_s - _ASIDE_S) & (times < scorer.out_s(piece) + _ASIDE_S)
    kept = np.flatnonzero(near & (strengths >= _STRENGTH_LEAST) & (shake <= _SHAKE_MAX_PX))
    best = kept[np.argsort(-strengths[kept], kind="stable")][:_ACCENTS_TRIED]
    return [float(times[index]) for index in best]


def _is_clean(piece: Piece, material: Material, scorer: Scorer) -> bool:
    """Whether what a ramped piece shows is there, and nothing in it a mistake or another scene."""
    out_s = scorer.out_s(piece)
    if out_s > material.end_s:
        return False
    cuts = material.take.footage.scene_cuts_s
    if bool(np.any((cuts > piece.start_s) & (cuts < out_s))):
        return False
    return float(material.badness(np.array([piece.start_s]), out_s - piece.start_s)[0]) == 0


def _is_new(offer: _Offer, cut: Sequence[Piece], scorer: Scorer) -> bool:
    """Whether no other piece shows what a ramped one does."""
    piece, out_s = offer.piece, scorer.out_s(offer.piece)
    return all(
        min(scorer.out_s(other), out_s) - max(other.start_s, piece.start_s) <= _SHARED_S
        for index, other in enumerate(cut)
        if index != offer.index and other.take == piece.take
    )
