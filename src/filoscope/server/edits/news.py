"""What the pages of a draft's maker hear while jobs work for it."""

from __future__ import annotations

from filoscope.server.edits.models import Draft, Take
from filoscope.server.kit import live


def tell(draft: Draft, *, is_done: bool = False) -> None:
    """Say how far a draft's task is; when something is done, its pages ask for the whole draft."""
    news = {
        "kind": "progress",
        "draft": draft.slug,
        "task": draft.task,
        "progress": round(draft.progress, 3),
        "is_done": is_done,
    }
    live.publish(f"account:{draft.account_id}", news)


def tell_of_take(take: Take) -> None:
    """Say how far a take is."""
    news = {
        "kind": "progress",
        "draft": take.draft.slug,
        "take": take.slug,
        "state": take.state,
        "progress": round(take.progress, 3),
        "is_done": take.state != Take.State.RECEIVED,
    }
    live.publish(f"account:{take.draft.account_id}", news)
