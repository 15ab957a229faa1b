"""Clips that are owed an audience, and the newest of all."""

from __future__ import annotations

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.question import Question

NEWEST, OLDEST, IN_TURN = 48, 32, 32  # of those who wait: the last, the first, and any
NEWEST_OF_ALL = 64
STEPS = 512  # entries looked at: gaps and what was met are stepped over
STRIDE = 40_503  # odd and large: one turn after the other begins far away


class Fresh:
    """Those who wait for their first audience: the newest, the longest waiting, and some in turn.

    The newest are to be seen soon, the oldest must not be forgotten, and no clip that nobody may
    see can stand in the way of all others.
    """

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take from both ends of the queue and from somewhere between."""
        del catalogue
        queue = popularity.waiting.entries()
        if not len(queue):
            return
        shortlist.take_waiting(queue, len(queue) - 1, -1, most=NEWEST, steps=STEPS)
        shortlist.take_waiting(queue, 0, 1, most=OLDEST, steps=STEPS)
        start = question.turn * STRIDE % len(queue)
        shortlist.take_waiting(queue, start, 1, most=IN_TURN, steps=STEPS)


class Newest:
    """The clips added last."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take them from the end of the catalogue."""
        del question, popularity
        shortlist.take_down(catalogue.size, most=NEWEST_OF_ALL, steps=STEPS)
