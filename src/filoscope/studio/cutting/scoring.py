"""What a cut is worth: the sum that the search maximises, and that any other cut can be held to.

Each term is in seconds of a good shot; the score is their sum for each second of the cut.

========= =========================================================================================
show      sharp, lit, steady, lively pictures with faces, as the style weighs them
mistakes  covered lens, black, blurred, frozen, out of the picture; the rims of a take
voice     a near face while somebody sings
accents   motion that lands on strong beats
pace      shots as long as the song's energy asks for
places    cuts on drops, parts, phrases and bars; off every beat a cut counts as less than none
variety   another take and another size after a cut; no jump cuts, no like view twice
fairness  every take shown, none starved
order     takes without a place in the song in the order they were given
repeats   nothing of a take shown twice
========= =========================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.studio.cutting.material import Material
from filoscope.studio.cutting.places import Places
from filoscope.studio.cutting.styles import Style
from filoscope.studio.listening.song import LOUDNESS_HZ, Song

Floats = NDArray[np.float64]

OF_PIECE = ("show", "mistakes", "voice", "accents", "pace", "order")
TERMS = (*OF_PIECE, "places", "variety", "fairness", "repeats")

ON_BEAT_S = 0.04
"""As near to a beat a cut is heard as on it; a frame at 30 a second is 33 ms."""

_ACCENT_SIGMA_S = 0.045
_ACCENTS_MAX = 1.5
"""Of the sum of accents a second: a shaking bush is not a dance."""

_MISTAKE, _ANY_MISTAKE = 4.0, 1.0
"""Lost for each second of a mistake, and for a glimpse of one."""

_CROPPED = 0.6
"""Lost for each second in which what the eye goes to is out of the crop."""

_SCENE_CUT = 0.6
_CUT_LEAST = 0.55
"""How strong a place must be for a cut there to gain something: weaker beats are let pass."""

_AFTER_DROP_S = 4.0
_PACE_WORST = -3.0
_SIZES_APART = 0.22
_LIKE_LEVELS = 24.0
"""Mean difference in levels of grey from which on two views have nothing in common."""

_REPEATED, _PHOTO_REPEATED = 2.0, 2.5
_CONTINUED_S = 0.1
_NO_CUT = -1.6
"""A shot that goes on is no way to be long: it costs more than a cut within one view does."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a take on the timeline.

    Attributes
    ----------
    take : int
        Which one.
    start_s : float
        In seconds of the take.
    frame, frames : int
        First frame on the timeline, and how many.
    zoom : float
        1 for the whole frame; more for a closer look at the same take.
    """

    take: int
    start_s: float
    frame: int
    frames: int
    zoom: float = 1.0

    @property
    def end(self) -> int:
        """The frame after its last."""
        return self.frame + self.frames


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
            Shape (6, starts), in the order of `OF_PIECE`.
        """
        style, material = self.style, self.materials[take]
        length_s = frames / self.fps
        span_s = length_s * material.take.rate
        worth = material.worth(starts_s, span_s) - _CROPPED * material.cropped(starts_s, span_s)
        show = length_s * worth
        bad = material.badness(starts_s, span_s)
        mistakes = -(length_s * _MISTAKE * bad + _ANY_MISTAKE * (bad > 0.02))
        mistakes -= _SCENE_CUT * self._scene_cuts(material, starts_s, span_s)
        sung = (self._vocals[frame + frames] - self._vocals[frame]) / frames
        voice = length_s * style.voice * sung * material.faces(starts_s, span_s)
        accents = style.accents * self._accents(material, starts_s, frame, length_s)
        fit = 1 - np.square(np.log2(length_s / self.targets_s[frame]))
        pace = np.full(len(starts_s), length_s * style.pace * max(fit, _PACE_WORST))
        order = np.zeros(len(starts_s))
        if style.order and self._free[take]:
            through = np.clip(starts_s / max(material.end_s, 1e-3), 0, 1)
            place = (take + through) / len(self.materials)
            passed = (frame + frames / 2) / self.frame_count
            order = -style.order * length_s * np.abs(place - passed)
        return np.stack([show, mistakes, voice, accents, pace, order])

    def _accents(self, material: Material, starts_s: Floats, frame: int, length_s: float) -> Floats:
        """Return how much motion lands on strong places, for each start."""
        first, last = np.searchsorted(
            material.accents_s, (starts_s.min(), starts_s.max() + length_s * material.take.rate)
        )
        if first == last or not len(self._places.times_s):
            return np.zeros(len(starts_s))
        at = (material.accents_s[first:last][None, :] - starts_s[:, None]) / material.take.rate
        song_s = self.start_s + frame / self.fps + at
        nearest = _nearest_index(self._places.times_s, song_s)
        off = song_s - self._places.times_s[nearest]
        landed = self._places.worths[nearest] * np.exp(-0.5 * np.square(off / _ACCENT_SIGMA_S))
        within = (at >= 0) & (at <= length_s)
        sums = (within * landed * material.strengths[None, first:last]).sum(axis=1)
        return np.asarray(np.minimum(sums, _ACCENTS_MAX * length_s), np.float64)

    def _scene_cuts(self, material: Material, starts_s: Floats, length_s: float) -> Floats:
        cuts = material.take.footage.scene_cuts_s
        near = 2 / self.fps
        first = np.searchsorted(cuts, starts_s + near)
        return np.asarray(np.searchsorted(cuts, starts_s + length_s - near) - first, np.float64)

    def of_piece(self, piece: Piece) -> Floats:
        """Return the terms of one piece, in the order of `OF_PIECE`."""
        starts = np.array([piece.start_s])
        return np.asarray(self.of_starts(piece.take, starts, piece.frame, piece.frames)[:, 0])

    def out_s(self, piece: Piece) -> float:
        """Return where in its take a piece ends."""
        return piece.start_s + piece.frames / self.fps * self.materials[piece.take].take.rate

    def is_continued(self, before: Piece, after: Piece) -> bool:
        """Say whether two pieces are one shot: there is no cut to be seen between them."""
        if before.take != after.take or before.zoom != after.zoom:
            return False
        if self.materials[before.take].take.footage.is_photo:
            return True
        end_s = self.out_s(before)
        return abs(after.start_s - end_s) < _CONTINUED_S

    def of_cut(self, before: Piece, after: Piece, sizes: tuple[float, float]) -> float:
        """Return what the cut between two pieces gains: places and variety."""
        places, variety = self.cut_terms(before, after, sizes)
        return places + variety

    def cut_terms(
        self, before: Piece, after: Piece, sizes: tuple[float, float]
    ) -> tuple[float, float]:
        """Return the terms "places" and "variety" of a cut.

        Parameters
        ----------
        before, after : Piece
        sizes : tuple of float
            Of the two shots, as `Material.size` says them.
        """
        style, usual_s = self.style, self._usual_s
        if self.is_continued(before, after):
            return 0.0, _NO_CUT * style.variety * usual_s
        places = style.places * usual_s * (float(self.worths[after.frame]) - _CUT_LEAST)
        apart = min(abs(sizes[0] - sizes[1]) / _SIZES_APART, 1.0)
        if before.take != after.take:
            like = self._views[before.take][after.take]
            return places, style.variety * usual_s * (0.7 * apart - 0.8 * like - 0.6)
        out_s = self.out_s(before)
        if abs(after.start_s - out_s) < _CONTINUED_S:  # A closer look, with time going on.
            return places, -0.3 * style.variety * usual_s
        material = self.materials[before.take]
        like = _alike(material.thumb(out_s), material.thumb(after.start_s))
        apart = max(apart, float(before.zoom != after.zoom))
        return places, style.variety * usual_s * (0.4 * apart - 0.8 * like - 0.6)

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
        for piece in pieces:
            for name, value in zip(OF_PIECE, self.of_piece(piece), strict=True):
                sums[name] += float(value)
            length_s = piece.frames / self.fps
            size = self.materials[piece.take].size(piece.start_s, length_s)
            if before is not None:
                places, variety = self.cut_terms(before[0], piece, (before[1], size))
                sums["places"] += places
                sums["variety"] += variety
            already = shown.setdefault(piece.take, [])
            seconds = sum(end_s - start_s for start_s, end_s in already)
            sums["fairness"] += self.fairness(seconds, length_s)
            span = (piece.start_s, piece.start_s + length_s)
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
