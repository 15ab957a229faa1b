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
from filoscope.recommend.catalogue import Catalogue, CatalogueEntry
from filoscope.recommend.events import Event
from filoscope.recommend.influence import Influence
from filoscope.recommend.learning import Learned, learn
from filoscope.recommend.neighbours import Neighbours
from filoscope.recommend.page import draw
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.reasons import candidates
from filoscope.recommend.scoring import weighing_of
from filoscope.recommend.settings import Settings
from filoscope.recommend.shortlist import Shortlist, Shortlists, is_varied, take, take_down
from filoscope.recommend.sources import Question, gather
from filoscope.recommend.stock import Stock, stock_of
from filoscope.recommend.taste import NO_TASTE, taste_of
from filoscope.recommend.viewers import Viewer
from filoscope.recommend.walk import Walk
from filoscope.recommend.watching import WatchCurves

Allowed = Callable[[NDArray[np.int64]], NDArray[np.bool_]] | Collection[int]
PAGE_MAX = 200  # picks of one call: nobody swipes further on one page
WHOLE = 512  # clips that are simply all scored: a choice among so few costs more than it saves
ENOUGH = 64  # clips beside those of the page, below which more are looked for
NOTHING_BEFORE = -1  # no row
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
        self._settings = settings or Settings()
        self._seed = seed
        self._lock = threading.RLock()
        self._catalogue = Catalogue()
        popularity = Popularity(
            self.settings.trend_half_life_s, self.settings.first_audience, self._catalogue
        )
        self._learned = Learned({}, popularity, WatchCurves(), Neighbours(), Influence())
        self._shortlists = Shortlists()
        self._walk = Walk()
        self._likings = np.zeros(0)

    @property
    def settings(self) -> Settings:
        """What the owner has set: a change holds from the next page on."""
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        with self._lock:
            self._settings = settings
            self._learned.popularity.owe(settings.first_audience)

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
            question = self._question(viewer, following, float(now_s), context)
            stock = stock_of(self._catalogue, self._learned.popularity)
            shortlist = self._shortlist(viewer, exclude, blocked_makers)
            rows = self._choose(question, stock, shortlist, n, allowed)
            if not rows.size:
                return []
            drawn = draw(
                rows,
                question,
                stock,
                self._learned.popularity.climate(question.now_s),
                self._learned.forecasts.ranker(question.persona, self._catalogue.size),
                weighing_of(self.settings),
                self._previous(viewer, exclude),
                self._generator(viewer, len(exclude), now_s).random((n, 2)),
            )
            return candidates(drawn, self._catalogue, is_known=question.is_known)

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
        taste, number = NO_TASTE, None
        if len(self._likings) < len(catalogue.feature_names):
            self._likings = np.zeros(len(catalogue.postings.heads))
        if viewer is not None and context.profiling:
            number = viewer.number
            taste = taste_of(
                viewer,
                catalogue.features,
                now_s=now_s,
                half_life_s=settings.taste_half_life_s,
                weights=settings.outcomes,
            )
        return Question(
            now_s,
            number is not None,
            taste,
            self._walk.begin(self._learned.neighbours, number),
            viewer.persona if viewer else 0,
            catalogue.maker_codes(follows),
            np.array(sorted(catalogue.language_codes(context.languages)), np.int32),
            self._likings,
            viewer.number + viewer.events if viewer else len(self._learned.viewers),
        )

    def _shortlist(
        self, viewer: Viewer | None, exclude: Sequence[int], blocked_makers: Iterable[int]
    ) -> Shortlist:
        """Begin a shortlist on which nothing met, held or blocked will come."""
        catalogue = self._catalogue
        met = viewer.rows[: viewer.size] if viewer else np.zeros(0, np.int32)
        barred = (met, catalogue.rows(exclude))
        return self._shortlists.begin(catalogue, barred, catalogue.maker_codes(blocked_makers))

    def _choose(
        self,
        question: Question,
        stock: Stock,
        shortlist: Shortlist,
        n: int,
        allowed: Allowed | None,
    ) -> NDArray[np.int32]:
        """Return the rows to score: a few hundred, and all that may come where those are few."""
        if isinstance(allowed, Collection) and len(allowed) <= WHOLE:
            take(shortlist, self._catalogue.rows(allowed), len(allowed))
            return np.sort(shortlist.rows())
        if stock.size > WHOLE:
            gather(question, stock, shortlist)
        chosen = self._allowed(shortlist.rows(), allowed)
        below = stock.size
        while below and (len(chosen) < ENOUGH + 2 * n or not is_varied(chosen, stock.features)):
            taken = int(shortlist.size[0])
            below = take_down(shortlist, below, WIDER, below)
            chosen = np.concatenate([chosen, self._allowed(shortlist.rows(taken), allowed)])
        return np.sort(chosen)

    def _allowed(self, rows: NDArray[np.int32], allowed: Allowed | None) -> NDArray[np.int32]:
        if allowed is None or not rows.size:
            return rows
        clip_ids = self._catalogue.clip_ids[rows]
        if callable(allowed):
            return rows[allowed(clip_ids)]
        return rows[np.array([clip_id in allowed for clip_id in clip_ids.tolist()], np.bool_)]

    def _previous(self, viewer: Viewer | None, exclude: Sequence[int]) -> int:
        """Return the row of what comes directly before the page, or one below 0."""
        held = self._catalogue.rows(exclude[-1:])
        if held.size:
            return int(held[0])
        if viewer is not None and viewer.size:
            return int(viewer.rows[viewer.size - 1])
        return NOTHING_BEFORE

    def _generator(self, viewer: Viewer | None, held: int, now_s: float) -> np.random.Generator:
        """Return chance for one question: from what is asked and known, never from ids."""
        who = (viewer.number, viewer.events) if viewer else (len(self._learned.viewers), 0)
        moment = int(now_s * 1000) & 0xFFFFFFFF
        return np.random.Generator(
            np.random.Philox(np.random.SeedSequence([self._seed, *who, held, moment]))
        )
