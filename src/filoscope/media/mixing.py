"""Mix a clip's own sound with one that is laid under it.

>>> bed = Bed("song.m4a", start_s=12.5, own_gain_db=-12.0)
>>> pieces = mixed(bed, own, length=480_000, limits=Limits())

A sound has had the loudness of the feed since it was made. The clip's own is brought to it before
they are mixed, so that a quiet room and a loud song meet as equals; the mix is then measured and
brought to that loudness itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from filoscope.media.bed import Bed
from filoscope.media.limits import Limits
from filoscope.media.sound import (
    RATE_HZ,
    Samples,
    framed,
    heard_from,
    levelled,
    measure_sound,
    silence,
)

FADE_IN_SAMPLES = round(0.004 * RATE_HZ)
"""No click where a sound begins in its middle, and hardly anything off the attack of a drum."""

FADE_OUT_SAMPLES = round(0.02 * RATE_HZ)
"""No click where it is cut off, shorter than a sixteenth note."""


def mixed(
    bed: Bed, own: Callable[[], Iterator[Samples]] | None, *, length: int, limits: Limits
) -> Callable[[], Iterator[Samples]]:
    """Return what yields the mix, as often as it is asked: stereo, in whole AAC frames.

    Parameters
    ----------
    bed : Bed
    own : callable or None
        Yields the clip's own sound, `length` samples; None when it has none.
    length : int
        Samples of the clip.
    limits : Limits
    """
    if own is None or bed.own_gain_db is None:
        return lambda: framed(laid(bed, length=length, limits=limits))
    found = measure_sound(own(), length=length)
    factor = np.float32(10 ** (bed.own_gain_db / 20))

    def mix() -> Iterator[Samples]:
        below = framed(laid(bed, length=length, limits=limits))
        above = framed(levelled(own(), found))
        return (under + over * factor for under, over in zip(below, above, strict=True))

    return mix


def laid(bed: Bed, *, length: int, limits: Limits) -> Iterator[Samples]:
    """Yield a sound from its place on, again and again, until `length` samples are there."""
    return faded(_cut(_rounds(bed, limits), length))


def _rounds(bed: Bed, limits: Limits) -> Iterator[Samples]:
    start_s, is_empty = bed.start_s, False
    while not is_empty:
        is_empty = True
        for piece in faded(heard_from(Path(bed.path), start_s=start_s, limits=limits)):
            is_empty = False
            yield piece
        if is_empty and start_s > 0:
            is_empty = False  # it begins behind the end: from its beginning, then
        start_s = 0.0


def _cut(pieces: Iterator[Samples], length: int) -> Iterator[Samples]:
    for piece in pieces:
        yield piece[:, :length]
        length -= piece.shape[1]
        if length <= 0:
            return
    yield from silence(length)


def faded(pieces: Iterator[Samples]) -> Iterator[Samples]:
    """Fade the beginning and the end of a sound, just long enough that neither clicks."""
    position = 0
    rest = np.zeros((2, 0), np.float32)
    for piece in pieces:
        if position < FADE_IN_SAMPLES:
            ramp = (position + np.arange(piece.shape[1])) / FADE_IN_SAMPLES
            piece = piece * np.minimum(ramp, 1.0).astype(np.float32)
        position += piece.shape[1]
        rest = np.concatenate([rest, piece], axis=1)
        if rest.shape[1] > FADE_OUT_SAMPLES:
            yield rest[:, :-FADE_OUT_SAMPLES]
            rest = rest[:, -FADE_OUT_SAMPLES:]
    if rest.shape[1]:
        yield rest * np.linspace(1, 0, rest.shape[1], dtype=np.float32)
