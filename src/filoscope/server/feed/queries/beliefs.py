"""What the feed believes of a viewer, in words: names and pages of its topics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from filoscope.recommend import Belief, Topic
from filoscope.server.accounts.models import Account
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.kit.captions import tag_name
from filoscope.server.social.queries import without_blocked
from filoscope.server.sounds.models import Sound

MUCH, SOME = 0.45, 0.2  # likings from which one says "a lot" and "quite"
ICONS = {"maker": "person", "sound": "music", "tag": "tag"}


@dataclass(frozen=True, slots=True)
class Said:
    """One belief as the page shows it."""

    topic: str  # "tag:cats", as forms send it
    kind: str
    name: str
    url: str
    liking: float
    enjoyed: int
    disliked: int
    asked: int

    @property
    def icon(self) -> str:
        """What stands beside it."""
        return ICONS[self.kind]

    @property
    def strength(self) -> str:
        """How strong it is, in words."""
        much = abs(self.liking)
        words = "much" if much >= MUCH else "somewhat" if much >= SOME else "a little"
        return f"{words} {'more' if self.liking > 0 else 'less'} than other clips"

    @property
    def percent(self) -> int:
        """How strong it is, for a bar."""
        return min(round(100 * abs(self.liking)), 100)

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return "topic-" + quote(self.topic, safe="").replace("%", "_")


def said(beliefs: Iterable[Belief], viewer: Account | None) -> list[Said]:
    """Return beliefs with names, in their order; of what is gone or blocked nothing is said."""
    wanted = list(beliefs)
    names = _makers(wanted, viewer) | _sounds(wanted)
    found = []
    for belief in wanted:
        kind, subject = belief.topic
        if kind == "tag":
            name, url = f"#{subject}", f"/tag/{quote(str(subject), safe='')}"
        elif belief.topic in names:
            name, url = names[belief.topic]
        else:
            continue
        found.append(
            Said(
                f"{kind}:{subject}", kind, name, url,
                belief.liking, belief.enjoyed, belief.disliked, belief.asked,
            )
        )  # fmt: skip
    return found


def _makers(beliefs: list[Belief], viewer: Account | None) -> dict[Topic, tuple[str, str]]:
    keys = [belief.topic[1] for belief in beliefs if belief.topic[0] == "maker"]
    people = Account.objects.filter(pk__in=keys, is_active=True)
    if viewer is not None:
        people = without_blocked(people, viewer, path="pk")
    return {("maker", one.pk): (one.name, one.get_absolute_url()) for one in people}


def _sounds(beliefs: list[Belief]) -> dict[Topic, tuple[str, str]]:
    keys = [belief.topic[1] for belief in beliefs if belief.topic[0] == "sound"]
    sounds = Sound.objects.filter(pk__in=keys)
    return {("sound", one.pk): (str(one), one.get_absolute_url()) for one in sounds}


def topic_named(text: str) -> tuple[str, str] | None:
    """Read "tag:cats" or "maker:7" as a form sends it; None for what there is not."""
    kind, _, subject = text.partition(":")
    if kind == "tag":
        known = tag_name(subject)
        return (kind, known) if known else None
    if kind not in ("maker", "sound") or not (subject.isascii() and subject.isdecimal()):
        return None
    model = Account if kind == "maker" else Sound
    key = int(subject[:18])
    return (kind, str(key)) if model.objects.filter(pk=key).exists() else None


def kept_of(viewer: Viewer) -> list[dict[str, object]]:
    """Return the whole log of one viewer, oldest first, as they may take it with them."""
    names = ("created_at", "kind", "clip__slug", "watched_s", "tab", "position", "source",
             "topic_kind", "topic")  # fmt: skip
    rows = ViewingEvent.objects.filter(viewer=viewer).order_by("pk").values_list(*names)
    return [
        {
            name.replace("clip__slug", "clip"): value
            for name, value in zip(names, row, strict=True)
            if value not in (None, "")
        }
        for row in rows.iterator(chunk_size=2_000)
    ]
