"""Clips that are watched most these days, by everybody and by those who read one's languages."""

from __future__ import annotations

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import EVERYBODY, Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.question import Question

MOST = 256
LANGUAGES_MAX = 4


class Trending:
    """The leaders of all."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take them."""
        del question, catalogue
        shortlist.take(popularity.of_all.rows[EVERYBODY], MOST)


class TrendingInLanguage:
    """The leaders of each of the viewer's languages."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Take them, a share for each language."""
        del catalogue
        languages = question.languages[:LANGUAGES_MAX]
        for code in languages.tolist():
            leaders = popularity.by_language.rows[code]
            shortlist.take(leaders, MOST // len(languages))
