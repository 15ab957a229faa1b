"""What others would do in a session: popularity, item neighbours, EASE, a Bayesian user vector.

Each learns after every swipe, in the way it is known; those whose names say "all sessions" also
learn from the other viewers, as `filoscope` does, so that this alone makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from filoscope.recommend.cowatch import EASE_CLIPS_MAX, ease

EASE_RIDGE = 300.0
WEAK_PRIOR = 0.1  # of EASE: weight of popularity, 1 for the most popular clip
NO_PRIOR = 1e-6  # only orders what is equal otherwise: the first clip of a session
COSINE_CLIPS_MAX = 20_000  # the matrix is dense here
REFIT_EVERY = 10_000  # swipes of all viewers; each time is a whole solve
REFIT_CLIPS_MAX = 5_000  # beyond, refitting takes minutes
SHOWN_BEFORE = 20.0  # showings that the log's popularity counts for, beside those of the sessions
VECTOR_SIZE = 32
THOMPSON = 0.3  # deviations
NOISE_MIN = 0.02  # variance of a like around its mean
Weights = NDArray[np.float32]
Fit = Callable[[sparse.csr_array, NDArray[np.intp]], "Model"]


class Model:
    """Scores of `(viewers, targets)` that a swipe changes; what was met is never chosen again."""

    def begin(self, viewers: int) -> Model:
        """Begin sessions."""
        self.met = np.zeros((viewers, self.targets), np.bool_)
        return self

    def __init__(self, watched: sparse.csr_array, targets: NDArray[np.intp]) -> None:
        self.targets = len(targets)
        counts = np.asarray(watched.sum(axis=0), np.float32)[targets]
        self.popularity = counts / max(float(counts.max(initial=0.0)), 1.0)

    def scores(self) -> Weights:
        """Score every target; the array may be written to."""
        return np.tile(self.popularity, (len(self.met), 1))

    def choose(self) -> NDArray[np.intp]:
        """Choose the best that was not met."""
        chosen: NDArray[np.intp] = np.where(self.met, -np.inf, self.scores()).argmax(axis=1)
        return chosen

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Note what was met."""
        self.met[np.arange(len(picks)), picks] = True


class LivePopularity(Model):
    """Show everybody what most liked of those who met it, the log's viewers and all sessions'."""

    def __init__(self, watched: sparse.csr_array, targets: NDArray[np.intp]) -> None:
        super().__init__(watched, targets)
        self.likes = SHOWN_BEFORE * self.popularity
        self.shown = np.full(self.targets, SHOWN_BEFORE, np.float32)

    def scores(self) -> Weights:
        """Score by the share of likes."""
        return np.tile(self.likes / self.shown, (len(self.met), 1))

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Count."""
        super().observe(picks, liked)
        self.likes += np.bincount(picks[liked], minlength=self.targets)
        self.shown += np.bincount(picks, minlength=self.targets)


class Sums(Model):
    """Add up a row of item-item weights for each like, beside popularity."""

    def __init__(
        self,
        watched: sparse.csr_array,
        targets: NDArray[np.intp],
        *,
        weights: Weights,
        prior: float,
    ) -> None:
        super().__init__(watched, targets)
        self.weights = weights
        self.prior = prior * self.popularity

    def begin(self, viewers: int) -> Model:
        """Begin with popularity alone."""
        self.sums = np.tile(self.prior, (viewers, 1)).astype(np.float32)
        return super().begin(viewers)

    def scores(self) -> Weights:
        """Return the sums."""
        return self.sums

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Add the rows of what was liked; a clip left takes off nothing: that did only harm."""
        super().observe(picks, liked)
        self.sums[liked] += self.weights[picks[liked]]


