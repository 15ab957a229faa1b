"""How one shot of a cut becomes the next: straight, but for the few places where more is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from filoscope.studio.cutting.passage import Passage
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.cutting.places import Kind
from filoscope.studio.cutting.scoring import ON_BEAT_S, Scorer
from filoscope.studio.timeline import Transition

_SECONDS = {"crossfade": 0.5, "whip": 0.3, "zoom": 0.3, "flash": 0.25, "match": 0.3}

_WHICH: dict[Kind, tuple[str, ...]] = {
    "drop": ("drop", "part", "phrase"), "part": ("part", "phrase"), "phrase": ("phrase",),
}  # fmt: skip

_APART_S = 2.5
"""Between transitions: straight cuts between them are what makes them seen."""

_MOTIONS_MAX = 2
"""Whips and matches by what moves, in a cut."""

_SHARE, _LEAST_S = 2.5, 0.15
"""A shot has so many times the frames of a transition; one that would be shorter is none."""

_MATCHED = 0.4
_PANNED, _STANDS = 0.15, 0.05
"""Longer sides a second: a pan that a whip goes on with, and what is no pan against it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A transition and why it is there, in words."""

    transition: Transition
    why: str


@dataclass(frozen=True, slots=True)
class _Offer:
    worth: float
    index: int
    name: str
    is_by_motion: bool
    why: str


def joins_of(pieces: Sequence[Piece], scorer: Scorer, passage: Passage) -> dict[int, Joined]:
    """Return the transitions by the shot they lead into: the strongest places have them first."""
    found: dict[int, Joined] = {}
    most, motions = round(scorer.style.transition_share * len(pieces) + 0.5), 0
    offers = [
        offer
        for index in range(1, len(pieces))
        for offer in _offers(pieces, index, scorer, passage)
    ]
    for offer in sorted(offers, key=lambda one: (-one.worth, one.index)):
        at, frames = pieces[offer.index].frame, _frames(offer, pieces, scorer.fps)
        near = [abs(pieces[other].frame - at) / scorer.fps < _APART_S for other in found]
        if len(found) >= most or any(near) or (offer.is_by_motion and motions >= _MOTIONS_MAX):
            continue
        if frames and _has_room(pieces, offer.index, frames, scorer):
            transition = Transition(offer.name, frames)  # type: ignore[arg-type]
            found[offer.index] = Joined(transition, offer.why)
            motions += offer.is_by_motion
    return found


def _offers(
    pieces: Sequence[Piece], index: int, scorer: Scorer, passage: Passage
) -> Iterator[_Offer]:
    wanted = dict(scorer.style.transitions)
    before, after = pieces[index - 1], pieces[index]
    pans = _pans(before, after, scorer)
    kind = kind_at(after.frame, passage, scorer.fps)
    worth = float(scorer.worths[after.frame])
    for where in _WHICH.get(kind, ()):
        # A whip flies to the right: the picture passes to the left, and no pan may go against it.
        if where in wanted and not (wanted[where] == "whip" and max(pans) > _STANDS):
            yield _Offer(
                1 + worth, index, wanted[where], False, f"through a {_SAID[wanted[where]]}"
            )
            break
    if "pan" in wanted and max(pans) < -_PANNED:
        words = "through a whip, in which both shots' pan goes on"
        yield _Offer(1.2 + min(-max(pans), 1.0), index, wanted["pan"], True, words)
    matching = scorer.matching(before, after)
    if "motion" in wanted and matching > _MATCHED:
        words = f"matched on motion: both go {_direction(after, scorer)}"
        yield _Offer(0.5 + matching, index, wanted["motion"], True, words)


_SAID = {
    "crossfade": "cross-fade", "whip": "whip", "zoom": "zoom", "flash": "flash", "match": "match",
}  # fmt: skip


def _frames(offer: _Offer, pieces: Sequence[Piece], fps: float) -> int:
    """Return how long a transition may be between two shots; 0 for none."""
    shorter = min(pieces[offer.index - 1].frames, pieces[offer.index].frames)
    frames = min(round(_SECONDS[offer.name] * fps), int(shorter / _SHARE))
    return frames if frames >= _LEAST_S * fps else 0


def _pans(before: Piece, after: Piece, scorer: Scorer) -> tuple[float, float]:
    """Return how fast the picture passes to the right before and after a cut, camera and all."""
    return (
        scorer.materials[before.take].way(scorer.out_s(before) - 0.1)[0],
        scorer.materials[after.take].way(after.start_s + 0.1)[0],
    )


def _direction(piece: Piece, scorer: Scorer) -> str:
    x, y = scorer.materials[piece.take].way(piece.start_s + 0.1)
    if abs(x) >= abs(y):
        return "right" if x > 0 else "left"
    return "down" if y > 0 else "up"


def kind_at(frame: int, passage: Passage, fps: float) -> Kind:
    """Return what kind of place a frame is; that of the strongest one within reach."""
    apart = abs(passage.places.times_s - passage.start_s - frame / fps)
    near = [index for index, off in enumerate(apart) if off <= ON_BEAT_S]
    if not near:
        return "sound"
    return passage.places.kinds[max(near, key=lambda index: passage.places.worths[index])]


def _has_room(pieces: Sequence[Piece], index: int, frames: int, scorer: Scorer) -> bool:
    """Whether both takes go on where they are seen together."""
    before, after = pieces[index - 1], pieces[index]
    if before.take == after.take:
        return False
    is_still = scorer.materials[after.take].take.footage.is_photo
    fast = after.ramp.fast if after.ramp else scorer.materials[after.take].take.rate
    has_lead = is_still or after.start_s >= (frames // 2) / scorer.fps * fast
    return has_lead and fits(before, scorer, spare=frames - frames // 2)


def fits(piece: Piece, scorer: Scorer, *, spare: int = 0) -> bool:
    """Whether a piece, and some frames after it, lie within their take."""
    material = scorer.materials[piece.take]
    spare_s = spare / scorer.fps * material.take.rate
    return scorer.out_s(piece) + spare_s <= material.end_s + 1 / scorer.fps + 1e-9
