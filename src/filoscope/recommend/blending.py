"""Choose how much each signal counts, by what would have ranked a held-out part best.

The weights are moved one by one, up and down, and a move is kept where NDCG@20 over viewers rises by
more than chance would have it. No data set has its own setting: the log chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.ranking import best_first

PLACES = 20  # of the ranking that is judged
POOL = 250  # clips of each viewer that are ordered anew: the best by the first guess
STEPS = (0.5, 0.25, 0.1)  # sizes of a move, large ones first
ROUNDS_MAX = 12  # at each size: a search that does not settle is cut off
WEIGHT_MAX = 5.0  # beside the strongest guess of 1: no signal drowns all others
NOISE = 1.0  # standard errors by which a move must be better
JUDGES_MIN = 20  # viewers: fewer cannot choose anything
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Pool:
    """The clips of each judging viewer that may come, with what each signal says.

    Attributes
    ----------
    signals : (viewers, pool, signals) float32
    gains : (viewers, pool) what a clip is worth to the viewer: 0 where not watched
    ideal : (viewers,) the discounted gain of a perfect ranking
    free : (viewers, pool) False for what may not be ranked
    """

    signals: NDArray[np.float32]
    gains: NDArray[np.float32]
    ideal: NDArray[np.float64]
    free: NDArray[np.bool_]

    def ndcg(self, weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return NDCG@20 of each viewer when the signals are added with these weights."""
        scores = np.where(self.free, self.signals @ weights, -np.inf)
        top = best_first(scores, PLACES)
        gains = np.take_along_axis(self.gains, top, axis=1)
        return np.asarray((gains * discounts(top.shape[1])).sum(axis=1) / self.ideal)


def pool(
    signals: NDArray[np.float32],
    guess: NDArray[np.float32],
    hidden: sparse.csr_array,
    truth: sparse.csr_array,
) -> Pool:
    """Keep the clips that a first guess at the weights puts first.

    Parameters
    ----------
    signals : (signals, viewers, targets)
    guess : (signals,)
    hidden, truth : (viewers, targets)
        `truth` holds what each clip is worth.
    """
    scores = np.tensordot(guess, signals, axes=1).astype(np.float32)
    places = hidden.tocoo()
    scores[places.row, places.col] = -np.inf
    kept = best_first(scores, POOL)
    gains = np.zeros(scores.shape, np.float32)
    places = truth.tocoo()
    gains[places.row, places.col] = places.data
    return Pool(
        np.stack([np.take_along_axis(signal, kept, axis=1) for signal in signals], axis=-1),
        np.take_along_axis(gains, kept, axis=1),
        ideal(truth),
        np.isfinite(np.take_along_axis(scores, kept, axis=1)),
    )


def ideal(truth: sparse.csr_array) -> NDArray[np.float64]:
    """Return the discounted gain of a perfect ranking of each viewer's clips."""
    place = np.arange(truth.nnz) - np.repeat(truth.indptr[:-1], np.diff(truth.indptr))
    viewer = np.repeat(np.arange(truth.shape[0]), np.diff(truth.indptr))
    best = truth.data[np.lexsort((-truth.data, viewer))]
    within = place < PLACES
    worth = best[within] * discounts(PLACES)[place[within]]
    return np.maximum(np.bincount(viewer[within], worth, minlength=truth.shape[0]), TINY)


def joined(pools: list[Pool]) -> Pool:
    """Put the viewers of several pools under one another."""
    return Pool(
        np.concatenate([part.signals for part in pools]),
        np.concatenate([part.gains for part in pools]),
        np.concatenate([part.ideal for part in pools]),
        np.concatenate([part.free for part in pools]),
    )


def search(judged: Pool, start: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return weights near `start`, none below 0, that rank the pool best."""
    weights, best = start, judged.ndcg(start)
    if len(best) < JUDGES_MIN:
        return start
    for step in STEPS:
        for _ in range(ROUNDS_MAX):
            before = weights
            for signal in range(len(weights)):
                for move in (step, -step):
                    trial = weights.copy()
                    trial[signal] = min(max(trial[signal] + move, 0.0), WEIGHT_MAX)
                    scored = judged.ndcg(trial)
                    if _better(scored - best):
                        weights, best = trial, scored
            if weights is before:
                break
    return weights


def _better(gain: NDArray[np.float64]) -> bool:
    noise = float(gain.std()) / np.sqrt(len(gain))
    return bool(gain.mean() > NOISE * noise + TINY)


def mean_ndcg(
    scores: NDArray[np.float32], hidden: sparse.csr_array, truth: sparse.csr_array
) -> float:
    """Return NDCG@20 of scores `(viewers, targets)` over viewers, what is hidden left out.

    `truth` holds what each clip is worth to each viewer.
    """
    places = hidden.tocoo()
    scores[places.row, places.col] = -np.inf
    top = best_first(scores, PLACES)
    gains = np.zeros(scores.shape, np.float32)
    places = truth.tocoo()
    gains[places.row, places.col] = places.data
    found = (np.take_along_axis(gains, top, axis=1) * discounts(top.shape[1])).sum(axis=1)
    return float((found / ideal(truth)).mean())


def discounts(places: int) -> NDArray[np.float64]:
    """Return what a hit is worth at each place."""
    return np.asarray(1.0 / np.log2(np.arange(2, places + 2)))
