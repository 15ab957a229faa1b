"""What is said of a take: where it lies in the song, how that is known, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

How = Literal["sound", "motion", "hand", "refused"]
Heard = Literal["the song", "another song", "no song", "nothing", ""]


@dataclass(frozen=True, slots=True)
class Placed:
    """A take and its place: song time = offset + take time * speed * (1 + drift / 1e6).

    Attributes
    ----------
    take : str
        The path as it was given.
    offset_s : float or None
        Where in the song the take's beginning lies; negative when it begins before the song does.
        None for a take that was refused.
    drift_ppm : float
        Parts in a million that the song runs faster than the take's clock.
    confidence : float
        0 to 1; from 0.5 on the sound spoke for itself, and one place only.
    how : str
        "sound", "motion", "hand" or "refused".
    reason : str
        In words for a person.
    rival_s : float or None
        Where else the take could lie; a song repeats itself. None when there is no such place.
    speed : float
        How fast the song was played while the take was recorded.
    heard : str
        What sounds in it: "the song"; "another song"; "no song", but talk, wind or too much over it;
        "nothing". Empty where nobody listened: it was placed by hand, or cannot be read.
    """

    take: str
    offset_s: float | None
    drift_ppm: float
    confidence: float
    how: How
    reason: str
    rival_s: float | None = None
    speed: float = 1.0
    heard: Heard = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as a plain dictionary, rounded to a microsecond."""
        return {
            "take": self.take,
            "offset_s": None if self.offset_s is None else round(self.offset_s, 6),
            "drift_ppm": round(self.drift_ppm, 2),
            "confidence": round(self.confidence, 3),
            "how": self.how,
            "reason": self.reason,
            "rival_s": None if self.rival_s is None else round(self.rival_s, 6),
            "speed": self.speed,
            "heard": self.heard,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Placed:
        """Rebuild it from `to_json`."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})
