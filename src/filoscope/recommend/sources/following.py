"""Clips by the makers whom this viewer follows."""

from __future__ import annotations

import numpy as np

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.question import Question

MAKERS_MAX = 64  # those who published last
NEWEST_EACH = 4
STEPS = 48


class Following:
    """The newest of each maker, from those who published last."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take a few clips of each."""
        del popularity
        makers = question.following
        if not len(makers):
            return
        latest = np.argsort(-catalogue.postings.heads[makers], kind="stable")[:MAKERS_MAX]
        shortlist.take_bearing(catalogue.postings, makers[latest], most=NEWEST_EACH, steps=STEPS)
