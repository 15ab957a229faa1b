"""Handles: who may have which, and what becomes of the one before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from filoscope.server.accounts.actions import HANDLE_REST_DAYS
from filoscope.server.accounts.models import Account, FormerHandle
from tests.server.cast import at_once, browser

pytestmark = pytest.mark.django_db


def take(person: Account, handle: str) -> str:
    """Change a handle on its page; return what the page says against it, or nothing."""
    answer = browser(person).post("/settings/handle", {"handle": handle})
    if answer.status_code == 302:
        return ""
    return " ".join(answer.context["form"].errors["handle"])


def test_a_handle_belongs_to_one_account_in_any_case(alice: Account) -> None:
    with pytest.raises(IntegrityError):
        Account.objects.create_user("Alice")


def test_the_old_handle_leads_to_the_new_one(alice: Account) -> None:
    assert "" == take(alice, "@alice.sails")
    answer = browser().get("/@Alice?after=7-7")
    assert (301, "/@alice.sails?after=7-7") == (answer.status_code, answer["Location"])
    assert "/@alice.sails" == browser().get("/@ALICE.SAILS")["Location"]


def test_nobody_else_can_take_a_handle_that_somebody_had(alice: Account, bob: Account) -> None:
    take(alice, "alicia")
    assert "Somebody had this handle before" in take(bob, "Alice")
    assert "Somebody else has this handle." == take(bob, "ALICIA")


def test_a_handle_can_be_changed_again_only_after_a_rest(alice: Account) -> None:
    take(alice, "alicia")
    alice.refresh_from_db()
    assert "You changed your handle not long ago." in take(alice, "alison")
    long_ago = timezone.now() - timedelta(days=HANDLE_REST_DAYS, minutes=1)
    FormerHandle.objects.update(changed_at=long_ago)
    assert "" == take(alice, "alice")  # one's own former handle is one's own
    assert ["alicia"] == list(FormerHandle.objects.values_list("handle", flat=True))


def test_only_the_case_changes_at_any_time(alice: Account) -> None:
    assert "" == take(alice, "Alice")
    assert 0 == FormerHandle.objects.count()
    assert "/@Alice" == browser().get("/@alice")["Location"]


@pytest.mark.parametrize("handle", ["admin", "API", "media", "settings", "Me", "s_u.pport", "www"])
def test_words_of_the_community_itself_are_nobodys(alice: Account, handle: str) -> None:
    assert "This handle is kept for the community itself." == take(alice, handle)


@pytest.mark.parametrize("handle", [".a", "a.", "a b", "é", "a/b", "a" * 31, "a\n", "a-b", "＠a"])
def test_what_cannot_stand_in_an_address_is_no_handle(alice: Account, handle: str) -> None:
    page = browser().get("/handles/check", {"handle": handle}).json()
    if handle != "a\n":  # the form cuts white space off the ends
        assert page["available"] is False
        assert "" != take(alice, handle)
    alice.refresh_from_db()
    assert Account.handle.field.max_length >= len(alice.handle)  # type: ignore[attr-defined]
    assert alice.handle in ("alice", "a")


def test_a_free_handle_is_said_to_be_free_while_it_is_typed(alice: Account) -> None:
    def check(handle: str) -> bool:
        return bool(browser().get("/handles/check", {"handle": handle}).json()["available"])

    assert [True, False, False] == [check("dora"), check("ALICE"), check("admin")]


def test_asking_for_handles_has_an_end() -> None:
    phone = browser()
    statuses = [phone.get("/handles/check?handle=a1").status_code for _ in range(61)]
    assert [200] * 60 + [429] == statuses


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_handle_at_the_same_moment_one_gets_it(
    alice: Account, bob: Account
) -> None:
    said = at_once(lambda: take(alice, "sailor"), lambda: take(bob, "Sailor"))
    assert ["", "Somebody else has this handle."] == sorted(said)
    assert 1 == Account.objects.filter(handle__iexact="sailor").count()


@pytest.mark.django_db(transaction=True)
def test_two_who_swap_handles_at_the_same_moment_both_keep_their_own(
    alice: Account, bob: Account
) -> None:
    said = at_once(lambda: take(alice, "bob"), lambda: take(bob, "alice"))
    assert ["Somebody else has this handle."] * 2 == said
