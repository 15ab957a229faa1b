"""`filoscope recommend sessions`: swipe, learn, swipe, against tastes that are fully known.

Every viewer of the test starts cold: what a model knows of them is what they did in this session.
What it knows of clips comes from `train`. A clip is liked if it is in the viewer's test part.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.cowatch import CoWatch, ease
from filoscope.recommend.logs import Split, read_folder
from filoscope.recommend.peers import EASE_RIDGE
from filoscope.recommend.ranking import coverage

SKIP_WEIGHT = 0.0  # a clip left at once takes off nothing: on validation that did only harm
LEAD = 3.0  # weight of popularity before the first like; it fades with each
MARKS = (10, 50, 100)  # swipes after which the reward is read
LAST = 20  # swipes at the end whose reward shows whether a session runs dry
PRIOR = 0.1  # of EASE: weight of popularity, 1 for the most popular clip
Weights = NDArray[np.float32]
Row = dict[str, str | float]


@dataclass(frozen=True, slots=True)
class Swiper:
    """A model that adds up weights `(targets, targets)` for what was liked, and blends the sums.

    `blend` takes the sums `(viewers, targets)`, one for each of `weights`, and the number of likes
    `(viewers, 1)`, and returns scores.
    """

    weights: list[Weights]
    skip_weight: float
    blend: Callable[[list[Weights], Weights], Weights]


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("folder", type=Path, help="train, valid, test and candidates as parquet")
    parser.add_argument("--swipes", type=int, default=100, help="of each session")


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure our model, and the peers where asked."""
    split = read_folder(options.folder, learn_from_valid=False, hide=False)
    models = {"filoscope": ours(split)}
    if options.peers == "all":
        models["popularity"] = by_popularity(split)
        models["EASE lambda=300, every swipe"] = by_ease(split)
    return [measure(name, model, split, options.swipes) for name, model in models.items()]


def ours(split: Split) -> Swiper:
    """Fit our model; popularity leads until likes have told more."""
    model = CoWatch().fit(split.watched, split.shown, targets=split.targets)
    weights = [model.walk[split.targets].toarray()]
    if model.ease is not None:
        weights.append(model.ease[split.targets])

    def blend(sums: list[Weights], likes: Weights) -> Weights:
        by_ease = sums[1] if len(sums) > 1 else None
        return model.blend(by_ease, sums[0]) + LEAD * model.popularity / (1.0 + likes)

    return Swiper(weights, SKIP_WEIGHT, blend)


def by_popularity(split: Split) -> Swiper:
    """Show everybody the same, in the order of how many watched it."""
    counts = _popularity(split.watched, split.targets)
    return Swiper([], 0.0, lambda sums, likes: np.tile(counts, (len(likes), 1)))


def by_ease(split: Split) -> Swiper:
    """Fit EASE and add up its rows after every swipe; the first swipe goes by popularity."""
    weights = ease(split.watched, ridge=EASE_RIDGE)[np.ix_(split.targets, split.targets)]
    counts = _popularity(split.watched, split.targets)
    prior = PRIOR * counts / max(float(counts.max()), 1.0)
    return Swiper([weights], SKIP_WEIGHT, lambda sums, likes: sums[0] + prior)


def measure(name: str, model: Swiper, split: Split, swipes: int) -> Row:
    """Run a session for every viewer of the test, all of them side by side."""
    truth = split.truth[:, split.targets].tocsr()
    truth = truth[np.flatnonzero(np.diff(truth.indptr))].toarray() > 0
    viewers, targets = truth.shape
    everybody = np.arange(viewers)
    sums = [np.zeros((viewers, targets), np.float32) for _ in model.weights]
    free = np.ones((viewers, targets), np.bool_)
    likes = np.zeros((viewers, 1), np.float32)
    liked = np.zeros((viewers, min(swipes, targets)), np.bool_)
    shown = np.zeros(targets, np.int64)
    begun = time.process_time()
    for swipe in range(liked.shape[1]):
        pick = np.where(free, model.blend(sums, likes), -np.inf).argmax(axis=1)
        free[everybody, pick] = False
        liked[:, swipe] = truth[everybody, pick]
        shown += np.bincount(pick, minlength=targets)
        step = np.where(liked[:, swipe], 1.0, -model.skip_weight).astype(np.float32)[:, None]
        likes[:, 0] += liked[:, swipe]
        for total, weights in zip(sums, model.weights, strict=True):
            total += step * weights[pick]
    spent = time.process_time() - begun
    marks = {f"r{mark}": float(liked[:, :mark].mean()) for mark in MARKS if mark <= swipes}
    return {
        "model": name,
        "dataset": split.name,
        "viewers": viewers,
        **marks,
        f"last{LAST}": float(liked[:, -LAST:].mean()),
        "coverage": coverage(shown),
        "ms_per_swipe": 1000.0 * spent / liked.size,
    }


def _popularity(watched: sparse.csr_array, targets: NDArray[np.intp]) -> Weights:
    return np.asarray(watched.sum(axis=0), np.float32)[targets]
