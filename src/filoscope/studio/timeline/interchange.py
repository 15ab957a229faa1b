"""The cut as OpenTimelineIO, which professional editors open, and back.

Shots are clips on a video track, with `LinearTimeWarp` where they run at another speed and
transitions between them; overlays, song and voices have tracks of their own; beats are markers.
What OpenTimelineIO has no word for lies in metadata["filoscope"]. Where an editor has changed what
both say, the change counts. A timeline of another program is read as far as it can be shown:
`filoscope.studio.timeline.foreign`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline.cut import SoundTrack, Timeline
from filoscope.studio.timeline.foreign import (
    Laid,
    clips_of,
    fps_of,
    path_of,
    seconds,
    strips_of,
)
from filoscope.studio.timeline.layers import Overlay, Voice
from filoscope.studio.timeline.plain import built, plain
from filoscope.studio.timeline.shots import Shot, SpeedPoint

NAME = "filoscope"
VERSION = 1
SONG, OWN, OVERLAY, VOICE, SHOTS = "song", "own sound", "overlay", "voice", "shots"

WIDTH, HEIGHT = 1080, 1920
"""Of a timeline that does not say: OpenTimelineIO has no field for the size of a picture."""

_NEAR_S = 1e-6
"""Times that differ by less are the same: rational times are stored as floats."""

_REST = (
    "texts", "captions", "caption_style", "beats_s", "style", "seed", "score", "reasons",
    "width", "height", "fps",
)  # fmt: skip


def to_otio(timeline: Timeline) -> Any:
    """Return a cut as an `opentimelineio.schema.Timeline`."""
    rate = float(timeline.fps)
    made = otio.schema.Timeline(timeline.style or "cut")
    said = plain(timeline)
    made.metadata[NAME] = _word("timeline", {field: said[field] for field in _REST})
    made.tracks.append(_shots_track(timeline, rate))
    for overlay in timeline.overlays:
        made.tracks.append(_laid_track(OVERLAY, otio.schema.TrackKind.Video, overlay, rate))
    if timeline.sound is not None:
        track = otio.schema.Track("Song", kind=otio.schema.TrackKind.Audio)
        track.metadata[NAME] = _word(SONG)
        track.append(_clip(timeline.sound, timeline.sound.start_s, timeline.frame_count, rate))
        made.tracks.append(track)
    if any(shot.gain_db is not None for shot in timeline.shots):
        made.tracks.append(_own_track(timeline, rate))
    for voice in timeline.voices:
        made.tracks.append(_laid_track(VOICE, otio.schema.TrackKind.Audio, voice, rate))
    for beat_s in timeline.beats_s:
        made.tracks.markers.append(_marker(beat_s, rate))
    return made


def from_otio(stored: Any) -> Timeline:
    """Return a cut from an `opentimelineio.schema.Timeline`, ours or that of another program.

    Raises
    ------
    BadTimeline
        Says what of it cannot be shown here, and where it lies.
    """
    if not isinstance(stored, otio.schema.Timeline):
        raise BadTimeline(f"This holds a {type(stored).__name__}. Give a timeline.")
    said = _said(stored)
    fps = fps_of(stored, said.get("fps"))
    shots = _shots(stored, fps)
    rest = {field: said[field] for field in _REST if field in said and field != "fps"}
    rest.setdefault("width", WIDTH)
    rest.setdefault("height", HEIGHT)
    beats_s = sorted(seconds(mark.marked_range.start_time) for mark in _beats(stored))
    rest["beats_s"] = _kept(said.get("beats_s", []), beats_s)
    sound, voices = _sounds(stored, fps, sum(shot.frames for shot in shots))
    return built(
        Timeline,
        {
            **rest,
            "fps": str(fps),
            "sound": plain(sound),
            "shots": plain(shots),
            "overlays": plain(_overlays(stored, fps)),
            "voices": plain(voices),
        },
    )


def to_otio_text(timeline: Timeline) -> str:
    """Return a cut as the text of an .otio file."""
    return str(otio.adapters.write_to_string(to_otio(timeline), "otio_json"))


def from_otio_text(text: str, name: str) -> Timeline:
    """Return a cut from the text of an .otio file.

    Raises
    ------
    BadTimeline
    """
    try:
        stored = otio.adapters.read_from_string(text, "otio_json")
    except (otio.exceptions.OTIOError, ValueError, TypeError) as error:
        raise BadTimeline(f"{name} is no OpenTimelineIO file: {error}") from error
    return from_otio(stored)


def _time(value: float, rate: float) -> Any:
    return otio.opentime.RationalTime(value, rate)


def _range(start_s: float, frames: int, rate: float) -> Any:
    return otio.opentime.TimeRange(_time(start_s * rate, rate), _time(frames, rate))


def _clip(
    part: Shot | SoundTrack | Overlay | Voice, start_s: float, frames: int, rate: float
) -> Any:
    """Return a clip of a part's source; all that the part says lies in its metadata."""
    url = quote(part.source, safe="/")
    clip = otio.schema.Clip(
        part.source.rsplit("/", 1)[-1],
        otio.schema.ExternalReference(f"file://{url}" if url.startswith("/") else url),
        _range(start_s, frames, rate),
    )
    clip.metadata[NAME] = _word("clip", plain(part))
    return clip


