"""What no tag or maker says: factors of viewers and clips, learned by gradient as showings happen.

Their product is one more thing that a forecast may be added up from, with a weight that is learned
too: where tastes cannot be told from so few showings the weight stays near 0 and nothing is lost.
Steps are those of AdaGrad (Duchi et al., JMLR 2011), one for each row of factors.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

import numpy as np

from filoscope.recommend.outcomes.compiled import compiled

FACTORS = 16
STEP = np.float32(0.2)
SHRINK = np.float32(0.01)  # towards 0, so that what is met once decides nothing
FIRST_SQUARES = np.float32(0.1)  # before the first gradient: no step is larger than 0.6
FIRST_SPREAD = 0.17  # first factors lie evenly between -this and this


@compiled
def affinity(past: Any, viewer: int, clip: int) -> Any:
    """Return the product of the factors, 0 where one of the two was never met."""
    product = np.float32(0.0)
    if past.viewer_squares[viewer] > 0.0 and past.clip_squares[clip] > 0.0:
        for k in range(FACTORS):
            product += past.viewer_taste[viewer, k] * past.clip_taste[clip, k]
    return product


@compiled
def _begin(taste: Any, squares: Any, row: int, salt: int) -> None:
    """Give a row its first factors, which follow from its number alone."""
    for k in range(FACTORS):
        mixed = np.uint64(row * FACTORS + k + 1) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9 + 2 * salt)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        share = np.float64((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 9007199254740992.0
        taste[row, k] = (2.0 * share - 1.0) * FIRST_SPREAD
    squares[row] = FIRST_SQUARES


@compiled
def move(past: Any, viewer: int, clip: int, logit: float, came: float) -> None:
    """Correct the factors of one showing.

    Parameters
    ----------
    logit
        What is expected without them.
    came
        What came, between 0 and 1.
    """
    if past.viewer_squares[viewer] == 0.0:
        _begin(past.viewer_taste, past.viewer_squares, viewer, 0)
    if past.clip_squares[clip] == 0.0:
        _begin(past.clip_taste, past.clip_squares, clip, 1)
    theirs, its = past.viewer_taste[viewer], past.clip_taste[clip]
    miss = np.float32(came - 1.0 / (1.0 + exp(-(logit + affinity(past, viewer, clip)))))
    of_viewer, of_clip = np.float32(0.0), np.float32(0.0)
    for k in range(FACTORS):
        of_viewer += (miss * its[k] - SHRINK * theirs[k]) ** 2
        of_clip += (miss * theirs[k] - SHRINK * its[k]) ** 2
    past.viewer_squares[viewer] += of_viewer / np.float32(FACTORS)
    past.clip_squares[clip] += of_clip / np.float32(FACTORS)
    viewer_step = STEP / np.float32(sqrt(past.viewer_squares[viewer]))
    clip_step = STEP / np.float32(sqrt(past.clip_squares[clip]))
    for k in range(FACTORS):
        before = theirs[k]
        theirs[k] += viewer_step * (miss * its[k] - SHRINK * before)
        its[k] += clip_step * (miss * before - SHRINK * its[k])
