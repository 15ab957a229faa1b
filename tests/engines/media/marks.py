"""Where the marks of a marked clip are, and other things measured in files."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from filoscope.media import read_pictures


def flashes_s(path: Path) -> list[float]:
    """Return when the picture turns white."""
    found, was_bright = [], False
    for time_s, picture in read_pictures(path):
        is_bright = bool(picture.mean() > 200)
        if is_bright and not was_bright:
            found.append(time_s)
        was_bright = is_bright
    return found


def clicks_s(path: Path) -> list[float]:
    """Return when the clicks begin, by the file's own timestamps."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        rate = stream.rate
        blocks, start_s = [], None
        for frame in container.decode(stream):
            start_s = frame.time if start_s is None else start_s
            samples = np.abs(frame.to_ndarray().astype(np.float64))
            if frame.format.is_packed:
                samples = samples.reshape(frame.samples, -1).T
            blocks.append(samples.max(axis=0))
    level = np.concatenate(blocks)
    loud = np.flatnonzero(level > 0.5 * level.max()) / rate + (start_s or 0)
    return [float(t) for t, gap in zip(loud, np.diff(loud, prepend=-9.0), strict=True) if gap > 0.3]


def picture_at(path: Path, time_s: float) -> NDArray[np.uint8]:
    """Return the picture shown at a time."""
    shown = None
    for start_s, picture in read_pictures(path):
        if start_s > time_s and shown is not None:
            break
        shown = picture
    assert shown is not None
    return shown


def key_frames_s(path: Path) -> list[float]:
    """Return the presentation times of the key frames."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [
            round(float(packet.pts * packet.time_base), 4)
            for packet in container.demux(stream)
            if packet.is_keyframe and packet.pts is not None
        ]
