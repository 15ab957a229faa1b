"""What other weights would have shown: the log is lived through again, and asked at every impression.

    logged = relive(recommender, log, impressions=impressions, candidates={"bolder": settings})
    estimate(logged, "bolder")

A page is drawn place by place: with the chance `explore_share` by exploring, else the best score. So
the chance that other settings would have shown the very clip that was shown follows from what the log
holds and one question: would it have been the best? If so, 1 - e plus its share of exploring, else
its share of exploring alone; and that share follows from the propensity in the log. Everything is
asked as of that moment: before the engine has learned what the impression led to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend.engine import Recommender
from filoscope.recommend.estimates import (
    Estimate,
    doubly_robust,
    importance,
    inverse_propensity,
    self_normalised,
)
from filoscope.recommend.events import WATCHED, Event, EventKind
from filoscope.recommend.settings import Settings
from filoscope.recommend.watching import WatchCurves

ENJOYED_RANK = 0.65  # a watch longer than two of three of clips of its length
WEIGHT_MAX = 20.0  # an exploring impression may speak for so many: at 15 % exploring, for a fifth
SURE = 1.0 - 1e-4  # propensities come from 32 bits: from here on nothing was left to chance
SLIVER = 1e-3  # of exploring, asked with, so that the best clip tells its share of exploring
PRIOR_SHOWINGS = 20.0  # at the mean, that a clip's expected reward begins with
LIKED = frozenset({EventKind.LIKE, EventKind.SAVE, EventKind.SHARE, EventKind.COMMENT})
REFUSED = frozenset({EventKind.NOT_INTERESTED, EventKind.HIDE, EventKind.REPORT})

Blocked = Callable[[int], Collection[int]]


@dataclass(slots=True)
class Relived:
    """Impressions of a log, in its order, with what each led to.

    Attributes
    ----------
    propensity, explore_share : list of float
        The chance in the log, and the share of exploring at that time.
    best, best_share : dict of list
        By the name of a candidate: the clip it would have put first (-1: none), and the share of
        exploring that would have gone to that clip.
    rank : list of float
        Of the watch among watches of clips about as long; -1 while it was not watched.
    liked, refused : list of bool
    """

    viewers: list[int] = field(default_factory=list)
    clips: list[int] = field(default_factory=list)
    propensity: list[float] = field(default_factory=list)
    explore_share: list[float] = field(default_factory=list)
    best: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    best_share: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    rank: list[float] = field(default_factory=list)
    liked: list[bool] = field(default_factory=list)
    refused: list[bool] = field(default_factory=list)

    @property
    def reward(self) -> NDArray[np.float64]:
        """1 where the viewer enjoyed what they were shown, else 0."""
        enjoyed = (np.array(self.rank) >= ENJOYED_RANK) | np.array(self.liked, np.bool_)
        return np.where(np.array(self.refused, np.bool_), 0.0, enjoyed).astype(np.float64)


@dataclass(frozen=True, slots=True)
class WouldHave:
    """What one candidate would have earned, by three estimates.

    Parameters
    ----------
    agreement
        Share of impressions where it would have put first what was shown.
    covered
        Share of what it would have shown that the log could have shown too (the mean weight). The
        rest is a guess in `doubly_robust` and missing from `inverse_propensity`.
    low, high
        Between which the truth lies whatever the rest would have earned, nothing or everything
        (Manski, AER 1990), and 95 % of chance on top: the only figures that assume nothing.
    """

    name: str
    inverse_propensity: Estimate
    self_normalised: Estimate
    doubly_robust: Estimate
    agreement: float
    covered: float
    low: float
    high: float


def relive(
    recommender: Recommender,
    log: Iterable[Event],
    *,
    asked: Collection[int],
    candidates: Mapping[str, Settings],
    explore_share_at: Callable[[float], float],
    published_s: Mapping[int, float],
    blocked: Blocked = lambda viewer_id: (),
) -> Relived:
    """Live through a log once, and ask every candidate at the impressions in question.

    Parameters
    ----------
    recommender
        Fresh, with every clip of the time in its catalogue; it learns the whole log.
    asked
        Which events of the log, counted from 0, are asked about: impressions with a propensity.
    explore_share_at
        The share of exploring of the policy in force at a time.
    published_s
        When each clip came: none is proposed before.
    """
    relived, curves = Relived(), WatchCurves()
    latest: dict[tuple[int, int], int] = {}
    clips = np.array(sorted(published_s), np.int64)
    moments = np.array([published_s[clip] for clip in clips.tolist()])
    for number, event in enumerate(log):
        if number in asked and event.clip_id is not None and event.propensity is not None:
            out = clips[moments <= event.time_s]
            share = explore_share_at(event.time_s)
            _ask(recommender, event, candidates, share, _those(out), blocked, relived)
            latest[event.viewer_id, event.clip_id] = len(relived.clips) - 1
        place = latest.get((event.viewer_id, event.clip_id or -1))
        if place is not None:
            _note(event, place, curves, relived)
        recommender.observe(event)
    return relived


def _those(out: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], NDArray[np.bool_]]:
    """Return the mask of clips that were out by then, which are sorted."""

    def allowed(clip_ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        if not out.size:
            return np.zeros(len(clip_ids), np.bool_)
        places = np.minimum(np.searchsorted(out, clip_ids), len(out) - 1)
        return np.asarray(out[places] == clip_ids)

    return allowed


def _ask(
    recommender: Recommender,
    event: Event,
    candidates: Mapping[str, Settings],
    explore_share: float,
    allowed: Callable[[NDArray[np.int64]], NDArray[np.bool_]],
    blocked: Blocked,
    relived: Relived,
) -> None:
    """Ask what each candidate would have put in this place, and write the impression down."""
    assert event.clip_id is not None and event.propensity is not None  # the caller has looked
    held = recommender.settings
    for name, settings in candidates.items():
        recommender.settings = replace(settings, explore_share=SLIVER)
        found = recommender.recommend(
            event.viewer_id,
            1,
            now_s=event.time_s,
            blocked_makers=blocked(event.viewer_id),
            allowed=allowed,
        )
        is_best = bool(found) and found[0].propensity >= 1.0 - SLIVER
        share = (found[0].propensity - (1.0 - SLIVER)) / SLIVER if is_best else 0.0
        relived.best[name].append(found[0].clip_id if is_best else -1)
        relived.best_share[name].append(min(share, 1.0))
    recommender.settings = held
    relived.viewers.append(event.viewer_id)
    relived.clips.append(event.clip_id)
    relived.propensity.append(event.propensity)
    relived.explore_share.append(explore_share)
    relived.rank.append(-1.0)
    relived.liked.append(False)
    relived.refused.append(False)


def _note(event: Event, place: int, curves: WatchCurves, relived: Relived) -> None:
    """Write down what an impression led to."""
    if event.kind in WATCHED and event.duration_s:
        rank = curves.rank(event.seconds_watched, event.duration_s)
        if relived.rank[place] < 0:
            curves.learn(event.seconds_watched, event.duration_s)
        relived.rank[place] = max(rank, relived.rank[place])
    relived.liked[place] |= event.kind in LIKED
    relived.refused[place] |= event.kind in REFUSED


def estimate(relived: Relived, name: str, settings: Settings) -> WouldHave:
    """Estimate what a candidate would have earned from an impression: the share enjoyed.

    The guess of `doubly_robust` is the expected reward of the clip that the candidate puts first,
    drawn to that of anything, and that of anything for any other: so its mean over the candidate's
    choices is known exactly. The mean of a clip leaves out the viewer in question.
    """
    reward, propensity = relived.reward, np.array(relived.propensity)
    first = np.array(relived.best[name]) == np.array(relived.clips)
    exploring = settings.explore_share * _share_of_exploring(relived)
    chance = np.where(
        propensity >= SURE, first.astype(np.float64),
        np.minimum(exploring + np.where(first, 1.0 - settings.explore_share, 0.0), 1.0),
    )  # fmt: skip
    weights = importance(chance, propensity, most=WEIGHT_MAX)
    guess, mean = _guess(relived, name, reward)
    share = np.array(relived.best_share[name])
    of_best = np.minimum(1.0 - settings.explore_share * (1.0 - share), 1.0)
    viewers = np.array(relived.viewers, np.int64)
    covered = min(float(weights.mean()), 1.0) if len(weights) else 0.0
    by_propensity = inverse_propensity(reward, weights, groups=viewers)
    return WouldHave(
        name,
        by_propensity,
        self_normalised(reward, weights, groups=viewers),
        doubly_robust(
            reward,
            weights,
            expected=np.where(first, guess, mean),
            expected_of_policy=of_best * guess + (1.0 - of_best) * mean,
            groups=viewers,
        ),
        float(first.mean()) if len(first) else 0.0,
        covered,
        max(by_propensity.low, 0.0),
        min(by_propensity.high + 1.0 - covered, 1.0),
    )


def _share_of_exploring(relived: Relived) -> NDArray[np.float64]:
    """Return the share of exploring that went to each clip shown, from its logged propensity."""
    propensity, explored = np.array(relived.propensity), np.array(relived.explore_share)
    by_exploring = np.where(propensity >= 1.0 - explored, propensity - 1.0 + explored, propensity)
    by_exploring = np.where(propensity >= SURE, 0.0, by_exploring)
    return np.asarray(np.clip(by_exploring / np.maximum(explored, SLIVER), 0.0, 1.0), np.float64)


def _guess(
    relived: Relived, name: str, reward: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return the expected reward of what a candidate puts first, and of anything.

    Each impression speaks by the inverse of its chance: those who were shown a clip because it suits
    them would say too much for it with everybody else.
    """
    voices = np.minimum(1.0 / np.array(relived.propensity), WEIGHT_MAX)
    mean = float((voices * reward).sum() / voices.sum()) if len(reward) else 0.0
    sums: defaultdict[int, float] = defaultdict(float)
    counts: defaultdict[int, float] = defaultdict(float)
    own: dict[tuple[int, int], tuple[float, float]] = {}
    for viewer, clip, voice, earned in zip(
        relived.viewers, relived.clips, voices.tolist(), reward.tolist(), strict=True
    ):
        sums[clip] += voice * earned
        counts[clip] += voice
        own[viewer, clip] = (voice * earned, voice)
    guesses = []
    for viewer, clip in zip(relived.viewers, relived.best[name], strict=True):
        earned, voice = own.get((viewer, clip), (0.0, 0.0))
        guesses.append(
            (sums[clip] - earned + PRIOR_SHOWINGS * mean) / (counts[clip] - voice + PRIOR_SHOWINGS)
        )
    return np.array(guesses, np.float64), mean
