"""Clips that were met by those who met what this viewer met."""

from __future__ import annotations

from numba import njit

from filoscope.recommend.greatest import greatest
from filoscope.recommend.shortlist import Shortlist, take
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

MOST = 320


@njit(cache=True)
def cowatched(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take what pulls most."""
    walk = question.walk
    best = greatest(walk.pull[walk.reached], MOST)
    take(shortlist, walk.reached[best], MOST)
