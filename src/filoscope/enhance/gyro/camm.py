"""Camera motion metadata (CAMM, Google's specification), as Android phones and 360 degree cameras
write it: packets of a 16-bit type and little-endian floats.

Its axes are those of Android's sensors; how they lie beside the picture is found by matching.
"""

from __future__ import annotations

import struct

import numpy as np

from filoscope.enhance.gyro.record import GyroRecord

_EXPOSURE, _TURN = 1, 2
_SAMPLES_MIN = 20

Packet = tuple[float, float, bytes]


def is_camm(content: bytes) -> bool:
    """Say whether a packet is of this kind."""
    sizes = {0: 16, 1: 12, 2: 16, 3: 16, 4: 16, 5: 28, 6: 60, 7: 16}
    if len(content) < 4:
        return False
    reserved, kind = struct.unpack("<HH", content[:4])
    return reserved == 0 and len(content) == sizes.get(kind)


def read_camm(packets: list[Packet]) -> GyroRecord | None:
    """Return what the packets of a motion track say, None when they say nothing of turns."""
    times_s: list[float] = []
    rates: list[tuple[float, ...]] = []
    readouts_s: list[float] = []
    for begin_s, _, content in packets:
        if not is_camm(content):
            continue
        kind = struct.unpack("<H", content[2:4])[0]
        if kind == _TURN and (not times_s or begin_s > times_s[-1]):
            times_s.append(begin_s)
            rates.append(struct.unpack("<3f", content[4:16]))
        elif kind == _EXPOSURE:
            readouts_s.append(struct.unpack("<2i", content[4:12])[1] / 1e9)
    if len(times_s) < _SAMPLES_MIN:
        return None
    readout_s = float(np.median(readouts_s)) if readouts_s else 0.0
    return GyroRecord(np.array(times_s), np.array(rates), False, readout_s)