def _shots_track(timeline: Timeline, rate: float) -> Any:
    track = otio.schema.Track("Shots", kind=otio.schema.TrackKind.Video)
    track.metadata[NAME] = _word(SHOTS)
    for index, shot in enumerate(timeline.shots):
        joined = shot.transition
        # What a cut begins with has nothing before it: it stays in the clip's metadata.
        if index and joined is not None and joined.frames:
            is_dissolve = joined.kind == "crossfade"
            kinds = otio.schema.TransitionTypes
            track.append(
                otio.schema.Transition(
                    joined.kind,
                    kinds.SMPTE_Dissolve if is_dissolve else kinds.Custom,
                    _time(joined.before, rate),
                    _time(joined.after, rate),
                    {NAME: _word("transition", plain(joined))},
                )
            )
        clip = _clip(shot, shot.start_s, shot.frames, rate)
        if _mean_speed(shot) != 1.0:
            clip.effects.append(otio.schema.LinearTimeWarp("speed", _mean_speed(shot)))
        track.append(clip)
    return track


def _mean_speed(shot: Shot) -> float:
    """Return the speed of a shot; of a ramp, that at which another program shows as much."""
    if not isinstance(shot.speed, tuple):
        return shot.speed
    points = shot.speed
    area = points[0].speed * points[0].frame
    for one, other in pairwise(points):
        area += (other.frame - one.frame) * (one.speed + other.speed) / 2
    area += max(shot.frames - points[-1].frame, 0) * points[-1].speed
    return area / max(shot.frames, points[-1].frame)


def _own_track(timeline: Timeline, rate: float) -> Any:
    track = otio.schema.Track("Own sound", kind=otio.schema.TrackKind.Audio)
    track.metadata[NAME] = _word(OWN)
    for shot in timeline.shots:
        if shot.gain_db is None:
            track.append(otio.schema.Gap(duration=_time(shot.frames, rate)))
        else:
            track.append(_clip(shot, shot.start_s, shot.frames, rate))
    return track


def _laid_track(role: str, kind: Any, part: Overlay | Voice, rate: float) -> Any:
    track = otio.schema.Track(role.capitalize(), kind=kind)
    track.metadata[NAME] = _word(role)
    if part.at:
        track.append(otio.schema.Gap(duration=_time(part.at, rate)))
    track.append(_clip(part, part.start_s, part.frames, rate))
    return track


def _marker(beat_s: float, rate: float) -> Any:
    marked = otio.opentime.TimeRange(_time(beat_s * rate, rate), _time(0, rate))
    return otio.schema.Marker(
        "beat", marked, otio.schema.MarkerColor.CYAN, {NAME: {"role": "beat"}}
    )


def _beats(stored: Any) -> list[Any]:
    return [mark for mark in stored.tracks.markers if _role(mark) == "beat"]


def _said(part: Any) -> dict[str, Any]:
    """Return what we once wrote into the metadata of a part."""
    ours = part.metadata.get(NAME)
    text = ours.get("json") if isinstance(ours, Mapping) else None
    try:
        said = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}  # another program has cut it off: the clip itself stands
    return said if isinstance(said, dict) else {}


