"""Have everything compiled before anybody waits for it.

The inner loops are compiled when they are first called, or read from the cache of an earlier process.
A process that serves people calls `warm` while it starts.
"""

from __future__ import annotations

from functools import cache

from filoscope.recommend.catalogue import CatalogueEntry
from filoscope.recommend.engine import WHOLE, Context, Recommender
from filoscope.recommend.events import Event, EventKind

VIEWERS, WATCHES = 6, 12  # enough that every source has something to offer


@cache
def warm() -> None:
    """Take one recommender that nobody sees through all that happens to a real one, once."""
    recommender = Recommender()
    for clip in range(WHOLE + 1):
        recommender.add(
            CatalogueEntry(clip, clip % 7, 10.0, float(clip), clip % 5, (f"{clip % 3}",), "en")
        )
    for viewer in range(VIEWERS):
        for clip in range(WATCHES):
            for kind in (EventKind.IMPRESSION, EventKind.WATCH, EventKind.LIKE):
                recommender.observe(
                    Event(kind, viewer_id=viewer, clip_id=clip, time_s=600.0, watched_s=9.0 + clip)
                )
    hide = Event(EventKind.HIDE, viewer_id=0, clip_id=1, time_s=601.0)
    recommender.observe(hide)
    recommender.remove(2)
    recommender.add(CatalogueEntry(3, 1, 10.0, 3.0, 1, ("other",), "de"))
    restored = Recommender.restore(recommender.snapshot())
    restored.recommend(
        0,
        10,
        now_s=700.0,
        exclude=[4],
        following=[1],
        blocked_makers=[2],
        context=Context(("en",)),
    )
    restored.recommend(0, 10, now_s=700.0, allowed=lambda clips: clips < VIEWERS * WATCHES)
    restored.recommend(VIEWERS, 10, now_s=700.0, allowed={5, 6, 7})  # a stranger
