"""Clips that the same people watch: two item-item models and popularity, blended for each viewer.

* EASE (Steck, WWW 2019): one ridge regression of every clip on all others, in closed form.
* RP3beta (Paudel et al., TiiS 2016): the chance to walk clip -> viewer -> clip, with popular ends
  held down.
* The logarithm of popularity.

Each alone is best on some log and poor on another; standardised for each viewer and added, they
hold on all that we know. What a viewer was shown and did not watch enters too, with a smaller
weight: being shown says what kind of viewer this is, even where the clip failed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, lapack

from filoscope.recommend.errors import RecommendError

EASE_CLIPS_MAX = 20_000  # the solve is cubic: beyond this the walk alone has to do
BLOCK = 1024  # rows worked on at once: bounds memory
TINY = 1e-9


class NothingWatched(RecommendError, ValueError):
    """A log without one watched clip: there is nothing to learn from."""


@dataclass(frozen=True, slots=True)
class CoWatchSettings:
    """One setting for every log, found on validation parts only."""

    ridge: float = 300.0  # of EASE
    walk_power: float = 0.8  # alpha of RP3beta: below 1 flattens the steps of the walk
    walk_popularity: float = 0.4  # beta of RP3beta: how far popular ends are held down
    walk_neighbours: int = 300  # kept for each clip
    shown_weight: float = 0.5  # of a clip shown and not watched, beside 1 for one watched
    ease_share: float = 0.5  # of the blend; the walk has the rest
    popularity_share: float = 0.1


class CoWatch:
    """Learn from a matrix of viewers and clips, then score clips for viewers.

    Attributes
    ----------
    ease : (clips, targets) float32, or None above `EASE_CLIPS_MAX` clips
    walk : (clips, targets) sparse float32
    popularity : (targets,) float32, standardised logarithm
    """

    def __init__(self, settings: CoWatchSettings | None = None) -> None:
        self.settings = settings or CoWatchSettings()
        self.ease: NDArray[np.float32] | None = None
        self.walk: sparse.csr_array = sparse.csr_array((0, 0), dtype=np.float32)
        self.popularity: NDArray[np.float32] = np.zeros(0, np.float32)

    def fit(
        self,
        watched: sparse.csr_array,
        shown: sparse.csr_array | None = None,
        *,
        targets: NDArray[np.intp] | None = None,
    ) -> CoWatch:
        """Learn which clips go together.

        Parameters
        ----------
        watched, shown : (viewers, clips)
            1 where a viewer watched a clip long, and where a clip was shown to them at all.
        targets : (targets,)
            The clips that will be scored; all of them by default.

        Raises
        ------
        NothingWatched
            If `watched` is empty.
        """
        if not watched.nnz:
            raise NothingWatched("the log holds no clip that was watched: nothing to learn from")
        if targets is None:
            targets = np.arange(watched.shape[1])
        met = self.meetings(watched, shown)
        self.popularity = _standard(np.log1p(watched.sum(axis=0)[targets])[None, :])[0]
        self.walk = walk(
            met,
            power=self.settings.walk_power,
            popularity=self.settings.walk_popularity,
            neighbours=self.settings.walk_neighbours,
        )[:, targets]
        if watched.shape[1] <= EASE_CLIPS_MAX:
            self.ease = np.ascontiguousarray(ease(met, ridge=self.settings.ridge)[:, targets])
        return self

    def meetings(
        self, watched: sparse.csr_array, shown: sparse.csr_array | None
    ) -> sparse.csr_array:
        """Return 1 where watched, `shown_weight` where only shown, float32 `(viewers, clips)`."""
        watched = watched.astype(np.float32)
        if shown is None:
            return watched
        return watched.maximum(self.settings.shown_weight * shown.astype(np.float32)).tocsr()

    def score(self, met: sparse.csr_array) -> NDArray[np.float32]:
        """Score the targets for some viewers.

        Parameters
        ----------
        met : (viewers, clips)
            From `meetings`.

        Returns
        -------
        (viewers, targets) float32
            Comparable within one viewer.
        """
        return self.blend(
            None if self.ease is None else met @ self.ease, (met @ self.walk).toarray()
        )

    def blend(
        self, by_ease: NDArray[np.float32] | None, by_walk: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Add up what the models say, each standardised for each viewer."""
        share = 0.0 if by_ease is None else self.settings.ease_share
        blended = (1.0 - share) * _standard(by_walk)
        if by_ease is not None:
            blended += share * _standard(by_ease)
        return blended + self.settings.popularity_share * self.popularity


def ease(met: sparse.csr_array, *, ridge: float) -> NDArray[np.float32]:
    """Solve EASE: `(clips, clips)` weights with an empty diagonal that best restore `met`."""
    gram = (met.T @ met).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += ridge
    factor, _ = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    inverse, failed = lapack.spotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise RecommendError(f"EASE cannot be solved with ridge {ridge}: take a larger one")
    upper = np.triu_indices_from(inverse, 1)
    inverse[upper] = inverse.T[upper]
    weights = inverse / -np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, np.float32)


def walk(
    met: sparse.csr_array, *, power: float, popularity: float, neighbours: int
) -> sparse.csr_array:
    """Walk clip -> viewer -> clip: `(clips, clips)` weights, the strongest of each row kept."""
    by_viewer, by_clip = met.sum(axis=1), met.sum(axis=0)
    out = sparse.diags_array(1.0 / np.maximum(by_viewer, TINY)) @ met
    back = (sparse.diags_array(1.0 / np.maximum(by_clip, TINY)) @ met.T).tocsr()
    out.data, back.data = out.data**power, back.data**power
    held_down = np.where(by_clip > 0, np.maximum(by_clip, TINY) ** -popularity, 0.0)
    blocks = [
        strongest(
            (back[start : start + BLOCK] @ out).toarray() * held_down, start, neighbours=neighbours
        )
        for start in range(0, met.shape[1], BLOCK)
    ]
    return sparse.vstack(blocks, format="csr", dtype=np.float32)


def strongest(weights: NDArray[np.float64], start: int, *, neighbours: int) -> sparse.csr_array:
    """Keep the strongest of each row, never a clip's walk back to itself."""
    rows = np.arange(len(weights))
    weights[rows, start + rows] = 0.0
    if weights.shape[1] > neighbours:
        least = -np.partition(-weights, neighbours - 1, axis=1)[:, neighbours - 1 : neighbours]
        weights = np.where(weights >= least, weights, 0.0)
    return sparse.csr_array(weights.astype(np.float32))


def _standard(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring each row to mean 0 and deviation 1; a row that is all alike becomes 0."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(centred / (centred.std(axis=1, keepdims=True) + TINY), np.float32)
