"""How loud a mix is and how loud it is made: -14 LUFS, no true peak over -1 dBTP.

The gain is first what the mix is short of. A limiter that has much to hold takes loudness away with
the peaks; then what came out is measured, and the gain raised by what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from filoscope.media.ladder import Sound
from filoscope.media.sound import LOUDNESS_LUFS, Samples, levelled, measure_sound
from filoscope.studio.rendering.mixing import Mix

_NEAR_LU = 0.1
_TRIES_MAX = 3
"""Each halves what is missing at least; more is not heard."""

_EXTRA_DB_MAX = 3.0
"""What the limiter may be asked beyond the first gain: more is heard as pumping."""


@dataclass(frozen=True, slots=True)
class Levels:
    """How a mix is made as loud as every other clip.

    Attributes
    ----------
    sound : Sound
        Gain and limiting, as `media.sound.levelled` takes them.
    loudness_lufs : float or None
        Of what comes out; None for silence.
    """

    sound: Sound
    loudness_lufs: float | None


def levels_of(mix: Mix, ask: Callable[[], None]) -> Levels:
    """Listen to a mix; decide how loud it is made.

    Parameters
    ----------
    mix : Mix
    ask : callable
        Called twice a second of sound; what it raises ends the listening.
    """

    def pieces() -> Iterator[Samples]:
        for piece in mix.pieces():
            ask()
            yield piece

    sound = measure_sound(pieces(), length=mix.length)
    if sound.loudness_lufs is None or not sound.is_limited:
        loudness = sound.loudness_lufs
        return Levels(sound, None if loudness is None else loudness + sound.gain_db)
    first_db, wanted_db = sound.gain_db, LOUDNESS_LUFS - sound.loudness_lufs
    for _ in range(_TRIES_MAX):
        made = measure_sound(
            (piece for piece in levelled(pieces(), sound) if piece.size), length=mix.length
        ).loudness_lufs
        missing = LOUDNESS_LUFS - made if made is not None else 0.0
        gain_db = min(sound.gain_db + missing, first_db + _EXTRA_DB_MAX)
        if abs(missing) < _NEAR_LU or gain_db <= sound.gain_db or first_db < wanted_db:
            break
        sound = replace(sound, gain_db=gain_db)
    return Levels(sound, made)
