"""A page of a feed: which clips, in which order, how this viewer stands to them, and where to go on.

    page = for_you(viewer, who=viewer.pk, cursor=HeldCursor())
    page.placed, page.next

Whatever the engine picks is asked of the database again before it is shown: what is hidden, private,
deleted or blocked this moment is left out, however far behind the engine may be.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from filoscope.recommend import Candidate, Reason, ReasonKind, say
from filoscope.server.accounts.models import Account
from filoscope.server.feed import queries, served
from filoscope.server.feed.card import Facts, Place, Standing
from filoscope.server.feed.cursors import HeldCursor, TimeCursor
from filoscope.server.feed.engine import engine
from filoscope.server.feed.queries.standings import CLIPS_A_PAGE, Dated
from filoscope.server.feed.rendering import Placed

ROUNDS_MAX = 3  # draws for one page, when clips have vanished since the engine last looked
REASONS_SAID = 2
REASONS_KEPT = 4_000  # in words: a few hundred bytes each


@dataclass(frozen=True, slots=True)
class Page:
    """Cards in their order, and the cursor of what follows; empty: this was all."""

    placed: tuple[Placed, ...]
    next: str = ""


def for_you(viewer: Account | None, *, who: int, cursor: HeldCursor, tab: str = "for-you") -> Page:
    """Return a page drawn for whoever watches."""

    def ask(clip_ids: Sequence[int]) -> dict[int, Standing]:
        return queries.standings(viewer, clip_ids)

    drawn = _draw(who, CLIPS_A_PAGE, cursor, ask)
    placed = _placed(drawn, queries.facts(one.standing for one in drawn), tab, cursor.position)
    return _drawn_page(placed, cursor, is_end=len(drawn) < CLIPS_A_PAGE)


def from_clip(viewer: Account | None, *, who: int, slug: str) -> Page | None:
    """Return a page that the clip of this address heads; None when it does not play for them."""
    cursor = HeldCursor().with_cards([slug])
    head: Standing | None = None

    def ask(clip_ids: Sequence[int]) -> dict[int, Standing]:
        nonlocal head
        if head is not None:
            return queries.standings(viewer, clip_ids)
        head, standings = queries.standings_at(viewer, slug, clip_ids)
        return standings

    drawn = _draw(who, CLIPS_A_PAGE - 1, cursor, ask)
    if head is None:
        return None
    facts = queries.facts([head, *(one.standing for one in drawn)])
    if head.clip_id not in facts:
        return None
    first = facts[head.clip_id]
    placed = _placed(drawn, facts, "clip", cursor.position)
    page = _drawn_page(placed, cursor, is_end=len(drawn) < CLIPS_A_PAGE - 1)
    return Page((Placed(first, head, _place(first, "clip", 0)), *page.placed), page.next)


class Drawn(NamedTuple):
    """A pick of the engine that the database lets this viewer see."""

    candidate: Candidate
    standing: Standing


def _draw(
    who: int,
    places: int,
    cursor: HeldCursor,
    ask: Callable[[Sequence[int]], dict[int, Standing]],
) -> list[Drawn]:
    """Draw until the places are filled; `ask` says how the viewer stands to those they may see.

    The view has caught up with what was committed (`breaks.caught_up`).
    """
    learned = engine()
    drawn: list[Drawn] = []
    without: set[int] = set()
    for _ in range(ROUNDS_MAX):
        candidates = learned.recommend(
            who,
            places - len(drawn),
            held=cursor.digests,
            now_s=time.time(),
            without=without,
        )
        standings = ask([candidate.clip_id for candidate in candidates])
        drawn += [
            Drawn(candidate, standings[candidate.clip_id])
            for candidate in candidates
            if candidate.clip_id in standings
        ]
        if len(drawn) == places or not candidates:
            break
        without |= {candidate.clip_id for candidate in candidates}
    return drawn


def _placed(
    drawn: list[Drawn], facts: dict[int, Facts], tab: str, position: int
) -> tuple[Placed, ...]:
    """Give the clips their places; one that was deleted this moment has no facts and gets none."""
    placed: list[Placed] = []
    for one in drawn:
        if (known := facts.get(one.standing.clip_id)) is None:
            continue
        candidate = one.candidate
        place = _place(
            known,
            tab,
            position + len(placed),
            candidate.propensity,
            _reason(candidate, known),
            candidate.source,
        )
        placed.append(Placed(known, one.standing, place))
    return tuple(placed)


def _drawn_page(placed: tuple[Placed, ...], cursor: HeldCursor, *, is_end: bool) -> Page:
    behind = cursor.with_cards([one.facts.slug for one in placed])
    return Page(placed, "" if is_end else str(behind))


def _place(
    facts: Facts,
    tab: str,
    position: int,
    propensity: float | None = None,
    reason: str = "",
    source: str = "",
) -> Place:
    token = served.sign(facts.slug, served.Served(tab, position, propensity, source))
    return Place(tab, position, propensity, reason, token)


def _reason(candidate: Candidate, facts: Facts) -> str:
    """Say why, in words; another clip is not named: it may be hidden since."""
    said = [
        _said(reason.kind, reason.subject, reason.count, facts.handle)
        for reason in candidate.reasons[:REASONS_SAID]
    ]
    return ", and ".join(said)


@lru_cache(REASONS_KEPT)
def _said(kind: ReasonKind, subject: int | str | None, count: int, handle: str) -> str:
    reason = Reason(kind, subject, count)
    return say(reason, handle_of=lambda _: f"@{handle}", title_of=lambda _: "a clip you watched")


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
