"""Contact sheets: the same moments of several versions of a clip, to be looked at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filoscope.media import read_pictures

MOMENTS = 6
HEIGHT_PX = 150
_LABEL_PX = 18


def write_sheet(path: Path, versions: dict[str, Path]) -> None:
    """Write a PNG with a row for each version, at the same moments."""
    strips = [_strip(name, version) for name, version in versions.items()]
    width = max(strip.shape[1] for strip in strips)
    padded = [
        np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0)), constant_values=30)
        for strip in strips
    ]
    cv2.imwrite(str(path), cv2.cvtColor(np.vstack(padded), cv2.COLOR_RGB2BGR))


def _strip(name: str, version: Path) -> NDArray[np.uint8]:
    pictures = [picture for _, picture in read_pictures(version, short_edge=HEIGHT_PX)]
    chosen = [pictures[round(i)] for i in np.linspace(0, len(pictures) - 1, MOMENTS)]
    strip = np.hstack(chosen)
    label = np.full((_LABEL_PX, strip.shape[1], 3), 30, np.uint8)
    place, white = (4, _LABEL_PX - 5), (240, 240, 240)
    cv2.putText(label, name, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, white, 1, cv2.LINE_AA)
    return np.vstack([label, strip]).astype(np.uint8)
