"""Read the sound of a file as samples, and write samples as a WAV file.

>>> samples = read_samples("720p.mp4", rate_hz=16_000, channels=1)
>>> samples.shape
(1, 199680)

Like `filoscope.media.reader`, this decodes in the calling process.
"""

from __future__ import annotations

import os
import wave
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from filoscope.media.errors import NothingToShow, UnreadableFile

Samples = NDArray[np.float32]

_LAYOUTS = {1: "mono", 2: "stereo"}


def read_samples(
    path: str | os.PathLike[str],
    *,
    rate_hz: int = 48_000,
    channels: int = 2,
    duration_s_max: float = 1200.0,
) -> Samples:
    """Return the sound of a video or audio file from its first sample on.

    Parameters
    ----------
    path : path
    rate_hz : int
    channels : int
        1 or 2; more are folded as ITU-R BS.775 says.
    duration_s_max : float
        What comes after is left out. Twenty minutes of stereo at 48 kHz are 460 MB.

    Returns
    -------
    ndarray
        Float32, shape (channels, n), full scale at 1.

    Raises
    ------
    UnreadableFile
        It cannot be opened.
    NothingToShow
        It has no sound.
    """
    pieces: list[Samples] = []
    try:
        with av.open(f"file:{Path(path).absolute()}", options={"protocol_whitelist": "file"}) as c:
            if not c.streams.audio:
                raise NothingToShow("This file has no sound.")
            resampler = av.AudioResampler("fltp", _LAYOUTS[channels], rate_hz)
            wanted = round(duration_s_max * rate_hz)
            for frame in c.decode(c.streams.audio[0]):
                for part in resampler.resample(frame):
                    pieces.append(np.asarray(part.to_ndarray(), np.float32))
                    wanted -= part.samples
                if wanted <= 0:
                    break
            pieces += [
                np.asarray(part.to_ndarray(), np.float32) for part in resampler.resample(None)
            ]
    except av.error.FFmpegError as error:
        if not pieces:
            raise UnreadableFile from error
    return np.concatenate(pieces, axis=1) if pieces else np.zeros((channels, 0), np.float32)


def write_wav(path: str | os.PathLike[str], samples: Samples, *, rate_hz: int) -> None:
    """Write samples (channels, n) as 16-bit WAV; what is over full scale is clipped."""
    whole = (np.clip(samples, -1, 1) * 32767).round().astype("<i2")
    with wave.open(os.fspath(path), "wb") as file:
        file.setnchannels(whole.shape[0])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(whole.T.tobytes())
