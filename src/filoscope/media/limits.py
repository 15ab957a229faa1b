"""What a stranger's file may cost. Each number carries its reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one file, held by the child process and by its watcher.

    Attributes
    ----------
    duration_s_max : float
        Ten minutes, as TikTok's camera allows: a short-video network.
    pixels_max : int
        Of one frame. 4096 x 2304, the largest that "4K" means; 8K needs gigabytes to decode.
    bytes_max : int
        Of the uploaded file. 2 GiB: ten minutes of a phone's 4K at 25 Mbit/s.
    memory_bytes_max : int
        Of the child. 4K HEVC in 10 bit holds about 20 frames of 28 MB, the encoders 400 MB more.
    cpu_s_max : float
        Of the child. Ten minutes of 4K cost about 40 minutes of one core; twice that.
    output_bytes_max : int
        Of any one file written. A rung of ten minutes at 10 Mbit/s is 750 MB.
    wall_s_max : float
        From start to end. Three hours: the CPU limit on a machine that is busy with others.
    stall_s_max : float
        Without a word from the child, which beats every second: hung, or the machine sleeps.
    """

    duration_s_max: float = 600.0
    pixels_max: int = 4096 * 2304
    bytes_max: int = 2 * GIB
    memory_bytes_max: int = 2 * GIB
    cpu_s_max: float = 4800.0
    output_bytes_max: int = 1 * GIB
    wall_s_max: float = 10800.0
    stall_s_max: float = 300.0

    def to_json(self) -> dict[str, Any]:
        """Return the limits as a plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Limits:
        """Rebuild the limits from `to_json`."""
        return cls(**stored)


FRAMES_MAX = 600 * 240
"""Packets of one stream: ten minutes of the fastest phones' slow motion (240 a second)."""

STREAMS_MAX = 64
"""Streams of one file. Cameras write up to eight (GoPro: five); thousands are an attack."""
