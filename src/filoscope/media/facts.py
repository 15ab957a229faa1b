"""What a file really is, measured by reading all its packets and decoding its first pictures.

>>> probe("clip.mov").duration_s
12.48
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from filoscope.media.limits import Limits
from filoscope.media.sandbox import run_in_child

PROBE_CPU_S_MAX = 120.0
"""Reading the packets of 2 GiB and decoding a dozen frames takes seconds; a minute is an attack."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The facts of a video file, as measured.

    Attributes
    ----------
    container : str
        "mov", "matroska", "avi", "gif" or "mpegts".
    byte_count : int
    duration_s : float
        From the first picture or sound to the end of the last; not what the header claims.
    first_timestamp_s : float
        Timestamp of that beginning in the file.
    width, height : int
        As shown: after rotation, with square pixels.
    coded_width, coded_height : int
        As stored.
    rotation_deg : int
        Clockwise turn for display: 0, 90, 180 or 270.
    is_mirrored : bool
        Flipped left to right before that turn.
    fps_nominal : float
        The constant rate, or of a variable rate the commonest.
    is_variable_rate : bool
    is_disordered : bool
        The timestamps of the pictures do not rise: they are sorted before use.
    frame_count : int
        Packets of the picture that are shown.
    video_codec, pixel_format : str
    bit_depth : int
    color_transfer, color_primaries, color_matrix : str
        In FFmpeg's words ("bt709", "smpte2084", "arib-std-b67"); "unknown" when unsaid.
    is_full_range, is_hdr, is_interlaced, has_alpha : bool
    audio_codec : str or None
        None when there is no sound that can be decoded; so are the next two.
    audio_channels, audio_rate_hz : int or None
    """

    container: str
    byte_count: int
    duration_s: float
    first_timestamp_s: float
    width: int
    height: int
    coded_width: int
    coded_height: int
    rotation_deg: int
    is_mirrored: bool
    fps_nominal: float
    is_variable_rate: bool
    is_disordered: bool
    frame_count: int
    video_codec: str
    pixel_format: str
    bit_depth: int
    color_transfer: str
    color_primaries: str
    color_matrix: str
    is_full_range: bool
    is_hdr: bool
    is_interlaced: bool
    has_alpha: bool
    audio_codec: str | None
    audio_channels: int | None
    audio_rate_hz: int | None

    def to_json(self) -> dict[str, Any]:
        """Return the facts as a plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Probe:
        """Rebuild a probe from `to_json`; keys that are not known are passed over."""
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in stored.items() if key in known})


def probe(
    path: str | os.PathLike[str],
    *,
    limits: Limits | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Probe:
    """Measure a file in a child process.

    Parameters
    ----------
    path : path
        The file; its name is not looked at.
    limits : Limits, optional
    cancel : callable, optional
        Asked several times a second; True kills the child and raises `Cancelled`.

    Raises
    ------
    MediaError
        With a sentence for the uploader; see `filoscope.media.errors`.
    """
    answer = run_in_child(
        "probe",
        {"path": os.fspath(path)},
        limits=limits or Limits(),
        cpu_s_max=PROBE_CPU_S_MAX,
        cancel=cancel,
    )
    return Probe.from_json(answer.result)
