"""Somebody whom nobody knows: a belief about their taste that every swipe sharpens.

A viewer is a point among the `Factors` of clips. Before the first swipe the belief is how viewers
of the log are spread; each clip liked or left moves it by Bayes' rule (a Gaussian belief, one
extended Kalman step for the logistic likelihood). Two more things enter:

* What the viewers of now tell of clips. A log holds what was watched, not what was shown, so that
  a clip's level there is also how widely it was shown. Every swipe of everybody corrects the level
  of that clip, and how viewers of now differ as a whole from those of the log. Where tastes are of
  many kinds this can mislead, so it is on trial: viewers get it in the measure that it earns likes.
* What goes with what was liked (EASE), which knows single pairs where factors know the broad lines.

A small share of swipes goes to clips that nobody has met yet, the best of a few for that viewer:
breadth, and a first audience for each clip.

    model = ColdStart(seed=1).fit(watched)
    sessions = model.begin(viewers=1)
    picks = sessions.choose()
    sessions.observe(picks, liked=np.array([True]))
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from filoscope.recommend.cowatch import ease
from filoscope.recommend.factors import Factors, FactorSettings, fit_factors, sigmoid

PAIR_CLIPS_MAX = 12_000  # the solve is cubic, and the weights fill memory: beyond, factors alone
LEVEL_STEP_MAX = 1.0  # logits a level moves at one swipe of all: a first crowd proves little
TRIAL_MEMORY = 4000.0  # swipes after which a trial's outcome has faded to a third
PROBIT = np.float32(np.pi / 8.0)  # sigmoid of a Gaussian: MacKay 1992
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ColdStartSettings:
    """One setting for every log, found on sessions of held-out viewers of a training part."""

    factors: FactorSettings = field(default_factory=FactorSettings)
    spread: float = 0.4  # of the log's variance, believed of newcomers: others fill the log
    pair_weight: float = 10.0  # logits for one unit of EASE
    pair_ridge: float = 300.0
    level_sd: float = 0.5  # logits by which a clip's level may be off; 0: learn nothing from others
    newcomers: float = 0.05  # variance of the viewers of now as a whole, in that of viewers
    explore_share: float = 0.01  # of swipes, to clips that nobody has met
    explore_among: int = 16  # so many of them, the best for the viewer is taken


ALONE = ColdStartSettings(level_sd=0.0, newcomers=0.0)  # nothing learned from other sessions


class ColdStart:
    """Fit on a log, begin sessions, and learn from all of them as they go.

    Attributes
    ----------
    factors : Factors
    pairs : (clips, clips) float32, or None above `PAIR_CLIPS_MAX` clips
    level : (clips,) float32
        Logits as they are believed now; `level_precision` says how firmly (infinite: fixed).
    shift : (size + 1,) float32
        How viewers of now differ, as a whole, from those of the log.
    shown : (clips,) int64
        How often each was shown in these sessions.
    """

    def __init__(self, settings: ColdStartSettings | None = None, *, seed: int = 0) -> None:
        self.settings = settings or ColdStartSettings()
        self.seed = seed
        self.generator = np.random.default_rng(seed)

    def fit(self, watched: sparse.csr_array) -> ColdStart:
        """Learn what clips are like from `watched`, `(viewers, clips)`.

        Raises
        ------
        NothingWatched
            If `watched` is empty.
        """
        settings = self.settings
        clips = watched.shape[1]
        self.factors: Factors = fit_factors(watched, settings.factors, seed=self.seed)
        self.pairs: Array | None = None
        if settings.pair_weight and clips <= PAIR_CLIPS_MAX:
            self.pairs = ease(watched.astype(np.float32), ridge=settings.pair_ridge)
            self.pairs *= np.float32(settings.pair_weight)
        self.level = self.factors.level.copy()
        firm = settings.level_sd**-2 if settings.level_sd else np.inf
        self.level_precision = np.full(clips, firm, np.float32)
        self.shift = np.zeros_like(self.factors.mean)
        if settings.newcomers:
            spread = self.factors.covariance * (settings.spread * settings.newcomers)
            self._shift_precision = np.linalg.inv(spread)
        self.shown = np.zeros(clips, np.int64)
        self._trials = np.zeros((2, 2))
        return self

    def begin(self, viewers: int = 1) -> Sessions:
        """Begin a session for each of some viewers of whom nothing is known."""
        return Sessions(self, viewers)

    def welcome(self, traits: Array, weight: Array, surprise: Array) -> Array:
        """Learn how viewers of now differ as a whole; return what that explains of each surprise.

        Parameters
        ----------
        traits : (swipes, size + 1)
            The rows of `Factors.clips` that were shown.
        weight, surprise : (swipes,)
            Information about the logit, and 1 or 0 less its chance, damped by what is uncertain.
        """
        if not self.settings.newcomers:
            return np.zeros_like(surprise)
        self._shift_precision += traits.T @ (weight[:, None] * traits)
        step = np.linalg.solve(self._shift_precision, traits.T @ surprise).astype(np.float32)
        self.shift += step
        return np.asarray(weight * (traits @ step), np.float32)

    def trust(self, viewers: int) -> NDArray[np.bool_]:
        """Say for each viewer whether what others taught is used, by what it has earned so far."""
        settings = self.settings
        if not (settings.level_sd or settings.newcomers):
            return np.zeros(viewers, np.bool_)
        left, liked = self._trials[:, :, None] + 1.0
        without, using = self.generator.beta(liked, left, size=(2, viewers))
        return np.asarray(using > without)

    def compare(self, used: NDArray[np.bool_], liked: NDArray[np.bool_]) -> None:
        """Note how viewers fared who were given what others taught, and those who were not."""
        self._trials *= np.exp(-len(used) / TRIAL_MEMORY)
        np.add.at(self._trials, (liked.astype(np.intp), used.astype(np.intp)), 1.0)

    def correct(self, picks: NDArray[np.intp], weight: Array, surprise: Array) -> None:
        """Correct the levels of clips by what became of them in one swipe of some viewers."""
        clips = len(self.level)
        self.shown += np.bincount(picks, minlength=clips)
        self.level_precision += np.bincount(picks, weight, clips).astype(np.float32)
        step = np.bincount(picks, surprise, clips) / self.level_precision
        self.level += np.clip(step, -LEVEL_STEP_MAX, LEVEL_STEP_MAX).astype(np.float32)


class Sessions:
    """Sessions that go side by side, one for each viewer; all teach the same model.

    Attributes
    ----------
    taste : (viewers, size + 1) float32
    covariance : (viewers, size + 1, size + 1) float32
        The belief about each viewer, beside `ColdStart.shift`.
    met : (viewers, clips) bool
    """

    def __init__(self, model: ColdStart, viewers: int) -> None:
        self.model = model
        clips = len(model.level)
        self.taste = np.tile(model.factors.mean, (viewers, 1))
        spread = np.float32(model.settings.spread) * model.factors.covariance
        self.covariance = np.tile(spread, (viewers, 1, 1))
        self.met = np.zeros((viewers, clips), np.bool_)
        self._taught = np.zeros(viewers, np.bool_)
        self._pairs = None if model.pairs is None else np.zeros((viewers, clips), np.float32)

    def scores(self) -> Array:
        """Score every clip for every viewer, `(viewers, clips)`, in logits; what was met is -inf."""
        model = self.model
        self._taught = model.trust(len(self.taste))
        scores = self.taste @ model.factors.clips.T
        taught = model.level - model.factors.level + model.factors.clips @ model.shift
        scores += np.where(self._taught[:, None], model.factors.level + taught, model.factors.level)
        if self._pairs is not None:
            scores += self._pairs
        scores[self.met] = -np.inf
        return np.asarray(scores, np.float32)

    def choose(self) -> NDArray[np.intp]:
        """Choose the next clip for each viewer: the best, now and then one nobody has met."""
        scores = self.scores()
        picks: NDArray[np.intp] = scores.argmax(axis=1)
        draw = self.model.generator
        settings = self.model.settings
        curious = np.flatnonzero(draw.random(len(picks)) < settings.explore_share)
        owed = np.flatnonzero(self.model.shown == 0)
        if not len(curious) or not len(owed):
            return picks
        few = owed[draw.integers(len(owed), size=(len(curious), settings.explore_among))]
        offered = scores[curious[:, None], few]
        picks[curious] = few[np.arange(len(curious)), offered.argmax(axis=1)]
        return picks

    def observe(self, picks: NDArray[np.intp], liked: NDArray[np.bool_]) -> None:
        """Learn what each viewer made of the clip they were shown, `(viewers,)` each."""
        model = self.model
        traits = model.factors.clips[picks]
        reach = np.einsum("vij,vj->vi", self.covariance, traits)
        own = np.maximum((reach * traits).sum(axis=1), 0.0)  # rounding
        unsure = own + 1.0 / model.level_precision[picks]
        logit = model.level[picks] + ((self.taste + model.shift) * traits).sum(axis=1)
        chance = sigmoid(logit / np.sqrt(1.0 + PROBIT * unsure))
        information = chance * (1.0 - chance)
        weight = information / (1.0 + information * unsure)
        surprise = (liked - chance) / (1.0 + information * unsure)
        surprise -= model.welcome(traits, weight, surprise)
        self.taste += reach * surprise[:, None]
        self.covariance -= reach[:, :, None] * (weight[:, None] * reach)[:, None, :]
        seen_by_clip = (1.0 + information * unsure) / (1.0 + information * own)
        model.correct(picks, weight * seen_by_clip, surprise * seen_by_clip)
        model.compare(self._taught, liked)
        self.met[np.arange(len(picks)), picks] = True
        if self._pairs is not None and model.pairs is not None:
            self._pairs[liked] += model.pairs[picks[liked]]