class RefittedEase(Sums):
    """EASE with a weak prior, solved again with the likes of all sessions now and then."""

    def __init__(self, watched: sparse.csr_array, targets: NDArray[np.intp]) -> None:
        self.watched = watched[:, targets].tocsr()
        weights = ease(self.watched, ridge=EASE_RIDGE)
        super().__init__(watched, targets, weights=weights, prior=WEAK_PRIOR)
        self.liked = sparse.lil_array((0, self.targets), dtype=np.float32)
        self.told = 0

    def begin(self, viewers: int) -> Model:
        """Begin with what earlier sessions told."""
        self.watched = sparse.vstack([self.watched, self.liked.tocsr()], format="csr")
        self.liked = sparse.lil_array((viewers, self.targets), dtype=np.float32)
        return super().begin(viewers)

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Note the likes, and solve again now and then."""
        super().observe(picks, liked)
        self.liked[np.flatnonzero(liked), picks[liked]] = 1.0
        self.told += len(picks)
        if self.told >= REFIT_EVERY:
            self.told = 0
            likes = self.liked.tocsr()
            log = sparse.vstack([self.watched, likes], format="csr")
            self.weights = ease(log, ridge=EASE_RIDGE)
            counts = np.asarray(log.sum(axis=0), np.float32)
            self.prior = WEAK_PRIOR * counts / max(float(counts.max()), 1.0)
            self.sums = (likes @ self.weights + self.prior).astype(np.float32)


class UserVector(Model):
    """Bayesian linear regression on clip vectors (SVD), Thompson sampling."""

    def __init__(self, watched: sparse.csr_array, targets: NDArray[np.intp]) -> None:
        super().__init__(watched, targets)
        log = watched[:, targets].astype(np.float64)
        size = min(VECTOR_SIZE, min(log.shape) - 1)
        _, strength, vectors = svds(log, k=size, random_state=0)
        self.mean = np.asarray(log.mean(axis=0), np.float32)
        self.vectors = (vectors.T * strength / np.sqrt(log.shape[0])).astype(np.float32)
        spread = self.mean * (1.0 - self.mean) - (self.vectors**2).sum(axis=1)
        self.noise = np.maximum(spread, NOISE_MIN).astype(np.float32)
        self.generator = np.random.default_rng(0)

    def begin(self, viewers: int) -> Model:
        """Begin with the spread of the log."""
        size = self.vectors.shape[1]
        self.taste = np.zeros((viewers, size), np.float32)
        self.covariance = np.tile(np.eye(size, dtype=np.float32), (viewers, 1, 1))
        return super().begin(viewers)

    def scores(self) -> Weights:
        """Score by a draw from the belief about each viewer."""
        draw = self.generator.standard_normal(self.taste.shape, dtype=np.float32)
        safe = self.covariance + 1e-5 * np.eye(self.taste.shape[1], dtype=np.float32)
        drawn = np.einsum("vij,vj->vi", np.linalg.cholesky(safe), draw)
        return np.asarray(self.mean + (self.taste + THOMPSON * drawn) @ self.vectors.T, np.float32)

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Bring the belief up to date by Bayes' rule."""
        super().observe(picks, liked)
        vector = self.vectors[picks]
        reach = np.einsum("vij,vj->vi", self.covariance, vector)
        weight = 1.0 / ((reach * vector).sum(axis=1) + self.noise[picks])
        wrong = liked - self.mean[picks] - (self.taste * vector).sum(axis=1)
        self.taste += reach * (weight * wrong)[:, None]
        self.covariance -= reach[:, :, None] * (weight[:, None] * reach)[:, None, :]


def peers_for(clips: int) -> dict[str, Fit]:
    """Return the peers that can be fitted to this many clips."""
    peers: dict[str, Fit] = {
        "popularity": Model,
        "popularity, all sessions": LivePopularity,
        "user vector f=32, Thompson": UserVector,
    }
    if clips <= COSINE_CLIPS_MAX:
        peers["item cosine"] = cosine
    if clips <= EASE_CLIPS_MAX:
        peers["EASE"] = lambda log, targets: every_swipe(log, targets, prior=NO_PRIOR)
        peers["EASE, weak prior"] = lambda log, targets: every_swipe(log, targets, prior=WEAK_PRIOR)
    if clips <= REFIT_CLIPS_MAX:
        peers["EASE, weak prior, all sessions"] = RefittedEase
    return peers


def cosine(watched: sparse.csr_array, targets: NDArray[np.intp]) -> Model:
    """Fit item neighbours by cosine."""
    log = watched[:, targets].tocsr()
    lengths = np.sqrt(np.maximum(np.asarray(log.sum(axis=0), np.float32), 1.0))
    unit = (log @ sparse.diags_array(1.0 / lengths)).tocsr()
    weights = (unit.T @ unit).toarray().astype(np.float32)
    np.fill_diagonal(weights, 0.0)
    return Sums(watched, targets, weights=weights, prior=NO_PRIOR)


def every_swipe(watched: sparse.csr_array, targets: NDArray[np.intp], *, prior: float) -> Model:
    """Fit EASE; the first swipe goes by popularity."""
    weights = ease(watched[:, targets].astype(np.float32), ridge=EASE_RIDGE)
    return Sums(watched, targets, weights=weights, prior=prior)
