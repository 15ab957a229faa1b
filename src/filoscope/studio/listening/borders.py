"""Parts begin with bars: what the greatest changes of sound, harmony and bass say of where bars begin.

Means over all bars hardly know of them: a part begins once in eight or sixteen bars. So each way to count
bars gets a vote by the few peaks alone, beside what the judge of bars says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from filoscope.studio.listening.spectra import GROUPS
from filoscope.studio.listening.traits import Cloth, bar_answers

Floats = NDArray[np.float64]

_ROWS = [GROUPS + 1, GROUPS + 2, GROUPS + 3]  # changes of harmony, of bass, of the whole sound
_SAYS = np.array([1.4, 1.4, 4.5])  # what each says at most; chosen on styles and grooves held out
_PLAIN = 1.0  # a peak no higher than so many means is none
_FEW = 30.0  # where all peaks together have less power than this, they say little


def border_votes(cloth: Cloth, period: int, phase: int) -> Floats:
    """Return what to add to the score of each way to count bars: (ways,), as `bar_answers` has them."""
    peaks = _peaks(cloth, period, phase)
    says = _SAYS / (peaks.sum(axis=1) + _FEW)
    shares: dict[int, Floats] = {}
    votes = []
    for meter, first in bar_answers(peaks.shape[1]):
        if meter not in shares:
            whole = np.pad(peaks, ((0, 0), (0, -peaks.shape[1] % meter)))
            shares[meter] = whole.reshape(len(peaks), -1, meter).sum(axis=1)
        share = shares[meter]
        rivals = np.delete(share, first, axis=1).max(axis=1)
        votes.append(float(says @ (share[:, first] - rivals)))
    return np.array(votes)


def _peaks(cloth: Cloth, period: int, phase: int) -> Floats:
    """Return the power of peaks, each the highest within two beats, by the beats beside: (rows, beats)."""
    rows = cloth.rows[_ROWS]
    highest = maximum_filter1d(rows, 4 * period + 1, axis=1) == rows
    beats = len(range(phase, rows.shape[1], period))
    told = np.zeros((len(rows), beats))
    for row, values, tops in zip(told, rows, highest, strict=True):
        at = np.flatnonzero(tops)
        place = np.clip((at - phase) / period, 0, beats - 1)
        left = place.astype(int)
        late = np.clip(1.5 * (place - left) - 0.25, 0, 1)  # near a beat, all of it is that beat's
        power = np.square(np.maximum(values[at] - _PLAIN, 0))
        np.add.at(row, left, power * (1 - late))
        np.add.at(row, np.minimum(left + 1, beats - 1), power * late)
    return told
