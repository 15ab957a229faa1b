"""How good rankings are: recall, NDCG, MAP, coverage, Gini. Full catalogue, never sampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True, slots=True)
class Quality:
    """Sums over viewers, so that batches can be added up; `means` divides."""

    viewers: int
    sums: dict[str, float]

    def __add__(self, other: Quality) -> Quality:
        """Return the quality over both sets of viewers."""
        names = self.sums.keys() | other.sums.keys()
        return Quality(
            self.viewers + other.viewers,
            {name: self.sums.get(name, 0.0) + other.sums.get(name, 0.0) for name in names},
        )

    def means(self) -> dict[str, float]:
        """Return the mean of each metric over viewers."""
        return {name: value / self.viewers for name, value in sorted(self.sums.items())}


def best_first(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the columns of the `count` best scores of each row, ties in column order."""
    count = min(count, scores.shape[1])
    top = np.sort(np.argpartition(-scores, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    return np.take_along_axis(top, order, axis=1)


def quality(
    top: NDArray[np.intp], truth: sparse.csr_array, *, cuts: tuple[int, ...] = (10, 20)
) -> Quality:
    """Compare rankings with what was truly watched.

    Parameters
    ----------
    top : (viewers, places)
        Columns, best first.
    truth : (viewers, clips)
        Nonzero where watched; every viewer has at least one.
    """
    rows = np.repeat(np.arange(len(top)), top.shape[1])
    hits = np.asarray(truth[rows, top.ravel()]).reshape(top.shape) > 0
    wanted = np.diff(truth.indptr)
    sums: dict[str, float] = {}
    for cut in cuts:
        hit = hits[:, :cut]
        places = np.arange(1, hit.shape[1] + 1)
        gain = 1.0 / np.log2(places + 1)
        ideal = np.concatenate([[0.0], gain.cumsum()])[np.minimum(wanted, len(gain))]
        precision = hit.cumsum(axis=1) / places
        sums[f"recall@{cut}"] = float((hit.sum(axis=1) / wanted).sum())
        sums[f"ndcg@{cut}"] = float(((hit * gain).sum(axis=1) / ideal).sum())
        sums[f"map@{cut}"] = float(((precision * hit).sum(axis=1) / np.minimum(wanted, cut)).sum())
    return Quality(len(top), sums)


def coverage(shown: NDArray[np.int64]) -> float:
    """Return the share of clips that came up at all, from how often each did."""
    return float(np.count_nonzero(shown) / len(shown))


def gini(shown: NDArray[np.int64]) -> float:
    """Return how unequal attention is: 0 when each clip has the same, near 1 when one has all."""
    ordered = np.sort(shown)
    places = np.arange(1, len(ordered) + 1)
    total = max(float(ordered.sum()), 1.0)
    return float(((2 * places - len(ordered) - 1) * ordered).sum() / (len(ordered) * total))
