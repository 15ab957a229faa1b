"""Choose among the places of a take, or none: is it this song at all, and which repetition of it?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from filoscope.studio.aligning.coherence import sharpened, unexplained
from filoscope.studio.aligning.finding import find
from filoscope.studio.aligning.fitting import CLOSE_S, ECHO_S, Fit, directed, fit
from filoscope.studio.aligning.reference import RATE_HZ, Reference, Samples

SCORE_MIN = 8.5
"""Standard deviations. Of 1,892 pairs of a take and another song in `bench-studio`'s folder all but
one stay below 8.6; takes that are right have 10 and more at -5 dB."""

SCORE_SURE = 18.0
"""From here on nothing else is asked: songs of one maker that share their loops reach 13."""

EVIDENCE_MIN = 150.0
"""Log-likelihood for each second by which the place must explain the take better than places where
nothing fits. Shared loops reach 120; takes that are right, 250 at -10 dB."""

RIVAL_SHARE_MIN = 0.6
"""Of the best score: from here on a place is looked at as a repetition."""

AMBIGUOUS = 60.0
"""Log-likelihood ratio below which two places are equal: the song repeats itself exactly. Loops that
differ in no more than a quiet voice are 300 and more apart."""

EQUALS_MAX = 4
"""Of places that sound the same, so many are fitted to the end."""

ASIDE_S = (-0.35, -0.21, 0.21, 0.35)
"""Where nothing fits: beside the place by what is no note's length."""

FIT_WINDOWS = 8
"""Are enough to compare places; the one that is chosen is fitted with all."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place and how unlikely it makes the take; lower is likelier."""

    fit: Fit
    unlikeliness: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The places that are left of all, likeliest first; the first few may be equals.

    Attributes
    ----------
    places : tuple of Place
        None of them, if the song is not heard in the take.
    score : float
        Of the best place that there was.
    """

    places: tuple[Place, ...]
    score: float

    @property
    def equals(self) -> tuple[Place, ...]:
        """Return the places between which the sound does not decide."""
        if not self.places:
            return ()
        bound = self.places[0].unlikeliness + AMBIGUOUS
        return tuple(place for place in self.places if place.unlikeliness <= bound)

    @property
    def confidence(self) -> float:
        """Return how sure the first place is, 0 to 1."""
        sure = 1 - 0.5 * math.exp(-max(self.score - SCORE_MIN, 0) / 6)
        if len(self.equals) < 2:
            return sure
        apart = self.equals[1].unlikeliness - self.equals[0].unlikeliness
        return 0.5 * sure * (1 + apart / AMBIGUOUS)


def choose(take: Samples, reference: Reference) -> Choice:
    """Find where in the song a take lies.

    Parameters
    ----------
    take : ndarray
        Mono at `RATE_HZ`, shape (n,).
    """
    fits = [
        fit(take, reference, candidate, windows_max=FIT_WINDOWS)
        for candidate in find(take, reference)
    ]
    fits.sort(key=lambda one: -one.score)
    best = fits[0].score
    if best < SCORE_MIN:
        return Choice((), best)
    kept = [one for one in fits if one.score >= max(RIVAL_SHARE_MIN * best, SCORE_MIN)]
    places = [Place(one, unexplained(take, reference, one)) for one in _without_echoes(kept)]
    places.sort(key=lambda place: place.unlikeliness)
    if best < SCORE_SURE and _evidence(take, reference, places[0]) < EVIDENCE_MIN:
        return Choice((), best)
    return Choice(tuple(places), best)


def settled(choice: Choice, take: Samples, reference: Reference) -> Choice:
    """Fit what may be the take's place once more: to the direct sound, with all its windows, and
    its clock exactly."""

    def fitted_to(place: Fit) -> Fit:
        straight = directed(take, reference, fit(take, reference, place))
        close = fit(take, reference, straight, reach_s=CLOSE_S)
        return sharpened(take, reference, close)

    fitted = tuple(replace(place, fit=fitted_to(place.fit)) for place in choice.equals[:EQUALS_MAX])
    return replace(choice, places=fitted + choice.places[len(fitted) :])


def _without_echoes(fits: list[Fit]) -> list[Fit]:
    """Leave out what lies by an echo from a better fit: it is the same place, heard over a wall."""
    kept: list[Fit] = []
    for one in fits:
        if all(abs(one.offset_s - other.offset_s) > ECHO_S for other in kept):
            kept.append(one)
    return kept


def _evidence(take: Samples, reference: Reference, place: Place) -> float:
    """Return the log-likelihood, for each second of song in the take, over the best of no places."""
    at = place.fit
    beside = [
        unexplained(take, reference, replace(at, offset_s=at.offset_s + aside_s))
        for aside_s in ASIDE_S
    ]
    first_s = max(at.offset_s, 0.0)
    last_s = min(at.offset_s + len(take) / RATE_HZ, reference.duration_s)
    return (float(np.min(beside)) - place.unlikeliness) / max(last_s - first_s, 0.5)