def _kept(stored: Any, found: list[float]) -> list[float]:
    """Return times to the last bit where they were stored, unless somebody moved them since."""
    is_same = isinstance(stored, list) and len(stored) == len(found)
    if is_same and all(_is_near(one, other) for one, other in zip(stored, found, strict=True)):
        return list(stored)
    return found


def _is_near(one: Any, other: float) -> bool:
    return isinstance(one, int | float) and abs(one - other) < _NEAR_S


def _word(role: str, said: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return metadata: as a text, since OpenTimelineIO's reader rounds the last bit of numbers."""
    return {"version": VERSION, "role": role, "json": json.dumps(said or {})}


def _role(part: Any) -> str:
    ours = part.metadata.get(NAME)
    return str(ours.get("role", "")) if isinstance(ours, Mapping) else ""


def _shots(stored: Any, fps: Fraction) -> list[Shot]:
    tracks = [track for track in stored.video_tracks() if _role(track) != OVERLAY]
    shots: list[Shot] = []
    for strip in strips_of(tracks, fps):
        said = _said(strip.clip) if strip.clip is not None else {}
        known: dict[str, Any] = {**said, "frames": strip.frames, "source": strip.source}
        if not _is_near(said.get("start_s"), strip.start_s):
            known["start_s"] = strip.start_s
        if not (said and _is_near(_stored_speed(said, strip.frames), strip.speed)):
            known["speed"] = strip.speed
        if shots and strip.transition is not None:
            known["transition"] = plain(strip.transition)
        elif said.get("transition") and shots and said["transition"].get("kind") != "cut":
            known["transition"] = None  # somebody took it away
        shots.append(built(Shot, known))
    return _with_own_sound(stored, shots, fps)


def _stored_speed(said: Mapping[str, Any], frames: int) -> float:
    speed = said.get("speed", 1.0)
    if not isinstance(speed, list):
        return float(speed)
    points = tuple(SpeedPoint(point["frame"], point["speed"]) for point in speed)
    return _mean_speed(Shot("-", 0.0, frames, speed=points))


def _with_own_sound(stored: Any, shots: list[Shot], fps: Fraction) -> list[Shot]:
    """Let the shots of another program sound whose clip lies on a track of sound as well."""
    if any(_role(track) for track in stored.tracks):
        return shots
    heard = {
        (laid.source, laid.at) for track in stored.audio_tracks() for laid in clips_of(track, fps)
    }
    made, at = [], 0
    for shot in shots:
        if (shot.source, at) in heard:
            shot = built(Shot, {**plain(shot), "gain_db": 0.0})
        made.append(shot)
        at += shot.frames
    return made


def _overlays(stored: Any, fps: Fraction) -> list[Overlay]:
    tracks = [track for track in stored.video_tracks() if _role(track) == OVERLAY]
    return [built(Overlay, _laid(laid)) for track in tracks for laid in clips_of(track, fps)]


def _laid(laid: Laid) -> dict[str, Any]:
    said = _said(laid.clip)
    known = {**said, "at": laid.at, "frames": laid.frames, "source": laid.source}
    if not _is_near(said.get("start_s"), laid.start_s):
        known["start_s"] = laid.start_s
    return known


def _sounds(stored: Any, fps: Fraction, frame_count: int) -> tuple[SoundTrack | None, list[Voice]]:
    """Return the song, and what else sounds; in another program's timeline the song comes first."""
    sound: SoundTrack | None = None
    voices: list[Voice] = []
    shown = {path_of(clip) for track in stored.video_tracks() for clip in track.find_clips()}
    for track in stored.audio_tracks():
        role = _role(track)
        for laid in clips_of(track, fps):
            if role == OWN or (not role and laid.source in shown):
                continue
            known = _laid(laid)
            is_song = role == SONG or (not role and laid.at == 0 and laid.frames >= frame_count)
            if is_song and sound is None:
                del known["at"], known["frames"]
                sound = built(SoundTrack, known)
            else:
                foreign = {} if role else {"ducking_db": 0.0}
                voices.append(built(Voice, {**foreign, **known}))
    return sound, voices
