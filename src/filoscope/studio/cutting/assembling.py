"""From pieces to a timeline: shots, transitions where the style wants them, and words that say why."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from filoscope.studio.cutting.framing import framing_of
from filoscope.studio.cutting.joining import Joined, fits, joins_of, kind_at
from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.passage import Passage
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.cutting.places import Kind
from filoscope.studio.cutting.scoring import OF_PIECE, Scorer
from filoscope.studio.listening.song import Song
from filoscope.studio.timeline import Shot, SoundTrack, Timeline

_FADE_IN_S, _FADE_OUT_S = 0.008, 0.35
"""Song begun in its middle: too short to hear, long enough not to click; and its end, on a downbeat."""

_AT: dict[Kind, str] = {
    "drop": "on the drop", "part": "where a part of the song begins", "phrase": "on a phrase",
    "bar": "on a bar", "beat": "on a beat", "sound": "where the sound rises",
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
            if fits(longer, scorer):
                shots[-1] = longer
                continue
        shots.append(piece)
    return shots


def timeline_of(
    pieces: Sequence[Piece], scorer: Scorer, passage: Passage, song: Song, *,
    song_path: str | os.PathLike[str], frame: Frame, seed: int, why: Sequence[str],
) -> Timeline:  # fmt: skip
    """Return pieces, end to end, as a timeline."""
    style, fps, materials = scorer.style, float(frame.fps), scorer.materials
    joins = joins_of(pieces, scorer, passage)
    shots = []
    for index, piece in enumerate(pieces):
        take = materials[piece.take].take
        shots.append(
            Shot(
                source=_name(take.path),
                start_s=piece.start_s,
                frames=piece.frames,
                speed=piece.ramp.points(piece.frames, fps) if piece.ramp else take.speed,
                drift_ppm=take.drift_ppm,
                framing=framing_of(
                    piece, take.footage, aspect=frame.width / frame.height, fps=fps,
                    span_s=scorer.span_s(piece), is_odd=index % 2 == 1,
                ),
                transition=joins[index].transition if index in joins else None,
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
        reasons=(
            *why, *_unshown_told(pieces, materials), *_told(terms),
            *_cuts_told(pieces, scorer, passage, joins),
        ),
    )  # fmt: skip


def _name(path: str | os.PathLike[str]) -> str:
    return os.fspath(path)


def _unshown_told(pieces: Sequence[Piece], materials: Sequence[Material]) -> list[str]:
    shown = {piece.take for piece in pieces}
    names = [
        Path(material.take.path).name
        for index, material in enumerate(materials)
        if index not in shown
    ]
    return [f"Not shown, for there is no room for more: {', '.join(names)}."] if names else []


def _told(terms: dict[str, float]) -> list[str]:
    told = ", ".join(f"{name} {value:+.2f}" for name, value in terms.items() if abs(value) >= 0.005)
    return [f"The score of each second: {told}."]


def _cuts_told(
    pieces: Sequence[Piece], scorer: Scorer, passage: Passage, joins: Mapping[int, Joined]
) -> list[str]:
    """Return a sentence for each cut, and one for each ramp."""
    told = []
    for index, piece in enumerate(pieces):
        name = Path(scorer.materials[piece.take].take.path).name
        if index > 0:
            at = _AT[kind_at(piece.frame, passage, scorer.fps)]
            why = _reason(pieces[index - 1], piece, scorer)
            joined = f", {joins[index].why}" if index in joins else ""
            told.append(f"{piece.frame / scorer.fps:.2f} s, {at}: to {name}{why}{joined}.")
        if piece.ramp is not None:
            hit = piece.frame + piece.ramp.hit
            at = _AT[kind_at(hit, passage, scorer.fps)]
            told.append(
                f"{hit / scorer.fps:.2f} s: what moves in {name} lands {at}; it runs "
                f"{piece.ramp.fast:g} times as fast up to there, and {piece.ramp.slow:g} times at it."
            )
    return told


def _reason(before: Piece, after: Piece, scorer: Scorer) -> str:
    """Return what speaks for a piece, beside its place in the song."""
    reasons = []
    sizes = [scorer.size(piece) for piece in (before, after)]
    if after.zoom > before.zoom or sizes[1] > sizes[0] + 0.15:
        reasons.append("nearer")
    elif sizes[1] < sizes[0] - 0.15:
        reasons.append("from further away")
    terms = scorer.of_piece(after)
    seconds = after.frames / scorer.fps
    if terms[OF_PIECE.index("accents")] > 0.15 * seconds:
        reasons.append("what moves lands on the beat")
    if terms[OF_PIECE.index("voice")] > 0.1 * seconds:
        reasons.append("a face while somebody sings")
    return f" ({', '.join(reasons)})" if reasons else ""
