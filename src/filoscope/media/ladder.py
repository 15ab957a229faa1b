"""Which sizes of a clip are made, and what was made: pure values and decisions.

>>> [rung.name for rung in plan_ladder(probe_of_a_phone_clip)]
['480p', '720p', '1080p']
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from filoscope.media.facts import Probe

SHORT_EDGES = (480, 720, 1080)
"""480 starts at once on a slow phone, 720 is what a phone shows, 1080 a large one or a desktop."""

FPS_MAX = 60.0
"""No common screen of a phone shows more; a 240 fps recording would cost four times the bits."""

LONG_EDGE_RATIO_MAX = 8 / 3
"""Wider pictures are bounded by their long edge, or a panorama of 20:1 would be a giant."""

SEGMENT_S = 2
"""Key frames stand at every multiple of this, in all rungs at the same pictures."""

CRF = 23
"""x264's own default, seen as clean on a phone; `maxrate` bounds what noise may cost."""

PRESET = "veryfast"
"""Chosen by SSIM per CPU second on real clips: see docs/engines/media.md."""

_MAXRATE_KBPS = {480: 1_800, 720: 3_600, 1080: 6_500}
"""At 30 fps, 16:9. About twice what CRF 23 asks for on ordinary clips, so that only noise and
confetti meet it; a 4 Mbit/s line carries 720p."""

_BITS_PER_PIXEL_MAX = 0.14
"""For a source smaller than 480: the rate of the 480 rung, pixel for pixel."""

# (macroblocks a frame, macroblocks a second) of ITU-T H.264 table A-1.
_LEVELS = (
    ("3.0", 1_620, 40_500), ("3.1", 3_600, 108_000), ("3.2", 5_120, 216_000),
    ("4.0", 8_192, 245_760), ("4.2", 8_704, 522_240), ("5.0", 22_080, 589_824),
    ("5.1", 36_864, 983_040), ("5.2", 36_864, 2_073_600),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rung:
    """One size of the ladder, as planned.

    Attributes
    ----------
    name : str
        "720p": the short edge; also the name of its files.
    width, height : int
        Even, upright, square pixels.
    fps : float
        Upper bound; pictures keep the timestamps they were recorded with.
    crf : int
    maxrate_kbps, bufsize_kbps : int
    level : str
        Of H.264, as in "4.0".
    """

    name: str
    width: int
    height: int
    fps: float
    crf: int
    maxrate_kbps: int
    bufsize_kbps: int
    level: str


def plan_ladder(probe: Probe) -> tuple[Rung, ...]:
    """Plan the rungs, smallest first; never larger than the source.

    A source whose short edge is under 480 gets one rung of its own size, made even.
    """
    short = min(probe.width, probe.height)
    fps = min(probe.fps_nominal or FPS_MAX, FPS_MAX)
    # A few missing lines (1078, 718) are a crop, not a smaller source.
    edges = [edge for edge in SHORT_EDGES if short >= edge * 0.98]
    return tuple(_rung(probe, edge, fps) for edge in edges or [short])


def _rung(probe: Probe, edge: int, fps: float) -> Rung:
    short, long = sorted((probe.width, probe.height))
    long_max = max(edge, SHORT_EDGES[0]) * LONG_EDGE_RATIO_MAX
    scale = min(edge / short, long_max / long, 1.0)
    width, height = _even(probe.width * scale), _even(probe.height * scale)
    kbps = _MAXRATE_KBPS.get(edge) or max(width * height * 30 * _BITS_PER_PIXEL_MAX / 1000, 150)
    # Twice the pictures cost about half as much again: neighbours resemble each other more.
    maxrate = round(kbps * (1.5 if fps > 40 else 1.0))
    return Rung(
        name=f"{edge if edge in _MAXRATE_KBPS else min(width, height)}p",
        width=width,
        height=height,
        fps=fps,
        crf=CRF,
        maxrate_kbps=maxrate,
        bufsize_kbps=maxrate * 2,
        level=_level(width, height, fps),
    )


def _even(length: float) -> int:
    return max(round(length / 2) * 2, 2) if length >= 2 else 2


def _level(width: int, height: int, fps: float) -> str:
    frame = -(-width // 16) * -(-height // 16)
    for level, frame_max, second_max in _LEVELS:
        fits_edges = max(width, height) / 16 <= (8 * frame_max) ** 0.5
        if frame <= frame_max and frame * fps <= second_max and fits_edges:
            return level
    return _LEVELS[-1][0]


@dataclass(frozen=True, slots=True)
class RungFile:
    """One size of the ladder, as made.

    Attributes
    ----------
    name : str
    file, playlist : str
        Names in the folder: "720p.mp4", "720p.m3u8".
    width, height : int
    byte_count : int
    duration_s : float
    fps : float
        Mean over the clip.
    bandwidth_bps, average_bandwidth_bps : int
        Of the heaviest segment, and of all.
    codecs : str
        RFC 6381, as in "avc1.64001f,mp4a.40.2".
    """

    name: str
    file: str
    playlist: str
    width: int
    height: int
    byte_count: int
    duration_s: float
    fps: float
    bandwidth_bps: int
    average_bandwidth_bps: int
    codecs: str


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a clip.

    Attributes
    ----------
    loudness_lufs : float or None
        Integrated, of the source; None for silence.
    true_peak_dbtp : float
        Of the source.
    gain_db : float
        What was applied.
    is_limited : bool
        Peaks were held below the ceiling.
    waveform : tuple of int
        Peaks of equal parts of the clip, 0 to 100.
    """

    loudness_lufs: float | None
    true_peak_dbtp: float
    gain_db: float
    is_limited: bool
    waveform: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stills:
    """The pictures that stand for a clip. Names are those of files in the folder.

    Attributes
    ----------
    poster_webp, poster_jpg : str
    width, height : int
        Of the poster.
    timestamp_s : float
        Of the poster in the clip.
    blurhash : str
    dominant_color : str
        "#rrggbb".
    placeholder : str
        A data: address of a picture of a few pixels, to be shown smoothed until the poster is there.
    """

    poster_webp: str
    poster_jpg: str
    width: int
    height: int
    timestamp_s: float
    blurhash: str
    dominant_color: str
    placeholder: str = ""  # none in what an older program has stored


@dataclass(frozen=True, slots=True)
class Ladder:
    """Everything that was made of a clip.

    Attributes
    ----------
    duration_s : float
    rungs : tuple of RungFile
        Smallest first.
    master : str
        The HLS master playlist.
    stills : Stills
    preview : str
        Animated WebP of the liveliest three seconds.
    storyboard, storyboard_vtt : str
    sound : Sound or None
    cpu_s : float
    memory_bytes : int
        Peak of the child.
    """

    duration_s: float
    rungs: tuple[RungFile, ...]
    master: str
    stills: Stills
    preview: str
    storyboard: str
    storyboard_vtt: str
    sound: Sound | None
    cpu_s: float = 0.0
    memory_bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the ladder as a plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Ladder:
        """Rebuild a ladder from `to_json`."""
        sound = stored["sound"]
        return cls(
            **stored
            | {
                "rungs": tuple(RungFile(**rung) for rung in stored["rungs"]),
                "stills": Stills(**stored["stills"]),
                "sound": sound and Sound(**sound | {"waveform": tuple(sound["waveform"])}),
            }
        )
