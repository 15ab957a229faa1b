"""What the feed believes that one viewer likes and dislikes, and what speaks for it.

    for belief in recommender.beliefs(7, now_s=time.time()):
        print(belief.topic, belief.liking, belief.enjoyed, belief.disliked)

This is the taste that pages are ranked by, read out; nothing is computed for show.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from filoscope.recommend.catalogue import NOTHING, Catalogue
from filoscope.recommend.events import Topic
from filoscope.recommend.settings import Settings
from filoscope.recommend.taste import MEETINGS_MAX, taste_of
from filoscope.recommend.viewers import ENJOYED, Viewer, worth

WORTH_SAYING = 0.05  # a weaker liking moves no clip by a place
BELIEFS_MAX = 200  # the strongest: nobody reads more


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of one viewer and one topic.

    Parameters
    ----------
    topic
        ("maker", id), ("sound", id) or ("tag", word).
    liking
        About -1 to 1; what the viewer asked for themselves goes down to -8.
    enjoyed, disliked
        Clips with this topic, among the latest `MEETINGS_MAX`, that they watched longer or left
        sooner than people do with clips of that length, or that they liked or did not want to see.
    asked
        1 if the viewer asked for more of it, -1 for less, 0 if they said nothing.
    """

    topic: Topic
    liking: float
    enjoyed: int
    disliked: int
    asked: int


def beliefs_of(
    viewer: Viewer | None, catalogue: Catalogue, *, now_s: float, settings: Settings
) -> tuple[Belief, ...]:
    """Return what is believed of a viewer, what they asked for first, then the strongest."""
    if viewer is None:
        return ()
    taste = taste_of(
        viewer,
        catalogue.features,
        now_s=now_s,
        half_life_s=settings.taste_half_life_s,
        weights=settings.outcomes,
    )
    enjoyed, disliked = _spoken(viewer, catalogue, settings)
    stances = viewer.said.stances if viewer.said is not None else {}
    asked = {code: int(stance.wanted) for code, stance in stances.items()}
    found = [
        Belief(
            catalogue.feature_names[code], liking, enjoyed[code], disliked[code], asked.get(code, 0)
        )
        for code, liking in zip(taste.codes.tolist(), taste.liking.tolist(), strict=True)
        if asked.get(code) or (abs(liking) >= WORTH_SAYING and enjoyed[code] + disliked[code])
    ]
    found.sort(key=lambda belief: (-abs(belief.asked), -abs(belief.liking)))
    return tuple(found[:BELIEFS_MAX])


def _spoken(
    viewer: Viewer, catalogue: Catalogue, settings: Settings
) -> tuple[Counter[int], Counter[int]]:
    """Count the clips that speak for and against each feature, by its code."""
    latest = slice(max(viewer.size - MEETINGS_MAX, 0), viewer.size)
    value = worth(viewer.did[latest], viewer.rank[latest], settings.outcomes)
    met = catalogue.features[viewer.rows[latest]]
    liked, left = met[value >= ENJOYED], met[value <= -ENJOYED]
    return (
        Counter(liked[liked != NOTHING].tolist()),
        Counter(left[left != NOTHING].tolist()),
    )
