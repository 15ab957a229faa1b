"""Takes whose content is known: a patched thing that bounces before a wall, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.media import write_clip
from filoscope.studio.cutting import Take
from filoscope.studio.listening import Section, Song
from filoscope.studio.watching import LOOKS_HZ, Footage, Mistake

FPS = 30
SIZE = (320, 180)
Picture = NDArray[np.uint8]


@cache
def wall(seed: int = 3) -> Picture:
    """Return a painted wall, sharp and still."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(70, 185, (4, 6, 3)).astype(np.float32)
    fine = rng.uniform(-40, 40, (30, 54, 3)).astype(np.float32)
    painted = cv2.resize(coarse, SIZE, interpolation=cv2.INTER_CUBIC)
    painted += cv2.resize(fine, SIZE, interpolation=cv2.INTER_NEAREST)
    return np.clip(painted, 0, 255).astype(np.uint8)


def before_wall(x: float, y: float, *, seed: int = 3) -> Picture:
    """Return the wall with a patched thing at a place, in pixels."""
    picture = wall(seed).copy()
    lots = np.random.default_rng(8).uniform(0, 1, (6, 6))
    tile = np.kron(lots, np.ones((8, 8)))
    left, top = round(x) - 24, round(y) - 24
    picture[top : top + 48, left : left + 48] = (tile * 235 + 10)[..., None].astype(np.uint8)
    return picture


def write_filmed(
    path: Path, seconds: float, picture: Callable[[float], Picture], *, fps: int = FPS
) -> Path:
    """Write a clip without sound."""
    frames = ((step / fps, picture(step / fps)) for step in range(round(seconds * fps)))
    write_clip(path, frames, fps=Fraction(fps), crf=16, preset="ultrafast")
    return path


def seen(
    seconds: float = 12.0,
    *,
    accents: dict[float, float] | None = None,
    mistakes: tuple[Mistake, ...] = (),
    size: float = 0.2,
    face: float = 0.0,
    motion: float = 0.05,
    view: int = 0,
    shape: tuple[int, int] = (1080, 1920),
    is_photo: bool = False,
) -> Footage:
    """Return what was seen of a take that nobody filmed."""
    count = max(int(seconds * LOOKS_HZ), 1)
    plain = np.ones(count)
    lots = np.random.default_rng(view).integers(20, 236, 48).astype(np.uint8)
    marks = accents or {}
    return Footage(
        duration_s=seconds, width=shape[0], height=shape[1], fps=0.0 if is_photo else 30.0,
        is_photo=is_photo, times_s=np.arange(count) / LOOKS_HZ,
        sharpness=0.6 * plain, light=0.5 * plain, motion=motion * plain, pan_x=0 * plain,
        pan_y=0 * plain, heading_x=0 * plain, heading_y=0 * plain,
        shake=0.5 * plain, face_counts=(face > 0) * plain,
        face_heights=face * plain, focus_x=0.5 * plain, focus_y=0.4 * plain,
        shot_sizes=size * plain, thumbs=np.tile(lots, (count, 1)),
        accents_s=np.array(sorted(marks)), accent_strengths=np.array([marks[at] for at in sorted(marks)]),
        scene_cuts_s=np.zeros(0), mistakes=mistakes,
    )  # fmt: skip


def song_of(
    *,
    bpm: float = 120.0,
    bars: int = 24,
    meter: int = 4,
    confidence: float = 0.9,
    drop_bar: int | None = 8,
    first_s: float = 0.5,
) -> Song:
    """Return a song whose parts are eight bars each, the second of them the loudest."""
    beat_s = 60 / bpm
    beats = [first_s + beat_s * step for step in range(bars * meter + 1)]
    downs = beats[::meter]
    duration_s = beats[-1] + 1.0
    starts = [0.0, *downs[8::8]]
    ends = [*starts[1:], duration_s]
    sections = tuple(
        Section(start_s, end_s, "chorus" if place == 1 else "verse", 1.0 if place == 1 else 0.4)
        for place, (start_s, end_s) in enumerate(zip(starts, ends, strict=True))
    )
    ticks = int(duration_s * 10)
    drop = drop_bar is not None and drop_bar < len(downs)
    return Song(
        duration_s=duration_s, tempo_bpm=bpm, confidence=confidence, meter=meter,
        beats_s=tuple(beats), downbeats_s=tuple(downs),
        beat_strengths=tuple(1.0 if place % meter == 0 else 0.5 for place in range(len(beats))),
        sections=sections, drops_s=(downs[drop_bar],) if drop and drop_bar is not None else (),
        loudness_lufs=-12.0, loudness=(-12.0,) * ticks, vocals=(0.5,) * ticks,
        peaks=(0.5,) * (5 * ticks),
    )  # fmt: skip


def free(name: str, footage: Footage) -> Take:
    """Return a take without a place in the song."""
    return Take(name, footage)
