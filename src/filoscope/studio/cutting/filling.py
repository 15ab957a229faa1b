"""No take is left out: what the search did not show gets a place where it costs least."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.passage import SHOT_S_MIN
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.cutting.scoring import Scorer

_WORST = 0.6
"""A take of which more than this share is a mistake, wherever one looks, is not forced into a cut."""

_PACE_SHARE = 0.4
"""Of the length that the song asks for: what is let in should not be a flicker, if that can be."""

_STARTS_TRIED = 12
_PLACES_MAX = 24
"""Beats of one shot between which another take is tried: shots are no longer."""


def with_all_takes(
    pieces: Sequence[Piece], scorer: Scorer, frames: NDArray[np.int64]
) -> list[Piece]:
    """Return a cut that shows every take for which there is room.

    Parameters
    ----------
    pieces : sequence of Piece
    scorer : Scorer
    frames : ndarray
        Where cuts may be, frames of the timeline.
    """
    cut = list(pieces)
    for take in range(len(scorer.materials)):
        if any(piece.take == take for piece in cut):
            continue
        for share in (_PACE_SHARE, 0.0):
            tried = list(_ways_in(take, cut, scorer, frames, pace_share=share))
            if tried:
                cut = max(tried, key=lambda way: way[0])[1]
                break
    return cut


def _ways_in(
    take: int,
    cut: Sequence[Piece],
    scorer: Scorer,
    frames: NDArray[np.int64],
    *,
    pace_share: float,
) -> Iterator[tuple[float, list[Piece]]]:
    """Yield cuts in which a part of one piece is given to a take, and what that gains.

    No other take goes for it.
    """
    for index, piece in enumerate(cut):
        least_s = max(SHOT_S_MIN, pace_share * float(scorer.targets_s[piece.frame]))
        least = int(np.ceil(least_s * scorer.fps - 1e-6))
        is_only = sum(other.take == piece.take for other in cut) == 1
        within = frames[(frames >= piece.frame) & (frames <= piece.end)]
        if len(within) > _PLACES_MAX:
            within = within[:: len(within) // _PLACES_MAX + 1]
        within = np.unique(np.concatenate([within, [piece.frame, piece.end]]))
        for first in within:
            for last in within[within >= first + least]:
                parts = _parts(piece, int(first), int(last), scorer)
                if is_only and not parts[0] and not parts[1]:
                    continue
                if any(part and part.frames < least for part in parts):
                    continue
                new = _best(take, int(first), int(last - first), scorer)
                if new is not None:
                    kept = [part for part in (parts[0], new, parts[1]) if part]
                    gain = sum(_worth(part, scorer) for part in kept) - _worth(piece, scorer)
                    yield gain, [*cut[:index], *kept, *cut[index + 1 :]]


def _worth(piece: Piece, scorer: Scorer) -> float:
    return float(scorer.of_piece(piece).sum() + scorer.style.places * scorer.worths[piece.frame])


def _parts(piece: Piece, first: int, last: int, scorer: Scorer) -> list[Piece | None]:
    """Return what is left of a piece before and after a stretch of it."""
    before = replace(piece, frames=first - piece.frame) if first > piece.frame else None
    after = None
    if last < piece.end:
        rate = scorer.materials[piece.take].take.rate
        passed_s = (last - piece.frame) / scorer.fps * rate
        if scorer.materials[piece.take].take.footage.is_photo:
            passed_s = 0.0
        after = replace(
            piece, start_s=piece.start_s + passed_s, frame=last, frames=piece.end - last
        )
    return [before, after]


def _best(take: int, frame: int, frames: int, scorer: Scorer) -> Piece | None:
    material, length_s = scorer.materials[take], frames / scorer.fps
    if material.take.offset_s is not None:
        start_s = material.take.take_s(scorer.start_s + frame / scorer.fps)
        if start_s < 0 or start_s + length_s * material.take.rate > material.end_s:
            return None
        starts = np.array([start_s])
    elif material.end_s < length_s:
        return None
    else:
        starts = np.linspace(0, material.end_s - length_s, _STARTS_TRIED)
    values = scorer.of_starts(take, starts, frame, frames).sum(axis=0)
    best = int(values.argmax())
    if float(material.badness(starts[best : best + 1], length_s)[0]) > _WORST:
        return None
    return Piece(take, float(starts[best]), frame, frames)
