"""A property: whatever happened, nobody is shown what they may not see, and nothing twice."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filoscope.server.accounts.models import Account
from filoscope.server.feed import engine
from filoscope.server.social.models import Block, Follow
from filoscope.server.videos.models import Clip, Visibility
from tests.server.feed.conftest import NOW, account, publish, signed_in
from tests.server.feed.test_events import event, tell
from tests.server.feed.test_tabs import slugs

PEOPLE = 4  # the first one looks
CLIPS = 6


@dataclass(frozen=True)
class Step:
    """One thing that somebody did."""

    what: str
    who: int
    which: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ["hide", "show", "private", "public", "followers", "unlisted", "delete", "block", "unblock",
             "follow", "unfollow", "suspend", "reinstate", "watch", "look"]
        ),
        st.integers(0, PEOPLE - 1),
        st.integers(0, CLIPS - 1),
    ),
    max_size=10,
)  # fmt: skip


def do(step: Step, people: list[Account], clips: list[Clip], client: Client) -> None:
    clip = Clip.objects.filter(pk=clips[step.which].pk)
    one, other = people[step.who], people[step.which % PEOPLE]
    match step.what:
        case "hide" | "show":
            clip.update(hidden_at=NOW if step.what == "hide" else None)
        case "private" | "public" | "followers" | "unlisted":
            clip.update(visibility=Visibility(step.what))
        case "delete":
            clip.delete()
        case "block" if one != other:
            Block.objects.get_or_create(blocker=one, blocked=other)
        case "unblock":
            Block.objects.filter(blocker=one, blocked=other).delete()
        case "follow" if one != other:
            Follow.objects.get_or_create(follower=one, followed=other)
        case "unfollow":
            Follow.objects.filter(follower=one, followed=other).delete()
        case "suspend" | "reinstate" if step.who:
            Account.objects.filter(pk=one.pk).update(is_active=step.what == "reinstate")
        case "watch":
            tell(client, event(clips[step.which]))
        case "look":
            slugs(client, "/")


def may_find(viewer: Account, clip: Clip) -> bool:
    """Say who may find what, in words of their own: not by the queries that are tested."""
    maker = clip.account
    if maker == viewer:
        return clip.hidden_at is None
    if Block.objects.filter(blocker=viewer, blocked=maker).exists():
        return False
    if Block.objects.filter(blocker=maker, blocked=viewer).exists():
        return False
    follows = Follow.objects.filter(follower=viewer, followed=maker).exists()
    is_open = clip.visibility == "public" or (clip.visibility == "followers" and follows)
    return maker.is_active and clip.hidden_at is None and is_open


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_nothing_forbidden_is_served_and_nothing_twice(steps: list[Step]) -> None:
    engine._current = None
    mark = transaction.savepoint()
    try:
        people = [account(f"person{number}") for number in range(PEOPLE)]
        clips = [publish(people[number % PEOPLE]) for number in range(CLIPS)]
        viewer, client = people[0], signed_in(people[0])
        for step in steps:
            do(step, people, clips, client)
        allowed = {
            clip.slug: clip
            for clip in Clip.objects.select_related("account")
            if may_find(viewer, clip)
        }
        for address in ("/", "/latest", "/following"):
            shown = slugs(client, address)
            assert len(shown) == len(set(shown))
            assert set(shown) <= set(allowed), address
        assert set(slugs(client, "/latest")) == set(allowed)
        for clip in clips:
            page = client.get(f"/v/{clip.slug}").status_code
            assert page == 404 or Clip.objects.filter(pk=clip.pk).exists()
    finally:
        transaction.savepoint_rollback(mark)
