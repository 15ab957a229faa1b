"""Find and read the record of a camera's turns: in the clip itself, or in a file beside it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from filoscope.enhance.gyro.camm import is_camm, read_camm
from filoscope.enhance.gyro.gcsv import is_gcsv, read_gcsv
from filoscope.enhance.gyro.gpmf import is_gpmf, read_gpmf
from filoscope.enhance.gyro.record import GyroRecord, UnreadableGyro

_LOG_BYTES_MAX = 1 << 30
_PACKETS_MAX = 20_000_000
_ONLY_MP4 = {
    "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2",
    "protocol_whitelist": "file",
    "enable_drefs": "0",
}
"""A stranger's file is looked at too: nothing that opens another file."""

_STEEP = 0.5
"""With less of gravity within the picture's plane the camera looks up or down, and roll is unsure."""


def read_gyro(path: str | os.PathLike[str]) -> GyroRecord | None:
    """Return the turns that a clip or a log tells of; None when a clip has none.

    Parameters
    ----------
    path : path
        A clip (MP4, MOV) or a Gyroflow log (.gcsv).

    Raises
    ------
    UnreadableGyro
        The file is neither, or it is torn.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            if is_gcsv(file.read(64)):
                file.seek(0)
                return read_gcsv(file.read(_LOG_BYTES_MAX).decode("utf-8", "replace"))
    except OSError as error:
        raise UnreadableGyro(f"{path} cannot be read: {error}.") from error
    try:
        with av.open(f"file:{path.absolute()}", options=_ONLY_MP4) as container:
            return _read_tracks(container)
    except av.error.FFmpegError as error:
        raise UnreadableGyro(
            f"{path} is neither a clip nor a log of turns: {error}. Give an MP4 or a .gcsv."
        ) from error


def _read_tracks(container: av.container.InputContainer) -> GyroRecord | None:
    tracks = [stream for stream in container.streams if stream.type == "data"]
    if not tracks:
        return None
    packets: dict[int, list[tuple[float, float, bytes]]] = {}
    for count, packet in enumerate(container.demux(tracks)):
        if count >= _PACKETS_MAX:
            break
        if packet.size and packet.pts is not None:
            times = (packet.pts * packet.time_base, (packet.duration or 0) * packet.time_base)
            packets.setdefault(packet.stream_index, []).append(
                (float(times[0]), float(times[1]), bytes(packet))
            )
    for track in packets.values():
        if is_gpmf(track[0][2]) and (record := read_gpmf(track)) is not None:
            return record
        if is_camm(track[0][2]) and (record := read_camm(track)) is not None:
            return record
    return None


def gravity_of(path: str | os.PathLike[str]) -> Callable[[float], float | None] | None:
    """Return the roll by a clip's own sensor, None when it has none.

    Returns
    -------
    callable
        From a time in seconds to degrees, positive when the content is turned clockwise; None
        where the camera looks so far up or down that roll means nothing.

    Raises
    ------
    UnreadableGyro
        See `read_gyro`.
    """
    record = read_gyro(path)
    if record is None or not len(record.gravity):
        return None
    times_s, gravity = record.gravity_times_s, record.gravity

    def roll_deg(time_s: float) -> float | None:
        across, down = (float(np.interp(time_s, times_s, gravity[:, axis])) for axis in (0, 1))
        if np.hypot(across, down) < _STEEP:
            return None
        return float(np.degrees(-np.arctan2(across, down)))

    return roll_deg
