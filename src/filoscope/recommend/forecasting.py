"""What will this viewer do with these clips? The ranker of several outcomes, fed by live events.

A showing is learned when the viewer has left the clip, with everything that is known of it then; what
they do with it later (a like after the end) is learned when they do it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend import viewers
from filoscope.recommend.catalogue import MAKER, NOTHING, SOUND, TAGS, Catalogue
from filoscope.recommend.outcomes import OUTCOMES, TAGS_MAX, Outcome, OutcomeModel, Showings
from filoscope.recommend.outcomes.kernels import Past, Prior, Rows, Table, predict
from filoscope.recommend.outcomes.showings import UNKNOWN
from filoscope.recommend.sources.question import Question
from filoscope.recommend.stock import Stock

LEAVE_S = 2.0  # gone by then: nobody has seen what a clip is about
FINISH_RANK = 2 / 3  # longer than two of three watches of clips about as long
BITS = {
    Outcome.LIKE: viewers.LIKED,
    Outcome.SHARE: viewers.SHARED,
    Outcome.FOLLOW: viewers.FOLLOWED,
    Outcome.REJECT: viewers.REJECTED,
}
DEEDS = sum(BITS.values())  # bits of what is forecast beside the watch itself
TAG_COLUMNS = slice(TAGS.start, TAGS.start + TAGS_MAX)


class Ranker(NamedTuple):
    """What the ranker has learned, as the loops read it; see `outcomes.kernels`."""

    table: Table
    prior: Prior
    past: Past


class Forecasts:
    """The ranker, and room for the one showing that an event is about."""

    def __init__(self, model: OutcomeModel | None = None) -> None:
        self.model = model or OutcomeModel()
        self._one = Showings.of(viewer=0, clip=0)
        self._outcomes = np.empty((1, OUTCOMES), np.float32)

    def learn_watch(
        self,
        catalogue: Catalogue,
        persona: int,
        row: int,
        *,
        time_s: float,
        did: int,
        rank: float,
        watched_s: float,
        duration_s: float,
    ) -> None:
        """Learn one showing that has ended.

        Parameters
        ----------
        did, rank
            Bits of `viewers`, and the watch ranked among clips of its length.
        """
        share, outcomes = watched_s / max(duration_s, 1.0), self._outcomes[0]
        outcomes[Outcome.FINISH] = rank >= FINISH_RANK or share >= 1.0
        outcomes[Outcome.SHARE_WATCHED] = min(share, 1.0)
        outcomes[Outcome.LEAVE] = watched_s < LEAVE_S
        for outcome, bit in BITS.items():
            outcomes[outcome] = did & bit != 0
        self._learn(catalogue, persona, row, time_s)

    def learn_deed(
        self, catalogue: Catalogue, persona: int, row: int, *, time_s: float, deed: int
    ) -> None:
        """Learn what was done with a clip after it was left; `deed` are bits of `viewers`."""
        self._outcomes[:] = np.nan
        for outcome, bit in BITS.items():
            if deed & bit:
                self._outcomes[0, outcome] = 1.0
        self._learn(catalogue, persona, row, time_s)

    def ranker(self, persona: int, clips: int) -> Ranker:
        """Return what forecasts for this viewer and so many clips are read from, as it is now."""
        return Ranker(*self.model.read_from(viewers=persona + 1, clips=clips))

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that a snapshot needs."""
        return self.model.state()

    def _learn(self, catalogue: Catalogue, persona: int, row: int, time_s: float) -> None:
        one, codes = self._one, catalogue.features[row].tolist()
        one.viewer[0], one.clip[0], one.time_s[0] = persona, row, time_s
        one.maker[0], one.sound[0] = codes[MAKER] or -1, codes[SOUND] or -1
        one.tags[0] = [code or -1 for code in codes[TAG_COLUMNS]]
        one.duration_s[0] = catalogue.duration_s[row]
        one.published_s[0] = catalogue.published_s[row]
        self.model.learn(one, self._outcomes)


@njit(cache=True)
def promise(
    rows: NDArray[np.int32],
    question: Question,
    stock: Stock,
    ranker: Ranker,
    by_outcome: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return what it promises to show each of some clips to a viewer now, `(clips,)`.

    The chance of each outcome, against its mean over these clips, times what it is worth.
    """
    live = np.empty((len(rows), OUTCOMES), np.float32)
    order, doubt = np.empty_like(live), np.empty(len(rows), np.float32)
    showings = _showings(rows, question, stock)
    predict(ranker.table, ranker.prior, ranker.past, showings, live, order, doubt)
    promised = np.zeros(len(rows))
    for index in range(len(rows)):
        for outcome in range(OUTCOMES):
            promised[index] += live[index, outcome] * by_outcome[outcome]
    against_mean: NDArray[np.float64] = promised - promised.sum() / len(rows)
    return against_mean


@njit(cache=True)
def _showings(rows: NDArray[np.int32], question: Question, stock: Stock) -> Rows:
    """Describe clips shown to one viewer at one moment, as the ranker sees them."""
    count = len(rows)
    codes = np.full((TAGS.start, count), UNKNOWN, np.int64)  # of makers and sounds
    tags = np.full((count, TAGS_MAX), UNKNOWN, np.int64)
    for index in range(count):
        bears = stock.features[rows[index]]
        for column in range(TAGS.start + TAGS_MAX):
            if bears[column] == NOTHING:
                continue
            if column < TAGS.start:
                codes[column, index] = bears[column]
            else:
                tags[index, column - TAGS.start] = bears[column]
    return Rows(
        np.full(count, question.persona, np.int64),
        rows.astype(np.int64),
        codes[MAKER],
        codes[SOUND],
        np.full(count, UNKNOWN, np.int64),
        tags,
        stock.duration_s[rows],
        np.full(count, question.now_s),
        stock.published_s[rows],
    )
