"""From pieces to a timeline: shots, transitions where the style wants them, and words that say why."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from filoscope.studio.cutting.framing import framing_of
from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.passage import Passage
from filoscope.studio.cutting.places import Kind
from filoscope.studio.cutting.scoring import ON_BEAT_S, Piece, Scorer
from filoscope.studio.listening.song import Song
from filoscope.studio.timeline import Shot, SoundTrack, Timeline, Transition

_TRANSITION_S = {"crossfade": 0.5, "whip": 0.3, "zoom": 0.3, "flash": 0.25}
_FADE_IN_S, _FADE_OUT_S = 0.008, 0.35
"""Song begun in its middle: too short to hear, long enough not to click; and its end, on a downbeat."""

_AT: dict[Kind, str] = {
    "drop": "on the drop", "part": "where a part of the song begins", "phrase": "on a phrase",
    "bar": "on a bar", "beat": "on a beat", "sound": "where the sound rises",
}  # fmt: skip
_WHICH: dict[Kind, tuple[str, ...]] = {
    "drop": ("drop", "part", "phrase"), "part": ("part", "phrase"), "phrase": ("phrase",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """What the picture of a cut is like."""

    width: int
    height: int
    fps: Fraction


def merged(pieces: Sequence[Piece], scorer: Scorer) -> list[Piece]:
    """Return pieces with those made one between which there is no cut to be seen."""
    shots: list[Piece] = []
    for piece in pieces:
        if shots and scorer.is_continued(shots[-1], piece):
            longer = replace(shots[-1], frames=shots[-1].frames + piece.frames)
            if _fits(longer, scorer.materials[piece.take], scorer.fps):
                shots[-1] = longer
                continue
        shots.append(piece)
    return shots


def _fits(piece: Piece, material: Material, fps: float, *, spare: int = 0) -> bool:
    """Whether a piece, and some frames after it, lie within their take."""
    length_s = (piece.frames + spare) / fps * material.take.rate
    return piece.start_s + length_s <= material.end_s + 1 / fps + 1e-9


def timeline_of(
    pieces: Sequence[Piece], scorer: Scorer, passage: Passage, song: Song, *,
    song_path: str | os.PathLike[str], frame: Frame, seed: int, why: Sequence[str],
) -> Timeline:  # fmt: skip
    """Return pieces, end to end, as a timeline."""
    style, fps, materials = scorer.style, float(frame.fps), scorer.materials
    transitions = _transitions(pieces, scorer, passage)
    shots = []
    for index, piece in enumerate(pieces):
        take = materials[piece.take].take
        shots.append(
            Shot(
                source=_name(take.path),
                start_s=piece.start_s,
                frames=piece.frames,
                speed=take.speed,
                drift_ppm=take.drift_ppm,
                framing=framing_of(
                    piece, take.footage, aspect=frame.width / frame.height, fps=fps, rate=take.rate,
                    is_odd=index % 2 == 1,
                ),
                transition=transitions.get(index),
            )
        )  # fmt: skip
    terms = scorer.score(pieces)
    end_s = passage.start_s + scorer.length_s
    return Timeline(
        width=frame.width,
        height=frame.height,
        fps=frame.fps,
        sound=SoundTrack(
            _name(song_path), passage.start_s,
            fade_in_s=_FADE_IN_S if passage.start_s > 0 else 0.0,
            fade_out_s=_FADE_OUT_S if end_s < song.duration_s - 1 else 0.0,
        ),
        shots=tuple(shots),
        beats_s=tuple(
            round(beat_s - passage.start_s, 6)
            for beat_s in song.beats_s
            if passage.start_s - 1e-6 <= beat_s <= end_s
        ),
        style=style.name,
        seed=seed,
        score=round(sum(terms.values()), 4),
        reasons=(*why, *_told(terms), *_cuts_told(pieces, scorer, passage)),
    )  # fmt: skip


def _name(path: str | os.PathLike[str]) -> str:
    return os.fspath(path)


def _transitions(
    pieces: Sequence[Piece], scorer: Scorer, passage: Passage
) -> dict[int, Transition]:
    """Return the transitions by the shot they lead into: the strongest places have them first."""
    style, fps = scorer.style, scorer.fps
    wanted = dict(style.transitions)
    cuts = [
        (scorer.worths[piece.frame], index, kind)
        for index, piece in enumerate(pieces)
        if index > 0
        for kind in _WHICH.get(_kind(piece.frame, passage, fps), ())
        if kind in wanted
    ]
    found: dict[int, Transition] = {}
    for _, index, kind in sorted(cuts, key=lambda one: (-one[0], one[1])):
        if index in found or len(found) >= round(style.transition_share * len(pieces) + 0.5):
            continue
        name = wanted[kind]
        frames = max(round(_TRANSITION_S[name] * fps), 2)
        if _has_room(pieces, index, frames, scorer):
            found[index] = Transition(name, frames)  # type: ignore[arg-type]
    return found


def _has_room(pieces: Sequence[Piece], index: int, frames: int, scorer: Scorer) -> bool:
    """Whether both shots are long enough, and their takes go on where they are seen together."""
    before, after = pieces[index - 1], pieces[index]
    if before.take == after.take or min(before.frames, after.frames) < 3 * frames:
        return False
    is_still = scorer.materials[after.take].take.footage.is_photo
    lead_s = (frames // 2) / scorer.fps * scorer.materials[after.take].take.rate
    has_lead = is_still or after.start_s >= lead_s
    return has_lead and _fits(
        before, scorer.materials[before.take], scorer.fps, spare=frames - frames // 2
    )


def _kind(frame: int, passage: Passage, fps: float) -> Kind:
    """Return what kind of place a frame is; that of the strongest one within reach."""
    apart = abs(passage.places.times_s - passage.start_s - frame / fps)
    near = [index for index, off in enumerate(apart) if off <= ON_BEAT_S]
    if not near:
        return "sound"
    return passage.places.kinds[max(near, key=lambda index: passage.places.worths[index])]


def _told(terms: dict[str, float]) -> list[str]:
    told = ", ".join(f"{name} {value:+.2f}" for name, value in terms.items() if abs(value) >= 0.005)
    return [f"The score of each second: {told}."]


def _cuts_told(pieces: Sequence[Piece], scorer: Scorer, passage: Passage) -> list[str]:
    """Return a sentence for each cut."""
    told = []
    for before, after in pairwise(pieces):
        at = _AT[_kind(after.frame, passage, scorer.fps)]
        why = _reason(before, after, scorer)
        name = Path(scorer.materials[after.take].take.path).name
        told.append(f"{after.frame / scorer.fps:.2f} s, {at}: to {name}{why}.")
    return told


def _reason(before: Piece, after: Piece, scorer: Scorer) -> str:
    """Return what speaks for a piece, beside its place in the song."""
    reasons = []
    sizes = [
        scorer.materials[piece.take].size(piece.start_s, piece.frames / scorer.fps)
        for piece in (before, after)
    ]
    if after.zoom > before.zoom or sizes[1] > sizes[0] + 0.15:
        reasons.append("nearer")
    elif sizes[1] < sizes[0] - 0.15:
        reasons.append("from further away")
    terms = scorer.of_piece(after)
    seconds = after.frames / scorer.fps
    if terms[3] > 0.15 * seconds:
        reasons.append("what moves lands on the beat")
    if terms[2] > 0.1 * seconds:
        reasons.append("a face while somebody sings")
    return f" ({', '.join(reasons)})" if reasons else ""
