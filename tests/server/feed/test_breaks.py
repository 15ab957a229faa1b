"""When a feed pauses: reminders, limits, nights; for minors by the owner's rules, whatever a browser says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from filoscope.server.accounts.models import Account
from filoscope.server.feed import actions
from filoscope.server.feed.actions import sittings
from filoscope.server.feed.kindness import BreakKind, Kindness, Limits, Sat, serve, sit
from filoscope.server.feed.models import Policy, Sitting, Viewer
from filoscope.server.feed.policies import PolicyRefused
from tests.server.feed.conftest import account, publish, signed_in
from tests.server.feed.test_tabs import slugs

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOON_S = NOON.timestamp()
DAY = date(2026, 11, 20)


def watched(limits: Limits, *moments_s: float) -> list[BreakKind | None]:
    """Ask for a page at each of these moments."""
    sat, kinds = Sat(DAY), []
    for moment_s in moments_s:
        sat, pause = sit(sat, limits, now_s=moment_s)
        kinds.append(pause.kind if pause else None)
    return kinds


def every(minutes: float, times: int, *, since_s: float = NOON_S) -> list[float]:
    return [since_s + 60 * minutes * number for number in range(times)]


def test_a_reminder_comes_after_so_many_minutes_and_again_after_as_many() -> None:
    kinds = watched(Limits(remind_min=20), *every(5, 10))
    assert [4, 8] == [place for place, kind in enumerate(kinds) if kind is BreakKind.REMINDER]


def test_who_takes_a_break_by_themselves_is_not_reminded() -> None:
    before, after = every(5, 4), every(5, 4, since_s=NOON_S + 3600)
    assert [None] * 8 == watched(Limits(remind_min=20), *before, *after)


def test_a_long_sitting_ends_with_a_rest_and_goes_on_after_it() -> None:
    kinds = watched(Limits(sitting_min=30, break_min=10), *every(5, 10))
    assert kinds == [None] * 6 + [BreakKind.REST, BreakKind.REST, None, None]


def test_the_day_ends_and_the_next_one_begins() -> None:
    late = datetime(2026, 11, 20, 23, 40, tzinfo=UTC).timestamp()
    kinds = watched(Limits(day_min=10), *every(5, 6, since_s=late))
    assert kinds == [None, None, BreakKind.DAY, BreakKind.DAY, None, None]


@pytest.mark.parametrize(
    ("hour", "is_night"), [(21, False), (22, True), (3, True), (5, True), (6, False)]
)
def test_the_feed_sleeps_at_night_where_the_community_is(hour: int, is_night: bool) -> None:
    limits = Limits(quiet=(22, 6), time_zone="Asia/Tokyo")
    moment = datetime(2026, 11, 20, hour, 30, tzinfo=UTC) - timedelta(hours=9)
    _, pause = sit(Sat(DAY), limits, now_s=moment.timestamp())
    assert is_night is (pause is not None)
    if pause is not None:
        assert (BreakKind.NIGHT, "06:00") == (pause.kind, pause.clock)


def test_a_page_is_cut_where_the_clips_of_a_sitting_end() -> None:
    limits = Limits(sitting_clips=10, break_min=5)
    sat, allowed, pause = serve(Sat(DAY), limits, 8, now_s=NOON_S)
    assert (8, None) == (allowed, pause)
    sat, allowed, pause = serve(sat, limits, 8, now_s=NOON_S)
    assert pause is not None
    assert (2, BreakKind.REST, "12:05") == (allowed, pause.kind, pause.clock)
    assert watched(limits, NOON_S) == [None]
    assert sit(sat, limits, now_s=NOON_S + 60)[1] is not None
    assert sit(sat, limits, now_s=NOON_S + 301)[1] is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"remind_min": 0},
        {"minor_day_min": 1441},
        {"minor_sitting_clips": 0},
        {"minor_quiet_from": 24},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
    ],
)
def test_limits_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PolicyRefused):
        Kindness(**wrong)  # type: ignore[arg-type]


# ---- the network ----


@pytest.fixture
def minor(db: None) -> Account:
    return account("minnie", birth_date=datetime.now(UTC).date() - timedelta(days=17 * 365))


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that tests set."""
    clock = [NOON_S]
    monkeypatch.setattr(sittings, "now_s", lambda: clock[0])
    return clock


