"""What another policy would have earned, from a log of what one policy showed and with which chance.

    weights = importance(target, propensity, most=20.0)
    doubly_robust(reward, weights, expected=expected, expected_of_policy=of_policy, groups=viewers)

Each impression is one draw of a contextual bandit: in its context (who, what they have seen, what
there is) the logging policy showed this clip with the chance `propensity`; the policy in question
would have shown it with the chance `target`. Four estimates of the same thing, from loud to quiet:

* `inverse_propensity` (Horvitz and Thompson, JASA 1952): unbiased where no weight is cut and every
  clip that the target may show had a chance; high variance.
* `self_normalised` (Swaminathan and Joachims, NeurIPS 2015): divides by the sum of the weights;
  bias of order 1/n, far less variance, never outside the range of rewards.
* `doubly_robust` (Dudik, Langford and Li, ICML 2011): a guess of the reward, corrected by the
  weighted error of the guess; unbiased if either the chances or the guess are right, and the better
  the guess, the less the variance.

Cutting weights at `most` (Ionides, JCGS 2008) trades a little bias for much variance. Impressions of
one viewer are not independent of each other, so intervals are taken over viewers (`groups`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959964  # of the normal distribution, two-sided


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean reward of an impression under a policy.

    Parameters
    ----------
    value, low, high
        The estimate and its 95 % interval.
    effective
        Kish's effective sample size, (sum w)^2 / sum w^2: how many impressions drawn by the policy
        itself would tell as much. Few: do not believe the value.
    impressions
        How many were looked at.
    """

    value: float
    low: float
    high: float
    effective: float
    impressions: int


def importance(
    target: NDArray[np.float64], propensity: NDArray[np.float64], *, most: float = np.inf
) -> NDArray[np.float64]:
    """Return the weight of each impression, target over propensity, cut at `most`.

    Parameters
    ----------
    target, propensity : (impressions,)
        Chances under the policy in question and under the one that showed it.

    Raises
    ------
    ValueError
        Where a propensity is not in (0, 1] or a target not in [0, 1].
    """
    if not ((propensity > 0) & (propensity <= 1)).all():
        raise ValueError("a propensity is not in (0, 1]: it could not have been shown")
    if not ((target >= 0) & (target <= 1)).all():
        raise ValueError("a target is not a chance in [0, 1]")
    return np.minimum(target / propensity, most)


def inverse_propensity(
    reward: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    groups: NDArray[np.int64] | None = None,
) -> Estimate:
    """Estimate by Horvitz and Thompson: the mean of weighted rewards.

    Parameters
    ----------
    reward, weights : (impressions,)
        What each impression earned, and its importance.
    groups : (impressions,), optional
        Whose impression it was; each by itself where not given.
    """
    return _estimate(weights * reward, weights, groups)


def self_normalised(
    reward: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    groups: NDArray[np.int64] | None = None,
) -> Estimate:
    """Estimate the same, divided by the mean weight; its interval by the delta method."""
    total = float(weights.sum())
    if not total > 0:
        return Estimate(np.nan, np.nan, np.nan, 0.0, len(reward))
    value = float((weights * reward).sum()) / total
    influence = weights * (reward - value) * (len(reward) / total)
    spread = _standard_error(influence, groups)
    return _between(value, spread, weights)


def doubly_robust(
    reward: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    expected: NDArray[np.float64],
    expected_of_policy: NDArray[np.float64],
    groups: NDArray[np.int64] | None = None,
) -> Estimate:
    """Estimate by a guess and the weighted error of the guess.

    Parameters
    ----------
    expected : (impressions,)
        The reward that was guessed for the clip that was shown, from other impressions.
    expected_of_policy : (impressions,)
        The mean of that guess over what the policy would have shown, in each context.
    """
    return _estimate(expected_of_policy + weights * (reward - expected), weights, groups)


def _estimate(
    told: NDArray[np.float64], weights: NDArray[np.float64], groups: NDArray[np.int64] | None
) -> Estimate:
    if not len(told):
        return Estimate(np.nan, np.nan, np.nan, 0.0, 0)
    value = float(told.mean())
    return _between(value, _standard_error(told - value, groups), weights)


def _between(value: float, spread: float, weights: NDArray[np.float64]) -> Estimate:
    squares = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / squares if squares > 0 else 0.0
    return Estimate(value, value - Z_95 * spread, value + Z_95 * spread, effective, len(weights))


def _standard_error(influence: NDArray[np.float64], groups: NDArray[np.int64] | None) -> float:
    """Return the standard error of a mean from each part's influence on it, summed over groups."""
    sums = influence
    if groups is not None:
        _, place = np.unique(groups, return_inverse=True)
        sums = np.zeros(int(place.max(initial=-1)) + 1)
        np.add.at(sums, place, influence)
    if len(sums) < 2:
        return float("inf")  # one viewer says nothing about the others
    scale = len(sums) / (len(sums) - 1)
    return float(np.sqrt(scale * (sums**2).sum())) / len(influence)
