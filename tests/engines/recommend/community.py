"""A made-up community: makers, clips with tags, and viewers whose tastes are planted."""

from __future__ import annotations

from filoscope.recommend import CatalogueEntry, Event, EventKind, Recommender

NOW_S = 1_790_000_000.0
DAY_S = 86400.0
ALICE, BOB, CHARLIE = 1, 2, 3
TOPICS = ("cats", "bikes", "bread", "chess")


def clip(clip_id: int, *, maker_id: int | None = None, age_s: float = 5 * DAY_S) -> CatalogueEntry:
    """One clip whose topic follows from its number."""
    return CatalogueEntry(
        clip_id,
        maker_id=1000 + clip_id % 23 if maker_id is None else maker_id,
        duration_s=10.0 + clip_id % 7,
        published_s=NOW_S - age_s,
        sound_id=clip_id % 31,
        tags=(topic_of(clip_id), f"rare{clip_id % 50}"),
        language="en",
    )


def topic_of(clip_id: int) -> str:
    """The topic that the clip of this number shows."""
    return TOPICS[clip_id % len(TOPICS)]


def community(clips: int = 200, *, seed: int = 1) -> Recommender:
    """A recommender whose catalogue is the clips 0 up to `clips`."""
    recommender = Recommender(seed=seed)
    for clip_id in range(clips):
        recommender.add(clip(clip_id))
    return recommender


def watch(viewer_id: int, clip_id: int, *, share: float = 1.0, time_s: float = NOW_S) -> Event:
    """A watch of a share of the clip's length."""
    return Event(
        EventKind.WATCH,
        viewer_id=viewer_id,
        clip_id=clip_id,
        time_s=time_s,
        watched_s=share * clip(clip_id).duration_s,
    )
