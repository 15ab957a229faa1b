"""What happens around the demo's clips: who follows whom, who likes, saves, says and watches what.

Everything is drawn from the clip's own name, so that a second run draws the same, and done in one
transaction a clip, so that a run which was killed has done it wholly or not at all.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions as feed
from filoscope.server.feed.beacon import Told
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.operations.demo.people import MAKERS
from filoscope.server.operations.demo.words import COMMENTS, REPLIES
from filoscope.server.social import actions as social
from filoscope.server.social.models import Comment, Follow
from filoscope.server.videos.models import Clip

Kind = ViewingEvent.Kind
FOLLOWS_EACH = (3, 9)
LIKING_SHARE = 0.55  # of those who watch a clip of middling appeal
GUESTS = 40
COMMENTS_MAX = 7
REPLY_CHANCE = 0.45
AGE_DAYS_MAX = 9.0  # of the oldest clip: a feed with only this minute's clips looks empty


@dataclass(frozen=True, slots=True)
class Appeal:
    """How a clip does: a few do very well, as everywhere."""

    share: float

    @classmethod
    def of(cls, dice: random.Random) -> Appeal:
        return cls(min(1.0, 0.12 + 0.9 * dice.betavariate(1.4, 2.6)))


def invite_guests() -> list[Viewer]:
    """Return viewers who are signed out."""
    return [feed.viewer_for(None, None) for _ in range(GUESTS)]


def befriend(people: Sequence[Account]) -> None:
    """Let everyone follow a few makers, and the makers of the demo more than others."""
    makers = {person.handle for person in MAKERS}
    candidates = [account for account in people if account.handle in makers]
    for account in people:
        if Follow.objects.filter(follower=account).exists():
            continue
        dice = random.Random(f"follows {account.handle}")
        others = [other for other in candidates if other.pk != account.pk]
        for other in dice.sample(others, min(len(others), dice.randint(*FOLLOWS_EACH))):
            social.follow(account, other)


def backdate(clip: Clip, name: str) -> None:
    """Let a clip look as if it had been posted some time in the last days."""
    dice = random.Random(f"age {name}")
    moment = clip.received_at - timedelta(days=AGE_DAYS_MAX * dice.random() ** 1.8)
    Clip.objects.filter(pk=clip.pk).update(
        received_at=moment, posted_at=moment, published_at=moment
    )


def is_lively(clip: Clip, people: Sequence[Account]) -> bool:
    """Whether that has been done to a clip: somebody always likes it."""
    return clip.likes.filter(account__in=people).exists()


@transaction.atomic
def enliven(clip: Clip, name: str, people: Sequence[Account], guests: Sequence[Viewer]) -> None:
    """Let people watch, like, save, share and talk about a clip."""
    dice = random.Random(f"life {name}")
    appeal = Appeal.of(dice)
    audience = [person for person in people if person.pk != clip.account_id]
    dice.shuffle(audience)
    watchers = audience[: max(3, round(len(audience) * appeal.share))]
    for place, person in enumerate(watchers):
        if place == 0 or dice.random() < LIKING_SHARE:
            social.like(person, clip)
        if dice.random() < 0.18:
            social.save(person, clip)
        if dice.random() < 0.12:
            social.share(person, clip)
    talk(clip, dice, watchers)
    for person in watchers:
        watch(clip, dice, feed.viewer_for(person, None), person)
    for guest in guests[: round(len(guests) * appeal.share)]:
        watch(clip, dice, guest, None)


def watch(clip: Clip, dice: random.Random, viewer: Viewer, person: Account | None) -> None:
    """Let somebody watch a clip for a while: some leave soon, some see it twice."""
    length_s = clip.duration_s or 1.0
    share = min(2.0, dice.betavariate(1.6, 1.1) * 1.25)
    kinds = [(Kind.SHOWN, None), (Kind.STARTED, None), (Kind.WATCHED, round(share * length_s, 2))]
    if share >= 1:
        kinds.append((Kind.FINISHED, None))
    told = [
        Told(
            key=uuid.uuid4(),
            slug=clip.slug,
            kind=kind,
            watched_s=watched_s,
            tab="for-you",
            position=None,
            propensity=None,
            ms_ago=0,
        )
        for kind, watched_s in kinds
    ]
    feed.record(viewer, person, told)


def talk(clip: Clip, dice: random.Random, watchers: Sequence[Account]) -> None:
    """Let some say something, and the maker or others answer."""
    count = min(COMMENTS_MAX, len(watchers), round(dice.expovariate(0.45)))
    speakers = dice.sample(list(watchers), count)
    for speaker, body in zip(speakers, dice.sample(COMMENTS, count), strict=True):
        said = social.comment(speaker, clip, body=body)
        if dice.random() < REPLY_CHANCE:
            social.comment(clip.account, clip, body=dice.choice(REPLIES), parent=said.pk)
    _spread(clip, dice)


def _spread(clip: Clip, dice: random.Random) -> None:
    """Let what was said lie between the posting of the clip and now, in its order."""
    rows = list(Comment.objects.filter(clip=clip).order_by("pk"))
    if not rows or clip.published_at is None:
        return
    span = rows[-1].created_at - clip.published_at
    places = sorted(dice.random() ** 1.5 for _ in rows)
    for row, place in zip(rows, places, strict=True):
        Comment.objects.filter(pk=row.pk).update(created_at=clip.published_at + span * place)
