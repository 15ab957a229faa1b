"""From one event to what is known: meetings, popularity, watch curves, corrections."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from filoscope.recommend import forecasting, viewers
from filoscope.recommend.absorbing import Deed, Meetings, absorb, world_of
from filoscope.recommend.catalogue import Catalogue
from filoscope.recommend.corrections import Corrections
from filoscope.recommend.events import ABOUT_MAKERS, CORRECTIONS, WATCHED, Event, EventKind
from filoscope.recommend.forecasting import Forecasts
from filoscope.recommend.influence import FULL, Influence
from filoscope.recommend.neighbours import Neighbours
from filoscope.recommend.popularity import Popularity
from filoscope.recommend.settings import OutcomeWeights
from filoscope.recommend.viewers import Viewer, place_of, worth
from filoscope.recommend.watching import WatchCurves

SETS = {
    EventKind.FINISH: viewers.FINISHED,
    EventKind.LIKE: viewers.LIKED,
    EventKind.SAVE: viewers.SAVED,
    EventKind.SHARE: viewers.SHARED,
    EventKind.COMMENT: viewers.COMMENTED,
    EventKind.USE_SOUND: viewers.USED_SOUND,
    EventKind.FOLLOW: viewers.FOLLOWED,
    EventKind.NOT_INTERESTED: viewers.REJECTED,
    EventKind.HIDE: viewers.REJECTED,
    EventKind.REPORT: viewers.REJECTED,
}
# What an account says for a clip by its own will, and what farms are hired for.
DEEDS = (
    viewers.LIKED
    | viewers.SAVED
    | viewers.SHARED
    | viewers.COMMENTED
    | viewers.USED_SOUND
    | viewers.FOLLOWED
)
CLEARS = {
    EventKind.UNLIKE: viewers.LIKED,
    EventKind.UNSAVE: viewers.SAVED,
    EventKind.UNFOLLOW: viewers.FOLLOWED,
}


@dataclass(slots=True)
class Learned:
    """Everything that events have told."""

    viewers: dict[int, Viewer]
    popularity: Popularity
    curves: WatchCurves
    neighbours: Neighbours
    influence: Influence
    forecasts: Forecasts = field(default_factory=Forecasts)

    def viewer(self, viewer_id: int) -> Viewer:
        """Return somebody, enrolled if they are new."""
        viewer = self.viewers.get(viewer_id)
        if viewer is None:
            viewer = self.viewers[viewer_id] = Viewer(self.neighbours.enrol())
        return viewer

    def numbered(self, number: int) -> Viewer:
        """Return the viewer of a number."""
        return next(one for one in self.viewers.values() if one.number == number)


def learn(event: Event, catalogue: Catalogue, learned: Learned, weights: OutcomeWeights) -> bool:
    """Learn from one event; False if it is about a clip never added."""
    row = None if event.clip_id is None else catalogue.row(event.clip_id)
    if row is None and event.kind not in ABOUT_MAKERS | CORRECTIONS:
        return False
    viewer = learned.viewer(event.viewer_id)
    viewer.events += 1
    if event.kind in CORRECTIONS:
        _correct(event, viewer, catalogue, learned)
        return True
    if event.kind in ABOUT_MAKERS and not follow(event, viewer, row, catalogue):
        return False
    if row is None:
        return True
    codes = catalogue.features[row].tolist() if viewer.said else ()
    if viewer.said is not None and viewer.said.is_unlearned(codes, event.time_s):
        _see(event, row, viewer, learned)
    else:
        _meet(event, row, viewer, catalogue, learned, weights)
    return True


def follow(event: Event, viewer: Viewer, row: int | None, catalogue: Catalogue) -> bool:
    """Note whom a viewer follows from now on; False if a clip never added was to tell."""
    maker = event.maker_id
    if maker is None:
        if row is None:
            return False
        maker = int(catalogue.makers[row])
    if event.kind is EventKind.FOLLOW:
        viewer.following.add(maker)
    else:
        viewer.following.discard(maker)
    return True


def _correct(event: Event, viewer: Viewer, catalogue: Catalogue, learned: Learned) -> None:
    """Take in what a viewer says, and wipe from their meetings what is to be forgotten."""
    if viewer.said is None:
        viewer.said = Corrections()
    code = None if event.topic is None else catalogue.code_of(event.topic)
    viewer.said.take(event.kind, code, time_s=event.time_s)
    old = viewer.time_s[: viewer.size] <= event.time_s
    if event.kind is EventKind.FORGET_TOPIC:
        old &= (catalogue.features[viewer.rows[: viewer.size]] == code).any(axis=1)
    elif event.kind is not EventKind.RESET:
        return
    places = np.flatnonzero(old)
    for row in viewer.rows[places].tolist():
        learned.neighbours.part(viewer.number, row)
    viewer.persona = learned.neighbours.enrol()
    viewer.did[places] = viewers.SEEN | viewers.COUNTED
    viewer.rank[places] = 0.0


def _see(event: Event, row: int, viewer: Viewer, learned: Learned) -> None:
    """Note that a clip was seen, and nothing else."""
    place = viewer.meeting(row)
    if not viewer.did[place] & viewers.SEEN:
        viewer.did[place] = viewers.SEEN
        viewer.time_s[place] = event.time_s
        learned.popularity.shown[row] += 1


def _meet(
    event: Event,
    row: int,
    viewer: Viewer,
    catalogue: Catalogue,
    learned: Learned,
    weights: OutcomeWeights,
) -> None:
    """Write down what was done with a clip; each deed counts once for each viewer and clip."""
    viewer.make_room()
    learned.popularity.reach(event.time_s)
    place = place_of(viewer.rows, viewer.size, row)
    if place < viewer.size:
        done = int(viewer.did[place])
    else:
        done = 0
        viewer.force[place] = learned.influence.spend(viewer.number, place + 1, event.time_s)
    sets = SETS.get(event.kind, 0)
    viewer.size = absorb(
        Deed(
            sets,
            CLEARS.get(event.kind, 0),
            event.kind in WATCHED,
            event.time_s,
            event.seconds_watched,
            event.duration_s,
            float(viewer.force[place]) / FULL,
        ),
        row,
        viewer.number,
        place,
        viewer.size,
        Meetings(viewer.rows, viewer.did, viewer.rank, viewer.time_s),
        world_of(
            catalogue, learned.popularity, learned.curves, learned.neighbours, weights.by_bit()
        ),
    )
    if viewer.force[place]:
        _forecast(event, row, place, done, viewer, catalogue, learned)
    if sets & DEEDS & ~done:
        for number in learned.influence.lockstep.observe(viewer.number, row, event.time_s):
            take_back(learned.numbered(number), learned, weights)


def _forecast(
    event: Event,
    row: int,
    place: int,
    done: int,
    viewer: Viewer,
    catalogue: Catalogue,
    learned: Learned,
) -> None:
    """Let the ranker of outcomes learn a showing that has ended, or what was done with it since.

    Parameters
    ----------
    done
        Bits of what had been done with the clip before this event.
    """
    did = int(viewer.did[place])
    is_first_watch = event.kind in WATCHED and not done & viewers.WATCHED
    if did & viewers.COUNTED or not (is_first_watch or did & ~done & forecasting.DEEDS):
        return
    if is_first_watch:
        learned.forecasts.learn_watch(
            catalogue,
            viewer.persona,
            row,
            time_s=event.time_s,
            did=did,
            rank=float(viewer.rank[place]),
            watched_s=event.seconds_watched,
            duration_s=event.duration_s or float(catalogue.duration_s[row]),
        )
    elif done & viewers.WATCHED:
        learned.forecasts.learn_deed(
            catalogue, viewer.persona, row, time_s=event.time_s, deed=did & ~done
        )


def take_back(viewer: Viewer, learned: Learned, weights: OutcomeWeights) -> None:
    """Take out of what others are shown all that an account in lockstep has put in."""
    places = np.flatnonzero(viewer.force[: viewer.size])
    values = worth(viewer.did[places], viewer.rank[places], weights)
    for place, value in zip(places.tolist(), values.tolist(), strict=True):
        row, did = int(viewer.rows[place]), int(viewer.did[place])
        learned.neighbours.part(viewer.number, row)
        if did & viewers.COUNTED:
            continue
        force = float(viewer.force[place]) / FULL
        learned.popularity.take_back(
            row,
            time_s=float(viewer.time_s[place]),
            views=force if did & viewers.WATCHED else 0.0,
            value=force * value,
        )
    viewer.force[places] = 0
