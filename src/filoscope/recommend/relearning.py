"""Learn a long log at once: the same state, to the bit, as one event after the other, sooner.

    recommender = Recommender()
    ...  # every clip is added
    learned = relearn(recommender, events)

Most of the time that one event takes goes into handing some forty arrays to a compiled loop. Here they
are handed over once for a run of events. The meetings of the viewers of a run are laid end to end, each
with room for what the run will add, and the loop goes through the run in its order. Then the ranker of
outcomes, which touches nothing else, learns the showings of the run in one go.

What changes how later events are read ends a run: a correction, an account found in lockstep, the
landmark of fading sums moving on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend import forecasting, viewers
from filoscope.recommend.absorbing import Deed, Meetings, World, absorb, world_of
from filoscope.recommend.catalogue import MAKER, SOUND, Catalogue
from filoscope.recommend.engine import Recommender
from filoscope.recommend.events import ABOUT_MAKERS, CORRECTIONS, WATCHED, Event
from filoscope.recommend.forecasting import BITS, FINISH_RANK, LEAVE_S, TAG_COLUMNS
from filoscope.recommend.influence import FULL, spend
from filoscope.recommend.learning import CLEARS, DEEDS, SETS, Learned, follow, learn, take_back
from filoscope.recommend.outcomes import OUTCOMES, Outcome, Showings
from filoscope.recommend.popularity import DOUBLINGS_MAX
from filoscope.recommend.settings import OutcomeWeights
from filoscope.recommend.viewers import Viewer, place_of

RUN_MAX = 200_000  # events at once: some 30 MiB, and viewers are laid out often enough
Line = tuple[int, int, int, int, int, float, float, float]  # the first columns of `Run`
WATCH, SEE_ONLY = 1, 2  # how an event is taken in, beside what it sets and clears


class Run(NamedTuple):
    """Events in their order, as columns of one length; `who` is a place among the run's viewers.

    `done`, `did`, `rank` and `force` are filled in: bits before and after, and what they count.
    """

    who: NDArray[np.int64]
    row: NDArray[np.int64]
    sets: NDArray[np.int64]
    clears: NDArray[np.int64]
    how: NDArray[np.int64]
    time_s: NDArray[np.float64]
    watched_s: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    done: NDArray[np.int64]
    did: NDArray[np.int64]
    rank: NDArray[np.float64]
    force: NDArray[np.int64]


class Crowd(NamedTuple):
    """The meetings of the viewers of a run, end to end; those of one begin at `begin`."""

    number: NDArray[np.int64]
    begin: NDArray[np.int64]
    size: NDArray[np.int64]
    rows: NDArray[np.int32]
    did: NDArray[np.uint16]
    rank: NDArray[np.float32]
    time_s: NDArray[np.float64]
    force: NDArray[np.uint8]


def relearn(recommender: Recommender, events: Iterable[Event]) -> int:
    """Learn events in their order; return how many were about clips of the catalogue.

    The state afterwards is that of `recommender.observe` called with each.
    """
    ahead, known = iter(events), 0
    with recommender._lock:
        book = Book(recommender._catalogue, recommender._learned, recommender.settings.outcomes)
        while chunk := list(islice(ahead, RUN_MAX)):
            known += book.take(chunk)
    return known


class Book:
    """Collects events until a run ends, and learns it."""

    def __init__(self, catalogue: Catalogue, learned: Learned, weights: OutcomeWeights) -> None:
        self._catalogue, self._learned, self._weights = catalogue, learned, weights
        self._begin()

    def _begin(self) -> None:
        self._lines: list[Line] = []
        self._place_of: dict[int, int] = {}
        self._viewers: list[Viewer] = []

    def take(self, events: list[Event]) -> int:
        """Learn a chunk; return how many events were about clips of the catalogue."""
        taken = sum(map(self._note, events))
        self._learn()
        return taken

    def _note(self, event: Event) -> bool:
        """Put one event into the run; one that a run cannot hold ends it, and is learned by itself."""
        kind = event.kind
        if kind in CORRECTIONS:
            self._learn()
            return learn(event, self._catalogue, self._learned, self._weights)
        row = None if event.clip_id is None else self._catalogue.row(event.clip_id)
        if row is None:
            return kind in ABOUT_MAKERS and learn(
                event, self._catalogue, self._learned, self._weights
            )
        popularity = self._learned.popularity
        if (event.time_s - popularity.landmark_s) / popularity.half_life_s > DOUBLINGS_MAX:
            self._learn()
            popularity.reach(event.time_s)
        viewer = self._viewer(event.viewer_id)
        viewer.events += 1
        if kind in ABOUT_MAKERS:
            follow(event, viewer, row, self._catalogue)
        how = WATCH if kind in WATCHED else 0
        if viewer.said is not None:
            codes = self._catalogue.features[row].tolist()
            how |= SEE_ONLY if viewer.said.is_unlearned(codes, event.time_s) else 0
        self._lines.append(
            (
                self._place_of[event.viewer_id],
                row,
                SETS.get(kind, 0),
                CLEARS.get(kind, 0),
                how,
                event.time_s,
                event.seconds_watched,
                event.duration_s,
            )
        )
        return True

    def _viewer(self, viewer_id: int) -> Viewer:
        """Return a viewer who is part of the run from now on."""
        place = self._place_of.get(viewer_id)
        if place is not None:
            return self._viewers[place]
        viewer = self._learned.viewer(viewer_id)
        self._place_of[viewer_id] = len(self._viewers)
        self._viewers.append(viewer)
        return viewer

    def _learn(self) -> None:
        """Learn the run, and begin another."""
        if not self._lines:
            return
        run = _run(self._lines)
        influence, done = self._learned.influence, 0
        for place in np.unique(run.who[run.how & SEE_ONLY == 0]).tolist():
            influence.make_room(self._viewers[place].number)
        while done < len(run.who):
            begun, crowd = done, _crowd(self._viewers, run.who[done:])
            done, farm = self._go_on(run, done, crowd)
            _disperse(self._viewers, crowd)
            self._forecast(run, begun, done)
            for number in farm:
                take_back(self._learned.numbered(number), self._learned, self._weights)
        self._begin()

    def _go_on(self, run: Run, done: int, crowd: Crowd) -> tuple[int, tuple[int, ...]]:
        """Learn from event `done` on; return where it stopped, and who was found to act in step."""
        influence = self._learned.influence
        caught = np.zeros(len(influence.spent), np.bool_)
        caught[[account for account in influence.lockstep.caught if account < len(caught)]] = True
        world = world_of(
            self._catalogue,
            self._learned.popularity,
            self._learned.curves,
            self._learned.neighbours,
            self._weights.by_bit(),
        )
        while done < len(run.who):
            done = _follow(
                run, done, crowd, world, influence.spent, influence.spent_s, caught, DEEDS
            )
            last = done - 1
            if run.how[last] & SEE_ONLY or not run.sets[last] & DEEDS & ~run.done[last]:
                continue
            farm = influence.lockstep.observe(
                int(crowd.number[run.who[last]]), int(run.row[last]), float(run.time_s[last])
            )
            if farm:
                return done, farm
        return done, ()

    def _forecast(self, run: Run, begun: int, done: int) -> None:
        """Let the ranker of outcomes learn what became of the showings of a part of the run."""
        did, before = run.did[begun:done], run.done[begun:done]
        fresh = (run.how[begun:done] & WATCH > 0) & (before & viewers.WATCHED == 0)
        deeds = did & ~before & forecasting.DEEDS
        counts = (run.how[begun:done] & SEE_ONLY == 0) & (run.force[begun:done] > 0)
        counts &= (did & viewers.COUNTED == 0) & (fresh | (deeds > 0))
        counts &= fresh | (before & viewers.WATCHED > 0)
        chosen = np.flatnonzero(counts)
        if not len(chosen):
            return
        showings = self._showings(run, begun + chosen)
        labels = self._labels(run, begun + chosen, fresh[chosen], deeds[chosen])
        model = self._learned.forecasts.model
        for part in _moments(showings):
            model.learn(showings[part], labels[part])

    def _showings(self, run: Run, chosen: NDArray[np.intp]) -> Showings:
        catalogue, rows = self._catalogue, run.row[chosen]
        persona = np.array([viewer.persona for viewer in self._viewers], np.int64)
        codes = catalogue.features[rows].astype(np.int64)
        codes[codes == 0] = -1
        return Showings(
            viewer=persona[run.who[chosen]],
            clip=rows,
            maker=np.ascontiguousarray(codes[:, MAKER]),
            sound=np.ascontiguousarray(codes[:, SOUND]),
            tab=np.full(len(rows), -1, np.int64),
            tags=np.ascontiguousarray(codes[:, TAG_COLUMNS]),
            duration_s=catalogue.duration_s[rows],
            time_s=run.time_s[chosen],
            published_s=catalogue.published_s[rows],
        )

    def _labels(
        self,
        run: Run,
        chosen: NDArray[np.intp],
        fresh: NDArray[np.bool_],
        deeds: NDArray[np.int64],
    ) -> NDArray[np.float32]:
        """Return what came of each showing: see `Forecasts.learn_watch` and `learn_deed`."""
        labels = np.full((len(chosen), OUTCOMES), np.nan, np.float32)
        length_s = np.where(
            run.duration_s[chosen] > 0,
            run.duration_s[chosen],
            self._catalogue.duration_s[run.row[chosen]],
        )
        watched_s = run.watched_s[chosen]
        share = watched_s / np.maximum(length_s, 1.0)
        finished = (run.rank[chosen] >= FINISH_RANK) | (share >= 1.0)
        labels[fresh, Outcome.FINISH] = finished[fresh]
        labels[fresh, Outcome.SHARE_WATCHED] = np.minimum(share, 1.0)[fresh]
        labels[fresh, Outcome.LEAVE] = (watched_s < LEAVE_S)[fresh]
        for outcome, bit in BITS.items():
            labels[fresh, outcome] = (run.did[chosen] & bit != 0)[fresh]
            labels[~fresh & (deeds & bit != 0), outcome] = 1.0
        return labels


def _run(lines: list[Line]) -> Run:
    who, row, sets, clears, how, *seconds = zip(*lines, strict=True)
    time_s, watched_s, duration_s = (np.array(column, np.float64) for column in seconds)
    done, did, force = np.zeros((3, len(lines)), np.int64)
    return Run(
        np.array(who, np.int64),
        np.array(row, np.int64),
        np.array(sets, np.int64),
        np.array(clears, np.int64),
        np.array(how, np.int64),
        time_s,
        watched_s,
        duration_s,
        done,
        did,
        np.zeros(len(lines)),
        force,
    )


def _crowd(everybody: list[Viewer], who: NDArray[np.int64]) -> Crowd:
    """Lay the meetings of viewers end to end, each with room for one more for each of `who`."""
    size = np.array([viewer.size for viewer in everybody], np.int64)
    room = size + np.bincount(who, minlength=len(everybody))
    begin = np.cumsum(room) - room
    crowd = Crowd(
        np.array([viewer.number for viewer in everybody], np.int64),
        begin,
        size,
        *(np.zeros(int(room.sum()), getattr(everybody[0], name).dtype) for name in Viewer.COLUMNS),
    )
    for first, viewer in zip(begin.tolist(), everybody, strict=True):
        if viewer.size:
            for name in Viewer.COLUMNS:
                column = getattr(viewer, name)[: viewer.size]
                getattr(crowd, name)[first : first + viewer.size] = column
    return crowd


def _disperse(everybody: list[Viewer], crowd: Crowd) -> None:
    """Give each viewer their meetings back."""
    bounds = zip(crowd.begin.tolist(), crowd.size.tolist(), everybody, strict=True)
    for first, size, viewer in bounds:
        mine = slice(first, first + size)
        viewer.restore({name: getattr(crowd, name)[mine] for name in Viewer.COLUMNS})


def _moments(showings: Showings) -> Iterator[slice]:
    """Cut between showings to one viewer at one moment, which are learned one after the other here."""
    same = (np.diff(showings.viewer) == 0) & (np.diff(showings.time_s) == 0)
    cuts = [0, *(np.flatnonzero(same) + 1).tolist(), len(showings)]
    for first, last in pairwise(cuts):
        yield slice(first, last)


@njit(cache=True)
def _follow(
    run: Run,
    start: int,
    crowd: Crowd,
    world: World,
    spent: NDArray[np.float64],
    spent_s: NDArray[np.float64],
    caught: NDArray[np.bool_],
    deeds: int,
) -> int:
    """Take events in from `start` on; stop behind one that tells of accounts in step, or at the end."""
    for index in range(start, len(run.who)):
        who, row, time_s = run.who[index], run.row[index], run.time_s[index]
        first, size = crowd.begin[who], crowd.size[who]
        number = crowd.number[who]
        meetings = Meetings(
            crowd.rows[first:], crowd.did[first:], crowd.rank[first:], crowd.time_s[first:]
        )
        force = crowd.force[first:]
        place = place_of(meetings.rows, size, row)
        if run.how[index] & SEE_ONLY:
            if place == size:
                meetings.rows[place] = row
                crowd.size[who] += 1
            if not meetings.did[place] & viewers.SEEN:
                meetings.did[place] = viewers.SEEN
                meetings.time_s[place] = time_s
                world.shown[row] += 1
            continue
        if place < size:
            run.done[index] = meetings.did[place]
        else:
            force[place] = 0 if caught[number] else spend(spent, spent_s, number, place + 1, time_s)
        deed = Deed(
            run.sets[index],
            run.clears[index],
            run.how[index] & WATCH > 0,
            time_s,
            run.watched_s[index],
            run.duration_s[index],
            force[place] / FULL,
        )
        crowd.size[who] = absorb(deed, row, number, place, size, meetings, world)
        run.did[index] = meetings.did[place]
        run.rank[index] = meetings.rank[place]
        run.force[index] = force[place]
        if run.sets[index] & deeds & ~run.done[index]:
            return index + 1
    return len(run.who)
