"""Clips that share a maker, a sound or a tag with what this viewer watched long."""

from __future__ import annotations

import numpy as np

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources.question import Question

FEATURES_MAX = 24  # the best liked ones
LIKED = 0.02  # least liking that is followed up
LEADERS_EACH, NEWEST_EACH = 16, 12
STEPS = 96  # clips looked at in one chain: what was met is stepped over


class Affinity:
    """The leaders and the newest of each feature that the viewer likes."""

    def propose(
        self,
        question: Question,
        catalogue: Catalogue,
        popularity: Popularity,
        shortlist: Shortlist,
    ) -> None:
        """Follow up the best liked features, best first."""
        taste = question.taste
        if taste is None or not len(taste.codes):
            return
        best = np.argsort(-taste.liking, kind="stable")[:FEATURES_MAX]
        codes = taste.codes[best[taste.liking[best] >= LIKED]]
        codes = codes[codes < len(popularity.by_feature.rows)]  # asked for, but borne by no clip
        if not len(codes):
            return
        leaders = popularity.by_feature.rows[codes].ravel()
        shortlist.take(leaders, LEADERS_EACH * len(codes))
        shortlist.take_bearing(catalogue.postings, codes, most=NEWEST_EACH, steps=STEPS)
