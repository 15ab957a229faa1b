"""Song and shots step back while a voice sounds: heard in the voice itself, not only in its place.

The voice is listened to beforehand in blocks of 10 ms. Where it sounds, what lies under it is
lowered, a little before the first syllable and until a little after the last; gaps between words do
not let the song jump up.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from filoscope.media.sound import RATE_HZ
from filoscope.studio.rendering.hearing import Tap, heard
from filoscope.studio.rendering.stock import Stock
from filoscope.studio.timeline import Timeline, Voice

BLOCK = RATE_HZ // 100
_OPEN_DB = -30.0
"""Under the loudest tenth of the recording: breath and room lie lower, speech above."""

_FLOOR = 10 ** (-60 / 20)
_BEFORE, _AFTER = 12, 45
"""Blocks: lowered 120 ms before a word, and for 450 ms after it, as long as a comma."""

_EASE = 20
"""Blocks over which the gain moves: two tenths of a second sound like a hand on a fader."""

Floats = NDArray[np.float32]


class Ducking:
    """By how much everything but voices is lowered.

    Parameters
    ----------
    timeline : Timeline
    stock : Stock
    """

    def __init__(self, timeline: Timeline, stock: Stock) -> None:
        self._curve: Floats | None = None
        wanted = [voice for voice in timeline.voices if voice.ducking_db > 0]
        if not wanted:
            return
        blocks = round(timeline.frame_count * RATE_HZ / timeline.fps) // BLOCK + 2
        lowered = np.zeros(blocks)
        for index, voice in enumerate(timeline.voices):
            if voice.ducking_db > 0:
                at = round(voice.at * RATE_HZ / timeline.fps) // BLOCK
                sounding = _sounding(voice, timeline, stock, f"voices[{index}].source")
                begin, end = max(at - _BEFORE, 0), min(at + len(sounding) + _AFTER, blocks)
                wide = np.pad(sounding, (_BEFORE, _AFTER))[begin - (at - _BEFORE) :]
                part = lowered[begin:end]
                part[:] = np.maximum(part, _widened(wide)[: end - begin] * voice.ducking_db)
        ease = np.hanning(_EASE + 2)[1:-1]
        smooth = np.convolve(np.pad(lowered, _EASE, mode="edge"), ease / ease.sum(), "same")
        self._curve = np.asarray(10 ** (-smooth[_EASE:-_EASE] / 20), np.float32)

    def gains(self, begin: int, end: int) -> Floats | None:
        """Return the factor at each sample of the timeline; None where nothing is ever lowered."""
        if self._curve is None:
            return None
        places = np.arange(begin, end) / BLOCK
        return np.interp(places, np.arange(len(self._curve)), self._curve).astype(np.float32)


def _widened(sounding: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Hold each moment of sound for what lies before and after it."""
    counts = np.cumsum(np.concatenate([[0], sounding.astype(int)]))
    places = np.arange(len(sounding))
    first = np.maximum(places - _AFTER, 0)
    last = np.minimum(places + _BEFORE + 1, len(sounding))
    return np.asarray(counts[last] > counts[first], np.float64)


def _sounding(voice: Voice, timeline: Timeline, stock: Stock, where: str) -> NDArray[np.bool_]:
    """Return in which blocks of 10 ms a voice sounds."""
    length = round(voice.frames * RATE_HZ / timeline.fps)
    tap = Tap(chain(heard(voice.source, voice.start_s, stock.sound_start(voice.source, where))))
    powers = []
    for at in range(0, length, RATE_HZ):
        piece = tap.take(min(RATE_HZ, length - at))
        whole = np.pad(piece, ((0, 0), (0, -piece.shape[1] % BLOCK)))
        powers.append((whole.reshape(2, -1, BLOCK) ** 2).mean(axis=(0, 2)))
    levels = np.sqrt(np.concatenate(powers))
    loud = float(np.quantile(levels, 0.9))
    return np.asarray(levels > max(loud * 10 ** (_OPEN_DB / 20), _FLOOR), np.bool_)
