"""Read the tracks of any OpenTimelineIO timeline: as clips end to end, whatever program wrote it.

Stacks and tracks within tracks are flattened, gaps are black, dissolves whose two sides differ are
moved to their middle. What cannot be shown is refused with the name of the clip.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlsplit

import opentimelineio as otio

from filoscope.studio.errors import BadTimeline
from filoscope.studio.timeline.shots import TRANSITIONS, Transition

BLACK = "color:#000000"
"""The source of a gap."""

_RATES = (
    Fraction(24000, 1001),
    Fraction(30000, 1001),
    Fraction(60000, 1001),
    Fraction(120000, 1001),
)
_DEPTH_MAX = 16
"""Stacks within stacks: editors nest three or four."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A clip at its place on a track, in frames of the timeline."""

    clip: Any
    source: str
    at: int
    frames: int
    start_s: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A clip or a gap, and how it comes after the one before it."""

    clip: Any | None
    source: str
    start_s: float
    frames: int
    speed: float = 1.0
    transition: Transition | None = None


def seconds(time: Any) -> float:
    """Return a rational time in seconds."""
    return float(time.value / time.rate)


def fps_of(stored: Any, said: Any) -> Fraction:
    """Return the rate of a timeline: as we wrote it, or that of its first clip."""
    rates = [track_rate for track in stored.video_tracks() for track_rate in _rates_of(track)]
    if not rates:
        raise BadTimeline("The timeline has no clip on a video track. Put one there.")
    if isinstance(said, str):
        try:
            kept = Fraction(said)
        except (ValueError, ZeroDivisionError):
            kept = Fraction(0)
        if abs(float(kept) - rates[0]) < 1e-6:
            return kept
    for known in _RATES:
        if abs(float(known) - rates[0]) < 0.01:
            return known
    return Fraction(rates[0]).limit_denominator(1001)


def _rates_of(track: Any) -> Iterator[float]:
    for clip in track.find_clips():
        yield float(_range_of(clip).duration.rate)


def _range_of(clip: Any) -> Any:
    try:
        return clip.trimmed_range()
    except (otio.exceptions.OTIOError, ValueError) as error:
        raise BadTimeline(
            f"The clip {clip.name} says neither what is used of its file nor how long that is. "
            "Set its source range."
        ) from error


def path_of(clip: Any) -> str:
    """Return the file of a clip.

    Raises
    ------
    BadTimeline
        It has none, or one that cannot be opened here.
    """
    reference = clip.media_reference
    if not isinstance(reference, otio.schema.ExternalReference):
        kind = type(reference).__name__
        raise BadTimeline(
            f"The clip {clip.name} has no file but a {kind}, which cannot be shown here. "
            "Render it to a clip in the program that made it, or relink it."
        )
    url = reference.target_url
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ftp", "s3"):
        raise BadTimeline(f"The clip {clip.name} lies at {url}. Fetch it, and give a file.")
    if parts.scheme != "file":
        return unquote(url)
    path = unquote(parts.path)
    # file:///C:/clip.mp4 is C:/clip.mp4.
    return path[1:] if len(path) > 2 and path[2] == ":" else path


def speed_of(clip: Any) -> float:
    """Return the constant speed of a clip."""
    speed = 1.0
    for effect in clip.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= effect.time_scalar
        elif isinstance(effect, otio.schema.TimeEffect):
            raise BadTimeline(
                f"The clip {clip.name} has a {type(effect).__name__}, which is not known here. "
                "Give it a constant speed."
            )
    if speed <= 0:
        raise BadTimeline(
            f"The clip {clip.name} runs at {speed:g} times its speed: standing still and running "
            "back are not known here. Render it in the program that made it."
        )
    return speed


def start_of(clip: Any) -> float:
    """Return where in its file a clip begins: from the file's start, not by its time code."""
    begin = seconds(_range_of(clip).start_time)
    available = clip.media_reference.available_range
    return max(begin - (seconds(available.start_time) if available else 0.0), 0.0)


def clips_of(track: Any, fps: Fraction) -> Iterator[Laid]:
    """Yield the clips of a track at their places."""
    at_s = 0.0
    for item in _flat(track, 0):
        if isinstance(item, otio.schema.Transition):
            continue
        length_s = seconds(_range_of(item).duration)
        if isinstance(item, otio.schema.Clip):
            at, end = _frame(at_s, fps), _frame(at_s + length_s, fps)
            if end > at:
                yield Laid(item, path_of(item), at, end - at, start_of(item))
        at_s += length_s


