"""Full ranking of KuaiRand-Pure and KuaiRec: ours, the peers of the command, and two of `implicit`.

Everybody chooses settings on the validation part, fits on train and valid, and ranks the test once.

    python -m bench.recommend --only retrieval
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.evaluate import Row, beside, measure, ours
from filoscope.recommend.logs import Split, read_folder
from filoscope.recommend.peers import JUDGES, PEERS_SEED, Scorer, peers_for, worth

FOLDERS = ("kuairand", "kuairec")
FACTORS = 128
ALS_GRID = tuple(product((1.0, 10.0), (0.1, 10.0)))  # weight of a view, regularisation
BPR_GRID = ((0.05, 0.01), (0.02, 0.01))  # learning rate, regularisation
BPR_ROUNDS = 60
SEED = 1


@dataclass(frozen=True, slots=True)
class Factors:
    """A model of `implicit`, and the settings it is tried with."""

    name: str
    grid: tuple[tuple[float, float], ...]

    def ranker(self, split: Split, setting: tuple[float, float]) -> Scorer:
        """Fit to all that may be learned from."""
        model = self._model(*setting)
        model.fit(sparse.csr_matrix(split.watched), show_progress=False)
        viewers, clips = np.asarray(model.user_factors), np.asarray(model.item_factors)
        targets = clips[split.targets].T

        def score(some: NDArray[np.intp]) -> NDArray[np.float32]:
            return np.asarray(viewers[some] @ targets, np.float32)

        return score

    def choose(self, split: Split) -> tuple[float, float]:
        """Return the setting that ranks the validation part best."""
        earlier = split.earlier
        if earlier is None:
            return self.grid[0]
        viewers = earlier.asked()
        if len(viewers) > JUDGES:
            viewers = np.sort(np.random.default_rng(PEERS_SEED).permutation(viewers)[:JUDGES])
        return max(
            self.grid, key=lambda tried: worth(self.ranker(earlier, tried), earlier, viewers)
        )

    def row(self, split: Split) -> Row:
        """Choose, fit and measure."""
        begun = time.process_time()
        setting = self.choose(split)
        chosen = time.process_time()
        score = self.ranker(split, setting)
        spent = {"tune_cpu_s": chosen - begun, "fit_cpu_s": time.process_time() - chosen}
        return measure(self.name, score, split) | spent | {"setting": str(setting)}

    def _model(self, first: float, regularization: float) -> Any:
        from implicit.als import AlternatingLeastSquares
        from implicit.bpr import BayesianPersonalizedRanking

        if self.grid is ALS_GRID:
            return AlternatingLeastSquares(
                FACTORS,
                alpha=first,
                regularization=regularization,
                num_threads=1,
                random_state=SEED,
            )
        return BayesianPersonalizedRanking(
            FACTORS,
            learning_rate=first,
            regularization=regularization,
            iterations=BPR_ROUNDS,
            num_threads=1,
            random_state=SEED,
        )


def rows(options: argparse.Namespace) -> list[Row]:
    """Measure everybody on both logs; wants `options.data`, the folder of the data."""
    found: list[Row] = []
    for folder in options.log or FOLDERS:
        split = read_folder(Path(options.data) / folder)
        found.append(ours(split))
        peers = peers_for(split.watched.shape[1])
        found += [beside(name, peer, split) for name, peer in peers.items()]
        found += [
            factors.row(split)
            for factors in (Factors("implicit ALS", ALS_GRID), Factors("implicit BPR", BPR_GRID))
        ]
    return found
