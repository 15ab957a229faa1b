"""A minor asks, a grown-up agrees and sets limits: they hold instead of the owner's, in every process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from filoscope.server.accounts.models import Account
from filoscope.server.feed import engine
from filoscope.server.feed.kindness import Limits
from filoscope.server.feed.models import Guardianship
from filoscope.server.social.models import Block
from tests.server.feed.conftest import account, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/settings/feed"


@pytest.fixture
def minnie(db: None) -> Account:
    return account("minnie", birth_date=timezone.localdate() - timedelta(days=17 * 365))


def limits(ward: Account) -> Limits:
    learned = engine.engine()
    learned.catch_up(at_once=True)
    return learned.wishes.limits_of(ward, ward.pk)


def look_after(guardian: Client, ward: Account, act: str, **more: str) -> int:
    return guardian.post(f"{PAGE}/wards", {"ward": ward.pk, "act": act, **more}).status_code


def test_what_a_guardian_sets_holds_instead_of_the_owners_limits(
    minnie: Account, as_alice: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    minor = signed_in(minnie)
    minor.post(f"{PAGE}/guardian", {"handle": "@Alice"})
    assert 60 == limits(minnie).day_min  # asked is not agreed
    assert "minnie asks you to set their limits" in as_alice.get(PAGE).content.decode()
    assert 302 == look_after(as_alice, minnie, "accept")
    chosen = {"day_min": "90", "sitting_min": "15", "quiet_from": "21", "quiet_to": "7"}
    assert 302 == look_after(as_alice, minnie, "limit", **chosen)
    for _ in range(2):
        found = limits(minnie)
        assert (90, 15, (21, 7)) == (found.day_min, found.sitting_min, found.quiet)
        monkeypatch.setattr(engine, "_current", None)  # and after a restart
    assert "90 minutes a day" in minor.get(PAGE).content.decode()
    assert 302 == look_after(as_alice, minnie, "end")
    assert (60, 30, (22, 6)) == (
        limits(minnie).day_min, limits(minnie).sitting_min, limits(minnie).quiet,
    )  # fmt: skip


def test_who_has_agreed_cannot_be_left_by_the_minor(minnie: Account, as_alice: Client) -> None:
    minor = signed_in(minnie)
    minor.post(f"{PAGE}/guardian", {"handle": "alice"})
    look_after(as_alice, minnie, "accept")
    minor.post(f"{PAGE}/guardian", {"withdraw": "1"})
    account("dora")
    minor.post(f"{PAGE}/guardian", {"handle": "dora"})
    assert "alice" == Guardianship.objects.get().guardian.handle


def test_a_question_can_be_taken_back_and_asked_of_another(minnie: Account, alice: Account) -> None:
    account("dora")
    minor = signed_in(minnie)
    minor.post(f"{PAGE}/guardian", {"handle": "alice"})
    minor.post(f"{PAGE}/guardian", {"handle": "dora"})
    assert "dora" == Guardianship.objects.get().guardian.handle
    minor.post(f"{PAGE}/guardian", {"withdraw": "1"})
    assert not Guardianship.objects.exists()


@pytest.mark.parametrize("handle", ["minnie", "nobody", "", "teddy", "blocker"])
def test_who_cannot_be_a_guardian_is_refused(minnie: Account, handle: str) -> None:
    account("teddy", birth_date=minnie.birth_date)
    Block.objects.create(blocker=account("blocker"), blocked=minnie)
    minor = signed_in(minnie)
    minor.post(f"{PAGE}/guardian", {"handle": handle})
    assert not Guardianship.objects.exists()
    assert "There is no grown-up of this name here." in minor.get(PAGE).content.decode()


def test_a_grown_up_needs_no_guardian(as_alice: Client, bob: Account) -> None:
    as_alice.post(f"{PAGE}/guardian", {"handle": "bob"})
    assert not Guardianship.objects.exists()


def test_nobody_sets_the_limits_of_somebody_who_did_not_ask_them(
    minnie: Account, as_alice: Client, bob: Account
) -> None:
    signed_in(minnie).post(f"{PAGE}/guardian", {"handle": "bob"})
    for act in ("accept", "limit", "end", "x"):
        assert 404 == look_after(as_alice, minnie, act)
    assert 404 == look_after(signed_in(bob), minnie, "limit", day_min="240")  # not agreed yet
    assert 302 == look_after(signed_in(bob), minnie, "accept")
    assert 404 == look_after(signed_in(bob), minnie, "limit", day_min="7")
    assert 60 == limits(minnie).day_min


def test_a_guardian_who_leaves_gives_the_limits_back_to_the_owner(
    minnie: Account, alice: Account, as_alice: Client
) -> None:
    signed_in(minnie).post(f"{PAGE}/guardian", {"handle": "alice"})
    look_after(as_alice, minnie, "accept")
    look_after(as_alice, minnie, "limit", day_min="240")
    assert 240 == limits(minnie).day_min
    alice.delete()
    assert 60 == limits(minnie).day_min
