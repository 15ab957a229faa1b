"""Put every take to the song: `align(song, takes) -> [Placed]`. What is done, in its order.

A take is heard; where it fits the song is chosen; takes that fit in several places alike are put in
the order in which they were given; what cannot be heard is placed by its motion, or refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from filoscope.media.errors import MediaError
from filoscope.media.track import read_track
from filoscope.studio.aligning.choosing import Choice, Place, choose, settled
from filoscope.studio.aligning.motion import Accents, Beats, place_by_motion
from filoscope.studio.aligning.placed import Heard, Placed
from filoscope.studio.aligning.reference import RATE_HZ, Reference, Samples, prepare
from filoscope.studio.aligning.sounding import has_beat
from filoscope.studio.aligning.stretched import choose_stretched
from filoscope.studio.errors import BadWish, NothingToHear

SPEEDS = (0.5, 2.0)
"""What the studio plays a song at while one records: half to double."""

TAKE_SECONDS_MIN = 0.8
"""Shorter, chance would place it."""

TAKE_SECONDS_MAX = 900.0
SONG_SECONDS_MAX = 900.0

SILENT_RMS = 1e-3
"""-60 dB of full scale: a microphone that was off, or covered. What is that quiet and not the song
is no wrong song."""

Path_ = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class _Heard:
    """A take on its way to its place."""

    take: str
    choice: Choice | None = None
    by_hand_s: float | None = None
    refusal: str = ""
    is_silent: bool = False
    has_beat: bool = False
    has_picture: bool = False


def align(
    song: Path_,
    takes: Sequence[Path_],
    *,
    speed: float = 1.0,
    by_hand: Mapping[str, float] | None = None,
    accents: Callable[[Path], Accents] | None = None,
    beats: Callable[[Path], Beats] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Placed]:
    """Put takes to a song.

    Parameters
    ----------
    song : path
        Any file with sound.
    takes : sequence of path
        Video or audio, in the order in which they were recorded: it decides between places that
        sound the same.
    speed : float
        How fast the song was played while the takes were recorded, with its pitch kept or not.
    by_hand : mapping, optional
        Offsets in seconds of takes, by their path as given, that somebody has placed.
    accents, beats : callable, optional
        What moves in a take, and the beats of the song; asked only for a take without sound.
        `watch` and `listen` when None.
    on_progress : callable, optional
        Told (takes done, takes in all).

    Returns
    -------
    list of Placed
        One for each take, in their order.

    Raises
    ------
    NothingToHear
        The song has no sound, or cannot be read.
    BadWish
        A speed out of `SPEEDS`.

    Notes
    -----
    A take of 12 s costs 0.2 s of processor time beside reading it; a song of three minutes 0.2 s,
    once for all takes.
    """
    if not SPEEDS[0] <= speed <= SPEEDS[1]:
        raise BadWish(f"A song is played at {SPEEDS[0]:g} to {SPEEDS[1]:g}, not at {speed:g}.")
    tell = on_progress or (lambda done, total: None)
    placed_by_hand = dict(by_hand or {})
    samples = _read_song(song)
    reference = prepare(_played(samples, speed))
    heard: list[_Heard] = []
    for count, take in enumerate(takes):
        tell(count, len(takes))
        name = os.fspath(take)
        if name in placed_by_hand:
            heard.append(_Heard(name, by_hand_s=float(placed_by_hand[name])))
        else:
            heard.append(_hear(name, reference, samples, speed))
    placed = []
    for one, place in zip(heard, _in_order(heard), strict=True):
        if one.by_hand_s is not None:
            placed.append(Placed(one.take, one.by_hand_s, 0.0, 1.0, "hand", "Placed by hand."))
        elif one.choice is not None and place is not None:
            placed.append(_said(one.take, one.choice, place, speed))
        else:
            placed.append(_unheard(one, song, speed, accents or _watched, beats or _listened))
    tell(len(takes), len(takes))
    return [replace(one, speed=speed) for one in placed]


def _read_song(song: Path_) -> Samples:
    try:
        track = read_track(song, rate_hz=RATE_HZ, duration_s_max=SONG_SECONDS_MAX)
    except MediaError as error:
        raise NothingToHear(f"The song {os.fspath(song)}: {error}") from error
    if not track.has_sound or len(track.samples) < TAKE_SECONDS_MIN * RATE_HZ:
        raise NothingToHear(f"{os.fspath(song)} has no sound to put takes to.")
    if not track.samples.any():
        raise NothingToHear(f"{os.fspath(song)} is silent from start to end.")
    return track.samples


def _played(samples: Samples, speed: float) -> Samples:
    """Return the song as a tape sounds that runs faster or slower."""
    if speed == 1:
        return samples
    ratio = Fraction(1 / speed).limit_denominator(1000)
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), np.float32)


def _hear(take: str, reference: Reference, song: Samples, speed: float) -> _Heard:
    try:
        track = read_track(take, rate_hz=RATE_HZ, duration_s_max=TAKE_SECONDS_MAX)
    except MediaError as error:
        return _Heard(take, refusal=str(error))
    samples = track.samples
    if not track.has_sound or not samples.any():
        return _Heard(take, is_silent=True, has_picture=track.has_picture)
    if len(samples) < TAKE_SECONDS_MIN * RATE_HZ:
        words = f"Shorter than {TAKE_SECONDS_MIN:g} s: too little to hear where it belongs."
        return _Heard(take, refusal=words)
    choice = settled(choose(samples, reference), samples, reference)
    if not choice.places and speed != 1:
        choice = choose_stretched(samples, song, speed)
    is_silent = not choice.places and float(np.sqrt(np.mean(samples**2))) < SILENT_RMS
    return _Heard(
        take,
        choice,
        is_silent=is_silent,
        has_beat=not choice.places and not is_silent and has_beat(take),
        has_picture=track.has_picture,
    )


def _in_order(heard: Sequence[_Heard]) -> list[Place | None]:
    """Choose among places that sound the same the one that keeps takes in the order given."""
    places: list[Place | None] = []
    for one in heard:
        equals = one.choice.equals if one.choice else ()
        places.append(equals[0] if len(equals) == 1 else None)
    sure = [place.fit.offset_s for place in places if place is not None]
    is_ordered = sure == sorted(sure)
    for index, one in enumerate(heard):
        equals = one.choice.equals if one.choice else ()
        if len(equals) < 2:
            continue
        before = max((p.fit.offset_s for p in places[:index] if p is not None), default=-np.inf)
        after = min((p.fit.offset_s for p in places[index + 1 :] if p is not None), default=np.inf)
        fitting = [place for place in equals if before <= place.fit.offset_s <= after]
        places[index] = fitting[0] if is_ordered and fitting else equals[0]
    return places


def _said(take: str, choice: Choice, place: Place, speed: float) -> Placed:
    others = [other for other in choice.places if other is not place]
    reason = "Heard in the song."
    if len(choice.equals) > 1:
        reason = "Heard in the song, which repeats itself: another place sounds the same."
    return Placed(
        take,
        offset_s=place.fit.offset_s * speed,
        drift_ppm=place.fit.drift_ppm,
        confidence=choice.confidence,
        how="sound",
        reason=reason,
        rival_s=others[0].fit.offset_s * speed if others else None,
        heard="the song",
    )


def _unheard(
    one: _Heard,
    song: Path_,
    speed: float,
    accents: Callable[[Path], Accents],
    beats: Callable[[Path], Beats],
) -> Placed:
    if one.refusal:
        return _refused(one, one.refusal)
    if one.has_beat:
        words = (
            "The song is not heard in this take: another one plays in it. "
            "If it belongs here, place it by hand."
        )
        return _refused(one, words, heard="another song")
    if not one.is_silent:
        words = (
            "The song is not heard in this take, nor another one: it was not played, or too much is "
            "over it. "
            "If it belongs here, place it by hand."
        )
        return _refused(one, words, heard="no song")
    if not one.has_picture:
        words = "Silent, and no picture to place it by. Place it by hand."
        return _refused(one, words, heard="nothing")
    found = place_by_motion(accents(Path(one.take)), beats(Path(song)), speed=speed)
    if found is None:
        words = "Silent, and nothing moves in it to a beat. Place it by hand."
        return _refused(one, words, heard="nothing")
    words = "Silent: only its motion speaks for a place, which is a guess. Check it by eye."
    return Placed(one.take, found[0], 0.0, found[1], "motion", words, heard="nothing")


def _refused(one: _Heard, reason: str, *, heard: Heard = "") -> Placed:
    return Placed(one.take, None, 0.0, 0.0, "refused", reason, heard=heard)


def _watched(take: Path) -> Accents:
    from filoscope.studio.watching import watch

    footage = watch(take)
    return Accents(footage.accents_s, footage.accent_strengths)


def _listened(song: Path) -> Beats:
    from filoscope.studio.listening import listen

    heard = listen(song)
    return Beats(np.asarray(heard.beats_s), np.asarray(heard.downbeats_s))
