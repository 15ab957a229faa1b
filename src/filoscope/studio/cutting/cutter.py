"""Cut takes to a song.

>>> timelines = cut(listen(song), song, [Take(path, watch(path)) for path in paths], style="travel")
>>> timelines[0].score, timelines[0].reasons
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from filoscope.studio.cutting.assembling import Frame, merged, timeline_of
from filoscope.studio.cutting.filling import with_all_takes
from filoscope.studio.cutting.material import Material, Take, materials_of
from filoscope.studio.cutting.passage import SHOT_S_MIN, Passage, passage_for
from filoscope.studio.cutting.pieces import Piece
from filoscope.studio.cutting.places import Places, places_of
from filoscope.studio.cutting.ramping import ramped
from filoscope.studio.cutting.scoring import Scorer
from filoscope.studio.cutting.searching import Bank, Search
from filoscope.studio.cutting.styles import Style, style_named
from filoscope.studio.errors import BadWish, NothingToCut
from filoscope.studio.listening.song import Song
from filoscope.studio.timeline import Timeline

TAKES_MAX = 64
"""More are a library, not the takes of a clip; each costs as much again to look through."""

ALTERNATIVES_MAX = 8
SAME_MAX = 0.7
"""Two cuts that show the same for a larger share of their time are one."""

_AVOIDANCES = (0.5, 1.5, 4.0)
"""Lost for each second that is as in an earlier cut: tried until the new one differs."""

_MOMENT_S = 0.3
_ACCENT_PLAIN = 0.3


def cut(
    song: Song, song_path: str | os.PathLike[str], takes: Sequence[Take], *,
    style: str = "performance", length_s: float | None = None, seed: int = 0,
    alternatives: int = 1, width: int = 1080, height: int = 1920, fps: Fraction | int = 30,
    start_s: float | None = None,
) -> list[Timeline]:  # fmt: skip
    """Arrange takes over a song, as good as a stated score can tell; see `scoring.py`.

    Parameters
    ----------
    song : Song
    song_path : path
        What the timelines call it.
    takes : sequence of Take
        Those with a place in the song are only shown at it; the others anywhere.
    style : str
        One of `STYLES`.
    length_s : float, optional
        The cut is so long or up to a bar shorter, and made to the best passage of the song. None
        takes as much as the takes allow.
    seed : int
        Another one sways choices that are nearly even. The same arguments give the same cuts.
    alternatives : int
        How many cuts, each other than those before it; fewer where the takes allow no more.
    width, height : int
        Of the picture, even.
    fps : Fraction or int
    start_s : float, optional
        Begin at the beat nearest to this, in seconds of the song.

    Returns
    -------
    list of Timeline
        One or more; `score` and `reasons` say what each is worth, and why each cut is where it is.

    Raises
    ------
    BadWish
        What is asked for makes no sense.
    NothingToCut
        No take can be used; the message says why of each.
    """
    chosen = style_named(style)
    frame = Frame(width, height, Fraction(fps))
    if not 1 <= alternatives <= ALTERNATIVES_MAX:
        raise BadWish(f"{alternatives} alternatives are not 1 to {ALTERNATIVES_MAX}")
    usable, why = _usable(takes, chosen, float(frame.fps))
    why += _unplaced_told(usable)
    cutter = _Cutter(song, usable, chosen, frame, length_s=length_s, start_s=start_s)
    found = cutter.alternatives(seed, alternatives)
    why += cutter.words()
    if len(found) < alternatives:
        why.append(
            f"{len(found)} instead of {alternatives} cuts: any other would show much the same."
        )
    return [
        timeline_of(
            pieces, cutter.scorer, cutter.passage, song, song_path=song_path, frame=frame,
            seed=seed, why=why,
        )
        for pieces in found
    ]  # fmt: skip


def _usable(takes: Sequence[Take], style: Style, fps: float) -> tuple[list[Take], list[str]]:
    """Return the takes that can be shown, and why the others cannot."""
    if not takes:
        raise NothingToCut("there is no take to cut: give at least one")
    if len(takes) > TAKES_MAX:
        raise BadWish(f"{len(takes)} takes are more than the {TAKES_MAX} that are cut at once")
    usable, why = [], []
    for take in takes:
        name = Path(take.path).name
        if take.footage.duration_s < SHOT_S_MIN + 2 / fps:
            why.append(f"{name} is left out: it is shorter than any shot.")
        elif _is_one_mistake(take):
            kinds = sorted({mistake.kind for mistake in take.footage.mistakes})
            why.append(f"{name} is left out: all of it is {' or '.join(kinds)}.")
        elif style.is_sung and take.has_other_song:
            why.append(
                f"{name} is left out: another song plays in it, which nobody should be seen to sing "
                "here. Place it by hand if it belongs, or choose a style that is not sung to."
            )
        else:
            usable.append(take)
    if not usable:
        raise NothingToCut(f"no take can be shown. {' '.join(why)}")
    return usable, why


def _unplaced_told(takes: Sequence[Take]) -> list[str]:
    """Return which takes are shown without being in time with the song, and why."""
    told = [
        f"{Path(take.path).name} is shown in time with nothing but its motion: another song plays in it."
        for take in takes
        if take.has_other_song
    ]
    others = [take for take in takes if take.has_other_sound and not take.has_other_song]
    if others:
        names = ", ".join(Path(take.path).name for take in others)
        told.append(f"The song is not heard in {names}: shown wherever they fit, claiming no sync.")
    return told


def _is_one_mistake(take: Take) -> bool:
    """Whether there is no moment without a mistake that is long enough for a shot."""
    bad = [
        (mistake.start_s, mistake.end_s)
        for mistake in take.footage.mistakes
        if mistake.kind != "frozen"
    ]
    clear_s, longest_s = 0.0, 0.0
    for begin_s, end_s in sorted(bad):
        longest_s = max(longest_s, begin_s - clear_s)
        clear_s = max(clear_s, end_s)
    return max(longest_s, take.footage.duration_s - clear_s) < SHOT_S_MIN


class _Cutter:
    """One song, some takes and a style; makes cuts that differ."""

    def __init__(
        self, song: Song, takes: Sequence[Take], style: Style, frame: Frame, *,
        length_s: float | None, start_s: float | None,
    ) -> None:  # fmt: skip
        fps = float(frame.fps)
        self._song, self._asked_s = song, length_s
        materials = materials_of(takes, style, frame_s=1 / fps, aspect=frame.width / frame.height)
        places = places_of(song, _accents(takes))
        self.passage: Passage = passage_for(
            song, places, materials, length_s=length_s, start_s=start_s, fps=fps
        )
        self._frames = self.passage.frames(fps)
        self._bank: Bank = {}
        self.scorer = self._scorer(song, places, materials, style, fps)

    def _scorer(
        self, song: Song, places: Places, materials: list[Material], style: Style, fps: float
    ) -> Scorer:
        return Scorer(
            song, places, materials, style, start_s=self.passage.start_s, fps=fps,
            frame_count=int(self._frames[-1]),
        )  # fmt: skip

    def alternatives(self, seed: int, count: int) -> list[list[Piece]]:
        """Return cuts that differ from each other, the best first."""
        found = [self._cut(seed, [], 0.0)]
        while len(found) < count:
            for avoidance in _AVOIDANCES:
                other = self._cut(seed + len(found), found, avoidance)
                if all(self._same(other, one) <= SAME_MAX for one in found):
                    found.append(other)
                    break
            else:
                break
        return sorted(found, key=lambda cut: -sum(self.scorer.score(cut).values()))

    def _cut(self, seed: int, avoided: Sequence[Sequence[Piece]], avoidance: float) -> list[Piece]:
        for is_thorough in (False, True):
            pieces = Search(
                self.scorer, self.passage, seed=seed, avoided=avoided, avoidance=avoidance,
                bank=self._bank, is_thorough=is_thorough,
            ).best()  # fmt: skip
            if pieces:
                break
        else:
            raise NothingToCut(
                f"the takes leave a gap in the song between {self.passage.start_s:.1f} and "
                f"{self.passage.end_s:.1f} s: ask for a shorter cut, or another part of the song"
            )
        pieces = with_all_takes(merged(pieces, self.scorer), self.scorer, self._frames)
        return ramped(merged(pieces, self.scorer), self.scorer, self._frames)

    def _same(self, one: Sequence[Piece], other: Sequence[Piece]) -> float:
        """Return the share of the time in which two cuts show the same."""
        shown = [self._shown(cut) for cut in (one, other)]
        same = (shown[0][0] == shown[1][0]) & (np.abs(shown[0][1] - shown[1][1]) < _MOMENT_S)
        return float(same.mean())

    def _shown(self, pieces: Sequence[Piece]) -> tuple[np.ndarray, np.ndarray]:
        takes = np.repeat([piece.take + piece.zoom / 100 for piece in pieces],
                          [piece.frames for piece in pieces])  # fmt: skip
        moments = [self.scorer.moments(piece) for piece in pieces]
        return takes, np.concatenate(moments)

    def words(self) -> list[str]:
        """Return what was chosen of the song, and how far its beats were trusted."""
        passage, song = self.passage, self._song
        told = [
            (
                f"Of the song: {passage.start_s:.1f} to {passage.end_s:.1f} s, from "
                f"{_PLACE[passage.places.kinds[0]]} to {_PLACE[passage.places.kinds[-1]]}."
            )
        ]
        drops = [drop_s for drop_s in song.drops_s if passage.start_s < drop_s < passage.end_s]
        if drops:
            told.append(f"Its drop is at {drops[0] - passage.start_s:.1f} s of the cut.")
        if not passage.places.is_sure:
            told.append(
                f"The beat of this song is not sure ({song.confidence:.2f} of 1): cuts are where it "
                "gets louder or something moves, and claim no beat."
            )
        length_s = passage.end_s - passage.start_s
        if self._asked_s is not None and length_s < 0.7 * self._asked_s:
            told.append(
                f"It is {length_s:.1f} s instead of {self._asked_s:g}: the takes cover no more."
            )
        return told


_PLACE = {
    "drop": "a drop", "part": "the beginning of a part", "phrase": "the beginning of a phrase",
    "bar": "a downbeat", "beat": "a beat", "sound": "where its sound allows",
}  # fmt: skip


def _accents(takes: Sequence[Take]) -> np.ndarray:
    """Return when, in the song, something moves plainly in a take that has its place there."""
    found = [
        take.offset_s
        + take.footage.accents_s[take.footage.accent_strengths > _ACCENT_PLAIN] / take.rate
        for take in takes
        if take.offset_s is not None
    ]
    return np.sort(np.concatenate(found)) if found else np.zeros(0)
