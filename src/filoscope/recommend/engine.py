"""Events in, a ranked and explained feed out.

    recommender = Recommender(seed=1)
    recommender.add(CatalogueEntry(clip_id=1, maker_id=9, duration_s=12.0, published_s=1.8e9))
    recommender.observe(
        Event(EventKind.WATCH, viewer_id=7, clip_id=1, time_s=1.8e9, watched_s=11.0)
    )
    page = recommender.recommend(7, 10, now_s=1.8e9)

`recommend` changes nothing: what is learned depends on `add`, `remove` and `observe` alone, so the
same calls in the same order give the same state, to the bit, with or without readers in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend import snapshots
from filoscope.recommend.beliefs import Belief, beliefs_of
from filoscope.recommend.candidate import Candidate
from filoscope.recommend.catalogue import MAKER, NOTHING, Catalogue, CatalogueEntry
from filoscope.recommend.events import Event
from filoscope.recommend.learning import Learned, learn
from filoscope.recommend.mix import ANYBODY, Pool, compose
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.scoring import Request, score
from filoscope.recommend.settings import Settings
from filoscope.recommend.viewers import Viewer
from filoscope.recommend.watching import WatchCurves

Allowed = Callable[[NDArray[np.int64]], NDArray[np.bool_]] | Collection[int]
PAGE_MAX = 200  # picks of one call: nobody swipes further on one page


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the moment.

    Parameters
    ----------
    languages
        BCP 47, that the viewer reads; empty where unknown.
    profiling
        False for a feed without profiling (DSA, art. 38): nothing that the viewer did is used but
        what they have seen, and whom they follow.
    """

    languages: tuple[str, ...] = ()
    profiling: bool = True


NO_CONTEXT = Context()


