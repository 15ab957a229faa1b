"""GoPro's telemetry: keys, lengths and values, nested (GPMF, as GoPro documents it).

Each packet of the track is a tree. A value is an array of equal structs, big-endian, padded to four
bytes; SCAL divides the values that follow it in its stream. GYRO and ACCL carry ORIN, the order and
the sign of their columns (`XzY`: X, -Z, Y), in axes x right, y forward, z up; without it they are
z, x, y. CORI and IORI turn the world into the camera and the camera into the picture (w, x, y, z),
GRAV is the direction that is down; these three are in axes x right, y down, z forward already.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from filoscope.enhance.gyro.record import Floats, GyroRecord

_KINDS = {"s": ">i2", "S": ">u2", "l": ">i4", "L": ">u4", "f": ">f4", "d": ">f8", "b": ">i1"}
_WANTED = ("GYRO", "CORI", "IORI", "GRAV")
_DEPTH_MAX = 8
"""Real trees are three deep."""

_ORDER_USUAL = "ZXY"
"""Of cameras before ORIN was written."""

Packet = tuple[float, float, bytes]
"""When it begins, how long it lasts (both in seconds), and what is in it."""


def is_gpmf(content: bytes) -> bool:
    """Say whether a packet is of this kind."""
    return content[:4] == b"DEVC"


def read_gpmf(packets: list[Packet]) -> GyroRecord | None:
    """Return what the packets of a telemetry track say, None when they say nothing of turns."""
    found: dict[str, list[Floats]] = {key: [] for key in _WANTED}
    order = _ORDER_USUAL
    for begin_s, duration_s, content in packets:
        for key, values, said in _leaves(content, 0):
            if key == "GYRO":
                order = said or order
            times_s = begin_s + duration_s * np.arange(len(values)) / max(len(values), 1)
            found[key].append(np.column_stack([times_s, values]))
    whole = {key: np.concatenate(parts) for key, parts in found.items() if parts}
    if "CORI" in whole and "IORI" in whole:
        return _by_orientation(whole)
    if "GYRO" not in whole:
        return None
    times_s, rates = whole["GYRO"][:, 0], _in_camera_axes(whole["GYRO"][:, 1:], order)
    gravity = whole.get("GRAV", np.zeros((0, 4)))
    return GyroRecord(times_s, rates, True, gravity_times_s=gravity[:, 0], gravity=gravity[:, 1:])


def _leaves(content: bytes, depth: int) -> Iterator[tuple[str, Floats, str]]:
    """Yield key, values of shape (samples, columns) and the order of columns, if it is said."""
    scale, order = np.ones(1), ""
    place = 0
    while place + 8 <= len(content) and depth < _DEPTH_MAX:
        key = content[place : place + 4].decode("latin1")
        kind, size, count = struct.unpack(">BBH", content[place + 4 : place + 8])
        value = content[place + 8 : place + 8 + size * count]
        place += 8 + -(-size * count // 4) * 4
        if not kind:
            yield from _leaves(value, depth + 1)
        elif key == "ORIN":
            order = value.decode("latin1").strip("\0 ")
        elif (key == "SCAL" or key in _WANTED) and chr(kind) in _KINDS:
            number = np.dtype(_KINDS[chr(kind)])
            whole = len(value) - len(value) % number.itemsize if key == "SCAL" else size * count
            if len(value) < whole or size % number.itemsize:
                continue  # torn
            numbers = np.frombuffer(value[:whole], number).astype(np.float64)
            if key == "SCAL":
                scale = np.where(numbers == 0, 1.0, numbers)
            elif count and len(numbers) % count == 0 and len(numbers):
                rows = numbers.reshape(count, -1)
                if rows.shape[1] == (4 if key in ("CORI", "IORI") else 3):
                    yield key, rows / scale, order


def _in_camera_axes(columns: Floats, order: str) -> Floats:
    """Return columns of x right, y forward, z up, in any order and sign, as right, down, forward."""
    axes = {}
    for column, letter in zip(columns.T, order, strict=False):
        axes[letter.upper()] = column if letter.isupper() else -column
    if set(axes) != set("XYZ"):
        return columns
    return np.stack([axes["X"], -axes["Z"], axes["Y"]], axis=1)


def _by_orientation(whole: dict[str, Floats]) -> GyroRecord:
    """Return the turns of the picture, which the camera has steadied in part, from its poses."""
    count = min(len(whole["CORI"]), len(whole["IORI"]))
    times_s = whole["CORI"][:count, 0]
    camera, image = (_rotations(whole[key][:count, 1:]) for key in ("CORI", "IORI"))
    poses = image * camera
    # From the world to the picture: the picture's own turn is the other way round.
    turns = -(poses[1:] * poses[:-1].inv()).as_rotvec()
    rates = turns / np.diff(times_s)[:, None]
    gravity = whole.get("GRAV", np.zeros((0, 4)))[:count]
    return GyroRecord(
        (times_s[1:] + times_s[:-1]) / 2,
        rates,
        True,
        gravity_times_s=gravity[:, 0],
        gravity=image[: len(gravity)].apply(gravity[:, 1:]) if len(gravity) else gravity[:, 1:],
    )


def _rotations(quaternions: Floats) -> Rotation:
    scalar_last = quaternions[:, [1, 2, 3, 0]]
    lengths = np.linalg.norm(scalar_last, axis=1)
    scalar_last[lengths < 0.5] = (0, 0, 0, 1)
    return Rotation.from_quat(scalar_last)
