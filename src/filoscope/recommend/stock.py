"""What pages are made from, as the arrays that compiled loops read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.popularity import Popularity


class Stock(NamedTuple):
    """Columns of the catalogue and of popularity.

    Attributes
    ----------
    size
        Rows in use; those behind it are room.
    features, languages, published_s, duration_s
        See `Catalogue`.
    heads, links
        See `Postings`.
    views, value, shown
        See `Popularity`.
    of_all, by_language, by_feature : (lists, places) int32
        Rows of the leaders, see `Leaders`.
    waiting : (entries,) int32, rows in rising order with gaps, see `Waiting`
    """

    size: int
    features: NDArray[np.int32]
    languages: NDArray[np.int32]
    published_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    heads: NDArray[np.int32]
    links: NDArray[np.int32]
    views: NDArray[np.float64]
    value: NDArray[np.float64]
    shown: NDArray[np.int64]
    of_all: NDArray[np.int32]
    by_language: NDArray[np.int32]
    by_feature: NDArray[np.int32]
    waiting: NDArray[np.int32]


def stock_of(catalogue: Catalogue, popularity: Popularity) -> Stock:
    """Gather the arrays; they are replaced when they grow, so gather them again for each page."""
    return Stock(
        catalogue.size,
        catalogue.features,
        catalogue.languages,
        catalogue.published_s,
        catalogue.duration_s,
        catalogue.postings.heads,
        catalogue.postings.links,
        popularity.views,
        popularity.value,
        popularity.shown,
        popularity.of_all.rows,
        popularity.by_language.rows,
        popularity.by_feature.rows,
        popularity.waiting.entries(),
    )
