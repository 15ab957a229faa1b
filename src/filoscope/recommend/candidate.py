"""A pick for one viewer, where it came from, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """What brought a clip into the feed: the strongest part of its score, or exploration."""

    FOLLOWING = "following"
    INTEREST = "interest"
    COWATCH = "cowatch"
    FORECAST = "forecast"
    POPULAR = "popular"
    FRESH = "fresh"
    EXPLORE = "explore"


class ReasonKind(StrEnum):
    """What a reason is about."""

    FOLLOWING = "following"  # subject: maker id
    MAKER = "maker"  # subject: maker id
    SOUND = "sound"  # subject: sound id
    TAG = "tag"  # subject: the tag
    CO_WATCHED = "co_watched"  # subject: the id of a clip that this viewer watched long
    FORECAST = "forecast"
    POPULAR = "popular"
    FRESH = "fresh"
    EXPLORE = "explore"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a pick.

    Parameters
    ----------
    kind
        What it is about.
    subject
        A maker's or a sound's id, or a tag, as `kind` says; None where it needs none.
    count
        How many clips the viewer watched long that speak for it, or how many people watched both
        clips; 0 where nothing is counted.
    weight
        What it added to the score.
    """

    kind: ReasonKind
    subject: int | str | None = None
    count: int = 0
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One pick.

    Parameters
    ----------
    clip_id
        The clip.
    score
        What it was ranked by; comparable inside one page only.
    source
        What brought it in.
    reasons
        The strongest first, at most three.
    propensity
        The chance with which this clip came to this place, given the places before it: goes into
        the log with the impression.
    """

    clip_id: int
    score: float
    source: Source
    reasons: tuple[Reason, ...]
    propensity: float


def say(
    reason: Reason,
    *,
    handle_of: Callable[[int], str] = "person {}".format,
    title_of: Callable[[int], str] = "clip {}".format,
) -> str:
    """Put a reason into words, addressed to the viewer.

    Parameters
    ----------
    handle_of
        Gives the name of a maker, with its @.
    title_of
        Gives the title of a clip that the viewer has met.
    """
    clips = "a clip" if reason.count == 1 else f"{reason.count} clips"
    why = f"you enjoyed {clips}" if reason.count else "you asked for more clips"
    subject = reason.subject
    by = title = ""
    if isinstance(subject, int) and reason.kind is ReasonKind.CO_WATCHED:
        title = title_of(subject)
    elif isinstance(subject, int) and reason.kind is not ReasonKind.SOUND:
        by = handle_of(subject)
    return {
        ReasonKind.FOLLOWING: f"you follow {by}",
        ReasonKind.MAKER: f"{why} by {by}",
        ReasonKind.SOUND: f"{why} with this sound",
        ReasonKind.TAG: f"{why} about #{subject}",
        ReasonKind.CO_WATCHED: f"people who finished “{title}” finished this too",
        ReasonKind.FORECAST: "what you did with others suggests that you will stay with it",
        ReasonKind.POPULAR: "people watch it longer than other clips of its length",
        ReasonKind.FRESH: "it has just been published",
        ReasonKind.EXPLORE: "it is waiting for its first viewers",
    }[reason.kind]
