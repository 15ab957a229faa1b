"""Clips that the same people watch: the closed forms from which scores are made.

* EASE (Steck, WWW 2019): one ridge regression of every clip on all others, in closed form.
* Plain ridge regression of some clips on others: the same where no clip can explain itself.
* RP3beta (Paudel et al., TiiS 2016): the chance to walk clip -> viewer -> clip, with popular ends
  held down.

`filoscope.recommend.retrieval` blends them, as each log chooses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve, lapack

from filoscope.recommend.errors import RecommendError

EASE_CLIPS_MAX = 20_000  # the solve is cubic: beyond this the walk alone has to do
BLOCK = 1024  # rows worked on at once: bounds memory
TINY = 1e-9


class NothingWatched(RecommendError, ValueError):
    """A log without one watched clip: there is nothing to learn from."""


def meetings(
    watched: sparse.csr_array, shown: sparse.csr_array | None, *, shown_weight: float
) -> sparse.csr_array:
    """Return 1 where watched, `shown_weight` where only shown, float32 `(viewers, clips)`."""
    watched = watched.astype(np.float32)
    if shown is None or not shown_weight:
        return watched
    return watched.maximum(shown_weight * shown.astype(np.float32)).tocsr()


def ease(met: sparse.csr_array, *, ridge: float) -> NDArray[np.float32]:
    """Solve EASE: `(clips, clips)` weights with an empty diagonal that best restore `met`.

    Raises
    ------
    RecommendError
        If `ridge` is too small for the sum to have a solution.
    """
    inverse, failed = lapack.spotri(_factor(met, ridge), lower=1, overwrite_c=1)
    if failed:
        raise RecommendError(f"EASE cannot be solved with ridge {ridge}: take a larger one")
    inverse = np.tril(inverse)
    inverse += np.tril(inverse, -1).T
    weights = inverse / -np.diag(inverse)[None, :]
    np.fill_diagonal(weights, 0.0)
    return np.asarray(weights, np.float32)


def regression(
    met: sparse.csr_array, wanted: sparse.csr_array, *, ridge: float
) -> NDArray[np.float32]:
    """Solve a ridge regression: `(clips, wanted)` weights that best make `wanted` of `met`."""
    sums = (met.T @ wanted).toarray().astype(np.float32)
    return np.asarray(
        cho_solve((_factor(met, ridge), True), sums, overwrite_b=True, check_finite=False),
        np.float32,
    )


def _factor(met: sparse.csr_array, ridge: float) -> NDArray[np.float32]:
    gram = (met.T @ met).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += ridge
    factor, _ = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    return np.asarray(factor)


def walk(
    met: sparse.csr_array,
    *,
    power: float,
    popularity: float,
    neighbours: int,
    inputs: NDArray[np.intp] | None = None,
    targets: NDArray[np.intp] | None = None,
) -> sparse.csr_array:
    """Walk clip -> viewer -> clip: `(inputs, targets)` weights, the strongest of each row kept.

    `inputs` and `targets` are all clips by default.
    """
    by_viewer, by_clip = met.sum(axis=1), met.sum(axis=0)
    every = np.arange(met.shape[1])
    inputs = every if inputs is None else inputs
    targets = every if targets is None else targets
    out = (sparse.diags_array(1.0 / np.maximum(by_viewer, TINY)) @ met).tocsr()
    back = (sparse.diags_array(1.0 / np.maximum(by_clip, TINY)) @ met.T).tocsr()[inputs]
    out.data, back.data = out.data**power, back.data**power
    held_down = np.where(by_clip > 0, np.maximum(by_clip, TINY) ** -popularity, 0.0)
    ends = (out @ sparse.diags_array(held_down)).tocsr()[:, targets].tocsr()
    blocks = [
        strongest(
            (back[start : start + BLOCK] @ ends).tocsr(),
            neighbours=neighbours,
            own=(inputs[start : start + BLOCK], targets),
        )
        for start in range(0, len(inputs), BLOCK)
    ]
    return sparse.vstack(blocks, format="csr", dtype=np.float32)


def strongest(
    weights: sparse.csr_array,
    *,
    neighbours: int,
    own: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> sparse.csr_array:
    """Keep the strongest of each row (equals of the last kept, too), never a clip beside itself.

    `own` names the clip of each row and of each column.
    """
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    weights.data[own[0][rows] == own[1][weights.indices]] = 0.0
    for start, stop in zip(weights.indptr[:-1], weights.indptr[1:], strict=True):
        if stop - start > neighbours:
            row = weights.data[start:stop]
            row[row < np.partition(row, -neighbours)[-neighbours]] = 0.0
    weights.eliminate_zeros()
    return weights.astype(np.float32)


def standard(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bring each row to mean 0 and deviation 1; a row that is all alike becomes 0."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    return np.asarray(centred / (centred.std(axis=1, keepdims=True) + TINY), np.float32)
