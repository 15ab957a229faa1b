"""Clips that are owed an audience, and the newest of all."""

from __future__ import annotations

from numba import njit

from filoscope.recommend.shortlist import Shortlist, take_down, take_waiting
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

NEWEST, OLDEST, IN_TURN = 48, 32, 32  # of those who wait: the last, the first, and any
NEWEST_OF_ALL = 64
STEPS = 512  # entries looked at: gaps and what was met are stepped over
STRIDE = 40_503  # odd and large: one turn after the other begins far away


@njit(cache=True)
def fresh(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take those who wait for their first audience: the newest, the longest waiting, some in turn.

    The newest are to be seen soon, the oldest must not be forgotten, and no clip that nobody may
    see can stand in the way of all others.
    """
    queue = stock.waiting
    if not len(queue):
        return
    take_waiting(shortlist, queue, len(queue) - 1, -1, NEWEST, STEPS)
    take_waiting(shortlist, queue, 0, 1, OLDEST, STEPS)
    take_waiting(shortlist, queue, question.turn * STRIDE % len(queue), 1, IN_TURN, STEPS)


@njit(cache=True)
def newest(question: Question, stock: Stock, shortlist: Shortlist) -> None:
    """Take the clips added last."""
    take_down(shortlist, stock.size, NEWEST_OF_ALL, STEPS)
