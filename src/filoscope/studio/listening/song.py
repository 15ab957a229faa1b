"""What was heard in a song: the value that `listen` returns, and its JSON.

>>> Song.from_json(song.to_json()) == song
True
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from filoscope.studio.errors import StudioError

LOUDNESS_HZ = 10
"""Values a second of `Song.loudness` and `Song.vocals`."""

PEAKS_HZ = 50
"""Values a second of `Song.peaks`: a pixel each where a second is drawn 50 wide."""

LABELS = ("intro", "verse", "chorus", "bridge", "break", "drop", "outro", "part")
"""What a section may be called; `part` where nothing tells the parts apart."""


class BadSong(StudioError, ValueError):
    """A song's JSON says something that is not understood; the message names the field."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a song.

    Attributes
    ----------
    start_s, end_s : float
    label : str
        One of `LABELS`, by energy and likeness: a guess for an editor, not musicology.
    energy : float
        0 (the song's quietest) to 1 (its fullest), of how much sounds, low bands first.
    """

    start_s: float
    end_s: float
    label: str
    energy: float


@dataclass(frozen=True, slots=True)
class Song:
    """What was heard.

    Attributes
    ----------
    duration_s : float
    tempo_bpm : float
        Beats a minute, of the median beat; 0 where no beat was found.
    confidence : float
        0 to 1: how far the beats can be trusted. Under 0.3 one should not cut on them.
    meter : int
        Beats a bar; 0 where no beat was found.
    beats_s, downbeats_s : tuple of float
        Each beat, and each first beat of a bar, in seconds from the first sample.
    beat_strengths : tuple of float
        One for each beat, 0 to 1: how hard it is struck.
    sections : tuple of Section
        End to end, from 0 to `duration_s`.
    drops_s : tuple of float
        Where the low end comes back with force after a lull.
    loudness_lufs : float or None
        Integrated loudness (ITU-R BS.1770-4); None for silence.
    loudness : tuple of float
        Momentary loudness (400 ms) in LUFS, ten a second, not under -70.
    vocals : tuple of float
        0 to 1, ten a second: how much it sounds as if somebody sang or spoke.
    peaks : tuple of float
        0 to 1, fifty a second: the waveform to draw.
    """

    duration_s: float
    tempo_bpm: float
    confidence: float
    meter: int
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    beat_strengths: tuple[float, ...]
    sections: tuple[Section, ...]
    drops_s: tuple[float, ...]
    loudness_lufs: float | None
    loudness: tuple[float, ...]
    vocals: tuple[float, ...]
    peaks: tuple[float, ...]

    def to_json(self) -> str:
        """Write it as JSON, with tempo, beats, downbeats and sections first."""
        fields: dict[str, Any] = {
            "tempo_bpm": self.tempo_bpm,
            "beats_s": self.beats_s,
            "downbeats_s": self.downbeats_s,
            "sections": [
                {"start_s": s.start_s, "end_s": s.end_s, "label": s.label, "energy": s.energy}
                for s in self.sections
            ],
        }
        others = (name for name in self.__slots__ if name not in fields)
        return json.dumps(fields | {name: getattr(self, name) for name in others})

    @classmethod
    def from_json(cls, text: str) -> Song:
        """Read what `to_json` wrote.

        Raises
        ------
        BadSong
            It is no JSON, a field is missing or unknown, or holds what it cannot hold.
        """
        try:
            fields = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadSong(f"A song's analysis must be JSON: {error}.") from error
        if not isinstance(fields, Mapping):
            raise BadSong("A song's analysis must be an object of named fields.")
        _same_names(fields, cls.__slots__, "song")
        sections = fields["sections"]
        if not isinstance(sections, list):
            raise BadSong("sections: must be a list.")
        lufs = fields["loudness_lufs"]
        return cls(
            duration_s=_number(fields, "duration_s"),
            tempo_bpm=_number(fields, "tempo_bpm"),
            confidence=_number(fields, "confidence"),
            meter=int(_number(fields, "meter")),
            beats_s=_numbers(fields, "beats_s"),
            downbeats_s=_numbers(fields, "downbeats_s"),
            beat_strengths=_numbers(fields, "beat_strengths"),
            sections=tuple(_section(item, place) for place, item in enumerate(sections)),
            drops_s=_numbers(fields, "drops_s"),
            loudness_lufs=None if lufs is None else _number(fields, "loudness_lufs"),
            loudness=_numbers(fields, "loudness"),
            vocals=_numbers(fields, "vocals"),
            peaks=_numbers(fields, "peaks"),
        )


def _same_names(fields: Mapping[str, Any], names: object, what: str) -> None:
    expected = set(names) if isinstance(names, (tuple, list)) else set()
    if missing := sorted(expected - set(fields)):
        raise BadSong(f"{missing[0]}: missing in the {what}.")
    if unknown := sorted(set(fields) - expected):
        raise BadSong(f"{unknown[0]}: not a field of a {what}.")


def _number(fields: Mapping[str, Any], name: str, where: str = "") -> float:
    value = fields[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise BadSong(f"{where}{name}: must be a number, is {value!r:.40}.")
    return float(value)


def _numbers(fields: Mapping[str, Any], name: str) -> tuple[float, ...]:
    values = fields[name]
    if not isinstance(values, list):
        raise BadSong(f"{name}: must be a list of numbers.")
    return tuple(_number({name: value}, name) for value in values)


def _section(item: object, place: int) -> Section:
    where = f"sections[{place}]."
    if not isinstance(item, Mapping):
        raise BadSong(f"sections[{place}]: must be an object.")
    _same_names(item, Section.__slots__, f"section ({where[:-1]})")
    if not isinstance(item["label"], str):
        raise BadSong(f"{where}label: must be text.")
    return Section(
        start_s=_number(item, "start_s", where),
        end_s=_number(item, "end_s", where),
        label=item["label"],
        energy=_number(item, "energy", where),
    )
