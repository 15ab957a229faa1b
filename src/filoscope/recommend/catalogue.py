"""The clips that can be recommended, as arrays: one row a clip, in the order they were added.

A row is never moved or reused: a removed clip keeps its row (and what was learned from it) and is
only marked as gone. So a row number is a stable, id-free name inside the engine.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.errors import InvalidEntry
from filoscope.recommend.postings import Postings

TAGS_MAX = 8  # of one clip: more describe nothing, and cost room in every row
FIRST_ROOM = 1024  # rows; doubled whenever they run out
NOTHING = 0  # feature code of "has no such feature"
MAKER, SOUND, TAGS = 0, 1, slice(2, 2 + TAGS_MAX)  # columns of a feature row


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What is known of a clip when it is published.

    Parameters
    ----------
    clip_id, maker_id
        Any 64-bit integers.
    duration_s
        Length in seconds.
    published_s
        Unix seconds.
    sound_id
        The sound it is set to; None for a sound of its own.
    tags
        Hashtags; case is ignored, and only the first `TAGS_MAX` count.
    language
        BCP 47, or "" where there is none to understand.

    Raises
    ------
    InvalidEntry
        For seconds that are negative or no number.
    """

    clip_id: int
    maker_id: int
    duration_s: float
    published_s: float
    sound_id: int | None = None
    tags: tuple[str, ...] = ()
    language: str = ""

    def __post_init__(self) -> None:
        """Refuse what would poison every sum it enters."""
        for name in ("duration_s", "published_s"):
            seconds = getattr(self, name)
            if not (math.isfinite(seconds) and seconds >= 0):
                raise InvalidEntry(f"clip {self.clip_id}: {name} is {seconds}, not seconds from 0")


