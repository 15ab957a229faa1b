"""What others would do, in the same run: popularity, item neighbours, RP3beta, EASE.

Plain, well known, tuned on validation parts: strong peers are simple ones (Ferrari Dacrema et al.,
RecSys 2019). Each sees what such models see: the clips that were watched.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.cowatch import (
    EASE_CLIPS_MAX,
    CoWatch,
    CoWatchSettings,
    ease,
    strongest,
    walk,
)

EASE_RIDGE = 300.0
COSINE_NEIGHBOURS = 400
TINY = 1e-9

Scorer = Callable[[sparse.csr_array, sparse.csr_array | None], NDArray[np.float32]]
Model = Callable[[sparse.csr_array, sparse.csr_array | None, NDArray[np.intp]], Scorer]


def filoscope(
    watched: sparse.csr_array, shown: sparse.csr_array | None, targets: NDArray[np.intp]
) -> Scorer:
    """Fit our own model, which also sees what was shown and not watched."""
    model = CoWatch(CoWatchSettings()).fit(watched, shown, targets=targets)
    return lambda watched, shown: model.score(model.meetings(watched, shown))


def popularity(
    watched: sparse.csr_array, shown: sparse.csr_array | None, targets: NDArray[np.intp]
) -> Scorer:
    """Rank for everybody by the number of viewers."""
    row = np.asarray(watched.sum(axis=0), np.float32)[targets]
    return lambda watched, shown: np.tile(row, (watched.shape[0], 1))


def item_cosine(
    watched: sparse.csr_array, shown: sparse.csr_array | None, targets: NDArray[np.intp]
) -> Scorer:
    """Fit item neighbours by cosine."""
    lengths = np.sqrt(np.asarray(watched.sum(axis=0), np.float32))
    unit = (watched @ sparse.diags_array(1.0 / np.maximum(lengths, TINY))).tocsr()
    weights = strongest((unit.T @ unit).toarray(), 0, neighbours=COSINE_NEIGHBOURS)[:, targets]
    return lambda watched, shown: (watched @ weights).toarray().astype(np.float32)


def rp3beta(
    watched: sparse.csr_array, shown: sparse.csr_array | None, targets: NDArray[np.intp]
) -> Scorer:
    """Fit RP3beta with k = 300, alpha = .8, beta = .4."""
    weights = walk(watched, power=0.8, popularity=0.4, neighbours=300)[:, targets]
    return lambda watched, shown: (watched @ weights).toarray().astype(np.float32)


def plain_ease(
    watched: sparse.csr_array, shown: sparse.csr_array | None, targets: NDArray[np.intp]
) -> Scorer:
    """Fit EASE with lambda = 300."""
    weights = np.ascontiguousarray(ease(watched, ridge=EASE_RIDGE)[:, targets])
    return lambda watched, shown: np.asarray(watched @ weights, np.float32)


def peers_for(clips: int) -> dict[str, Model]:
    """Return the peers that can be fitted to this many clips."""
    models: dict[str, Model] = {
        "popularity": popularity,
        "item cosine k=400": item_cosine,
        "RP3beta k=300 a=.8 b=.4": rp3beta,
    }
    if clips <= EASE_CLIPS_MAX:
        models["EASE lambda=300"] = plain_ease
    return models
