"""What sounds in a take in which the song is not heard: another song, or no song."""

from __future__ import annotations

import os

from filoscope.media.audio import read_samples
from filoscope.media.errors import MediaError

_SECONDS_MAX = 60.0
"""Of the take: a song is heard as one by then."""

_BEAT_MIN = 0.05
"""Confidence of a beat. Talk, wind, steps and a crowd stay below 0.003; of recordings of songs with people
talking 10 dB below them, six in seven are above."""


def has_beat(take: str | os.PathLike[str]) -> bool:
    """Say whether there is a beat in a take's sound, as there is in music and hardly in anything else."""
    from filoscope.studio.listening.counting import count_song
    from filoscope.studio.listening.spectra import RATE_HZ, spectra

    try:
        mono = read_samples(take, rate_hz=RATE_HZ, channels=1, duration_s_max=_SECONDS_MAX)[0]
    except MediaError:
        return False
    return bool(mono.any()) and count_song(spectra(mono)).confidence >= _BEAT_MIN
