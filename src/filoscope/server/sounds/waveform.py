"""A waveform as the path of an SVG: one stroke for each bar, drawn by the server.

>>> wave_path([0, 100])
'M1 30v4M4 2v60'
"""

from __future__ import annotations

from collections.abc import Sequence

HEIGHT = 64
STEP = 3  # a bar of two and a gap of one
BAR_MIN = 4  # silence is a row of dots, not nothing


def wave_path(peaks: Sequence[int]) -> str:
    """Return the path of peaks from 0 to 100, in a box of `wave_width` by `HEIGHT`."""
    strokes = []
    for place, peak in enumerate(peaks):
        length = max(BAR_MIN, round((HEIGHT - 4) * peak / 100 / 2) * 2)
        strokes.append(f"M{place * STEP + 1} {(HEIGHT - length) // 2}v{length}")
    return "".join(strokes)


def wave_width(peaks: Sequence[int]) -> int:
    """Return how wide the box of a path is."""
    return max(len(peaks) * STEP, 1)
