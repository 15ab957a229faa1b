"""Clips that were met by those who met what this viewer met."""

from __future__ import annotations

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.question import Question

MOST = 320


class CoWatched:
    """Where the walk over neighbours leads."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take what pulls most."""
        del catalogue, popularity
        shortlist.take(question.walk.best(MOST), MOST)
