"""A song in, its beats, bars, parts and loudness out.

>>> from filoscope.studio.listening import listen
>>> song = listen(Path("song.ogg"))
>>> song.tempo_bpm, song.meter, song.downbeats_s[:2]
(120.0, 4, (0.0, 2.0))
"""

from __future__ import annotations

from filoscope.studio.listening.hearing import SONG_SECONDS_MAX, listen
from filoscope.studio.listening.song import Section, Song

__all__ = ["SONG_SECONDS_MAX", "Section", "Song", "listen"]
