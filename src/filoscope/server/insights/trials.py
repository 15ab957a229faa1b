"""Live through the log with other weights, and say what they would have earned (see `counterfactual`).

All of it happens in a worker, with a recommender of its own: the one that serves pages is not touched.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

from filoscope.recommend import Event, EventKind, Recommender, Settings
from filoscope.recommend.counterfactual import WouldHave, estimate, relive
from filoscope.recommend.estimates import Estimate
from filoscope.server.feed.engine import event_of
from filoscope.server.feed.models import Policy
from filoscope.server.feed.policies import Weights, weights_of
from filoscope.server.feed.queries import log
from filoscope.server.feed.queries.wishes import rules
from filoscope.server.insights.queries import GROUP_MIN

ASKED_MAX = 2_000  # impressions, the latest: some 20 s of asking; the interval says if they suffice
TOO_FEW = f"There is not enough to go by yet: it takes {GROUP_MIN} people who have used For You."


@dataclass(frozen=True, slots=True)
class Known:
    """The catalogue as estimates need it."""

    recommender: Recommender
    published_s: dict[int, float]
    duration_s: dict[int, float]


def told(weights: Weights) -> tuple[dict[str, Any] | None, str]:
    """Return what `Trial.result` holds, or why there is none."""
    usual = Settings()
    candidates = {"now": rules().weights.applied_to(usual), "then": weights.applied_to(usual)}
    known = _known()
    events = [_timed(event, known) for event in _events()]
    asked = [number for number, event in enumerate(events) if _is_drawn(event)][-ASKED_MAX:]
    if len({events[number].viewer_id for number in asked}) < GROUP_MIN:
        return None, TOO_FEW
    relived = relive(
        known.recommender,
        events,
        asked=set(asked),
        candidates=candidates,
        explore_share_at=_explore_share(),
        published_s=known.published_s,
        blocked=lambda viewer_id: (viewer_id,),
    )
    reward = relived.reward
    return {
        "impressions": len(asked),
        "people": len(set(relived.viewers)),
        "earned": float(reward.mean()),
        "rows": [_row(estimate(relived, name, settings)) for name, settings in candidates.items()],
    }, ""


def _known() -> Known:
    known = Known(Recommender(seed=1), {}, {})
    for found in log.catalogue():
        if found.is_open:
            entry = found.entry
            known.recommender.add(entry)
            known.published_s[entry.clip_id] = entry.published_s
            known.duration_s[entry.clip_id] = entry.duration_s
    return known


def _events() -> Iterator[Event]:
    """Yield the log and the deeds in the order of time."""
    lines = heapq.merge(
        sorted(chain.from_iterable(log.events()), key=lambda line: line.time_s),
        sorted(log.deeds(), key=lambda line: line.time_s),
        key=lambda line: line.time_s,
    )
    yield from (event for line in lines if (event := event_of(line)) is not None)


def _timed(event: Event, known: Known) -> Event:
    duration_s = known.duration_s.get(event.clip_id or -1, 0.0)
    return replace(event, duration_s=duration_s) if event.watched_s else event


def _is_drawn(event: Event) -> bool:
    return (
        event.kind is EventKind.IMPRESSION
        and event.propensity is not None
        and event.tab == "for-you"
    )


def _explore_share() -> Callable[[float], float]:
    """Return which share of places explored at a time, by the policies."""
    policies = [
        (policy.changed_at.timestamp(), weights_of(policy.weights)["explore_share"])
        for policy in Policy.objects.order_by("pk")
    ]
    moments = [moment_s for moment_s, _ in policies]
    shares = [Weights()["explore_share"], *(share for _, share in policies)]
    return lambda time_s: shares[bisect_right(moments, time_s)]


def _row(found: WouldHave) -> dict[str, Any]:
    def figures(one: Estimate) -> dict[str, float | None]:
        """Keep shares between 0 and 1; what is infinite or missing becomes null, as JSON knows neither."""
        told = asdict(one) | {"low": max(one.low, 0.0), "high": min(one.high, 1.0)}
        if not math.isfinite(one.high - one.low):
            told |= {"low": None, "high": None}
        return {
            name: value if value is None or math.isfinite(value) else None
            for name, value in told.items()
        }

    return {
        "name": found.name,
        "agreement": found.agreement,
        "covered": found.covered,
        "low": found.low if math.isfinite(found.low) else 0.0,
        "high": found.high if math.isfinite(found.high) else 1.0,
        "ips": figures(found.inverse_propensity),
        "snips": figures(found.self_normalised),
        "dr": figures(found.doubly_robust),
    }
