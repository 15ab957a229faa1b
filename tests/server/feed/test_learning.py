"""How the engine hears of what others did, whichever way it came about."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection, connections, transaction
from django.test import Client

from filoscope.recommend import ReasonKind, Recommender
from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions, engine, rebuilding, snapshots
from filoscope.server.feed.models import News, Viewer, ViewingEvent
from filoscope.server.feed.queries import log
from filoscope.server.feed.tail import HOLE_S, Tail
from filoscope.server.social.models import Block, Follow, Like
from filoscope.server.videos.models import Clip
from tests.server.feed.conftest import NOW, account, publish, signed_in
from tests.server.feed.test_tabs import slugs


def picks(who: int) -> list[int]:
    found = engine.engine().recommend(who, 8, held=(), now_s=NOW.timestamp(), without=set())
    return [one.clip_id for one in found]


@pytest.mark.django_db
def test_a_like_made_anywhere_is_learned(alice: Account, bob: Account) -> None:
    liked = publish(bob, "#bread")
    alike = publish(account("dora"), "#bread")
    picks(alice.pk)
    Like.objects.create(account=alice, clip=liked)
    engine.engine().catch_up(at_once=True)
    found = engine.engine().recommend(alice.pk, 8, held=(), now_s=NOW.timestamp(), without=set())
    assert [one.clip_id for one in found] == [alike.pk]
    assert ReasonKind.TAG in {reason.kind for reason in found[0].reasons}


def topics_of(clip: Clip) -> list[str]:
    (found,) = log.catalogue([clip.pk])
    return list(found.entry.tags)


@pytest.mark.django_db
def test_a_word_that_several_people_use_as_a_hashtag_is_a_topic(
    alice: Account, bob: Account
) -> None:
    publish(bob, "#bread")
    publish(bob, "#oven #bread")
    clip = publish(account("dora"), "Fresh bread, hot from the oven! #morning")
    assert ["morning"] == topics_of(clip)  # so far one alone says that bread is a topic
    publish(alice, "#Bread")
    assert ["morning", "bread"] == topics_of(clip)


@pytest.mark.django_db
def test_what_the_picture_shows_is_a_topic_too(alice: Account, bob: Account) -> None:
    for maker in (alice, bob):
        publish(maker, "#cats")
    clip = publish(account("dora"), "look", alt_text="Two cats, asleep")
    assert ["cats"] == topics_of(clip)


@pytest.mark.django_db
def test_a_caption_brings_a_clip_to_who_enjoyed_others_about_it(
    alice: Account, bob: Account
) -> None:
    liked = publish(bob, "#bread")
    publish(account("emil"), "#bread")
    alike = publish(account("dora"), "bread from the oven")
    Like.objects.create(account=alice, clip=liked)
    found = engine.engine().recommend(alice.pk, 8, held=(), now_s=NOW.timestamp(), without=set())
    reasons = {one.clip_id: [reason.subject for reason in one.reasons] for one in found}
    assert "bread" in reasons[alike.pk]


@pytest.mark.django_db
def test_following_and_unfollowing_are_learned(alice: Account, bob: Account) -> None:
    clip = publish(bob)
    follow = Follow.objects.create(follower=alice, followed=bob)
    page = signed_in(alice).get("/")
    assert "you follow @bob" in page.context["cards"][0].place.reason
    follow.delete()
    page = signed_in(alice).get("/")
    assert [card.facts.slug for card in page.context["cards"]] == [clip.slug]
    assert "you follow" not in page.context["cards"][0].place.reason


@pytest.mark.django_db
def test_unblocking_gives_the_clips_back(alice: Account, as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    block = Block.objects.create(blocker=alice, blocked=bob)
    assert slugs(as_alice, "/") == []
    block.delete()
    assert slugs(as_alice, "/") == [clip.slug]


@pytest.mark.django_db
def test_a_caption_changed_is_a_clip_with_other_tags(bob: Account) -> None:
    clip = publish(bob, "#bread")
    before = News.objects.filter(kind="clip", clip_key=clip.pk).count()
    Clip.objects.filter(pk=clip.pk).update(caption="#cake")
    Clip.objects.filter(pk=clip.pk).update(view_count=7, like_count=3)
    assert News.objects.filter(kind="clip", clip_key=clip.pk).count() == before + 1


@pytest.mark.django_db
def test_a_deleted_account_is_forgotten(alice: Account, as_alice: Client, bob: Account) -> None:
    clip = publish(bob)
    slugs(as_alice, "/")
    Like.objects.create(account=alice, clip=clip)
    learned = engine.engine()
    learned.catch_up(at_once=True)
    assert learned.recommender.seen(alice.pk) == 1
    key = alice.pk
    alice.delete()
    learned.catch_up(at_once=True)
    assert learned.recommender.seen(key) == 0


@pytest.mark.django_db
def test_everything_learned_is_rebuilt_from_the_tables(
    alice: Account, bob: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, liked, left = publish(bob), publish(account("dora")), publish(account("emil"))
    picks(alice.pk)
    viewer = Viewer.objects.create(account=alice)
    ViewingEvent.objects.create(viewer=viewer, clip=seen, kind="shown")
    Like.objects.create(account=alice, clip=liked)
    Block.objects.create(blocker=left.account, blocked=alice)
    engine.engine().catch_up(at_once=True)
    assert picks(alice.pk) == []
    monkeypatch.setattr(engine, "_current", None)
    assert picks(alice.pk) == []
    assert sorted(picks(bob.pk)) == sorted([liked.pk, left.pk])


@pytest.mark.django_db
def test_a_start_learns_the_log_at_once_as_it_would_line_by_line(
    alice: Account, bob: Account
) -> None:
    clips = [publish(bob), publish(account("dora")), publish(account("emil"))]
    for who in (alice, bob):
        viewer = Viewer.objects.create(account=who)
        for number, clip in enumerate(clips):
            for kind, watched_s in (("shown", None), ("watched", 4.0 * number), ("pause", None)):
                ViewingEvent.objects.create(
                    viewer=viewer, clip=clip, kind=kind, watched_s=watched_s
                )
        ViewingEvent.objects.create(viewer=viewer, kind="resume")
    Like.objects.create(account=alice, clip=clips[0])
    Follow.objects.create(follower=alice, followed=bob)

    class LineByLine(engine.FeedEngine):
        def _replay(self) -> None:
            for event in engine.told(self.events):
                self.recommender.observe(event)

    begun, slow = (kind(Recommender(seed=1)) for kind in (engine.FeedEngine, LineByLine))
    for one in (begun, slow):
        one.load()

    assert 3 == begun.recommender.seen(alice.pk)
    assert slow.recommender.snapshot() == begun.recommender.snapshot()


@pytest.mark.django_db
def test_relearning_reads_the_whole_log_and_leaves_it_for_the_next_start(
    alice: Account,
    bob: Account,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    settings.HOME = tmp_path
    seen, liked, left = publish(bob), publish(account("dora")), publish(account("emil"))
    viewer = Viewer.objects.create(account=alice)
    ViewingEvent.objects.create(viewer=viewer, clip=seen, kind="shown")
    Like.objects.create(account=alice, clip=liked)
    publish(account("fay"), hidden_at=NOW)
    monkeypatch.setattr(log, "EVENTS_REPLAYED_MAX", 0)
    rebuilt = rebuilding.rebuild()
    assert (4, 2) == (rebuilt.clips, rebuilt.learned)
    rebuilding.save(rebuilt)
    monkeypatch.setattr(engine.FeedEngine, "_replay", None)  # would fail if it were called
    assert picks(alice.pk) == [left.pk]


@pytest.mark.django_db
def test_a_snapshot_spares_reading_the_log_and_knows_what_came_after(
    alice: Account,
    bob: Account,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    tmp_path: Path,
) -> None:
    settings.HOME = tmp_path
    first, second, third = (publish(account(f"maker{number}")) for number in range(3))
    viewer = Viewer.objects.create(account=alice)
    ViewingEvent.objects.create(viewer=viewer, clip=first, kind="shown")
    learned = engine.engine()
    snapshots.save(learned.recommender, learned.events, learned.news)
    ViewingEvent.objects.create(viewer=viewer, clip=second, kind="shown")
    monkeypatch.setattr(engine, "_current", None)
    monkeypatch.setattr(engine.FeedEngine, "_replay", None)  # would fail if it were called
    assert picks(alice.pk) == [third.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [b"", b"{}", b"garbage\nmore", None])
def test_a_torn_or_foreign_snapshot_is_passed_over(
    alice: Account,
    bob: Account,
    monkeypatch: pytest.MonkeyPatch,
    settings: LazySettings,
    tmp_path: Path,
    damage: bytes | None,
) -> None:
    settings.HOME = tmp_path
    seen = publish(bob)
    viewer = Viewer.objects.create(account=alice)
    kept = ViewingEvent.objects.create(viewer=viewer, clip=seen, kind="shown")
    learned = engine.engine()
    snapshots.save(learned.recommender, learned.events, learned.news)
    if damage is None:  # another event bears the key now: the database was restored
        ViewingEvent.objects.filter(pk=kept.pk).update(created_at=NOW - timedelta(days=9))
    else:
        (tmp_path / snapshots.FILE).write_bytes(damage)
    monkeypatch.setattr(engine, "_current", None)
    assert snapshots.load() is None
    assert picks(alice.pk) == []


@pytest.mark.django_db(transaction=True)
def test_an_event_committed_late_below_others_is_still_learned(
    alice: Account, bob: Account
) -> None:
    slow, quick = publish(bob), publish(account("dora"))
    viewer = Viewer.objects.create(account=alice)
    engine.engine()
    written, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                ViewingEvent.objects.create(viewer=viewer, clip=slow, kind="shown")
                written.set()
                assert may_commit.wait(30)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(30)
    ViewingEvent.objects.create(viewer=viewer, clip=quick, kind="shown")
    engine.engine().catch_up(at_once=True)
    assert picks(alice.pk) == [slow.pk]
    may_commit.set()
    thread.join(30)
    engine.engine().catch_up(at_once=True)
    assert picks(alice.pk) == []


def test_holes_are_asked_for_until_they_are_filled_or_old() -> None:
    tail = Tail(last=10)
    tail.take([12, 15], now_s=0.0)
    assert sorted(tail.holes) == [11, 13, 14]
    tail.take([13], now_s=1.0)
    assert (sorted(tail.holes), tail.last) == ([11, 14], 15)
    tail.take([], now_s=HOLE_S + 1)
    assert tail.holes == {}


@pytest.mark.django_db
def test_signed_out_viewers_are_forgotten_with_their_session(bob: Account) -> None:
    long_ago = NOW - timedelta(days=365)
    idle = Viewer.objects.create(created_at=long_ago)
    busy = Viewer.objects.create(created_at=long_ago)
    member = Viewer.objects.create(created_at=long_ago, account=bob)
    ViewingEvent.objects.create(viewer=busy, clip=publish(bob), kind="shown")
    assert actions.forget_idle_viewers() == 1
    assert set(Viewer.objects.all()) == {busy, member}
    assert not Viewer.objects.filter(pk=idle.pk).exists()


@pytest.mark.django_db
def test_old_news_is_swept(bob: Account) -> None:
    publish(bob)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE feed_news SET created_at = now() - interval '8 days'")
    assert actions.forget_old_news() > 0
    assert not News.objects.exists()