class Catalogue:
    """Rows of clips, with codes for makers, sounds, tags and languages.

    Attributes
    ----------
    clip_ids, makers : (room,) int64
    duration_s, published_s : (room,) float64
    alive : (room,) bool
    features : (room, 2 + TAGS_MAX) int32, codes; `NOTHING` pads
    languages : (room,) int32, codes; 0 is none
    postings
        The clips that bear each feature code.
    """

    COLUMNS = (
        "clip_ids", "makers", "duration_s", "published_s", "alive", "features", "languages",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = 0
        self.clip_ids = np.zeros(FIRST_ROOM, np.int64)
        self.makers = np.zeros(FIRST_ROOM, np.int64)
        self.duration_s = np.zeros(FIRST_ROOM)
        self.published_s = np.zeros(FIRST_ROOM)
        self.alive = np.zeros(FIRST_ROOM, np.bool_)
        self.features = np.zeros((FIRST_ROOM, TAGS.stop), np.int32)
        self.languages = np.zeros(FIRST_ROOM, np.int32)
        self.feature_names: list[tuple[str, int | str]] = [("nothing", 0)]
        self.language_names: list[str] = [""]
        self.postings = Postings(FIRST_ROOM, TAGS.stop)
        self._row_of: dict[int, int] = {}
        self._code_of: dict[tuple[str, int | str], int] = {}

    def row(self, clip_id: int) -> int | None:
        """Return the row of a clip that is or once was in the catalogue, else None."""
        return self._row_of.get(clip_id)

    def rows(self, clip_ids: Iterable[int]) -> NDArray[np.int32]:
        """Return the rows of those of `clip_ids` that are known, in their order."""
        found = (self._row_of.get(clip_id) for clip_id in clip_ids)
        return np.array([row for row in found if row is not None], np.int32)

    def maker_codes(self, maker_ids: Iterable[int]) -> NDArray[np.int32]:
        """Return the feature codes of those makers who have clips, in rising order."""
        found = (self._code_of.get(("maker", maker_id)) for maker_id in maker_ids)
        return np.array(sorted({code for code in found if code is not None}), np.int32)

    def put(self, entry: CatalogueEntry) -> int:
        """Add a clip, or bring its row up to date, and return the row."""
        row, codes = self._row_of.get(entry.clip_id), self._codes(entry)
        if row is None:
            row = self.size
            if row == len(self.clip_ids):
                self._double()
            self._row_of[entry.clip_id] = row
            self.size += 1
        self.clip_ids[row] = entry.clip_id
        self.makers[row] = entry.maker_id
        self.duration_s[row] = entry.duration_s
        self.published_s[row] = entry.published_s
        self.alive[row] = True
        self.languages[row] = self._language(entry.language)
        if not np.array_equal(self.features[row], codes):
            self.postings.make_room(len(self.clip_ids), len(self.feature_names))
            self.postings.unlink(row, self.features)
            self.features[row] = codes
            self.postings.link(row, self.features)
        return row

    def is_listed(self, row: int, entry: CatalogueEntry) -> bool:
        """Say whether a row is alive and bears what this entry says."""
        return bool(
            self.alive[row]
            and self.languages[row] == self._language(entry.language)
            and np.array_equal(self.features[row], self._codes(entry))
        )

    def remove(self, clip_id: int) -> bool:
        """Take a clip out of every later feed; False if it was not there."""
        row = self._row_of.get(clip_id)
        if row is None or not self.alive[row]:
            return False
        self.alive[row] = False
        return True

    def language_codes(self, languages: Iterable[str]) -> list[int]:
        """Return the codes of those of `languages` that some clip has."""
        known = {name: code for code, name in enumerate(self.language_names)}
        return [known[name] for name in (base_language(tag) for tag in languages) if name in known]

    def _codes(self, entry: CatalogueEntry) -> NDArray[np.int32]:
        codes = np.zeros(TAGS.stop, np.int32)
        codes[MAKER] = self.code_of(("maker", entry.maker_id))
        if entry.sound_id is not None:
            codes[SOUND] = self.code_of(("sound", entry.sound_id))
        tags = dict.fromkeys(tag.casefold() for tag in entry.tags)
        for column, tag in enumerate(list(tags)[:TAGS_MAX], start=TAGS.start):
            codes[column] = self.code_of(("tag", tag))
        return codes

    def code_of(self, feature: tuple[str, int | str]) -> int:
        """Return the code of a maker, sound or tag, given out if it is new."""
        code = self._code_of.get(feature)
        if code is None:
            code = self._code_of[feature] = len(self.feature_names)
            self.feature_names.append(feature)
            self.postings.make_room(0, len(self.feature_names))
        return code

    def _language(self, language: str) -> int:
        name = base_language(language)
        if name not in self.language_names:
            self.language_names.append(name)
        return self.language_names.index(name)

    def _double(self) -> None:
        for name in self.COLUMNS:
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros_like(column)]))

    def state(self) -> tuple[dict[str, NDArray[np.generic]], dict[str, object]]:
        """Return all that a snapshot needs: arrays, and what JSON can hold."""
        arrays = {name: getattr(self, name)[: self.size].copy() for name in self.COLUMNS}
        return arrays, {"features": self.feature_names, "languages": self.language_names}

    def restore(self, arrays: dict[str, NDArray[Any]], names: dict[str, Any]) -> None:
        """Become what `state` described."""
        self.size = len(arrays["clip_ids"])
        room = FIRST_ROOM
        while room < self.size:
            room *= 2
        for name in self.COLUMNS:
            column = arrays[name]
            grown = np.zeros((room, *column.shape[1:]), column.dtype)
            grown[: self.size] = column
            setattr(self, name, grown)
        self.feature_names = [(kind, what) for kind, what in names["features"]]
        self.language_names = [str(name) for name in names["languages"]]
        self._row_of = {int(clip): row for row, clip in enumerate(arrays["clip_ids"].tolist())}
        self._code_of = {
            feature: code for code, feature in enumerate(self.feature_names) if code != NOTHING
        }
        self.postings = Postings(FIRST_ROOM, TAGS.stop)
        self.postings.make_room(room, len(self.feature_names))
        self.postings.link_all(self.features, self.size)


def base_language(tag: str) -> str:
    """Return the language of a BCP 47 tag without region or script: "pt-BR" is "pt"."""
    return tag.partition("-")[0].lower()
