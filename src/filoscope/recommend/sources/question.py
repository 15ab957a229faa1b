"""What a source is asked, and what it must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.neighbours import Walk
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.taste import Taste


@dataclass(frozen=True, slots=True)
class Question:
    """One page for one viewer, in codes of the catalogue.

    Attributes
    ----------
    taste
        None for a stranger, or a feed without profiling.
    walk
        Where those lead who met the same clips; nowhere for a stranger.
    persona
        The number by which forecasts know the viewer; 0 and not used for a stranger.
    following : (makers,) int32, feature codes in rising order
    languages : (languages,) int32, codes in rising order
    turn
        Differs from viewer to viewer and page to page, never by ids: where to begin in a queue too
        long for one page.
    """

    now_s: float
    taste: Taste | None
    walk: Walk
    persona: int
    following: NDArray[np.int32]
    languages: NDArray[np.int32]
    turn: int


class CandidateSource(Protocol):
    """Takes clips that are worth scoring for a question onto the shortlist."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take at most a few hundred clips; must not look at every clip there is."""
