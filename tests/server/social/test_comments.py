"""The talk below a clip."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from filoscope.server.accounts.models import Account
from filoscope.server.social.actions.comments import COMMENTS_A_MINUTE
from filoscope.server.social.models import COMMENT_LENGTH_MAX, Comment, Notification
from filoscope.server.social.queries import COMMENTS_A_PAGE, REPLIES_SHOWN
from filoscope.server.videos.models import Clip, Visibility
from tests.server.cast import JSON, account, browser, publish

pytestmark = pytest.mark.django_db
FETCH = {"HTTP_X_REQUESTED_WITH": "fetch"}


@pytest.fixture
def clip(alice: Account) -> Clip:
    return publish(alice, "the sea")


def say(person: Account, clip: Clip, body: str, **fields: object) -> dict[str, object]:
    answer = browser(person).post(f"/v/{clip.slug}/comments", {"body": body, **fields}, **JSON)
    return {"status": answer.status_code, **answer.json()}


def told(person: Account) -> list[str]:
    return list(
        Notification.objects.filter(recipient=person).order_by("id").values_list("kind", flat=True)
    )


def test_a_comment_is_shown_counted_and_told(alice: Account, bob: Account, clip: Clip) -> None:
    said = say(bob, clip, "  What a <b>wave</b>\n\n\n\n!  ")
    assert (201, 1) == (said["status"], said["comment_count"])
    page = browser().get(f"/v/{clip.slug}/comments").content.decode()
    assert "What a &lt;b&gt;wave&lt;/b&gt;<br><br>!" in page
    assert ["comment"] == told(alice)


def test_a_comment_without_script_leads_to_itself(bob: Account, clip: Clip) -> None:
    answer = browser(bob).post(f"/v/{clip.slug}/comments", {"body": "hello"})
    assert f"/v/{clip.slug}/comments#comment-{Comment.objects.get().pk}" == answer["Location"]


def test_there_are_two_levels_and_no_third(
    alice: Account, bob: Account, charlie: Account, clip: Clip
) -> None:
    first = say(bob, clip, "first")["id"]
    second = say(charlie, clip, "second", parent=first)["id"]
    third = say(alice, clip, "third", parent=second)
    assert first == third["parent"]
    assert ["reply"] == told(bob)
    assert ["reply"] == told(charlie)
    assert ["comment", "comment"] == told(alice)


def test_each_person_is_told_once_of_one_comment(
    alice: Account, bob: Account, charlie: Account, clip: Clip
) -> None:
    first = say(alice, clip, "mine")["id"]
    say(bob, clip, "@alice @charlie @Charlie @bob look", parent=first)
    assert ["reply"] == told(alice)
    assert ["mention"] == told(charlie)
    assert [] == told(bob)


def test_who_cannot_see_the_clip_is_not_told_that_they_are_mentioned(
    alice: Account, bob: Account, charlie: Account
) -> None:
    clip = publish(alice, visibility=Visibility.FOLLOWERS)
    browser(bob).post("/@alice/follow")
    say(alice, clip, "for @bob and @charlie")
    assert ["mention"] == told(bob)
    assert [] == told(charlie)


def test_a_mention_leads_to_the_person(bob: Account, clip: Clip) -> None:
    say(bob, clip, "ask @alice")
    page = browser().get(f"/v/{clip.slug}/comments").content.decode()
    assert '<a class="mention" href="/@alice">@alice</a>' in page


@pytest.mark.parametrize(
    ("body", "status"), [("", 422), (" \n\x00", 422), ("a" * (COMMENT_LENGTH_MAX + 1), 422)]
)
def test_words_that_are_none_or_too_many_are_refused(
    bob: Account, clip: Clip, body: str, status: int
) -> None:
    assert status == say(bob, clip, body)["status"]
    assert 0 == Comment.objects.count()


def test_a_flood_is_stopped_after_a_minutes_worth(bob: Account, clip: Clip) -> None:
    statuses = [say(bob, clip, f"number {i}")["status"] for i in range(COMMENTS_A_MINUTE + 1)]
    assert [201] * COMMENTS_A_MINUTE + [429] == statuses


def test_where_comments_are_off_only_the_maker_speaks(alice: Account, bob: Account) -> None:
    clip = publish(alice, allows_comments=False)
    assert 403 == say(bob, clip, "hello")["status"]
    assert 201 == say(alice, clip, "no comments please")["status"]


def test_a_comment_is_deleted_by_its_writer_or_the_clips_maker_with_its_replies(
    alice: Account, bob: Account, charlie: Account, clip: Clip
) -> None:
    first = say(bob, clip, "first")["id"]
    say(charlie, clip, "reply", parent=first)
    own = say(charlie, clip, "own")["id"]
    refused = browser(charlie).post(f"/comments/{first}/delete", **JSON)
    assert (403, 3) == (refused.status_code, Comment.objects.count())
    assert 1 == browser(alice).post(f"/comments/{first}/delete", **JSON).json()["comment_count"]
    assert 0 == browser(charlie).post(f"/comments/{own}/delete", **JSON).json()["comment_count"]
    assert 0 == Comment.objects.count()


def test_comments_of_the_blocked_and_the_suspended_are_not_shown(
    alice: Account, bob: Account, charlie: Account, clip: Clip
) -> None:
    say(bob, clip, "words of bob")
    say(charlie, clip, "words of charlie")
    browser(charlie).post("/@bob/block")
    assert "words of bob" not in browser(charlie).get(f"/v/{clip.slug}/comments").content.decode()
    assert "words of charlie" not in browser(bob).get(f"/v/{clip.slug}/comments").content.decode()
    Account.objects.filter(pk=bob.pk).update(is_active=False)
    assert "words of bob" not in browser().get(f"/v/{clip.slug}/comments").content.decode()


def test_a_long_talk_is_read_to_its_end_page_by_page(alice: Account, clip: Clip) -> None:
    total = COMMENTS_A_PAGE * 2 + 1
    Comment.objects.bulk_create(
        Comment(clip=clip, account=alice, body=f"words {i:03}") for i in range(total)
    )
    seen: list[str] = []
    address: str | None = f"/v/{clip.slug}/comments"
    while address:
        text = browser().get(address, **FETCH).content.decode()
        seen += [line for i in range(total) if (line := f"words {i:03}") in text]
        found = text.partition("/comments?after=")[2].partition('"')[0]
        address = f"/v/{clip.slug}/comments?after={found}" if found else None
    assert sorted(seen) == [f"words {i:03}" for i in range(total)]


def test_more_replies_wait_behind_a_link(alice: Account, clip: Clip) -> None:
    first = Comment.objects.create(clip=clip, account=alice, body="first")
    for i in range(REPLIES_SHOWN + 3):
        Comment.objects.create(clip=clip, account=alice, body=f"reply {i}", parent=first)
    text = browser().get(f"/v/{clip.slug}/comments", **FETCH).content.decode()
    assert REPLIES_SHOWN == text.count(">reply ")
    assert "3 more replies" in text
    more = text.partition("comments?parent=")[2].partition('"')[0].replace("&amp;", "&")
    rest = browser().get(f"/v/{clip.slug}/comments?parent={more}", **FETCH).content.decode()
    assert 3 == rest.count(">reply ")


def test_a_page_of_comments_takes_a_few_queries_however_many_they_are(
    alice: Account, clip: Clip, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(15):
        writer = account(f"writer{i}")
        first = Comment.objects.create(clip=clip, account=writer, body="first")
        Comment.objects.create(clip=clip, account=alice, body="reply", parent=first)
    reader = browser(alice)
    with django_assert_max_num_queries(6):  # session, person, clip, comments, replies, inbox
        reader.get(f"/v/{clip.slug}/comments")


def test_numbers_that_are_none_are_as_if_not_said(clip: Clip) -> None:
    for address in ("?after=x", "?after=-1", f"?after={10**30}", "?parent=%00", "?parent=²"):
        assert 200 == browser().get(f"/v/{clip.slug}/comments{address}").status_code
