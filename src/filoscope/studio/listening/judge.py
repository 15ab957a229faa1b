"""The small network that chooses among answers: one hidden layer, weights in `metre.json`.

The weights were learned by `python -m bench.studio.learn` (softmax over a song's answers).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judge:
    """A network: traits (answers, n) in, one score for each answer out.

    Attributes
    ----------
    mean, spread : (n,)
        Of the traits in learning; they are brought to 0 and 1.
    line : (n,)
        What a trait says by itself.
    hidden, bias, out : (n, units), (units,), (units,)
    """

    mean: Floats
    spread: Floats
    line: Floats
    hidden: Floats
    bias: Floats
    out: Floats

    def scores(self, traits: Floats) -> Floats:
        """Judge answers, (answers, n)."""
        x = np.clip((traits - self.mean) / self.spread, -4, 4)
        return np.asarray(x @ self.line + np.tanh(x @ self.hidden + self.bias) @ self.out)

    def shares(self, traits: Floats) -> Floats:
        """Return the probability of each answer."""
        scores = self.scores(traits)
        weight = np.exp(scores - scores.max())
        return np.asarray(weight / weight.sum())


@dataclass(frozen=True, slots=True)
class Judges:
    """The two that a song needs: which is the beat, and which beats open a bar."""

    beat: Judge
    bar: Judge

    @classmethod
    def from_weights(cls, weights: Mapping[str, Any]) -> Judges:
        """Read them as `metre.json` has them."""
        return cls(
            *(
                Judge(**{field: np.array(weights[name][field]) for field in Judge.__slots__})
                for name in ("beat", "bar")
            )
        )


@cache
def learned_judges() -> Judges:
    """Read those of `metre.json`."""
    text = files(__package__).joinpath("metre.json").read_text(encoding="utf-8")
    return Judges.from_weights(json.loads(text))
