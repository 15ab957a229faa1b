"""What a cut is worth: the sum that the search maximises, and that any other cut can be held to.

Each term is in seconds of a good shot; the score is their sum for each second of the cut.

========= =========================================================================================
show      sharp, lit, steady, lively pictures with faces, as the style weighs them
mistakes  covered lens, black, blurred, frozen, out of the picture; the rims of a take
voice     a near face while somebody sings; lips that were filmed to another sound cost as much
accents   motion that lands on strong beats
ramps     a shot that runs fast into an accent and slowly through it, on a strong place
pace      shots as long as the song's energy asks for
places    cuts on drops, parts, phrases and bars; off every beat a cut counts as less than none
variety   another take and another size after a cut; no jump cuts, no like view twice
matches   motion that goes on the same way, and as fast, over a cut
fairness  every take shown, none starved
order     takes without a place in the song in the order they were given
repeats   nothing of a take shown twice
========= =========================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.pieces import Piece, Ramp
from filoscope.studio.cutting.places import Places
from filoscope.studio.cutting.styles import Style
from filoscope.studio.listening.song import LOUDNESS_HZ, Song

Floats = NDArray[np.float64]

OF_PIECE = ("show", "mistakes", "voice", "accents", "pace", "order", "ramps")
TERMS = (*OF_PIECE, "places", "variety", "matches", "fairness", "repeats")

ON_BEAT_S = 0.04
"""As near to a beat a cut is heard as on it; a frame at 30 a second is 33 ms."""

_ACCENT_SIGMA_S = 0.045
_ACCENTS_MAX = 1.5
"""Of the sum of accents a second: a shaking bush is not a dance."""

_MISTAKE, _ANY_MISTAKE = 4.0, 1.0
"""Lost for each second of a mistake, and for a glimpse of one."""

_CROPPED = 1.0
"""Lost for each second in which what the eye goes to is out of the crop."""

_WRONG_LIPS = 0.5
"""Lost for each second of a near face that does not sing this song while somebody is heard to."""

_RAMP_COST = 0.3
"""What an accent on a place must be worth before a ramp is seen as meant."""

_SCENE_CUT = 0.6
_CUT_LEAST = 0.55
"""How strong a place must be for a cut there to gain something: weaker beats are let pass."""

_AFTER_DROP_S = 4.0
_PACE_WORST = -3.0
_SIZES_APART = 0.22
_WAY_LEAST = 0.1
"""Longer sides of the picture a second: what is slower leads the eye nowhere."""

_WAY_ALIKE = 0.7
"""Cosine between two ways from which on they are one."""

_WAY_AROUND_S = 0.12
_LIKE_LEVELS = 24.0
"""Mean difference in levels of grey from which on two views have nothing in common."""

_REPEATED, _PHOTO_REPEATED = 2.0, 2.5
_TAKES_FEW, _TO_AND_FRO = 3, 0.3
"""Lost, as a share of a shot's variety, where a take comes back after one shot of another one."""

_CONTINUED_S = 0.1
_NO_CUT = -1.6
"""A shot that goes on is no way to be long: it costs more than a cut within one view does."""