def strips_of(tracks: Sequence[Any], fps: Fraction) -> list[Strip]:
    """Return what is seen, end to end.

    Parameters
    ----------
    tracks : sequence
        The lowest first; upper ones hide what is under them.
    fps : Fraction
    """
    items = [item for track in _one(tracks) for item in _flat(track, 0)]
    strips: list[Strip] = []
    joined: Any | None = None
    at_s = 0.0
    for item in items:
        if isinstance(item, otio.schema.Transition):
            joined = item
            continue
        length_s = seconds(_range_of(item).duration)
        frames = _frame(at_s + length_s, fps) - _frame(at_s, fps)
        at_s += length_s
        if frames < 1:
            continue
        strip = _strip(item, frames)
        strips.append(strip)
        if joined is not None and len(strips) > 1:
            _join(strips, joined, fps)
        joined = None
    if not strips:
        raise BadTimeline("The timeline shows nothing. Put a clip on its video track.")
    return strips


def _strip(item: Any, frames: int) -> Strip:
    if isinstance(item, otio.schema.Gap):
        return Strip(None, BLACK, 0.0, frames)
    return Strip(item, path_of(item), start_of(item), frames, speed_of(item))


def _join(strips: list[Strip], joined: Any, fps: Fraction) -> None:
    """Set the transition into the last strip; its middle becomes the cut."""
    before, after = (round(seconds(at) * fps) for at in (joined.in_offset, joined.out_offset))
    total = before + after
    if total < 2:
        return
    kind: Any = joined.name if joined.name in TRANSITIONS[1:] else "crossfade"
    shift = total // 2 - before
    if shift and _may_shift(strips, shift):
        one, other = strips[-2:]
        strips[-2] = replace(one, frames=one.frames + shift)
        start_s = other.start_s + shift * other.speed / float(fps)
        strips[-1] = replace(other, frames=other.frames - shift, start_s=max(start_s, 0.0))
    strips[-1] = replace(strips[-1], transition=Transition(kind, total))


def _may_shift(strips: list[Strip], later: int) -> bool:
    return strips[-2].frames + later >= 1 and strips[-1].frames - later >= 1


def _one(tracks: Sequence[Any]) -> list[Any]:
    """Return one track that shows what many do."""
    shown = [track for track in tracks if track.enabled and len(track)]
    if len(shown) <= 1:
        return shown
    if any(isinstance(item, otio.schema.Transition) for track in shown for item in track):
        raise BadTimeline(
            "The timeline has transitions on one of several video tracks, which cannot be laid "
            "together here. Bring its pictures onto one track."
        )
    return [otio.algorithms.flatten_stack([track.deepcopy() for track in shown])]


def _flat(composition: Any, depth: int) -> Iterator[Any]:
    """Yield clips, gaps and transitions of a track, and of what lies within it."""
    if depth > _DEPTH_MAX:
        raise BadTimeline(f"The timeline nests more than {_DEPTH_MAX} deep. Flatten it.")
    for item in composition:
        if isinstance(item, otio.schema.Stack | otio.schema.Track):
            yield from _inner(item, depth)
        elif isinstance(item, otio.schema.Clip) and not item.enabled:
            yield otio.schema.Gap(duration=_range_of(item).duration)
        else:
            yield item


def _inner(item: Any, depth: int) -> Iterator[Any]:
    tracks = [item] if isinstance(item, otio.schema.Track) else list(item)
    video = [
        track if isinstance(track, otio.schema.Track) else _alone(track)
        for track in tracks
        if getattr(track, "kind", "Video") == otio.schema.TrackKind.Video
    ]
    for track in _one(video):
        flat = otio.schema.Track()
        flat.extend([part.deepcopy() for part in _flat(track, depth + 1)])
        if item.source_range is not None:
            flat = otio.algorithms.track_trimmed_to_range(flat, item.source_range)
        yield from [part.deepcopy() for part in flat]


def _alone(item: Any) -> Any:
    track = otio.schema.Track()
    track.append(item.deepcopy())
    return track


def _frame(at_s: float, fps: Fraction) -> int:
    return round(at_s * fps)
