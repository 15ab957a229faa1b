"""How good forecasts are: AUC, AUC within a viewer (GAUC), log loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_CHANCE = 1e-6  # a forecast of 0 that comes true would cost endlessly


def log_loss(came: NDArray[np.bool_], chance: NDArray[np.floating[Any]]) -> float:
    """Return the mean surprise in nats."""
    chance = np.clip(chance.astype(np.float64), LEAST_CHANCE, 1.0 - LEAST_CHANCE)
    return float(-np.log(np.where(came, chance, 1.0 - chance)).mean())


def auc(came: NDArray[np.bool_], score: NDArray[np.floating[Any]]) -> float:
    """Return how often what came is scored above what did not, ties half; NaN if all are alike."""
    return gauc(np.zeros(len(came), np.int64), came, score)


def gauc(
    viewer: NDArray[np.int64], came: NDArray[np.bool_], score: NDArray[np.floating[Any]]
) -> float:
    """Return the AUC within each viewer, averaged by how much each was shown.

    Viewers for whom everything or nothing came are left out; NaN if nobody is left. After "Optimized
    Cost per Click in Taobao Display Advertising" (Zhu et al., KDD 2017).

    Parameters
    ----------
    viewer, came, score : (n,)
        Codes from 0 up, outcomes, forecasts.
    """
    order = np.lexsort((score, viewer))
    who, what, came = viewer[order], score[order], came[order].astype(np.float64)
    new_viewer = np.r_[True, who[1:] != who[:-1]]
    tied = np.cumsum(new_viewer | np.r_[True, what[1:] != what[:-1]]) - 1
    places = np.arange(len(order), dtype=np.float64)
    place = (np.bincount(tied, places) / np.bincount(tied))[tied]
    group = np.cumsum(new_viewer) - 1
    place -= np.flatnonzero(new_viewer)[group]
    shown = np.bincount(group).astype(np.float64)
    good = np.bincount(group, came)
    both = (good > 0) & (good < shown)
    if not both.any():
        return float("nan")
    above = np.bincount(group, place * came) - good * (good - 1) / 2
    return float(np.average((above[both] / (good * (shown - good))[both]), weights=shown[both]))
