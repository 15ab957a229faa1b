"""Clips that share a maker, a sound or a tag with what this viewer watched long."""

from __future__ import annotations

import numpy as np
from numba import njit

from filoscope.recommend.shortlist import Shortlist, take, take_bearing
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

FEATURES_MAX = 24  # the best liked ones
LIKED = 0.02  # least liking that is followed up
NEWEST_EACH = 12
STEPS = 96  # clips looked at in one chain: what was met is stepped over


@njit(cache=True)
def affinity(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take the leaders and the newest of each feature that the viewer likes, best liked first."""
    liked = np.flatnonzero(question.taste.liking >= LIKED)
    best = np.argsort(-question.taste.liking[liked], kind="mergesort")[:FEATURES_MAX]
    codes = question.taste.codes[liked[best]]
    codes = codes[codes < len(stock.by_feature)]  # asked for, but borne by no clip
    for code in codes:
        leaders = stock.by_feature[code]
        take(shortlist, leaders, len(leaders))
    take_bearing(shortlist, stock.heads, stock.links, codes, NEWEST_EACH, STEPS)
