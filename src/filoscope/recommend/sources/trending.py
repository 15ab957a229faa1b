"""Clips that are watched most these days, by everybody and by those who read one's languages."""

from __future__ import annotations

from numba import njit

from filoscope.recommend.popularity import EVERYBODY
from filoscope.recommend.shortlist import Shortlist, take
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

MOST = 256
LANGUAGES_MAX = 4


@njit(cache=True)
def trending(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take the leaders of all."""
    take(shortlist, stock.of_all[EVERYBODY], MOST)


@njit(cache=True)
def trending_in_language(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take the leaders of each of the viewer's languages, a share for each language."""
    languages = question.languages[:LANGUAGES_MAX]
    for code in languages:
        take(shortlist, stock.by_language[code], MOST // len(languages))
