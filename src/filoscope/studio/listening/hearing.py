"""Listen to a song: `listen(source) -> Song`. What is done, in its order.

The sound is read once, at 44.1 kHz; strokes, tones and loudness are taken of it; the pulse is followed,
straightened, and counted into beats and bars; the parts follow from the bars.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filoscope.media.audio import read_samples
from filoscope.media.errors import MediaError
from filoscope.studio.errors import NothingToHear
from filoscope.studio.listening.counting import Count, count_song
from filoscope.studio.listening.form import drops, sections
from filoscope.studio.listening.loudness import loudness, peaks
from filoscope.studio.listening.song import Song
from filoscope.studio.listening.spectra import RATE_HZ, spectra
from filoscope.studio.listening.voice import vocals

SONG_SECONDS_MAX = 900.0
"""Longer than any song: fifteen minutes of stereo at 44.1 kHz are 320 MB while they are read."""

SONG_SECONDS_MIN = 1.0
"""Shorter holds no two beats."""


def listen(
    source: str | os.PathLike[str], *, on_progress: Callable[[float], None] | None = None
) -> Song:
    """Hear a song's tempo, beats, bars, parts, drops, loudness and voice.

    Parameters
    ----------
    source : path
        Any audio or video file with sound.
    on_progress : callable, optional
        Told how much is done, 0 to 1.

    Returns
    -------
    Song
        Of silence, noise or speech too: then with a low `confidence`, or no beats at all and 0.

    Raises
    ------
    NothingToHear
        No sound in it, shorter than `SONG_SECONDS_MIN`, longer than `SONG_SECONDS_MAX`, unreadable.
    """
    tell = on_progress or (lambda share: None)
    samples = _read(Path(source))
    tell(0.2)
    lufs, curve = loudness(samples, rate_hz=RATE_HZ)
    drawn = peaks(samples, rate_hz=RATE_HZ)
    mono = samples.mean(axis=0)
    del samples
    tell(0.35)
    heard = spectra(mono)
    tell(0.7)
    count = count_song(heard) if lufs is not None else Count()
    tell(0.8)
    voices = vocals(mono)
    beats, downbeats = np.array(count.beats_s), np.array(count.downbeats_s)
    parts = sections(heard, downbeats)
    dropped = drops(heard, beats, downbeats)
    tell(1.0)
    return Song(
        duration_s=round(heard.duration_s, 4),
        tempo_bpm=round(count.tempo_bpm, 3),
        confidence=round(count.confidence, 3),
        meter=count.meter,
        beats_s=count.beats_s,
        downbeats_s=count.downbeats_s,
        beat_strengths=count.strengths,
        sections=parts,
        drops_s=dropped,
        loudness_lufs=None if lufs is None else round(lufs, 2),
        loudness=curve,
        vocals=voices,
        peaks=drawn,
    )


def _read(path: Path) -> NDArray[np.float32]:
    try:
        samples = read_samples(
            path, rate_hz=RATE_HZ, channels=2, duration_s_max=SONG_SECONDS_MAX + 1
        )
    except MediaError as error:
        raise NothingToHear(f"{path.name}: there is no sound in it that can be read.") from error
    seconds = samples.shape[1] / RATE_HZ
    if seconds > SONG_SECONDS_MAX:
        raise NothingToHear(
            f"{path.name}: longer than {SONG_SECONDS_MAX / 60:.0f} minutes, which is more than a "
            "song. Cut out the part that is wanted."
        )
    if seconds < SONG_SECONDS_MIN:
        raise NothingToHear(
            f"{path.name}: {seconds:.2f} s of sound; at least {SONG_SECONDS_MIN:.0f} s is needed."
        )
    return samples
