"""Between the timeline that a page edits, whose sources are names, and the engine's, which are files.

take:<slug>     a take of the draft
sticker:<name>  one of our own, of `edits.stickers`
sound:<slug>    the draft's sound
place:<number>  in a shared cut: something to be filled
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.conf import settings

from filoscope.server.edits import files, queries, stickers
from filoscope.server.edits.errors import BadEdit
from filoscope.server.edits.models import Draft, Take
from filoscope.server.sounds.queries import audio_path
from filoscope.studio import BadTimeline, Timeline
from filoscope.studio.timeline import Shot

WIDTH, HEIGHT, FPS = 1080, 1920, Fraction(30)  # a phone held upright
FPS_MAX = 60
SPEED_MIN = 0.25  # of a take that is too short for its place: slower looks like a still
PARTS_MAX = 400  # shots, texts or captions of one draft: two a second for three minutes


def take_name(take: Take) -> str:
    """Return how a timeline calls a take."""
    return f"take:{take.slug}"


def sound_name(draft: Draft) -> str:
    """Return how a timeline calls the draft's sound; empty when there is none."""
    return f"sound:{draft.sound.slug}" if draft.sound else ""


def paths_of(draft: Draft) -> dict[str, Path]:
    """Return the files of all names that a draft's timeline may use."""
    paths = stickers.paths() | {take_name(take): source_of(take) for take in draft.takes.all()}
    if draft.sound is not None and draft.sound.ready_at:
        paths[sound_name(draft)] = audio_path(draft.sound)
    return paths


def source_of(take: Take) -> Path:
    """Return the file that a take is rendered from."""
    folder = files.folder_path(take.folder)
    made = {Take.Kind.PHOTO: files.STILL, Take.Kind.VOICE: files.VOICE}
    better = folder / made.get(Take.Kind(take.kind), files.STEADY)
    return better if take.folder and better.is_file() else files.take_path(take.original)


def checked(draft: Draft, stored: Any) -> dict[str, Any]:
    """Return a page's timeline as it is kept; raise `BadEdit` with the field that is wrong."""
    try:
        timeline = Timeline.from_json(stored)
        timeline.with_sources(paths_of(draft))
    except BadTimeline as error:
        raise BadEdit(str(error)) from error
    _refuse_wrong_kinds(draft, timeline)
    _refuse_what_is_too_much(timeline)
    return timeline.to_json()


def _refuse_wrong_kinds(draft: Draft, timeline: Timeline) -> None:
    """Raise `BadEdit` where a voice is to be seen, or a photo to be heard."""
    kinds = {take_name(take): take.kind for take in draft.takes.all()}
    for part, wrong in (("shots", Take.Kind.VOICE), ("voices", Take.Kind.PHOTO)):
        for number, one in enumerate(getattr(timeline, part)):
            if kinds.get(one.source) == wrong:
                raise BadEdit(f"{part}[{number}].source is a {wrong}, which cannot stand there.")


def _refuse_what_is_too_much(timeline: Timeline) -> None:
    if timeline.duration_s > settings.UPLOAD_SECONDS_MAX:
        raise BadEdit(
            f"The cut lasts {timeline.duration_s:.0f} seconds; "
            f"{settings.UPLOAD_SECONDS_MAX} are allowed here. Make it shorter."
        )
    if timeline.width * timeline.height > settings.UPLOAD_PIXELS_MAX or timeline.fps > FPS_MAX:
        raise BadEdit("The picture of this cut is larger or faster than is allowed here.")
    for part in ("shots", "overlays", "texts", "captions", "voices"):
        if len(getattr(timeline, part)) > PARTS_MAX:
            raise BadEdit(f"A cut has up to {PARTS_MAX} {part}.")


def with_files(draft: Draft, stored: Any) -> Timeline:
    """Return a draft's timeline with the files of its names."""
    try:
        return Timeline.from_json(stored).with_sources(paths_of(draft))
    except BadTimeline as error:
        raise BadEdit(str(error)) from error


def with_names(draft: Draft, told: Any) -> dict[str, Any]:
    """Return an engine's timeline with names for its files."""
    names = {str(path): name for name, path in paths_of(draft).items()}
    return Timeline.from_json(told).with_sources(names).to_json()


def pattern_of(stored: Any) -> tuple[dict[str, Any], int]:
    """Return a cut with places for its footage, and how many there are; words are left out."""
    timeline = Timeline.from_json(stored)
    places: dict[str, str] = {}
    for shot in timeline.shots:
        places.setdefault(shot.source, f"place:{len(places)}")
    shots = tuple(
        replace(
            shot,
            source=places[shot.source],
            start_s=0.0,
            drift_ppm=0.0,
            key=None,
            enhance=None,
            gain_db=None,
        )
        for shot in timeline.shots
    )
    sound = timeline.sound and replace(timeline.sound, source="sound")
    bare = replace(
        timeline, shots=shots, sound=sound, overlays=(), texts=(), captions=(), voices=()
    )
    return bare.to_json(), len(places)


def filled(draft: Draft, pattern: Any) -> dict[str, Any]:
    """Return a shared cut with the draft's takes in its places, each where it is in time."""
    timeline = Timeline.from_json(pattern)
    takes = queries.ready_takes(draft)
    if not takes:
        raise BadEdit("Film or add a take first.")
    sound = timeline.sound if draft.sound else None
    if sound is not None:
        sound = replace(sound, source=sound_name(draft))
    begin_s = sound.start_s if sound else 0.0
    shots, at, used = [], 0, dict.fromkeys((take.slug for take in takes), 0.0)
    for shot in timeline.shots:
        length_s = float(shot.frames / timeline.fps)
        preferred = int(shot.source.partition(":")[2]) % len(takes)
        in_turn = [*takes[preferred:], *takes[:preferred]]
        at_s = begin_s + float(at / timeline.fps)
        shots.append(_filled(shot, in_turn, at_s, length_s, used))
        at += shot.frames
    return replace(timeline, shots=tuple(shots), sound=sound).to_json()


def _filled(
    shot: Shot, takes: list[Take], at_s: float, length_s: float, used: dict[str, float]
) -> Shot:
    """Fill one place: by the first take that has this moment of the song, else on from its last.

    A take that is too short for the place begins again; where all are, the longest is slowed down.
    """
    for take in takes:
        offset_s = offset_of(take)
        if offset_s is not None and _fits(take, at_s - offset_s, length_s):
            drift_ppm = float((take.placed or {}).get("drift_ppm") or 0.0)
            return replace(
                shot, source=take_name(take), start_s=at_s - offset_s, speed=1.0,
                drift_ppm=drift_ppm,
            )  # fmt: skip
    onward = [take for take in takes if _fits(take, used[take.slug], length_s)]
    anew = [take for take in takes if _fits(take, 0.0, length_s)]
    take = next(iter(onward or anew), max(takes, key=lambda one: one.duration_s or 0.0))
    start_s = used[take.slug] if onward else 0.0
    used[take.slug] = start_s + length_s
    speed = 1.0 if onward or anew else max((take.duration_s or 0.0) / length_s, SPEED_MIN)
    return replace(shot, source=take_name(take), start_s=start_s, speed=speed)


def _fits(take: Take, start_s: float, length_s: float) -> bool:
    return 0 <= start_s <= (take.duration_s or 0.0) - length_s


def offset_of(take: Take) -> float | None:
    """Return where in the sound a take begins, or None when nobody knows."""
    placed = take.placed or {}
    if placed.get("how") in (None, "refused"):
        return None
    return float(placed["offset_s"])
