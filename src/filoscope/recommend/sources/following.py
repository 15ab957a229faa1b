"""Clips by the makers whom this viewer follows."""

from __future__ import annotations

import numpy as np
from numba import njit

from filoscope.recommend.shortlist import Shortlist, take_bearing
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

MAKERS_MAX = 64  # those who published last
NEWEST_EACH = 4
STEPS = 48


@njit(cache=True)
def following(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take the newest of each maker, from those who published last."""
    makers = question.following
    latest = np.argsort(-stock.heads[makers], kind="mergesort")[:MAKERS_MAX]
    take_bearing(shortlist, stock.heads, stock.links, makers[latest], NEWEST_EACH, STEPS)
