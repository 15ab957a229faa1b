"""A page of a feed: which clips, in which order, how this viewer stands to them, and where to go on.

    page = for_you(viewer, who=viewer.pk, cursor=HeldCursor())
    page.placed, page.next

Whatever the engine picks is asked of the database again before it is shown: what is hidden, private,
deleted or blocked this moment is left out, however far behind the engine may be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from filoscope.recommend import Candidate, say
from filoscope.server.accounts.models import Account
from filoscope.server.feed import queries, served
from filoscope.server.feed.card import Facts, Place
from filoscope.server.feed.cursors import HeldCursor, TimeCursor
from filoscope.server.feed.engine import engine
from filoscope.server.feed.queries.standings import CLIPS_A_PAGE, Dated
from filoscope.server.feed.rendering import Placed

ROUNDS_MAX = 3  # draws for one page, when clips have vanished since the engine last looked
REASONS_SAID = 2


@dataclass(frozen=True, slots=True)
class Page:
    """Cards in their order, and the cursor of what follows; empty: this was all."""

    placed: tuple[Placed, ...]
    next: str = ""


def for_you(
    viewer: Account | None,
    *,
    who: int,
    cursor: HeldCursor,
    tab: str = "for-you",
    first: Placed | None = None,
) -> Page:
    """Return a page drawn for whoever watches; `first` (a clip asked for by address) heads it."""
    learned = engine()
    learned.catch_up()
    places = CLIPS_A_PAGE - (first is not None)
    chosen: list[Placed] = []
    gone: set[int] = set()
    for _ in range(ROUNDS_MAX):
        candidates = learned.recommend(
            who,
            places - len(chosen),
            held=cursor.digests,
            now_s=time.time(),
            without=gone | {one.facts.clip_id for one in chosen},
        )
        chosen += _placed(viewer, candidates, tab, cursor.position + len(chosen))
        if len(chosen) == places or not candidates:
            break
        gone |= {candidate.clip_id for candidate in candidates}
    is_end = len(chosen) < places
    behind = cursor.with_cards([one.facts.slug for one in chosen])
    page = tuple(chosen) if first is None else (first, *chosen)
    return Page(page, "" if is_end else str(behind))


def _placed(
    viewer: Account | None, candidates: list[Candidate], tab: str, position: int
) -> list[Placed]:
    """Put those candidates in their places that the database still lets this viewer see."""
    standings = queries.standings(viewer, [candidate.clip_id for candidate in candidates])
    facts = queries.facts(standings.values())
    placed: list[Placed] = []
    for candidate in candidates:
        standing, known = standings.get(candidate.clip_id), facts.get(candidate.clip_id)
        if standing is None or known is None:
            continue
        reason = _reason(candidate, known)
        place = _place(known, tab, position + len(placed), candidate.propensity, reason)
        placed.append(Placed(known, standing, place))
    return placed


def _place(
    facts: Facts, tab: str, position: int, propensity: float | None = None, reason: str = ""
) -> Place:
    token = served.sign(facts.slug, served.Served(tab, position, propensity))
    return Place(tab, position, propensity, reason, token)


def _reason(candidate: Candidate, facts: Facts) -> str:
    """Say why, in words."""
    said = [
        say(reason, handle_of=lambda _: f"@{facts.handle}")
        for reason in candidate.reasons[:REASONS_SAID]
    ]
    return ", and ".join(said)


def latest(viewer: Account | None, cursor: TimeCursor) -> Page:
    """Return a page of everyone's clips, newest first."""
    return _by_time(queries.latest_after(viewer, cursor.after), cursor, "latest")


def following(viewer: Account | None, cursor: TimeCursor) -> Page:
    """Return a page of the clips of those whom the viewer follows, newest first."""
    if viewer is None:
        return Page(())
    return _by_time(queries.following_after(viewer, cursor.after), cursor, "following")


def _by_time(dated: list[Dated], cursor: TimeCursor, tab: str) -> Page:
    shown = dated[:CLIPS_A_PAGE]
    facts = queries.facts(one.standing for one in shown)
    placed = tuple(
        Placed(known, one.standing, _place(known, tab, cursor.position + index))
        for index, one in enumerate(shown)
        if (known := facts.get(one.standing.clip_id)) is not None
    )
    if len(dated) <= CLIPS_A_PAGE:
        return Page(placed)
    return Page(placed, str(TimeCursor(shown[-1].after, cursor.position + len(shown))))


def watched(viewer: Account | None, slug: str) -> Placed | None:
    """Return the clip at an address, or None when it does not play for this viewer."""
    standing = queries.standing_at(viewer, slug)
    if standing is None:
        return None
    facts = queries.facts([standing]).get(standing.clip_id)
    return None if facts is None else Placed(facts, standing, _place(facts, "clip", 0))