class Scorer:
    """Holds a song, takes and a style, and says what pieces are worth.

    Parameters
    ----------
    song : Song
    places : Places
        Of the song.
    materials : sequence of Material
    style : Style
    start_s : float
        Where in the song the timeline begins.
    fps : float
    frame_count : int
    """

    def __init__(
        self, song: Song, places: Places, materials: Sequence[Material], style: Style, *,
        start_s: float, fps: float, frame_count: int,
    ) -> None:  # fmt: skip
        self.materials, self.style, self.fps = materials, style, fps
        self.start_s, self.frame_count = start_s, frame_count
        self.length_s = frame_count / fps
        self._usual_s = (style.long_s + style.short_s) / 2
        self._places = places
        frames_s = start_s + np.arange(frame_count + 1) / fps
        self.targets_s = self._targets_at(song, places, frames_s)
        self.worths = _nearest(places, frames_s, ON_BEAT_S)
        vocals = np.array(song.vocals) if song.vocals else np.zeros(1)
        at = np.clip((frames_s * LOUDNESS_HZ).astype(int), 0, len(vocals) - 1)
        self._vocals = np.concatenate([[0.0], np.cumsum(vocals[at])])
        self._views = _likeness(materials)
        self._free = [material.take.offset_s is None for material in materials]
        self._voices = [self._voice_of(material) for material in materials]
        off_s = np.abs(frames_s - places.times_s[_nearest_index(places.times_s, frames_s)])
        self.is_place = off_s <= 0.5 / fps

    def _voice_of(self, material: Material) -> float:
        """Return what a second of a near face is worth while somebody sings."""
        take = material.take
        if take.offset_s is not None:
            return self.style.voice
        return -_WRONG_LIPS if take.has_other_sound else 0.0

    def _targets_at(self, song: Song, places: Places, frames_s: Floats) -> Floats:
        """Return how long a shot should be that begins at a frame."""
        style, energy = self.style, np.interp(frames_s, places.times_s, places.energies)
        for drop_s in song.drops_s:
            after = (frames_s > drop_s - 0.05) & (frames_s < drop_s + _AFTER_DROP_S)
            energy = np.where(after, np.maximum(energy, 1.0), energy)
        target = style.long_s + (style.short_s - style.long_s) * energy
        done = np.linspace(0, 1, len(frames_s))
        return np.asarray(np.maximum(target * (1 - style.push * done), 0.45), np.float64)

    def of_starts(self, take: int, starts_s: Floats, frame: int, frames: int) -> Floats:
        """Return the terms of pieces that differ in where in the take they begin.

        Returns
        -------
        ndarray
            Shape (7, starts), in the order of `OF_PIECE`.
        """
        span_s = frames / self.fps * self.materials[take].take.rate
        accents = self._accents(self.materials[take], starts_s, frame, frames / self.fps)
        return self._terms(take, starts_s, frame, frames, span_s, accents)

    def _terms(
        self, take: int, starts_s: Floats, frame: int, frames: int, span_s: float, accents: Floats
    ) -> Floats:
        style, material = self.style, self.materials[take]
        length_s = frames / self.fps
        worth = material.worth(starts_s, span_s) - _CROPPED * material.cropped(starts_s, span_s)
        show = length_s * worth
        bad = material.badness(starts_s, span_s)
        mistakes = -(length_s * _MISTAKE * bad + _ANY_MISTAKE * (bad > 0.02))
        mistakes -= _SCENE_CUT * self._scene_cuts(material, starts_s, span_s)
        sung = (self._vocals[frame + frames] - self._vocals[frame]) / frames
        voice = length_s * self._voices[take] * sung * material.faces(starts_s, span_s)
        fit = 1 - np.square(np.log2(length_s / self.targets_s[frame]))
        pace = np.full(len(starts_s), length_s * style.pace * max(fit, _PACE_WORST))
        order = np.zeros(len(starts_s))
        if style.order and self._free[take]:
            through = np.clip(starts_s / max(material.end_s, 1e-3), 0, 1)
            place = (take + through) / len(self.materials)
            passed = (frame + frames / 2) / self.frame_count
            order = -style.order * length_s * np.abs(place - passed)
        ramps = np.zeros(len(starts_s))
        return np.stack([show, mistakes, voice, style.accents * accents, pace, order, ramps])

    def _accents(self, material: Material, starts_s: Floats, frame: int, length_s: float) -> Floats:
        """Return how much motion lands on strong places, for each start."""
        first, last = np.searchsorted(
            material.accents_s, (starts_s.min(), starts_s.max() + length_s * material.take.rate)
        )
        if first == last or not len(self._places.times_s):
            return np.zeros(len(starts_s))
        at = (material.accents_s[first:last][None, :] - starts_s[:, None]) / material.take.rate
        landed = self._landed(self.start_s + frame / self.fps + at)
        within = (at >= 0) & (at <= length_s)
        sums = (within * landed * material.strengths[None, first:last]).sum(axis=1)
        return np.asarray(np.minimum(sums, _ACCENTS_MAX * length_s), np.float64)

    def _landed(self, song_s: Floats) -> Floats:
        """Return how much a moment of the song is a strong place, 0 for none."""
        nearest = _nearest_index(self._places.times_s, song_s)
        off = song_s - self._places.times_s[nearest]
        near = np.exp(-0.5 * np.square(off / _ACCENT_SIGMA_S))
        return np.asarray(self._places.worths[nearest] * near, np.float64)

    def _of_ramp(self, piece: Piece, ramp: Ramp) -> Floats:
        """Return the terms of a piece that does not run evenly."""
        material, frames = self.materials[piece.take], np.arange(piece.frames + 1)
        moments = piece.start_s + ramp.passed_s(frames, piece.frames, self.fps)
        within = (material.accents_s >= moments[0]) & (material.accents_s <= moments[-1])
        at = np.interp(material.accents_s[within], moments, frames)
        strengths = material.strengths[within]
        landed = self._landed(self.start_s + (piece.frame + at) / self.fps) * strengths
        most = _ACCENTS_MAX * piece.frames / self.fps
        accents = np.array([min(float(landed.sum()), most)])
        terms = self._terms(
            piece.take, np.array([piece.start_s]), piece.frame, piece.frames,
            float(moments[-1] - moments[0]), accents,
        )[:, 0]  # fmt: skip
        hit = np.abs(at - ramp.hit) < 1
        worth = float((landed * hit).max()) if len(landed) else 0.0
        terms[OF_PIECE.index("ramps")] = self.style.ramps * (worth - _RAMP_COST)
        return np.asarray(terms, np.float64)

    def _scene_cuts(self, material: Material, starts_s: Floats, length_s: float) -> Floats:
        cuts = material.take.footage.scene_cuts_s
        near = 2 / self.fps
        first = np.searchsorted(cuts, starts_s + near)
        return np.asarray(np.searchsorted(cuts, starts_s + length_s - near) - first, np.float64)

    def of_piece(self, piece: Piece) -> Floats:
        """Return the terms of one piece, in the order of `OF_PIECE`."""
        if piece.ramp is not None:
            return self._of_ramp(piece, piece.ramp)
        starts = np.array([piece.start_s])
        return np.asarray(self.of_starts(piece.take, starts, piece.frame, piece.frames)[:, 0])

    def out_s(self, piece: Piece) -> float:
        """Return where in its take a piece ends."""
        return piece.start_s + self.span_s(piece)

    def span_s(self, piece: Piece) -> float:
        """Return how many seconds of its take a piece shows."""
        if piece.ramp is not None:
            last = np.array([piece.frames])
            return float(piece.ramp.passed_s(last, piece.frames, self.fps)[0])
        return piece.frames / self.fps * self.materials[piece.take].take.rate

    def moments(self, piece: Piece) -> Floats:
        """Return which moment of its take each frame of a piece shows."""
        frames = np.arange(piece.frames)
        if piece.ramp is not None:
            return piece.start_s + piece.ramp.passed_s(frames, piece.frames, self.fps)
        rate = self.materials[piece.take].take.rate
        return np.asarray(piece.start_s + frames / self.fps * rate, np.float64)

    def size(self, piece: Piece) -> float:
        """Return the size of a shot, 0 from afar to 1 near."""
        return self.materials[piece.take].size(piece.start_s, self.span_s(piece))

    def is_continued(self, before: Piece, after: Piece) -> bool:
        """Say whether two pieces are one shot: there is no cut to be seen between them."""
        if before.take != after.take or before.zoom != after.zoom or before.ramp or after.ramp:
            return False
        if self.materials[before.take].take.footage.is_photo:
            return True
        end_s = self.out_s(before)
        return abs(after.start_s - end_s) < _CONTINUED_S

    def of_cut(self, before: Piece, after: Piece, sizes: tuple[float, float]) -> float:
        """Return what the cut between two pieces gains: places, variety and matches."""
        return sum(self.cut_terms(before, after, sizes))

    def cut_terms(
        self, before: Piece, after: Piece, sizes: tuple[float, float] | None = None
    ) -> tuple[float, float, float]:
        """Return the terms "places", "variety" and "matches" of a cut.

        Parameters
        ----------
        before, after : Piece
        sizes : tuple of float, optional
            Of the two shots, where they are known already.
        """
        sizes = sizes or (self.size(before), self.size(after))
        style, usual_s = self.style, self._usual_s
        if self.is_continued(before, after):
            return 0.0, _NO_CUT * style.variety * usual_s, 0.0
        places = style.places * usual_s * (float(self.worths[after.frame]) - _CUT_LEAST)
        apart = min(abs(sizes[0] - sizes[1]) / _SIZES_APART, 1.0)
        if before.take != after.take:
            like = self._views[before.take][after.take]
            variety = style.variety * usual_s * (0.7 * apart - 0.8 * like - 0.6)
            matches = style.matches and style.matches * usual_s * self.matching(before, after)
            return places, variety, matches
        out_s = self.out_s(before)
        if abs(after.start_s - out_s) < _CONTINUED_S:  # A closer look, with time going on.
            return places, -0.3 * style.variety * usual_s, 0.0
        material = self.materials[before.take]
        like = _alike(material.thumb(out_s), material.thumb(after.start_s))
        apart = max(apart, float(before.zoom != after.zoom))
        return places, style.variety * usual_s * (0.4 * apart - 0.8 * like - 0.6), 0.0

    def returning(self, earlier: Piece, after: Piece) -> float:
        """Return what it costs that a take comes back after one other shot, if there are more."""
        if len(self.materials) < _TAKES_FEW or earlier.take != after.take:
            return 0.0
        return -_TO_AND_FRO * self.style.variety * self._usual_s

    def matching(self, before: Piece, after: Piece) -> float:
        """Return how much motion goes on over a cut: the same way, and as fast, 0 to 1."""
        x, y = self.materials[before.take].way(self.out_s(before) - _WAY_AROUND_S)
        other_x, other_y = self.materials[after.take].way(after.start_s + _WAY_AROUND_S)
        speed, other = (x * x + y * y) ** 0.5, (other_x * other_x + other_y * other_y) ** 0.5
        if min(speed, other) < _WAY_LEAST:
            return 0.0
        alike = (x * other_x + y * other_y) / (speed * other)
        pace = min(2 * min(speed, other) / max(speed, other), 1.0)
        return float(max((alike - _WAY_ALIKE) / (1 - _WAY_ALIKE), 0.0) * pace)

    def fairness(self, shown_s: float, more_s: float) -> float:
        """Return what it gains to show a take for some seconds more than it was shown.

        The first second of a take gains most; when it has its share, more of it gains nothing, and
        from twice its share on each second costs one.
        """
        share_s = self.length_s / len(self.materials)
        return self.style.fairness * (_use(shown_s + more_s, share_s) - _use(shown_s, share_s))

    def repeated(self, take: int, overlap_s: float) -> float:
        """Return what it costs to show a part of a take again."""
        is_photo = self.materials[take].take.footage.is_photo
        return -(_PHOTO_REPEATED if is_photo and overlap_s > 0 else _REPEATED * overlap_s)

    def score(self, pieces: Sequence[Piece]) -> dict[str, float]:
        """Return the terms of a whole cut for each second of it; their sum is its score."""
        sums = dict.fromkeys(TERMS, 0.0)
        shown: dict[int, list[tuple[float, float]]] = {}
        before: tuple[Piece, float] | None = None
        for index, piece in enumerate(pieces):
            if index > 1:
                sums["variety"] += self.returning(pieces[index - 2], piece)
            for name, value in zip(OF_PIECE, self.of_piece(piece), strict=True):
                sums[name] += float(value)
            length_s, size = piece.frames / self.fps, self.size(piece)
            if before is not None:
                gained = self.cut_terms(before[0], piece, (before[1], size))
                for name, value in zip(("places", "variety", "matches"), gained, strict=True):
                    sums[name] += value
            already = shown.setdefault(piece.take, [])
            seconds = sum(end_s - start_s for start_s, end_s in already)
            sums["fairness"] += self.fairness(seconds, length_s)
            span = (piece.start_s, self.out_s(piece))
            if self._free[piece.take]:
                sums["repeats"] += self.repeated(piece.take, _overlap(span, already))
            already.append(span)
            before = piece, size
        return {name: value / self.length_s for name, value in sums.items()}


