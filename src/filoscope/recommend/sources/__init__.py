"""Where candidates come from.

Each source takes what is worth scoring for a question onto the shortlist: a few hundred clips at most
for one page, without looking at every clip there is.
"""

from __future__ import annotations

from numba import njit

from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.affinity import affinity
from filoscope.recommend.sources.cowatch import cowatched
from filoscope.recommend.sources.following import following
from filoscope.recommend.sources.fresh import fresh, newest
from filoscope.recommend.sources.question import Question
from filoscope.recommend.sources.trending import trending, trending_in_language
from filoscope.recommend.stock import Stock

__all__ = ["Question", "gather"]


@njit(cache=True)
def gather(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Let every source take."""
    fresh(question, stock, shortlist)
    following(question, stock, shortlist)
    cowatched(question, stock, shortlist)
    affinity(question, stock, shortlist)
    trending_in_language(question, stock, shortlist)
    trending(question, stock, shortlist)
    newest(question, stock, shortlist)
