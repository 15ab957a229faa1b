"""What others would do, in the same run: popularity, item neighbours, RP3beta, EASE.

Plain and well known: strong peers are simple ones (Ferrari Dacrema et al., RecSys 2019). Each sees
what such models see, the clips that were watched, and chooses its setting from a small grid on the
validation part, as ours does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.blending import mean_ndcg
from filoscope.recommend.cowatch import BLOCK, EASE_CLIPS_MAX, ease, strongest, walk
from filoscope.recommend.logs import Split

EASE_RIDGE = 300.0
JUDGES = 6000  # viewers of the validation part that choose a setting, as many as for ours
CELLS = 1 << 25  # scores held at once: bounds memory
PEERS_SEED = 1
TINY = 1e-9

Scorer = Callable[[NDArray[np.intp]], NDArray[np.float32]]
Setting = dict[str, float]


@dataclass(frozen=True, slots=True)
class Peer:
    """A model: `fit` learns from what was watched with one setting of the `grid`.

    `fit(watched, targets, **setting)` returns weights `(clips, targets)`, dense or sparse, by which
    what a viewer watched becomes scores; or `(targets,)`, the same for everybody.
    """

    fit: Callable[..., NDArray[np.float32] | sparse.csr_array]
    grid: tuple[Setting, ...] = field(default=({},))

    def choose(self, split: Split) -> Setting:
        """Return the setting that ranks the validation part best."""
        earlier = split.earlier
        if len(self.grid) == 1 or earlier is None or not earlier.watched.nnz:
            return self.grid[0]
        viewers = earlier.asked()
        if not len(viewers):
            return self.grid[0]
        if len(viewers) > JUDGES:
            viewers = np.sort(np.random.default_rng(PEERS_SEED).permutation(viewers)[:JUDGES])
        return max(
            self.grid, key=lambda setting: worth(self.ranker(earlier, setting), earlier, viewers)
        )

    def ranker(self, split: Split, setting: Setting) -> Scorer:
        """Fit to all that may be learned from."""
        weights = self.fit(split.watched, split.targets, **setting)

        def score(viewers: NDArray[np.intp]) -> NDArray[np.float32]:
            if weights.ndim == 1:
                return np.tile(weights, (len(viewers), 1))
            scores = split.watched[viewers] @ weights
            return np.asarray(scores if isinstance(scores, np.ndarray) else scores.toarray())

        return score


def worth(score: Scorer, split: Split, viewers: NDArray[np.intp]) -> float:
    """Return NDCG@20 over some viewers of a split."""
    hidden, truth = split.hidden[:, split.targets].tocsr(), split.truth[:, split.targets].tocsr()
    total = sum(
        len(part) * mean_ndcg(score(part), hidden[part], truth[part])
        for part in parts(viewers, len(split.targets))
    )
    return total / len(viewers)


def parts(viewers: NDArray[np.intp], targets: int) -> Iterator[NDArray[np.intp]]:
    """Cut viewers into parts whose scores fit into memory."""
    size = max(CELLS // max(targets, 1), 1)
    for start in range(0, len(viewers), size):
        yield viewers[start : start + size]


def popularity(watched: sparse.csr_array, targets: NDArray[np.intp]) -> NDArray[np.float32]:
    """Rank for everybody by the number of viewers."""
    return np.asarray(watched.sum(axis=0), np.float32)[targets]


def item_cosine(
    watched: sparse.csr_array, targets: NDArray[np.intp], *, k: int
) -> sparse.csr_array:
    """Fit item neighbours by cosine."""
    lengths = np.sqrt(np.asarray(watched.sum(axis=0), np.float32))
    unit = (watched @ sparse.diags_array(1.0 / np.maximum(lengths, TINY))).tocsr()
    every, turned = np.arange(watched.shape[1]), unit.T.tocsr()
    blocks = [
        strongest(
            (turned[start : start + BLOCK] @ unit).tocsr(),
            neighbours=k,
            own=(every[start : start + BLOCK], every),
        )[:, targets]
        for start in range(0, len(every), BLOCK)
    ]
    return sparse.vstack(blocks, format="csr", dtype=np.float32)


def rp3beta(
    watched: sparse.csr_array, targets: NDArray[np.intp], *, k: int, a: float, b: float
) -> sparse.csr_array:
    """Fit RP3beta."""
    return walk(watched, power=a, popularity=b, neighbours=k)[:, targets].tocsr()


def plain_ease(
    watched: sparse.csr_array, targets: NDArray[np.intp], *, ridge: float
) -> NDArray[np.float32]:
    """Fit EASE."""
    return np.ascontiguousarray(ease(watched, ridge=ridge)[:, targets])


def peers_for(clips: int) -> dict[str, Peer]:
    """Return the peers that can be fitted to this many clips."""
    models = {
        "popularity": Peer(popularity),
        "item cosine": Peer(item_cosine, ({"k": 400}, {"k": 100})),
        "RP3beta": Peer(rp3beta, ({"k": 300, "a": 0.8, "b": 0.4},)),  # best of a wide search
    }
    if clips <= EASE_CLIPS_MAX:
        ridges = (EASE_RIDGE, 100.0, 1000.0)
        models["EASE"] = Peer(plain_ease, tuple({"ridge": ridge} for ridge in ridges))
    return models
