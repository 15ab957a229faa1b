"""Gyroflow's text logs (.gcsv, as docs.gyroflow.xyz describes them).

A header of names and values, then columns t, gx, gy, gz and more. Times and rates are multiplied by
tscale and gscale. `orientation` says which sensor axis, with which sign, lies along x, y and z of
the camera (`xzY`); in Gyroflow's axes y is up and z backward.
"""

from __future__ import annotations

import numpy as np

from filoscope.enhance.gyro.record import SAMPLES_MAX, GyroRecord, UnreadableGyro

_TITLES = ("GYROFLOW IMU LOG", "CAMERA IMU LOG")
_DOWNWARD, _UPWARD = 0, 1
"""Values of frame_readout_direction. Sensors read from side to side are taken as read at once."""

_HEADER_LINES_MAX = 100


def is_gcsv(content: bytes) -> bool:
    """Say whether a file is of this kind."""
    return content.startswith(tuple(title.encode() for title in _TITLES))


def read_gcsv(text: str) -> GyroRecord:
    """Return what a log says.

    Raises
    ------
    UnreadableGyro
        It has no columns of turns, or a number that is none.
    """
    lines = text.splitlines()
    start = next(
        (i for i, line in enumerate(lines[:_HEADER_LINES_MAX]) if line.startswith("t,")), None
    )
    if start is None:
        raise UnreadableGyro("The log has no line of columns that begins with t. Is it a .gcsv?")
    header = dict(line.split(",", 1) for line in lines[1:start] if "," in line)
    names = [name.strip() for name in lines[start].split(",")]
    if any(name not in names for name in ("gx", "gy", "gz")):
        raise UnreadableGyro(f"The log has columns {', '.join(names)}, but no gx, gy and gz.")
    rows = [line for line in lines[start + 1 :] if line.strip()][:SAMPLES_MAX]
    try:
        table = np.array([[float(part) for part in row.split(",")[: len(names)]] for row in rows])
        times_s = table[:, 0] * float(header.get("tscale", "1"))
        scale = float(header.get("gscale", "1"))
        readout_s = float(header.get("frame_readout_time", "0") or 0) / 1000
        direction = int(float(header.get("frame_readout_direction", "0") or 0))
    except (ValueError, IndexError) as error:
        raise UnreadableGyro(f"The log holds what is no number: {error}.") from error
    columns = table[:, [names.index(name) for name in ("gx", "gy", "gz")]] * scale
    kept = np.concatenate([[True], np.diff(np.maximum.accumulate(times_s)) > 0])
    sign = {_DOWNWARD: 1.0, _UPWARD: -1.0}.get(direction, 0.0)
    orientation = header.get("orientation", "XYZ").strip()
    axes = [_along(columns, letter) for letter in orientation]
    if len(axes) != 3:
        raise UnreadableGyro(f"The log's orientation is {orientation}; it needs three letters.")
    rates = np.stack([axes[0], -axes[1], -axes[2]], axis=1)
    return GyroRecord(times_s[kept], rates[kept], True, readout_s * sign)


def _along(columns: np.ndarray, letter: str) -> np.ndarray:
    place = "XYZ".find(letter.upper())
    if place < 0:
        raise UnreadableGyro(f"The log's orientation has {letter}, which is no axis.")
    return np.asarray(columns[:, place] if letter.isupper() else -columns[:, place])