def fill(clips: int = 30) -> None:
    makers = [account(f"maker{number}") for number in range(3)]
    for number in range(clips):
        publish(makers[number % 3], f"clip {number}")


def clips_in(client: Client, address: str) -> tuple[int, str]:
    body = client.get(address).content.decode()
    return body.count("<article"), body


@pytest.mark.parametrize("tab", ["for-you", "latest", "clip"])
def test_no_feed_is_endless_for_a_minor(minor: Account, at_noon: list[float], tab: str) -> None:
    fill()
    Policy.objects.create(kindness={"minor_sitting_clips": 12})
    client = signed_in(minor)
    assert 8 == clips_in(client, f"/feed/{tab}/more")[0]
    clips, body = clips_in(client, f"/feed/{tab}/more")
    assert 4 == clips
    assert "Time for a break" in body and "12:10" in body and 'class="more"' not in body
    assert 0 == clips_in(client, "/")[0]
    assert 0 == clips_in(client, "/latest")[0]
    at_noon[0] += 601
    assert 8 == clips_in(client, "/")[0]


def test_a_clip_that_one_was_sent_plays_in_a_break_too_but_nothing_follows(
    minor: Account, at_noon: list[float]
) -> None:
    fill(20)
    clip = publish(account("friend"))
    at_noon[0] += 11 * 3600  # at night
    clips, body = clips_in(signed_in(minor), f"/v/{clip.slug}")
    assert 1 == clips and f'data-slug="{clip.slug}"' in body
    assert "Good night" in body


def test_who_is_grown_up_has_no_limit_and_is_not_counted(alice: Account, as_alice: Client) -> None:
    fill()
    Account.objects.filter(pk=alice.pk).update(birth_date=date(1980, 1, 1))
    Policy.objects.create(kindness={"minor_sitting_clips": 1})
    assert 8 == clips_in(as_alice, "/")[0] == clips_in(as_alice, "/feed/latest/more")[0]
    assert not Sitting.objects.exists()


def test_ones_own_limit_of_a_day_ends_the_feed(
    alice: Account, as_alice: Client, at_noon: list[float]
) -> None:
    fill()
    viewer = Viewer.objects.create(account=alice)
    actions.choose_limits(viewer, remind_min=None, day_min=15)
    for _ in range(2):
        assert 8 == clips_in(as_alice, "/")[0]
        at_noon[0] += 600
    clips, body = clips_in(as_alice, "/")
    assert (0, True) == (clips, "That was today’s feed" in body)


def test_a_reminder_of_ones_own_comes_behind_the_page_and_one_may_go_on(
    alice: Account, as_alice: Client, at_noon: list[float]
) -> None:
    fill()
    viewer = Viewer.objects.create(account=alice)
    actions.choose_limits(viewer, remind_min=10, day_min=None)
    assert 8 == clips_in(as_alice, "/")[0]
    at_noon[0] += 601
    clips, body = clips_in(as_alice, "/feed/for-you/more")
    assert (8, True) == (clips, "10 minutes of clips" in body)
    clips, body = clips_in(as_alice, "/")
    assert (8, False) == (clips, "minutes of clips" in body)


def test_what_the_owner_sets_for_minors_holds_at_once(minor: Account, at_noon: list[float]) -> None:
    fill()
    owner = account("olive", role="owner")
    client = signed_in(minor)
    assert len(slugs(client, "/")) == 8
    actions.set_policy(owner, kindness=Kindness(minor_sitting_clips=9))
    assert 1 == clips_in(client, "/feed/latest/more")[0]


def test_a_minor_may_be_stricter_but_not_laxer(minor: Account, at_noon: list[float]) -> None:
    fill()
    viewer = Viewer.objects.create(account=minor)
    actions.choose_limits(viewer, remind_min=0, day_min=600)
    client = signed_in(minor)
    bodies = []
    for _ in range(20):
        bodies.append(clips_in(client, "/latest")[1])
        at_noon[0] += 300
    assert "That was today’s feed" in bodies[-1]
    assert not [body for body in bodies if "minutes of clips" in body]
