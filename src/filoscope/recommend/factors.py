"""Logistic factors: what each clip is like, from who watched it, where most were never shown it.

The chance that viewer u watches clip i long, in a log that tells only what was watched, is
`exposure * sigmoid(level_i + lean_u + taste_u . clip_i)`: an empty cell may be a clip left at once
or one never shown. (Logistic matrix factorisation, Johnson 2014; exposure as in Liang et al., WWW
2016, with one share for the whole log.) Found by Adam on blocks of the dense matrix, so that the
time has a bound whatever the size of the log.

    factors = fit_factors(watched, seed=1)
    factors.chance(factors.mean)  # of every clip, for somebody nobody knows
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.cowatch import NothingWatched

TOP_CLIPS = 10  # the best known clips, by which the exposure of a log is judged
TOP_CHANCE = 0.6  # they please about so many of those who meet them
EXPOSURE_MIN = 0.02  # a log so thin says nothing about what was left
VIEWERS_MAX = 20_000  # more viewers tell nothing new of 32 numbers a clip
ROWS, COLUMNS = 256, 4096  # of one block
STEPS_MIN, STEPS_MAX = 400, 4000  # below it is not done; above it takes minutes
ROWS_MIN = 16
EPOCHS = 20
RATE = 0.05  # of Adam: rises over the first steps, then falls to a twentieth
WARM_STEPS = 20
TINY = 1e-6
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FactorSettings:
    """Found on sessions of held-out viewers of the training part, replayed."""

    size: int = 32  # numbers a clip; from 16 to 64 there is little between them
    clip_ridge: float = 0.005  # pull of a clip's numbers to zero, for each viewer in the log
    clip_ridge_min: float = 1.0


@dataclass(frozen=True, slots=True)
class Factors:
    """What is known of clips, and how viewers differ.

    Attributes
    ----------
    clips : (clips, size + 1) float32
        The last column is 1: it carries how easily a viewer likes anything.
    level : (clips,) float32
        Logit of being liked by a viewer of zeros.
    mean, covariance : (size + 1,), (size + 1, size + 1) float32
        Of the viewers' numbers over the log.
    """

    clips: Array
    level: Array
    mean: Array
    covariance: Array

    def chance(self, viewer: Array) -> Array:
        """Return the chance of each clip to be liked: `(..., size + 1)` to `(..., clips)`."""
        return sigmoid(self.level + viewer @ self.clips.T)


def fit_factors(
    watched: sparse.csr_array, settings: FactorSettings | None = None, *, seed: int = 0
) -> Factors:
    """Learn the factors of a log.

    Parameters
    ----------
    watched : (viewers, clips)
        1 where a viewer watched a clip long.

    Raises
    ------
    NothingWatched
        If `watched` is empty.
    """
    settings = settings or FactorSettings()
    watched = watched[np.flatnonzero(np.diff(watched.indptr))]
    if not watched.nnz:
        raise NothingWatched("the log holds no clip that was watched: nothing to learn from")
    generator = np.random.default_rng(seed)
    if watched.shape[0] > VIEWERS_MAX:
        watched = watched[generator.choice(watched.shape[0], VIEWERS_MAX, replace=False)]
    descent = _Descent(watched, settings, generator)
    descent.run()
    people = np.concatenate([descent.tastes.values, descent.leans.values], axis=1)
    ones = np.ones((watched.shape[1], 1), np.float32)
    return Factors(
        np.concatenate([descent.clips.values, ones], axis=1),
        descent.levels.values[:, 0],
        people.mean(axis=0),
        _covariance(people),
    )


def exposure(watched: sparse.csr_array) -> float:
    """Guess which share of the log's viewers was shown a clip, from its best known clips."""
    counts = np.sort(np.asarray(watched.sum(axis=0)))[-TOP_CLIPS:]
    share = float(counts.mean()) / watched.shape[0] / TOP_CHANCE
    return float(np.clip(share, EXPOSURE_MIN, 1.0))


