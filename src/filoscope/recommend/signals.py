"""What the closed forms say about clips for viewers, side by side, before they are blended.

Four signals: a ridge regression on what was met (EASE where the clips explain each other), a walk
over co-watchers, what is on the rise of late, and popularity, which counts for those of whom little
is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.cowatch import ease, regression, standard, walk

NAMES = ("ridge", "walk", "rise", "popularity")
WALK_POWER = 0.8  # alpha of RP3beta
WALK_NEIGHBOURS = 300
RISE_PRIOR = 2.0  # fresh views, at the mean rate of all clips, that each clip starts with
FEW = 5.0  # clips met after which popularity counts half
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Past:
    """Some viewers' past, and what of it may be asked about.

    Attributes
    ----------
    met : (viewers, clips) float32
        1 where watched, less where only shown.
    watched : (viewers, clips) ones
    fresh : (viewers, clips) or None
        0 to 1 where watched: how late.
    inputs, targets
        Columns of the clips that tell, and of those to score.
    """

    met: sparse.csr_array
    watched: sparse.csr_array
    fresh: sparse.csr_array | None
    inputs: NDArray[np.intp]
    targets: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Signals:
    """What was learned, as weights.

    Attributes
    ----------
    head : (head,)
        Columns of the clips that the regression knows.
    reach : (reach,)
        Places among the targets that it scores; a clip beyond has been met too rarely.
    ridge : (head, reach) float32
    walk : (inputs, targets) sparse float32
    rise, popularity : (targets,) float32
    """

    inputs: NDArray[np.intp]
    head: NDArray[np.intp]
    reach: NDArray[np.intp]
    ridge: NDArray[np.float32]
    walk: sparse.csr_array
    rise: NDArray[np.float32]
    popularity: NDArray[np.float32]

    def by_ridge(self, met: sparse.csr_array) -> NDArray[np.float32]:
        """Score the targets by the regression alone, `(viewers, targets)` float32."""
        scores = met[:, self.head] @ self.ridge
        if len(self.reach) == len(self.popularity):
            return np.asarray(scores, np.float32)
        every = np.zeros((met.shape[0], len(self.popularity)), np.float32)
        every[:, self.reach] = scores
        return every

    def score(self, met: sparse.csr_array) -> NDArray[np.float32]:
        """Say what each signal says.

        Parameters
        ----------
        met : (viewers, clips)

        Returns
        -------
        (signals, viewers, targets) float32
            In the order of `NAMES`.
        """
        return np.stack([self._said(name, met) for name in NAMES])

    def blend(self, met: sparse.csr_array, weights: Sequence[float]) -> NDArray[np.float32]:
        """Add up what the signals say, `(viewers, targets)`; one that does not count is not asked."""
        total = np.zeros((met.shape[0], len(self.popularity)), np.float32)
        for name, weight in zip(NAMES, weights, strict=True):
            if weight:
                total += np.float32(weight) * self._said(name, met)
        return total

    def _said(self, name: str, met: sparse.csr_array) -> NDArray[np.float32]:
        """Return `(viewers, targets)` of one signal."""
        if name == "ridge":
            return self._standard(self.by_ridge(met))
        if name == "rise":
            return np.broadcast_to(self.rise, (met.shape[0], len(self.rise)))
        told = met[:, self.inputs].tocsr()
        if name == "walk":
            return self._standard((told @ self.walk).toarray())
        known = np.diff(told.indptr)[:, None]
        return np.asarray(self.popularity * (FEW / (FEW + known)), np.float32)

    def _standard(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Standardise for each viewer; of whom nothing is known, popularity is said."""
        silent = ~scores.any(axis=1)
        scores = standard(scores)
        scores[silent] = self.popularity
        return scores


def learn(past: Past, *, ridge: float, walk_popularity: float, head_max: int) -> Signals:
    """Learn all four from one past; the regression from its `head_max` most met clips."""
    views = np.asarray(past.watched.sum(axis=0))[past.targets]
    fresh = None if past.fresh is None else np.asarray(past.fresh.sum(axis=0))[past.targets]
    return Signals(
        past.inputs,
        *regress(past, ridge=ridge, head_max=head_max),
        walk_from(past, walk_popularity),
        rise(views, fresh),
        standard(np.log1p(views)[None, :].astype(np.float32))[0],
    )


def walk_from(past: Past, popularity: float) -> sparse.csr_array:
    """Return the weights of the walk: see `Signals`."""
    return walk(
        past.met,
        power=WALK_POWER,
        popularity=popularity,
        neighbours=WALK_NEIGHBOURS,
        inputs=past.inputs,
        targets=past.targets,
    )


def regress(
    past: Past, *, ridge: float, head_max: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Return head, reach and weights of the regression: see `Signals`."""
    often = np.asarray(past.met.sum(axis=0))
    head = _most(past.inputs, often, head_max)
    own = np.isin(past.targets, head)
    if own.any():  # clips that tell of themselves must not: EASE
        reach = np.flatnonzero(own)
        columns = np.searchsorted(head, past.targets[reach])
        return head, reach, ease(past.met[:, head].tocsr(), ridge=ridge)[:, columns]
    reach = np.flatnonzero(np.isin(past.targets, _most(past.targets, often, head_max)))
    wanted = past.watched[:, past.targets[reach]].tocsr()
    return head, reach, regression(past.met[:, head].tocsr(), wanted, ridge=ridge)


def rise(views: NDArray[np.float32], fresh: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Return the logarithm of how many times as fresh as the mean a clip's views are.

    In its natural unit, so that a weight found on one part means the same on another.
    """
    if fresh is None:
        return np.zeros(len(views), np.float32)
    mean = fresh.sum() / max(views.sum(), TINY)
    risen = np.log((fresh + RISE_PRIOR) / (mean * views + RISE_PRIOR))
    return np.asarray(risen, np.float32)


def _most(clips: NDArray[np.intp], often: NDArray[np.float32], most: int) -> NDArray[np.intp]:
    """Return, in order, the clips met most often, and none that was never met."""
    clips = clips[often[clips] > 0]
    if len(clips) <= most:
        return np.sort(clips)
    return np.sort(clips[np.argsort(-often[clips], kind="stable")[:most]])
