"""Reports, and what moderators decide: at once, everywhere, told and kept."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from filoscope.server.accounts.models import Account
from filoscope.server.moderation.actions import REPORTS_A_DAY
from filoscope.server.moderation.models import Decision, Report
from filoscope.server.social.models import Comment, Notification
from filoscope.server.videos.models import Clip, Visibility
from tests.server.cast import JSON, PASSWORD, account, browser, publish

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(alice: Account) -> Clip:
    return publish(alice, "the sea")


def report(person: Account, **fields: object) -> int:
    return browser(person).post("/report", {"reason": "spam", **fields}, **JSON).status_code


def decide(phone: Client, subject: str, kind: str, note: str = "It shows a stranger.") -> None:
    phone.post("/moderation/decide", {"subject": subject, "kind": kind, "note": note})


def words_for(person: Account) -> list[str]:
    kept = Notification.objects.filter(recipient=person, kind="moderated").order_by("id")
    return list(kept.values_list("text", flat=True))


def test_a_report_reaches_the_queue_once_however_often_it_is_sent(
    bob: Account, moderator: Account, clip: Clip
) -> None:
    assert [201, 201] == [report(bob, clip=clip.slug, note=note) for note in ("a", "better")]
    assert ["better"] == list(Report.objects.values_list("note", flat=True))
    page = browser(moderator).get("/moderation").content.decode()
    assert "Clip by" in page and "better" in page and "1 reporter," in page


def test_the_report_page_works_without_script(bob: Account, clip: Clip) -> None:
    phone = browser(bob)
    assert "Report a clip by @alice" in phone.get(f"/report?clip={clip.slug}").content.decode()
    answer = phone.post("/report", {"clip": clip.slug, "reason": "hate", "next": f"/v/{clip.slug}"})
    assert f"/v/{clip.slug}" == answer["Location"]
    assert 200 == phone.post("/report", {"clip": clip.slug}).status_code  # asks for a reason
    assert 1 == Report.objects.count()


def test_reporting_needs_an_account(clip: Clip) -> None:
    answer = browser().post("/report", {"clip": clip.slug, "reason": "spam"}, **JSON)
    assert (401, 0) == (answer.status_code, Report.objects.count())


def test_what_one_cannot_see_one_cannot_report(alice: Account, bob: Account, clip: Clip) -> None:
    hidden = publish(alice, visibility=Visibility.PRIVATE)
    whispered = Comment.objects.create(clip=hidden, account=alice, body="psst")
    for fields in (
        {"clip": hidden.slug}, {"comment": whispered.pk}, {"account": "nobody.here"},
        {"comment": "x"}, {"comment": "9" * 30}, {}, {"clip": clip.slug, "account": "alice"},
    ):  # fmt: skip
        assert 404 == report(bob, **fields)
    assert 403 == report(alice, clip=clip.slug)  # one's own


def test_a_campaign_of_reports_ends(alice: Account, bob: Account) -> None:
    clips = [publish(alice) for _ in range(REPORTS_A_DAY + 1)]
    Report.objects.bulk_create(Report(reporter=bob, clip=clip, reason="spam") for clip in clips[1:])
    assert 403 == report(bob, clip=clips[0].slug)


def test_a_hidden_clip_is_gone_everywhere_and_everybody_is_told(
    alice: Account, bob: Account, charlie: Account, moderator: Account, clip: Clip
) -> None:
    browser(charlie).post(f"/v/{clip.slug}/save")
    report(bob, clip=clip.slug)
    desk = browser(moderator)
    decide(desk, f"clip:{clip.pk}", "hide")
    reader = browser(charlie)
    for address in ("/@alice", "/@charlie?tab=saved"):
        assert clip.slug not in reader.get(address).content.decode()
    assert 404 == reader.get(f"/v/{clip.slug}/comments").status_code
    assert 404 == reader.post(f"/v/{clip.slug}/like", **JSON).status_code
    assert ["Your clip was hidden by the moderators. It shows a stranger."] == words_for(alice)
    assert ["Thank you: the clip you reported was hidden."] == words_for(bob)
    assert "0 open reports" in desk.get("/moderation").content.decode()
    decide(desk, f"clip:{clip.pk}", "show", "")
    assert clip.slug in reader.get("/@alice").content.decode()
    assert ["hide", "show"] == list(Decision.objects.order_by("id").values_list("kind", flat=True))


def test_a_hidden_comment_takes_its_replies_along_and_the_count_is_right(
    alice: Account, bob: Account, moderator: Account, clip: Clip
) -> None:
    first = Comment.objects.create(clip=clip, account=bob, body="nasty words")
    Comment.objects.create(clip=clip, account=alice, body="an answer", parent=first)
    browser(alice).post(f"/v/{clip.slug}/comments", {"body": "something else"})
    report(alice, comment=first.pk)
    decide(browser(moderator), f"comment:{first.pk}", "hide")
    page = browser(bob).get(f"/v/{clip.slug}/comments").content.decode()
    assert "nasty words" not in page and "an answer" not in page and "something else" in page
    clip.refresh_from_db()
    assert 1 == clip.comment_count
    decide(browser(moderator), f"comment:{first.pk}", "show")
    clip.refresh_from_db()
    assert 3 == clip.comment_count


def test_a_suspended_account_is_out_at_once_and_back_when_reinstated(
    alice: Account, bob: Account, moderator: Account, clip: Clip,
    django_capture_on_commit_callbacks: object,
) -> None:  # fmt: skip
    phone, desk = browser(alice), browser(moderator)
    report(bob, account="alice")
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        decide(desk, f"account:{alice.pk}", "suspend", "Spam, again and again.")
    assert ["alice@example.org"] == mail.outbox[0].to
    assert "Spam, again and again." in mail.outbox[0].body
    assert 302 == phone.get("/settings").status_code  # signed out
    assert 410 == browser(bob).get("/@alice").status_code
    assert 404 == browser(bob).get(f"/v/{clip.slug}/comments").status_code
    decide(desk, f"account:{alice.pk}", "reinstate", "")
    assert 200 == browser(bob).get("/@alice").status_code
    back = browser()
    back.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    assert str(alice.pk) == back.session["_auth_user_id"]


def test_hiding_and_suspending_need_a_reason(moderator: Account, clip: Clip) -> None:
    for kind in ("hide", "suspend"):
        decide(browser(moderator), f"clip:{clip.pk}", kind, " ")
    assert 0 == Decision.objects.count()


def test_nobody_but_moderators_sees_the_desk_or_decides(bob: Account, clip: Clip) -> None:
    assert 404 == browser(bob).get("/moderation").status_code
    decide(browser(bob), f"clip:{clip.pk}", "hide")
    decide(browser(), f"clip:{clip.pk}", "hide")
    assert 0 == Decision.objects.count()


def test_moderators_do_not_judge_themselves_nor_suspend_the_owner(
    moderator: Account, bob: Account
) -> None:
    own = publish(moderator)
    owner = account("olga", role=Account.Role.OWNER)
    decide(browser(moderator), f"clip:{own.pk}", "show")
    decide(browser(moderator), f"account:{owner.pk}", "suspend")
    decide(browser(moderator), f"account:{bob.pk}", "hide")
    decide(browser(moderator), "clip:99999999999999999999", "hide")
    decide(browser(moderator), "clip:0", "hide")
    assert 0 == Decision.objects.count()


def test_a_thing_that_stays_tells_who_reported_it(
    bob: Account, moderator: Account, clip: Clip
) -> None:
    report(bob, clip=clip.slug)
    decide(browser(moderator), f"clip:{clip.pk}", "dismiss", "")
    assert ["The clip you reported was looked at, and stays."] == words_for(bob)
    assert 201 == report(bob, clip=clip.slug)  # it may be reported anew


def test_many_reports_hide_a_clip_until_it_is_looked_at_where_the_owner_wants_that(
    alice: Account, bob: Account, charlie: Account, moderator: Account, clip: Clip,
    settings: LazySettings,
) -> None:  # fmt: skip
    settings.REPORTS_TO_HIDE = 2
    report(bob, clip=clip.slug)
    clip.refresh_from_db()
    assert clip.hidden_at is None
    report(charlie, clip=clip.slug)
    clip.refresh_from_db()
    assert clip.hidden_at is not None
    assert "2 open reports" in browser(moderator).get("/moderation").content.decode()


def test_the_desk_takes_few_queries_however_much_waits(
    moderator: Account, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for i in range(6):
        maker, reader = account(f"maker{i}"), account(f"reader{i}")
        clip = publish(maker)
        said = Comment.objects.create(clip=clip, account=maker, body="words")
        for fields in ({"clip": clip.slug}, {"comment": said.pk}, {"account": maker.handle}):
            report(reader, **fields)
    desk = browser(moderator)
    with django_assert_max_num_queries(8):
        desk.get("/moderation")
