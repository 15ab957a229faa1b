"""Of two places where a take fits nearly as well, which is it? Songs repeat themselves.

A loudspeaker and a room are a filter, the same at both places. What no filter makes of the song is
noise; the place that leaves the least noise is the likelier. The share of the take that a filter
can explain is, frequency by frequency, the magnitude-squared coherence (Carter, 1987), and the log
of the likelihood ratio of two places is the sum over frequencies of log(1 - coherence).

A clock that is wrong by a few parts in a million turns the highest frequencies by a good part of a
circle from a take's start to its end, and coherence is lost: the same sum finds the clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from filoscope.studio.aligning.fitting import Fit, vertex
from filoscope.studio.aligning.reference import (
    FINE_BAND_HZ,
    RATE_HZ,
    Reference,
    Samples,
    bins_of,
)

SEGMENT = 4096
"""Samples: a quarter of a second, in which most of a room's echo has died away."""

SEGMENTS_MAX = 480
"""A minute's worth tells two verses apart; of a longer take they are spread over all of it."""

_OVERLAP = 19 / 18
"""Segments that overlap by half share a sixth of what a Hann window lets through."""

_CLOCK_STEPS = 3
_CLOCK_STEP_S = 48e-6
"""How far the ends of a take are moved against each other from one clock that is tried to the next:
three steps reach as far as a line through the windows is ever wrong."""

_CLOCK_SECONDS_MIN = 3.0
"""A shorter take does not tell its clock: 100 ppm are no more than 0.3 ms of it."""

Spectra = NDArray[np.complex64]


def unexplained(take: Samples, reference: Reference, place: Fit) -> float:
    """Return the log of how unlikely the take is at a place; the lower, the likelier.

    The difference of two places is the log of their likelihood ratio.
    """
    pair = _Pair.of(take, reference, place)
    return pair.unexplained(pair.song) if pair else 0.0


def sharpened(take: Samples, reference: Reference, place: Fit) -> Fit:
    """Return the place with the drift at which most of the take is explained."""
    length_s = len(take) / RATE_HZ
    pair = _Pair.of(take, reference, place)
    if pair is None or length_s < _CLOCK_SECONDS_MIN:
        return place
    step_ppm = _CLOCK_STEP_S / min(length_s, float(pair.middles_s[-1])) * 1e6
    turn = pair.turned_by(step_ppm)
    song = pair.song * turn.conj() ** _CLOCK_STEPS
    tried = []
    for _ in range(2 * _CLOCK_STEPS + 1):
        tried.append(-pair.unexplained(song))
        song = song * turn
    best = int(np.argmax(tried))
    steps = best + vertex(np.asarray(tried, np.float32), best) - _CLOCK_STEPS
    more_ppm = step_ppm * steps
    # The middle of what was looked at stays where it is.
    offset_s = place.offset_s - more_ppm * 1e-6 * pair.middle_s
    return replace(place, offset_s=offset_s, drift_ppm=place.drift_ppm + more_ppm)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Segments of a take and what the song plays in them; spectra of shape (segments, bins)."""

    own: Spectra
    song: Spectra
    middles_s: NDArray[np.float64]

    @classmethod
    def of(cls, take: Samples, reference: Reference, place: Fit) -> _Pair | None:
        """Cut take and song at a place; None when the take is shorter than a segment."""
        starts = np.arange(0, len(take) - SEGMENT + 1, SEGMENT // 2)
        if not len(starts):
            return None
        if len(starts) > SEGMENTS_MAX:
            starts = starts[np.linspace(0, len(starts) - 1, SEGMENTS_MAX).astype(int)]
        middles_s = (starts + SEGMENT / 2) / RATE_HZ
        shifts = (place.offset_s + place.drift_ppm * 1e-6 * middles_s) * RATE_HZ
        whole = np.round(shifts).astype(np.int64)
        own, song = _spectra(take, starts), _spectra(reference.samples, starts + whole)
        song *= np.exp(1j * np.outer(shifts - whole, _angles())).astype(np.complex64)
        # Each segment weighs the same: noise that comes and goes would else decide alone.
        level = np.sqrt(np.mean(np.abs(own) ** 2, axis=1, keepdims=True)) + 1e-9
        return cls(own / level, song / level, middles_s)

    @property
    def middle_s(self) -> float:
        """Return the middle of those segments in which the song sounds."""
        sounding = self.song.any(axis=1)
        return float((self.middles_s[sounding] if sounding.any() else self.middles_s).mean())

    def turned_by(self, drift_ppm: float) -> Spectra:
        """Return by what the song's spectra turn when the drift grows by so much."""
        shifts = drift_ppm * 1e-6 * (self.middles_s - self.middle_s) * RATE_HZ
        return np.asarray(np.exp(1j * np.outer(shifts, _angles())), np.complex64)

    def unexplained(self, song: Spectra) -> float:
        """Return the sum over frequencies of log(1 - coherence), less what chance explains.

        Chance explains more where the song has fewer segments to be wrong in: silence before it, or
        one loud moment.
        """
        cross = np.abs(np.sum(self.own * song.conj(), axis=0)) ** 2
        own, heard = np.abs(self.own) ** 2, np.abs(song) ** 2
        both = np.sum(own, axis=0) * np.sum(heard, axis=0) + 1e-12
        chance = _OVERLAP * np.sum(own * heard, axis=0) / both
        coherence = np.clip(cross / both, 0, 1 - 1e-6)
        return float(len(song) / _OVERLAP * np.sum(np.log1p(-coherence) + chance))


def _band() -> tuple[int, int]:
    return bins_of(FINE_BAND_HZ, length=SEGMENT, rate_hz=RATE_HZ)


def _angles() -> NDArray[np.float64]:
    """Return by how much a shift of one sample turns each frequency."""
    return 2 * np.pi * np.arange(*_band()) / SEGMENT


def _spectra(samples: Samples, starts: NDArray[np.int64]) -> Spectra:
    padded = np.pad(samples, SEGMENT)
    at = np.clip(starts + SEGMENT, 0, len(padded) - SEGMENT)
    cut = np.lib.stride_tricks.sliding_window_view(padded, SEGMENT)[at]
    spectra = fft.rfft(cut * np.hanning(SEGMENT).astype(np.float32), axis=1)
    return np.asarray(spectra[:, slice(*_band())], np.complex64)
