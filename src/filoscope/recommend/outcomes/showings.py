"""What the ranker sees and says: showings of clips to viewers, outcomes, forecasts.

Everything is a number from 0 up in order of first appearance, -1 where unknown, so that nothing
depends on the values of ids:

    rows = Showings.of(viewer=[0, 0], clip=[3, 8], maker=[1, 1], time_s=[1.79e9, 1.79e9])
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from filoscope.recommend.errors import InvalidEvent

TAGS_MAX = 4  # of a clip that are looked at; more say little and cost a look-up each
CODES_MAX = 2**28  # what fits twice into a key of the table beside the field's number
UNKNOWN = -1


class Outcome(IntEnum):
    """What may come of a showing, in the order of the columns of labels and forecasts."""

    FINISH = 0  # watched long, judged against clips of its length
    SHARE_WATCHED = 1  # of its length, at most 1
    LIKE = 2
    SHARE = 3
    FOLLOW = 4
    LEAVE = 5  # gone within the first seconds
    REJECT = 6  # not interested, hide, report


OUTCOMES = len(Outcome)


@dataclass(frozen=True, slots=True)
class Showings:
    """Showings of clips to viewers, in the order of time.

    Attributes
    ----------
    viewer, clip : (n,) int64
        Codes; must be known.
    maker, sound, tab : (n,) int64
        Codes, -1 where unknown; `tab` is which feed it was shown in.
    tags : (n, TAGS_MAX) int64
        Codes, filled up with -1.
    duration_s, time_s, published_s : (n,) float64
        NaN where unknown.
    """

    viewer: NDArray[np.int64]
    clip: NDArray[np.int64]
    maker: NDArray[np.int64]
    sound: NDArray[np.int64]
    tab: NDArray[np.int64]
    tags: NDArray[np.int64]
    duration_s: NDArray[np.float64]
    time_s: NDArray[np.float64]
    published_s: NDArray[np.float64]

    @classmethod
    def of(cls, *, viewer: ArrayLike, clip: ArrayLike, **known: ArrayLike) -> Self:
        """Build from what is known; a single number stands for all rows.

        Raises
        ------
        InvalidEvent
            For a viewer or clip below 0, a code too large, or columns of unequal length.
        """
        clips = np.atleast_1d(np.asarray(clip, np.int64))
        rows = len(clips)
        columns: dict[str, NDArray[Any]] = {}
        for name in (field.name for field in fields(cls)):
            seconds = name.endswith("_s")
            kind, missing = (np.float64, np.nan) if seconds else (np.int64, UNKNOWN)
            shape = (rows, TAGS_MAX) if name == "tags" else (rows,)
            given = {"viewer": viewer, "clip": clips, **known}.get(name, missing)
            try:
                column = np.broadcast_to(np.asarray(given, kind), shape)
            except ValueError as error:
                raise InvalidEvent(f"showings: {name} does not fit {rows} rows: {error}") from error
            columns[name] = np.array(column, order="C")  # own and writable: one compiled form
        for name in ("viewer", "clip", "maker", "sound", "tab", "tags"):
            column, least = columns[name], 0 if name in ("viewer", "clip") else UNKNOWN
            if column.size and not (least <= column.min() and column.max() < CODES_MAX):
                raise InvalidEvent(f"showings: {name} must be codes from {least} to {CODES_MAX}")
        return cls(**columns)

    def __len__(self) -> int:
        """Return how many."""
        return len(self.clip)

    def __getitem__(self, rows: slice | NDArray[Any]) -> Self:
        """Return some of the rows."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Forecast:
    """Chances of each outcome, `(n, OUTCOMES)` float32, columns as in `Outcome`.

    Attributes
    ----------
    live
        The best guess, with all that was learned up to this moment.
    order
        The same without how much this viewer watches at all. Clips of one moment come in nearly the
        same order by both (doubt pulls high chances down a little). Clips of different moments are
        compared by this one: a viewer's own mean follows their last swipes, so that it is higher
        after what they liked and lower before it, whatever the clips were.
    doubt : (n,) float32
        Variance of the logit of FINISH: how little is known about this viewer and clip.
    """

    live: NDArray[np.float32]
    order: NDArray[np.float32]
    doubt: NDArray[np.float32]