def sigmoid(logits: Array) -> Array:
    """Return the logistic function of each."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0))), np.float32)


def _covariance(people: Array) -> Array:
    spread = np.atleast_2d(np.cov(people.T))
    return np.asarray(spread + TINY * np.eye(people.shape[1]), np.float32)


class _Rows:
    """Numbers, a row for each viewer or clip, moved by Adam (Kingma and Ba 2015) where touched."""

    def __init__(self, values: Array, *, memory: tuple[float, float]) -> None:
        self.values = values
        self.memory = memory
        self._first = np.zeros_like(values)
        self._second = np.zeros_like(values)
        self._steps = np.zeros((len(values), 1), np.float32)

    def move(self, rows: NDArray[np.intp], gradient: Array, rate: float) -> None:
        """Go down the gradient of some rows, each once."""
        slow, square = self.memory
        self._steps[rows] += 1.0
        first = slow * self._first[rows] + (1.0 - slow) * gradient
        second = square * self._second[rows] + (1.0 - square) * gradient**2
        self._first[rows], self._second[rows] = first, second
        first = first / (1.0 - slow ** self._steps[rows])
        second = second / (1.0 - square ** self._steps[rows])
        self.values[rows] -= rate * first / (np.sqrt(second) + TINY)


class _Descent:
    """One fit: blocks of viewers and clips, drawn in an order that the generator decides."""

    def __init__(
        self, watched: sparse.csr_array, settings: FactorSettings, generator: np.random.Generator
    ) -> None:
        viewers, clips = watched.shape
        self.watched = watched
        self.generator = generator
        self.exposure = exposure(watched)
        self.ridge = max(settings.clip_ridge * viewers, settings.clip_ridge_min)
        size = min(settings.size, max(2, min(viewers, clips) // 4))
        liked = (np.asarray(watched.sum(axis=0)) + 0.5) / (viewers * self.exposure + 1.0)
        liked = np.minimum(liked, 0.95)
        level = np.log(liked / (1.0 - liked)).astype(np.float32)[:, None]

        def small(rows: int) -> Array:
            return 0.1 * generator.standard_normal((rows, size), dtype=np.float32)

        # A viewer is met once an epoch, a clip in every block: the longer memory is the clip's.
        self.tastes = _Rows(small(viewers), memory=(0.5, 0.9))
        self.leans = _Rows(np.zeros((viewers, 1), np.float32), memory=(0.5, 0.9))
        self.clips = _Rows(small(clips), memory=(0.9, 0.99))
        self.levels = _Rows(level, memory=(0.9, 0.99))

    def run(self) -> None:
        """Go through the log until the number of steps is reached."""
        viewers, clips = self.watched.shape
        rows = min(ROWS, max(ROWS_MIN, viewers // WARM_STEPS))
        wanted = EPOCHS * -(-viewers // rows) * -(-clips // COLUMNS)
        wanted = min(max(wanted, STEPS_MIN), STEPS_MAX)
        step = 0
        while step < wanted:
            order = self.generator.permutation(viewers)
            for start in range(0, viewers, rows):
                rate = RATE * min(1.0, (step + 1) / WARM_STEPS) * (1.0 - 0.95 * step / wanted)
                self.step(np.sort(order[start : start + rows]), self.some_clips(), rate)
                step += 1

    def some_clips(self) -> NDArray[np.intp]:
        """Return the clips of the next block: all, where there are few."""
        clips = self.watched.shape[1]
        if clips <= COLUMNS:
            return np.arange(clips)
        return np.sort(self.generator.choice(clips, COLUMNS, replace=False))

    def step(self, viewers: NDArray[np.intp], clips: NDArray[np.intp], rate: float) -> None:
        """Better the fit of one block."""
        watched = self.watched[viewers]
        if len(clips) < self.watched.shape[1]:
            watched = watched[:, clips]
        tastes, lean = self.tastes.values[viewers], self.leans.values[viewers]
        numbers, level = self.clips.values[clips], self.levels.values[clips, 0]
        chance = sigmoid(tastes @ numbers.T + level + lean)
        seen = self.exposure * chance
        # d(-log likelihood)/d logit of a cell: full where watched, else by how likely it was shown
        slope = seen / np.maximum(1.0 - seen, TINY)
        filled = watched.tocoo()
        slope[filled.row, filled.col] = -1.0
        slope *= 1.0 - chance
        part = len(viewers) / self.watched.shape[0]
        whole = np.float32(self.watched.shape[1] / len(clips))
        self.tastes.move(viewers, whole * (slope @ numbers) + tastes, rate)
        self.leans.move(viewers, whole * slope.sum(axis=1, keepdims=True) + lean, rate)
        self.clips.move(clips, slope.T @ tastes + np.float32(part * self.ridge) * numbers, rate)
        self.levels.move(clips, slope.sum(axis=0)[:, None], rate)
