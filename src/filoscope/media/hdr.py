"""Bring HDR pictures (PQ, HLG) to the range of an ordinary screen, by a table of colours.

The table is computed here once for each transfer function and applied by FFmpeg's `lut3d`.

Sources: SMPTE ST 2084 (PQ), ITU-R BT.2100-2 (HLG and its OOTF), BT.2390-10 section 5.4.1 (the
roll-off), BT.2408 (203 cd/m2 for diffuse white), BT.2087 (gamut), BT.1886 (gamma of the screen).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Colors = NDArray[np.float64]

SOURCE_PEAK_NITS = 1000.0
"""What phones and nearly all HDR video are graded for; brighter is clipped."""

SDR_WHITE_NITS = 203.0
"""Full white of the result, so that faces and walls keep the brightness they were graded for."""

SCREEN_GAMMA = 2.4
TABLE_SIZE = 33
"""Points on each axis; with tetrahedral interpolation under half a code value of error."""

_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_HLG_A, _HLG_B, _HLG_C = 0.17883277, 0.28466892, 0.55991073
_HLG_GAMMA = 1.2

_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593])
_2020_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)


def pq_to_nits(code: Colors) -> Colors:
    """Return the luminance of PQ code values from 0 to 1."""
    root = np.asarray(code) ** (1 / _M2)
    linear = np.maximum(root - _C1, 0) / (_C2 - _C3 * root)
    return np.asarray(10_000 * linear ** (1 / _M1))


def nits_to_pq(nits: Colors | float) -> Colors:
    """Return the PQ code value of a luminance in cd/m2."""
    power = (np.asarray(nits) / 10_000) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1 + _C3 * power)) ** _M2)


def hlg_to_nits(code: Colors) -> Colors:
    """Return what a screen of 1000 cd/m2 shows for HLG colours (..., 3), with the OOTF."""
    low = code**2 / 3
    high = (np.exp((code - _HLG_C) / _HLG_A) + _HLG_B) / 12
    scene = np.where(code <= 0.5, low, high)
    luma = np.maximum(scene @ _LUMA_2020, 1e-9)
    return np.asarray(SOURCE_PEAK_NITS * scene * (luma ** (_HLG_GAMMA - 1))[..., None])


def roll_off(nits: Colors) -> Colors:
    """Compress luminance from the source's peak to SDR white: the EETF of BT.2390."""
    source_peak = nits_to_pq(SOURCE_PEAK_NITS)
    code = np.minimum(nits_to_pq(nits) / source_peak, 1)
    top = nits_to_pq(SDR_WHITE_NITS) / source_peak
    knee = 1.5 * top - 0.5
    t = np.maximum(code - knee, 0) / (1 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * top
    )
    return pq_to_nits(np.where(code < knee, code, spline) * source_peak)


def to_sdr(nits: Colors) -> Colors:
    """Return BT.709 code values from 0 to 1 for BT.2020 light (..., 3) in cd/m2.

    The largest of the three is compressed and the others keep their ratio to it: hues stay.
    """
    light = np.maximum(nits @ _2020_TO_709.T, 0)
    largest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
    shown = light * (roll_off(largest) / largest) / SDR_WHITE_NITS
    return np.asarray(np.clip(shown, 0, 1) ** (1 / SCREEN_GAMMA))


def write_cube(path: Path, *, transfer: str) -> None:
    """Write the table of a transfer function ("smpte2084" or "arib-std-b67") as a .cube file."""
    axis = np.linspace(0, 1, TABLE_SIZE)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    code = np.stack([red, green, blue], axis=-1).reshape(-1, 3)
    nits = pq_to_nits(code) if transfer == "smpte2084" else hlg_to_nits(code)
    with path.open("w") as file:
        file.write(f"LUT_3D_SIZE {TABLE_SIZE}\n")
        np.savetxt(file, to_sdr(nits), fmt="%.6f")
