"""Ten thousand clips and a thousand viewers who have watched, liked and followed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed.models import Viewer, ViewingEvent
from filoscope.server.social.models import Follow, Like
from filoscope.server.sounds.models import Sound
from filoscope.server.videos.models import Clip, Hashtag, Rendition

MAKERS, SOUNDS, TAGS = 400, 300, 200
TAGS_OF_A_CLIP, FOLLOWS_OF_A_VIEWER, WATCHED_BY_A_VIEWER = 3, 15, 40
CHUNK = 2_000
WORDS = [
    "light",
    "river",
    "morning",
    "bread",
    "dance",
    "old",
    "train",
    "garden",
    "rain",
    "story",
    "kitchen",
    "sea",
    "wind",
    "slow",
]


@dataclass(frozen=True, slots=True)
class Size:
    """How large a community to make."""

    clips: int
    viewers: int


@transaction.atomic
def build(size: Size, *, seed: int) -> list[str]:
    """Fill an empty database; return a session key for each viewer."""
    chance = random.Random(seed)
    accounts = Account.objects.bulk_create(
        Account(handle=f"viewer{number}", display_name=f"Viewer {number}", password="!")
        for number in range(max(size.viewers, MAKERS))
    )
    clips = _clips(size.clips, accounts[:MAKERS], chance)
    _habits(accounts[: size.viewers], accounts[:MAKERS], clips, chance)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('feed_news_id_seq', (SELECT max(id) FROM feed_news))")
    return [_session(account) for account in accounts[: size.viewers]]


def _clips(count: int, makers: Sequence[Account], chance: random.Random) -> list[Clip]:
    now = timezone.now()
    sounds = Sound.objects.bulk_create(Sound(title=f"Song {number}") for number in range(SOUNDS))
    tags = Hashtag.objects.bulk_create(Hashtag(name=f"tag{number}") for number in range(TAGS))
    clips = Clip.objects.bulk_create(
        (_clip(now - timedelta(minutes=chance.uniform(1, 43_200)), makers, sounds, chance)
         for _ in range(count)),
        batch_size=CHUNK,
    )  # fmt: skip
    Rendition.objects.bulk_create(
        (_rendition(clip, edge) for clip in clips for edge in (480, 720)), batch_size=CHUNK
    )
    Tagged: Any = Clip.hashtags.through
    Tagged.objects.bulk_create(
        (
            Tagged(clip_id=clip.pk, hashtag_id=tag.pk)
            for clip in clips
            for tag in chance.sample(tags, TAGS_OF_A_CLIP)
        ),
        batch_size=CHUNK,
    )
    return clips


def _clip(
    at: Any, makers: Sequence[Account], sounds: Sequence[Sound], chance: random.Random
) -> Clip:
    words = " ".join(chance.choices(WORDS, k=chance.randint(4, 16)))
    tags = " ".join(f"#tag{chance.randrange(TAGS)}" for _ in range(TAGS_OF_A_CLIP))
    return Clip(
        account=chance.choice(makers),
        sound=chance.choice(sounds),
        caption=f"{words} {tags}",
        alt_text=words,
        state=Clip.State.READY,
        posted_at=at,
        published_at=at,
        duration_s=chance.uniform(4, 60),
        width=1080,
        height=1920,
        folder=f"clips/{chance.randrange(256):02x}/{chance.getrandbits(128):032x}",
        blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj",
        placeholder="data:image/png;base64," + "A" * 270,  # as long as real ones
        colour="#806040",
        like_count=chance.randrange(500),
    )


def _rendition(clip: Clip, edge: int) -> Rendition:
    return Rendition(
        clip=clip,
        short_edge=edge,
        width=edge,
        height=edge * 16 // 9,
        size_bytes=edge * 4_000,
        bitrate_kbps=edge * 2,
        codecs="avc1.64001f,mp4a.40.2",
        file=f"{edge}.mp4",
    )


def _habits(
    viewers: Sequence[Account],
    makers: Sequence[Account],
    clips: Sequence[Clip],
    chance: random.Random,
) -> None:
    def follows() -> Iterator[Follow]:
        for viewer in viewers:
            for maker in chance.sample(makers, FOLLOWS_OF_A_VIEWER):
                if maker.pk != viewer.pk:
                    yield Follow(follower=viewer, followed=maker)

    Follow.objects.bulk_create(follows(), batch_size=CHUNK)
    rows = Viewer.objects.bulk_create(Viewer(account=account) for account in viewers)
    watched = {row: chance.sample(clips, WATCHED_BY_A_VIEWER) for row in rows}
    ViewingEvent.objects.bulk_create(
        (
            ViewingEvent(viewer=row, clip=clip, kind=kind, watched_s=watched_s)
            for row, seen in watched.items()
            for clip in seen
            for kind, watched_s in (("shown", None), ("watched", chance.uniform(0, 60)))
        ),
        batch_size=CHUNK,
    )
    Like.objects.bulk_create(
        (
            Like(account_id=row.account_id, clip=clip)
            for row, seen in watched.items()
            for clip in seen[::8]
        ),
        batch_size=CHUNK,
    )


def _session(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    UserSession.objects.create(  # as allauth does when somebody signs in
        user=account, session_key=session.session_key, ip="127.0.0.1", user_agent="bench"
    )
    return str(session.session_key)
