"""A sound laid under a clip: from where in it, and how loud the clip's own stays. A pure value.

>>> bed = Bed("song.m4a", start_s=12.5, own_gain_db=-12.0)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bed:
    """What is laid under a clip.

    Attributes
    ----------
    path : str
        A file with sound.
    start_s : float
        Where in it the clip begins. A sound that ends before the clip begins again from its first
        sample.
    own_gain_db : float or None
        What the clip's own sound is changed by beside it; None removes it.
    """

    path: str
    start_s: float
    own_gain_db: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as a plain dictionary."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Bed:
        """Rebuild it from `to_json`."""
        return cls(**stored)
