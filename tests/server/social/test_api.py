"""The same by JSON, for programs."""

from __future__ import annotations

import pytest

from filoscope.server.accounts.models import Account
from filoscope.server.social.models import Comment
from filoscope.server.videos.models import Visibility
from tests.server.cast import browser, publish

pytestmark = pytest.mark.django_db
API = "/api/v1"


def test_a_program_likes_saves_and_follows(alice: Account, bob: Account) -> None:
    clip, program = publish(alice), browser(bob)
    for name in ("like", "save"):
        assert {"count": 1} == program.put(f"{API}/clips/{clip.slug}/{name}").json()
        assert {"count": 0} == program.delete(f"{API}/clips/{clip.slug}/{name}").json()
    assert {"count": 1} == program.put(f"{API}/accounts/alice/follow").json()
    assert program.get(f"{API}/accounts/ALICE").json()["is_followed"] is True
    assert {"count": 0} == program.delete(f"{API}/accounts/alice/follow").json()


def test_a_program_reads_and_writes_comments(alice: Account, bob: Account) -> None:
    clip, program = publish(alice), browser(bob)
    address = f"{API}/clips/{clip.slug}/comments"
    first = program.post(address, {"body": "one"}, content_type="application/json").json()
    program.post(address, {"body": "two", "parent": first["id"]}, content_type="application/json")
    (read,) = program.get(address).json()["comments"]
    assert ("one", ["two"]) == (read["body"], [reply["body"] for reply in read["replies"]])
    assert 204 == program.delete(f"{API}/comments/{first['id']}").status_code
    assert 0 == Comment.objects.count()
    refused = program.post(address, {"body": " "}, content_type="application/json")
    assert (422, {"detail": "Write something first."}) == (refused.status_code, refused.json())


def test_a_block_holds_for_programs_too(alice: Account, bob: Account) -> None:
    clip, program = publish(alice), browser(bob)
    assert 204 == browser(alice).put(f"{API}/accounts/bob/block").status_code
    assert 404 == program.get(f"{API}/accounts/alice").status_code
    assert 404 == program.get(f"{API}/clips/{clip.slug}/comments").status_code
    assert 404 == program.put(f"{API}/clips/{clip.slug}/like").status_code
    assert 204 == browser(alice).delete(f"{API}/accounts/bob/block").status_code
    assert 200 == program.get(f"{API}/accounts/alice").status_code


def test_a_program_reads_the_inbox_and_says_when_it_has(alice: Account, bob: Account) -> None:
    browser(bob).put(f"{API}/accounts/alice/follow")
    program = browser(alice)
    inbox = program.get(f"{API}/notifications").json()
    assert (1, ["bob"], "followed you") == (
        inbox["unread_count"],
        inbox["lines"][0]["actors"],
        inbox["lines"][0]["words"],
    )
    program.post(f"{API}/notifications/read")
    assert 0 == program.get(f"{API}/notifications").json()["unread_count"]


def test_who_is_signed_out_changes_nothing(alice: Account) -> None:
    clip = publish(alice, visibility=Visibility.PUBLIC)
    for method, address in (
        ("put", f"clips/{clip.slug}/like"), ("put", "accounts/alice/follow"),
        ("get", "notifications"), ("delete", "comments/1"),
    ):  # fmt: skip
        assert 401 == getattr(browser(), method)(f"{API}/{address}").status_code
