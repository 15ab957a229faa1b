"""What a source is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.taste import Taste
from filoscope.recommend.walk import Walked


class Question(NamedTuple):
    """One page for one viewer, in codes of the catalogue.

    Attributes
    ----------
    is_known
        False for a stranger, or a feed without profiling: then there is no taste, the walk leads
        nowhere, and nothing is forecast.
    persona
        The number by which forecasts know the viewer.
    following : (makers,) int32, feature codes in rising order
    languages : (languages,) int32, codes in rising order
    likings : (codes,) float64
        All 0; whoever writes the liking of features here clears it again.
    turn
        Differs from viewer to viewer and page to page, never by ids: where to begin in a queue too
        long for one page.
    """

    now_s: float
    is_known: bool
    taste: Taste
    walk: Walked
    persona: int
    following: NDArray[np.int32]
    languages: NDArray[np.int32]
    likings: NDArray[np.float64]
    turn: int