def _use(shown_s: float, share_s: float) -> float:
    within_s = min(shown_s, 2 * share_s)
    return within_s - within_s**2 / (2 * share_s) - (shown_s - within_s)


def _overlap(span: tuple[float, float], others: Sequence[tuple[float, float]]) -> float:
    return sum(max(min(span[1], end_s) - max(span[0], start_s), 0.0) for start_s, end_s in others)


def _nearest_index(sorted_s: Floats, at_s: Floats) -> NDArray[np.int64]:
    right = np.minimum(np.maximum(np.searchsorted(sorted_s, at_s), 1), len(sorted_s) - 1)
    left = np.maximum(right - 1, 0)
    is_left = np.abs(at_s - sorted_s[left]) <= np.abs(at_s - sorted_s[right])
    return np.asarray(np.where(is_left, left, right), np.int64)


def _nearest(places: Places, at_s: Floats, within_s: float) -> Floats:
    """Return the worth of the place at each time, 0 where there is none so near."""
    if not len(places.times_s):
        return np.zeros(len(at_s))
    nearest = _nearest_index(places.times_s, at_s)
    is_near = np.abs(at_s - places.times_s[nearest]) <= within_s
    return np.asarray(np.where(is_near, places.worths[nearest], 0.0), np.float64)


def _likeness(materials: Sequence[Material]) -> list[list[float]]:
    """Return how much two takes look alike on the whole, 0 to 1."""
    means = [material.take.footage.thumbs.astype(np.float32).mean(axis=0) for material in materials]
    return [[_alike(one, other) for other in means] for one in means]


def _alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    # Levels are compared after the light is made even: an exposure that drifts is no other view.
    apart = np.abs((one - one.mean()) - (other - other.mean())).mean()
    return float(np.clip(1 - apart / _LIKE_LEVELS, 0, 1))
