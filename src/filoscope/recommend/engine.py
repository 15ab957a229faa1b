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
from filoscope.recommend.influence import Influence
from filoscope.recommend.learning import Learned, learn
from filoscope.recommend.mix import ANYBODY, Pool, compose
from filoscope.recommend.neighbours import Neighbours, Walk
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.scoring import score
from filoscope.recommend.settings import Settings
from filoscope.recommend.shortlist import Shortlist
from filoscope.recommend.sources import SOURCES, Question
from filoscope.recommend.taste import taste_of
from filoscope.recommend.viewers import Viewer
from filoscope.recommend.watching import WatchCurves

Allowed = Callable[[NDArray[np.int64]], NDArray[np.bool_]] | Collection[int]
PAGE_MAX = 200  # picks of one call: nobody swipes further on one page
WHOLE = 512  # clips that are simply all scored: a choice among so few costs more than it saves
ENOUGH = 64  # clips beside those of the page, below which more are looked for
WIDER = 1024  # clips looked for at once, newest first, by a viewer who has seen what sources offer


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
        popularity = Popularity(
            self.settings.trend_half_life_s, self.settings.first_audience, self._catalogue
        )
        self._learned = Learned({}, popularity, WatchCurves(), Neighbours(), Influence())
        self._shortlist = Shortlist()
        self._walk = Walk()

    def add(self, entry: CatalogueEntry) -> None:
        """Put a clip into the catalogue, or bring it up to date."""
        with self._lock:
            known = self._catalogue.row(entry.clip_id)
            if known is not None:
                if self._catalogue.is_listed(known, entry):
                    self._catalogue.put(entry)
                    return
                self._learned.popularity.leave(known)
            self._learned.popularity.enter(self._catalogue.put(entry))
            self._learned.neighbours.make_room(self._catalogue.size)

    def remove(self, clip_id: int) -> bool:
        """Take a clip out of every later page; False if it was not there."""
        with self._lock:
            if not self._catalogue.remove(clip_id):
                return False
            self._learned.popularity.leave(self._catalogue.rows([clip_id])[0])
            return True

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
            question = self._question(viewer, following, now_s, context)
            self._open(viewer, exclude, blocked_makers)
            rows = self._choose(question, n, allowed)
            if not rows.size:
                return []
            scored = score(
                rows,
                question,
                self._catalogue,
                self._learned.popularity,
                self._learned.forecasts,
                self.settings,
            )
            picks = compose(
                Pool(scored.total, self._catalogue.features[rows], scored.owed),
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
            viewer = self._learned.viewers.pop(viewer_id, None)
            if viewer is not None:
                self._learned.neighbours.forget(viewer.number)
                self._learned.influence.forget(viewer.number)
            return viewer is not None

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

    def _question(
        self, viewer: Viewer | None, following: Iterable[int], now_s: float, context: Context
    ) -> Question:
        catalogue, settings = self._catalogue, self.settings
        follows = set(following) | (viewer.following if viewer else set())
        taste = None
        if viewer is not None and context.profiling:
            taste = taste_of(
                viewer,
                catalogue.features,
                now_s=now_s,
                half_life_s=settings.taste_half_life_s,
                weights=settings.outcomes,
            )
        known = viewer is not None and taste is not None
        self._walk.begin(self._learned.neighbours, viewer.number if viewer and known else None)
        return Question(
            now_s,
            taste,
            self._walk,
            viewer.persona if viewer else 0,
            catalogue.maker_codes(follows),
            np.array(sorted(catalogue.language_codes(context.languages)), np.int32),
            turn=viewer.number + viewer.events if viewer else len(self._learned.viewers),
        )

    def _open(
        self, viewer: Viewer | None, exclude: Sequence[int], blocked_makers: Iterable[int]
    ) -> None:
        """Begin a shortlist on which nothing met, held or blocked will come."""
        catalogue = self._catalogue
        met = viewer.rows[: viewer.size] if viewer else np.zeros(0, np.int32)
        barred = (met, catalogue.rows(exclude))
        self._shortlist.open(catalogue, barred, catalogue.maker_codes(blocked_makers))

    def _choose(self, question: Question, n: int, allowed: Allowed | None) -> NDArray[np.int32]:
        """Return the rows to score: a few hundred, and all that may come where those are few."""
        shortlist, catalogue = self._shortlist, self._catalogue
        if isinstance(allowed, Collection) and len(allowed) <= WHOLE:
            shortlist.take(catalogue.rows(allowed), len(allowed))
            return shortlist.rows()
        if catalogue.size > WHOLE:
            for source in SOURCES:
                source.propose(question, catalogue, self._learned.popularity, shortlist)
        chosen = self._allowed(shortlist.rows(), allowed)
        below = catalogue.size
        while below and not self._is_enough(chosen, n):
            taken = shortlist.size
            below = shortlist.take_down(below, most=WIDER, steps=below)
            chosen = np.concatenate([chosen, self._allowed(shortlist.rows_from(taken), allowed)])
        return np.sort(chosen)

    def _allowed(self, rows: NDArray[np.int32], allowed: Allowed | None) -> NDArray[np.int32]:
        if allowed is None or not rows.size:
            return rows
        clip_ids = self._catalogue.clip_ids[rows]
        if callable(allowed):
            return rows[allowed(clip_ids)]
        return rows[np.array([clip_id in allowed for clip_id in clip_ids.tolist()], np.bool_)]

    def _is_enough(self, rows: NDArray[np.int32], n: int) -> bool:
        """Say whether a page can be mixed from these: more than it needs, by several makers."""
        if len(rows) < ENOUGH + 2 * n:
            return False
        makers = self._catalogue.makers[rows]
        return bool((makers != makers[0]).any())

    def _previous_maker(
        self, viewer: Viewer | None, exclude: Sequence[int], rows: NDArray[np.int32]
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
