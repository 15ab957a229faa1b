"""What will this viewer do with these clips? The ranker of several outcomes, fed by live events.

A showing is learned when the viewer has left the clip, with everything that is known of it then; what
they do with it later (a like after the end) is learned when they do it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from filoscope.recommend import viewers
from filoscope.recommend.catalogue import MAKER, SOUND, TAGS, Catalogue
from filoscope.recommend.outcomes import OUTCOMES, TAGS_MAX, Outcome, OutcomeModel, Showings
from filoscope.recommend.settings import ScoreWeights

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

    def promise(
        self,
        catalogue: Catalogue,
        persona: int,
        rows: NDArray[np.int32],
        *,
        time_s: float,
        weights: ScoreWeights,
    ) -> NDArray[np.float64]:
        """Return what it promises to show each of some clips to a viewer now, `(clips,)`.

        The chance of each outcome, against its mean over these clips, times what it is worth.
        """
        showings = showings_of(catalogue, persona, rows, time_s)
        promised = self.model.predict(showings).live.astype(np.float64) @ weights.by_outcome()
        return np.asarray(promised - promised.mean())

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


def showings_of(
    catalogue: Catalogue, persona: int, rows: NDArray[np.int32], time_s: float
) -> Showings:
    """Describe clips shown to one viewer at one moment, as the ranker sees them."""
    count = len(rows)
    codes = catalogue.features[rows].astype(np.int64)
    codes[codes == 0] = -1
    return Showings(
        viewer=np.full(count, persona, np.int64),
        clip=rows.astype(np.int64),
        maker=np.ascontiguousarray(codes[:, MAKER]),
        sound=np.ascontiguousarray(codes[:, SOUND]),
        tab=np.full(count, -1, np.int64),
        tags=np.ascontiguousarray(codes[:, TAG_COLUMNS]),
        duration_s=catalogue.duration_s[rows],
        time_s=np.full(count, time_s),
        published_s=catalogue.published_s[rows],
    )
