"""One thing done with one clip, taken into all that is learned. Compiled: events are many.

The same lines run for an event that has just happened and for millions read from a log, so that both
give the same state to the bit.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filoscope.recommend import neighbours, viewers
from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.leaders import climb, climb_one
from filoscope.recommend.neighbours import Neighbours
from filoscope.recommend.popularity import EVERYBODY, Popularity, quality_of, weight_at
from filoscope.recommend.viewers import ENJOYED, LEFT, worth_of_one
from filoscope.recommend.waiting import audience, find
from filoscope.recommend.watching import WatchCurves, count, rank_of

SEEN, WATCHED, REJECTED, COUNTED = (
    viewers.SEEN, viewers.WATCHED, viewers.REJECTED, viewers.COUNTED,
)  # fmt: skip


class Deed(NamedTuple):
    """What was done: bits of `viewers` to set and to clear, when, and how long was watched.

    `force` is how much it counts for others, 0 to 1; all deeds of one meeting have the same.
    """

    sets: int
    clears: int
    is_watch: bool
    time_s: float
    watched_s: float
    duration_s: float
    force: float = 1.0


class Meetings(NamedTuple):
    """The columns of one viewer, with room for one more."""

    rows: NDArray[np.int32]
    did: NDArray[np.uint16]
    rank: NDArray[np.float32]
    time_s: NDArray[np.float64]


class World(NamedTuple):
    """Everything that is learned of clips, as arrays that are written to."""

    duration_s: NDArray[np.float64]
    alive: NDArray[np.bool_]
    languages: NDArray[np.int32]
    features: NDArray[np.int32]
    curves: NDArray[np.float64]
    views: NDArray[np.float64]
    value: NDArray[np.float64]
    shown: NDArray[np.int64]
    totals: NDArray[np.float64]
    landmark_s: float
    half_life_s: float
    first_audience: float
    leading: tuple[NDArray[np.int32], ...]
    heat: tuple[NDArray[np.float64], ...]
    waiting: NDArray[np.int32]
    met_by: NDArray[np.int32]
    met: NDArray[np.int32]
    watched: NDArray[np.int32]
    clips: NDArray[np.int32]
    taken: NDArray[np.int32]
    weights: NDArray[np.float64]


def world_of(
    catalogue: Catalogue,
    popularity: Popularity,
    curves: WatchCurves,
    company: Neighbours,
    weights: NDArray[np.float64],
) -> World:
    """Gather the arrays; they are replaced when they grow, so gather them again after that."""
    lists = (popularity.of_all, popularity.by_language, popularity.by_feature)
    return World(
        catalogue.duration_s,
        catalogue.alive,
        catalogue.languages,
        catalogue.features,
        curves.counts,
        popularity.views,
        popularity.value,
        popularity.shown,
        popularity.totals,
        popularity.landmark_s,
        popularity.half_life_s,
        popularity.first_audience,
        (lists[0].rows, lists[1].rows, lists[2].rows),
        (lists[0].heat, lists[1].heat, lists[2].heat),
        popularity.waiting.entries(),
        company.viewers,
        company.met,
        company.watched,
        company.clips,
        company.taken,
        weights,
    )


@njit(cache=True)
def absorb(
    deed: Deed, row: int, number: int, place: int, size: int, meetings: Meetings, world: World
) -> int:
    """Write down what a viewer did with a clip; each deed counts once for each viewer and clip.

    Parameters
    ----------
    row, number
        Of the clip and the viewer.
    place, size
        Where this meeting is kept (`size`: they have never met), of how many the viewer has.

    Returns
    -------
    int
        How many they have now.
    """
    if place == size:
        meetings.rows[place] = row
        meetings.did[place] = 0
        meetings.rank[place] = 0.0
        size += 1
    did = int(meetings.did[place])
    before = worth_of_one(did, float(meetings.rank[place]), world.weights)
    first_seen = not did & SEEN
    first_watched = deed.is_watch and not did & WATCHED
    did |= SEEN
    if deed.is_watch:
        length_s = deed.duration_s if deed.duration_s > 0.0 else world.duration_s[row]
        rank = rank_of(world.curves, deed.watched_s, length_s)
        if first_watched:
            count(world.curves, deed.watched_s, length_s)
        else:
            rank = max(rank, float(meetings.rank[place]))
        meetings.rank[place] = rank
        did |= WATCHED
    did = (did | deed.sets) & ~deed.clears
    meetings.did[place] = did
    meetings.time_s[place] = deed.time_s
    world.shown[row] += first_seen
    if did & COUNTED:
        return size  # counted before it was forgotten: forgetting again and again lifts no clip
    after = worth_of_one(did, float(meetings.rank[place]), world.weights)
    if did & REJECTED:
        neighbours.part(world.met_by, world.met, world.clips, number, row)
    elif deed.force > 0.0 and (first_seen or _ending(before) != _ending(after)):
        neighbours.meet(
            world.met_by, world.met, world.watched, world.clips, world.taken,
            number, row, _ending(after),
        )  # fmt: skip
    views = deed.force if first_watched else 0.0
    _fare(row, deed.time_s, views, deed.force * (after - before), world)
    return size


@njit(cache=True)
def _ending(worth: float) -> int:
    """Return how a meeting of this worth has ended, as `neighbours` calls it."""
    if worth >= ENJOYED:
        return neighbours.WATCHED
    return neighbours.LEFT if worth <= LEFT else neighbours.SHOWN


@njit(cache=True)
def _fare(row: int, time_s: float, views: float, value: float, world: World) -> None:
    """Count views and their value for one clip at one time."""
    weight = weight_at(time_s, world.landmark_s, world.half_life_s)
    if views != 0.0 or value != 0.0:
        world.views[row] += weight * views
        world.value[row] += weight * value
        world.totals[0] += weight * views
        world.totals[1] += weight * value
        if value > 0.0 and world.alive[row]:
            heat = world.views[row] + world.value[row]
            if heat > 0.0:
                climb_one(world.leading[0], world.heat[0], EVERYBODY, row, heat)
                climb_one(world.leading[1], world.heat[1], world.languages[row], row, heat)
                climb(world.leading[2], world.heat[2], world.features[row], row, heat)
    place = find(world.waiting, len(world.waiting), row)
    if place < len(world.waiting) and world.waiting[place] == row:
        fade = 1.0 / weight
        mean = world.totals[1] * fade / max(world.totals[0] * fade, 1.0)
        quality = quality_of(world.views[row] * fade, world.value[row] * fade, mean)
        if world.shown[row] >= audience(quality, world.first_audience):
            world.waiting[place] = ~row