class Recommender:
    """Everything learned of one community. Safe to call from several threads.

    Parameters
    ----------
    settings
        Weights and shares of the owner.
    seed
        Of exploration: the same seed, state and question give the same answer.
    """

    def __init__(self, settings: Settings | None = None, *, seed: int = 0) -> None:
        self.settings = settings or Settings()
        self._seed = seed
        self._lock = threading.RLock()
        self._catalogue = Catalogue()
        self._learned = Learned({}, Popularity(self.settings.trend_half_life_s), WatchCurves())

    def add(self, entry: CatalogueEntry) -> None:
        """Put a clip into the catalogue, or bring it up to date."""
        with self._lock:
            self._catalogue.put(entry)
            self._learned.popularity.make_room(self._catalogue.size)

    def remove(self, clip_id: int) -> bool:
        """Take a clip out of every later page; False if it was not there."""
        with self._lock:
            return self._catalogue.remove(clip_id)

    def observe(self, event: Event) -> bool:
        """Learn from one event; False if it is about a clip never added.

        Events of one viewer count in the order in which they are observed.
        """
        with self._lock:
            return learn(event, self._catalogue, self._learned, self.settings.outcomes)

    def recommend(
        self,
        viewer_id: int,
        n: int,
        *,
        now_s: float,
        exclude: Sequence[int] = (),
        following: Iterable[int] = (),
        blocked_makers: Iterable[int] = (),
        allowed: Allowed | None = None,
        context: Context = NO_CONTEXT,
    ) -> list[Candidate]:
        """Pick the next clips for a viewer, best first.

        Parameters
        ----------
        viewer_id
            Who asks; unknown viewers get what is good for anybody.
        n
            How many, at most `PAGE_MAX`.
        now_s
            Unix seconds.
        exclude
            Clips that the player holds already, in order: none of them comes again, and the maker
            of the last one does not come first.
        following, blocked_makers
            Maker ids; `following` is added to what follow events told.
        allowed
            What may be shown: a collection of clip ids, or a function from an array of clip ids
            `(clips,)` to a mask of the same shape.
        context
            The viewer's languages, and whether profiling is allowed.

        Returns
        -------
        list of Candidate
            Shorter than `n` when nearly everything has been seen, and empty when nothing is left:
            a clip is never shown to a viewer twice.
        """
        if not 0 <= n <= PAGE_MAX:
            raise ValueError(f"n must be 0 to {PAGE_MAX}, is {n}")
        with self._lock:
            viewer = self._learned.viewers.get(viewer_id)
            blocked = np.fromiter(blocked_makers, np.int64)
            rows = self._eligible(viewer, exclude, blocked, allowed)
            if not rows.size:
                return []
            follows = set(following) | (viewer.following if viewer else set())
            request = Request(viewer, now_s, frozenset(follows), context.languages)
            if not context.profiling:
                request = Request(None, now_s, request.following, context.languages)
            scored = score(rows, request, self._catalogue, self._learned, self.settings)
            features = self._catalogue.features[rows]
            picks = compose(
                Pool(scored.total, features, scored.owed),
                n,
                previous_maker=self._previous_maker(viewer, exclude, rows),
                explore_share=self.settings.explore_share,
                variety=self.settings.variety,
                generator=self._generator(viewer, len(exclude), now_s),
            )
            return [scored.candidate(pick, self._catalogue, rows) for pick in picks]

    def seen(self, viewer_id: int) -> int:
        """Return how many clips a viewer has met."""
        with self._lock:
            viewer = self._learned.viewers.get(viewer_id)
            return viewer.size if viewer else 0

    def beliefs(self, viewer_id: int, *, now_s: float) -> tuple[Belief, ...]:
        """Return what is believed of a viewer: what they asked for first, then the strongest."""
        with self._lock:
            viewer = self._learned.viewers.get(viewer_id)
            return beliefs_of(viewer, self._catalogue, now_s=now_s, settings=self.settings)

    def is_learning(self, viewer_id: int, *, now_s: float) -> bool:
        """Say whether what a viewer does now is learned from: False while they have paused it."""
        with self._lock:
            viewer = self._learned.viewers.get(viewer_id)
            return viewer is None or viewer.said is None or not viewer.said.is_paused(now_s)

    def forget(self, viewer_id: int) -> bool:
        """Forget a viewer, also what they have seen; False if nothing was known of them."""
        with self._lock:
            return self._learned.viewers.pop(viewer_id, None) is not None

    def snapshot(self) -> bytes:
        """Return all that was learned; equal states give equal bytes."""
        with self._lock:
            return snapshots.write(self._catalogue, self._learned)

    @classmethod
    def restore(
        cls, snapshot: bytes, settings: Settings | None = None, *, seed: int = 0
    ) -> Recommender:
        """Return the recommender of a snapshot.

        Raises
        ------
        SnapshotUnreadable
            If it is torn or of another version; rebuild from the event log then.
        """
        recommender = cls(settings, seed=seed)
        snapshots.read(snapshot, recommender._catalogue, recommender._learned)
        return recommender

    def _eligible(
        self,
        viewer: Viewer | None,
        exclude: Sequence[int],
        blocked: NDArray[np.int64],
        allowed: Allowed | None,
    ) -> NDArray[np.intp]:
        catalogue = self._catalogue
        may = catalogue.alive[: catalogue.size].copy()
        if viewer is not None:
            may[viewer.rows[: viewer.size]] = False
        may[catalogue.rows(exclude)] = False
        if blocked.size:
            may &= ~np.isin(catalogue.makers[: catalogue.size], blocked)
        if isinstance(allowed, Collection):
            named = np.zeros(catalogue.size, np.bool_)
            named[catalogue.rows(allowed)] = True
            may &= named
        rows = np.flatnonzero(may)
        if callable(allowed):
            rows = rows[allowed(catalogue.clip_ids[rows])]
        return rows

    def _previous_maker(
        self, viewer: Viewer | None, exclude: Sequence[int], rows: NDArray[np.intp]
    ) -> int:
        """Return the feature code of the maker of what comes directly before the page."""
        catalogue = self._catalogue
        makers = catalogue.makers[rows]
        if (makers == makers[0]).all():
            return ANYBODY  # all that is left is by one maker: the rule would hide it for good
        held = catalogue.rows(exclude[-1:])
        if held.size:
            return int(catalogue.features[held[0], MAKER])
        if viewer is not None and viewer.size:
            return int(catalogue.features[viewer.rows[viewer.size - 1], MAKER])
        return NOTHING

    def _generator(self, viewer: Viewer | None, held: int, now_s: float) -> np.random.Generator:
        """Return chance for one question: from what is asked and known, never from ids."""
        who = (viewer.number, viewer.events) if viewer else (len(self._learned.viewers), 0)
        moment = int(now_s * 1000) & 0xFFFFFFFF
        return np.random.Generator(
            np.random.Philox(np.random.SeedSequence([self._seed, *who, held, moment]))
        )
