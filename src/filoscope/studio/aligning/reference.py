"""A song, made ready for takes to be put to it: its spectra are computed once for all of them.

Both sides of a correlation are whitened by their own magnitudes, to the power of 0.85: what is loud
in the song, or in the room, does not decide. The product of the two is GCC-PHAT (Knapp and Carter,
1976), whose weight falls apart into a factor for each side, so that the song's can be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import resample_poly

RATE_HZ = 16_000
"""Phones pass what lies under 7 kHz; more would only cost time."""

COARSE = 4
"""To find the place, a quarter of the rate is enough; to fit it, none is given away."""

COARSE_HZ = RATE_HZ // COARSE
COARSE_BAND_HZ = (200.0, 1850.0)
FINE_BAND_HZ = (200.0, 6800.0)

WINDOW_S = 3.0
"""Long enough that a window is found by itself at -5 dB, short enough that a clock that is 100 ppm
off smears it by no more than 0.3 ms."""

WHITENING = 0.85
"""At 1 what holds nothing but noise weighs as much as what holds the song."""

BLOCK = 1 << 16
"""Samples of a block at the coarse rate: 16 s, of which a window of 3 s leaves 13 s of lags."""

Samples = NDArray[np.float32]
Spectrum = NDArray[np.complex64]


def whitened(spectrum: Spectrum, band: tuple[int, int]) -> Spectrum:
    """Return the spectrum with its magnitudes evened out, and nothing outside of the band.

    Parameters
    ----------
    spectrum : ndarray
        Shape (..., bins).
    band : (int, int)
        First bin, and the one after the last.
    """
    out = np.zeros_like(spectrum)
    inside = spectrum[..., band[0] : band[1]]
    power = inside.real**2 + inside.imag**2
    # A floor a million times under the mean: bins without anything in them stay without weight.
    power += 1e-6 * power.mean(axis=-1, keepdims=True) + 1e-30
    out[..., band[0] : band[1]] = inside * power ** (-WHITENING / 2)
    return out


def bins_of(band_hz: tuple[float, float], *, length: int, rate_hz: int) -> tuple[int, int]:
    """Return the first bin of a band and the one after its last, for a transform of `length`."""
    return round(band_hz[0] * length / rate_hz), round(band_hz[1] * length / rate_hz)


@dataclass(frozen=True, slots=True)
class Reference:
    """A song to which takes are put.

    Attributes
    ----------
    samples : ndarray
        Mono at `RATE_HZ`, shape (n,), as it sounds at the speed at which it is played.
    lead : int
        Coarse samples of silence before the song in `blocks`: a take may begin before the song.
    step : int
        Coarse samples from the start of one block to that of the next.
    blocks : ndarray
        Whitened spectra of overlapping blocks at the coarse rate, shape (blocks, bins).
    """

    samples: Samples
    lead: int
    step: int
    blocks: Spectrum

    @property
    def duration_s(self) -> float:
        """Return how long the song sounds."""
        return len(self.samples) / RATE_HZ


def prepare(samples: Samples) -> Reference:
    """Compute the spectra of a song.

    Parameters
    ----------
    samples : ndarray
        Mono at `RATE_HZ`, shape (n,).
    """
    coarse = coarsened(samples)
    lead = round(WINDOW_S * COARSE_HZ)
    step = BLOCK - lead
    count = -(-(len(coarse) + lead) // step)
    padded = np.zeros((count - 1) * step + BLOCK, np.float32)
    padded[lead : lead + len(coarse)] = coarse
    cut = np.lib.stride_tricks.sliding_window_view(padded, BLOCK)[::step]
    spectra = fft.rfft(cut, axis=1)
    band = bins_of(COARSE_BAND_HZ, length=BLOCK, rate_hz=COARSE_HZ)
    return Reference(samples, lead, step, whitened(spectra, band))


def coarsened(samples: Samples) -> Samples:
    """Return samples at the coarse rate."""
    if not len(samples):
        return samples
    return np.asarray(resample_poly(samples, 1, COARSE), np.float32)
