"""What a viewer did: the only thing that the engine learns from.

Events are facts, kept by the caller in an append-only log. Everything that a `Recommender` has
learned can be rebuilt by observing the log again in the same order.

    Event(EventKind.WATCH, viewer_id=7, clip_id=42, time_s=1.8e9, watched_s=11.5, duration_s=12.0)
"""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum

from filoscope.recommend.errors import InvalidEvent


class EventKind(StrEnum):
    """Kinds of events; the value is what belongs in a log or a request."""

    IMPRESSION = "impression"  # the card filled the screen; from here on the clip counts as seen
    START = "start"  # playback began
    WATCH = "watch"  # left after `watched_s` seconds, loops counted in
    FINISH = "finish"  # reached its end at least once
    SKIP = "skip"  # swiped away before its end
    LIKE = "like"
    UNLIKE = "unlike"
    SAVE = "save"
    UNSAVE = "unsave"
    SHARE = "share"
    COMMENT = "comment"
    USE_SOUND = "use_sound"  # made a clip of one's own to this sound
    FOLLOW = "follow"  # of `maker_id`, or of the clip's maker
    UNFOLLOW = "unfollow"
    NOT_INTERESTED = "not_interested"
    HIDE = "hide"  # do not show me this again; weighs like not interested
    REPORT = "report"
    # Corrections: what a viewer says about what the feed believes of them.
    MORE = "more"  # of a topic
    LESS = "less"  # of a topic
    FORGET_TOPIC = "forget_topic"  # what was done with clips of a topic until now
    RESET = "reset"  # everything that was learned until now, but not what was seen
    PAUSE = "pause"  # learn nothing from here on
    RESUME = "resume"  # learn again


Topic = tuple[str, int | str]
"""What clips can share, as the catalogue names it: ("maker", 9), ("sound", 31), ("tag", "cats")."""

ABOUT_TOPICS = frozenset({EventKind.MORE, EventKind.LESS, EventKind.FORGET_TOPIC})
CORRECTIONS = ABOUT_TOPICS | {EventKind.RESET, EventKind.PAUSE, EventKind.RESUME}
ABOUT_MAKERS = frozenset({EventKind.FOLLOW, EventKind.UNFOLLOW})
WATCHED = frozenset({EventKind.WATCH, EventKind.FINISH, EventKind.SKIP})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that one viewer did.

    Parameters
    ----------
    kind
        What was done.
    viewer_id
        Who did it; any 64-bit integer. Signed-out sessions need ids of their own.
    time_s
        When, in Unix seconds.
    clip_id, maker_id
        About what. `FOLLOW` and `UNFOLLOW` need one of the two, corrections neither, every other
        kind the clip.
    topic
        What `MORE`, `LESS` and `FORGET_TOPIC` are about; a tag in lower case.
    watched_s
        Seconds watched in all, every loop counted in.
    duration_s
        Length of the clip; 0 takes the catalogue's.
    loops
        How often it began again; only used where `watched_s` is 0.
    position, tab, propensity
        Place in the feed, which feed, and the chance with which it was shown: for estimates of
        what another setting would have done. None where unknown.

    Raises
    ------
    InvalidEvent
        For times and seconds that are negative or no number, a propensity outside (0, 1],
        or a kind whose subject is missing.
    """

    kind: EventKind
    _: KW_ONLY
    viewer_id: int
    time_s: float
    clip_id: int | None = None
    maker_id: int | None = None
    watched_s: float = 0.0
    duration_s: float = 0.0
    loops: int = 0
    position: int | None = None
    tab: str = ""
    propensity: float | None = None
    topic: Topic | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be true before it reaches what was learned."""
        for name in ("time_s", "watched_s", "duration_s"):
            seconds = getattr(self, name)
            if not (math.isfinite(seconds) and seconds >= 0):
                raise InvalidEvent(f"{self.kind} event: {name} is {seconds}, not seconds from 0 up")
        if self.loops < 0:
            raise InvalidEvent(f"{self.kind} event: loops is {self.loops}, must be 0 or more")
        if self.propensity is not None and not 0 < self.propensity <= 1:
            raise InvalidEvent(f"{self.kind} event: propensity {self.propensity} is not in (0, 1]")
        if self.kind in ABOUT_TOPICS and self.topic is None:
            raise InvalidEvent(f"{self.kind} event: names no topic")
        if self.kind in CORRECTIONS:
            return
        if self.clip_id is None and not (self.kind in ABOUT_MAKERS and self.maker_id is not None):
            raise InvalidEvent(f"{self.kind} event: names no clip")

    @property
    def seconds_watched(self) -> float:
        """Seconds watched in all, filled in from loops and the end where only those are known."""
        at_least = self.loops * self.duration_s
        if self.kind is EventKind.FINISH:
            at_least += self.duration_s
        return max(self.watched_s, at_least)
