"""What the uploader's open pages hear about a clip that is being made."""

from __future__ import annotations

from typing import Any

from filoscope.server.kit import live
from filoscope.server.videos.models import Clip, Improvement, Upload

WORDS = {
    "probe": "Looking at the file",
    "transcode": "Preparing",
    "sizes": "Making more sizes",
    "waiting": "Waiting to try again",
}


def tell(clip: Clip, *, sentence: str = "") -> None:
    """Send the state of a clip to its maker's pages once the transaction commits."""
    live.publish(f"account:{clip.account_id}", progress(clip, sentence=sentence))


def progress(clip: Clip, *, sentence: str = "") -> dict[str, Any]:
    """Return the state of a clip as the pages of its maker show it."""
    uploaded = Upload.objects.filter(clip=clip).only("pk").first()
    improvement = Improvement.objects.filter(clip=clip).only("progress", "diagnosis").first()
    return {
        "kind": "progress",
        "upload": str(uploaded.pk) if uploaded else None,
        "clip": clip.slug,
        "state": clip.state,
        "step": clip.step,
        "progress": round(clip.progress, 3),
        "words": sentence or words(clip),
        "failure_code": clip.failure_code,
        "failure": clip.failure,
        "url": clip.get_absolute_url(),
        "poster_url": clip.poster_url,
        "is_complete": clip.completed_at is not None,
        "improved": improvement and round(improvement.progress, 3),
        "is_improved": improvement is not None and improvement.diagnosis is not None,
    }


def words(clip: Clip) -> str:
    """Say in words what happens to a clip."""
    if clip.failure:
        return clip.failure
    if clip.completed_at is not None:
        return "Ready" if clip.posted_at else "Ready to post"
    if clip.state == Clip.State.READY:
        return "Ready to watch, sharper pictures follow"
    if clip.state == Clip.State.RECEIVED:
        return "Waiting its turn"
    return WORDS.get(clip.step, "Working")
