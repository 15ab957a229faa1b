"""Ramps: a shot that runs fast into a motion accent and slowly through it, so that it lands on the beat.

Only takes without a place in the song are ramped: lips and steps that were filmed to it stay in sync.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.pieces import Piece, Ramp
from filoscope.studio.cutting.scoring import Scorer

_EVERY_S, _RAMPS_MAX = 6.0, 3
"""One in so many seconds, and no more in a cut: an effect that is seen everywhere is none."""

_BEFORE_S, _AFTER_S = 0.4, 0.5
"""Of the shot, around the accent: less is not seen as a change of speed."""

_STRENGTH_LEAST = 0.35
"""Of the accent: what hardly moves is not worth waiting for."""

_WORTH_LEAST = 0.55
"""Of the place: a bar that is struck, a phrase, a part, a drop."""

_ASIDE_S = 1.5
"""Around what the piece shows: the take may begin elsewhere, but what it was chosen for is kept."""

_ACCENTS_TRIED = 6
_FPS_LEAST, _SHAKE_MAX_PX = 23.0, 7.0
"""Between pictures further apart, and where the camera shakes, flow finds nothing to go by."""


def ramped(cut: Sequence[Piece], scorer: Scorer) -> list[Piece]:
    """Return a cut in which those shots are ramped that gain most by it, far from each other."""
    style = scorer.style
    if style.ramp is None:
        return list(cut)
    most = min(_RAMPS_MAX, int(scorer.length_s / _EVERY_S))
    found = sorted(_offers(cut, scorer), key=lambda one: (-one[0], one[1]))
    chosen: dict[int, Piece] = {}
    for gain, index, piece in found:
        if len(chosen) >= most or gain <= 0:
            break
        at_s = _hit_s(piece, scorer.fps)
        others = [_hit_s(other, scorer.fps) for other in chosen.values()]
        is_apart = all(abs(at_s - other_s) >= _EVERY_S for other_s in others)
        if index not in chosen and is_apart and _is_new(piece, index, cut, scorer, chosen):
            chosen[index] = piece
    return [chosen.get(index, piece) for index, piece in enumerate(cut)]


def _hit_s(piece: Piece, fps: float) -> float:
    assert piece.ramp is not None
    return (piece.frame + piece.ramp.hit) / fps


def _offers(cut: Sequence[Piece], scorer: Scorer) -> Iterator[tuple[float, int, Piece]]:
    """Yield ramped pieces, what each gains over the piece as it is, and which that is."""
    assert scorer.style.ramp is not None
    fast, slow = scorer.style.ramp
    for index, piece in enumerate(cut):
        material = scorer.materials[piece.take]
        if not _can_be_ramped(material):
            continue
        is_worth = _gain_of(cut, index, scorer)
        for hit in _hits(piece, scorer):
            for accent_s in _accents(piece, material, scorer):
                ramp = Ramp(hit, fast, slow)
                start_s = accent_s - float(
                    ramp.passed_s(np.array([hit]), piece.frames, scorer.fps)[0]
                )
                other = replace(piece, start_s=round(start_s, 6), ramp=ramp)
                if start_s >= 0 and _is_clean(other, material, scorer):
                    yield is_worth(other), index, other


def _can_be_ramped(material: Material) -> bool:
    footage = material.take.footage
    return material.take.offset_s is None and not footage.is_photo and footage.fps >= _FPS_LEAST


def _gain_of(cut: Sequence[Piece], index: int, scorer: Scorer) -> Callable[[Piece], float]:
    """Return what says by how much the score grows with another piece in this place."""
    before, after = cut[max(index - 1, 0) : index], cut[index + 1 : index + 2]

    def worth(piece: Piece) -> float:
        pieces = [*before, piece, *after]
        cuts = sum(sum(scorer.cut_terms(*pair)) for pair in pairwise(pieces))
        return float(scorer.of_piece(piece).sum()) + cuts

    usual = worth(cut[index])
    return lambda piece: worth(piece) - usual


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


def _is_new(
    piece: Piece, index: int, cut: Sequence[Piece], scorer: Scorer, chosen: dict[int, Piece]
) -> bool:
    """Whether no other piece shows what a ramped one does."""
    out_s = scorer.out_s(piece)
    for place, unramped in enumerate(cut):
        other = chosen.get(place, unramped)
        if place == index or other.take != piece.take:
            continue
        if min(scorer.out_s(other), out_s) - max(other.start_s, piece.start_s) > 0.05:
            return False
    return True
