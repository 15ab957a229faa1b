"""Where in the song might a take lie? Windows of the take vote for places.

Every window is correlated with the whole song, and votes for the offsets at which it would lie
well; votes are counted in bins of 2.5 ms, along lines of several drifts. What the windows agree on
is a candidate; the best few are fitted to the sample by `fitting`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import maximum_filter1d

from filoscope.studio.aligning.reference import (
    BLOCK,
    COARSE_BAND_HZ,
    COARSE_HZ,
    WINDOW_S,
    Reference,
    Samples,
    bins_of,
    coarsened,
    whitened,
)

BIN = COARSE_HZ // 400
"""Coarse samples of a bin: 2.5 ms."""

WINDOWS_MAX = 12
"""Windows that search the whole song. A dozen, spread over the take, find the place of a long one."""

VOTE_BEND = 8.0
"""Standard deviations from which a vote grows as its logarithm: one window, however sure, is not the
whole take, and of two sure ones the surer still has more to say."""

DRIFT_PPM_MAX = 250.0
"""Crystals of two phones differ by 100 ppm at most; players that follow a network, by more."""

APART_S = 0.03
"""Candidates nearer than this to each other are one, with its echoes."""

CANDIDATES_MAX = 24
"""A loop of a second comes again at every second of a chorus."""

VOTES_SHARE_MIN = 0.55
"""Of the best one's votes; what has fewer is no repetition of it."""

CANDIDATES_MIN = 6
"""Are kept whatever their votes: in much noise the right place is not always the first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place for a take.

    Attributes
    ----------
    offset_s : float
        Where in the song the take's first sample would lie; exact to some milliseconds.
    drift_ppm : float
        With which the windows agree; exact to what moves the last one by a bin.
    votes : float
        In standard deviations of what places have by chance.
    """

    offset_s: float
    drift_ppm: float
    votes: float


def find(take: Samples, reference: Reference) -> list[Candidate]:
    """Return the most probable places, best first.

    Parameters
    ----------
    take : ndarray
        Mono at `RATE_HZ`, shape (n,).
    """
    coarse = coarsened(take)
    starts = window_starts(len(coarse), round(WINDOW_S * COARSE_HZ), most=WINDOWS_MAX)
    votes = np.stack([_votes(coarse, start, reference) for start in starts])
    middles_s = (starts - starts.mean()) / COARSE_HZ
    totals, drifts = _totals(votes, starts, middles_s)
    middle_s = starts.mean() / COARSE_HZ
    floor, spread = np.median(totals), 1.4826 * np.median(np.abs(totals - np.median(totals)))
    bin_s = BIN / COARSE_HZ
    # Bin 0 is where the take's end would meet the song's beginning.
    first_s = -(starts.max() + reference.lead) / COARSE_HZ
    found: list[Candidate] = []
    for index in _peaks(totals, round(APART_S / bin_s)):
        drift_ppm = float(drifts[index])
        at_s = first_s + (index + 0.5) * bin_s - drift_ppm * 1e-6 * middle_s
        told = float((totals[index] - floor) / (spread + 1e-9))
        found.append(Candidate(float(at_s), drift_ppm, told))
    least = VOTES_SHARE_MIN * found[0].votes
    return [one for rank, one in enumerate(found) if rank < CANDIDATES_MIN or one.votes > least]


def window_starts(length: int, window: int, *, most: int) -> NDArray[np.int64]:
    """Return where the windows of a take begin: every half window, or fewer that are spread."""
    last = max(length - window, 0)
    count = min(1 + -(-2 * last // window), most)
    return np.linspace(0, last, count).round().astype(np.int64)


def _votes(coarse: Samples, start: int, reference: Reference) -> NDArray[np.float32]:
    """Return the votes of one window for the offsets from its own start, in bins."""
    window = coarse[start : start + round(WINDOW_S * COARSE_HZ)]
    tapered = (window * np.hanning(len(window))).astype(np.float32)
    band = bins_of(COARSE_BAND_HZ, length=BLOCK, rate_hz=COARSE_HZ)
    spectrum = whitened(fft.rfft(tapered, BLOCK), band)
    lags = fft.irfft(reference.blocks * spectrum.conj(), BLOCK, axis=1)[:, : reference.step]
    # The microphone may hear the song upside down.
    strength = np.abs(lags.reshape(-1))
    strength = strength[: len(strength) // BIN * BIN].reshape(-1, BIN).max(axis=1)
    level = np.median(strength) / 1.9 + 1e-12  # the median of the largest of ten |N(0, 1)|
    return np.asarray(VOTE_BEND * np.log1p(strength / level / VOTE_BEND), np.float32)


def _totals(
    votes: NDArray[np.float32], starts: NDArray[np.int64], middles_s: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Add up votes along lines; return the best total of each bin, and the drift it has it with."""
    votes = maximum_filter1d(votes, 3, axis=1)
    back = np.round((starts.max() - starts) / BIN).astype(int)
    length = votes.shape[1] + int(back.max())
    reach_s = max(float(np.abs(middles_s).max()), 1e-9)
    steps = int(np.ceil(DRIFT_PPM_MAX * 1e-6 * reach_s * COARSE_HZ / BIN))
    best = np.full(length, -np.inf, np.float32)
    drifts = np.zeros(length, np.float32)
    for drift in np.linspace(-DRIFT_PPM_MAX, DRIFT_PPM_MAX, 2 * steps + 1) if steps else (0.0,):
        shifts = np.round(drift * 1e-6 * middles_s * COARSE_HZ / BIN).astype(int)
        total = np.zeros(length, np.float32)
        for vote, at, shift in zip(votes, back, shifts, strict=True):
            low, high = max(at - shift, 0), min(at - shift + len(vote), length)
            total[low:high] += vote[low - at + shift : high - at + shift]
        better = total > best
        best[better], drifts[better] = total[better], drift
    return best, drifts


def _peaks(totals: NDArray[np.float32], apart: int) -> list[int]:
    """Return the highest bins that are not neighbours, highest first."""
    tops = np.flatnonzero(totals == maximum_filter1d(totals, 2 * apart + 1))
    kept: list[int] = []
    for top in tops[np.argsort(-totals[tops], kind="stable")].tolist():
        # Equals stand side by side on a plateau: one of them is enough.
        if all(abs(top - other) > apart for other in kept):
            kept.append(top)
        if len(kept) == CANDIDATES_MAX:
            break
    return kept
