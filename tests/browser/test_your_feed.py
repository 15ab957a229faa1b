"""The feed that learns, as a person meets it: a taste found, a word obeyed, beliefs corrected, a break."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import running
from tests.browser.feed_page import CURRENT, arrived, current_slug, is_playing, opened
from tests.browser.seeding import Community

TOPICS = ("kites", "bread", "chess", "boats", "tiles")
EACH = 9
SIZES = [(390, 844), (1440, 900)]


@pytest.fixture(scope="module")
def topics(community: Community) -> Iterator[None]:
    """Clips of three topics by six makers, for as long as these tests run."""
    makers = [community.account(f"topical{number}") for number in range(6)]
    now = timezone.now()
    made = [
        community.publish(
            makers[number % len(makers)], published_at=now - timedelta(minutes=number),
            caption=f"Number {number} #{TOPICS[number % len(TOPICS)]}", like=number,
        )
        for number in range(EACH * len(TOPICS))
    ]  # fmt: skip
    from filoscope.server.videos.actions.clips import index_caption

    for clip in made:
        index_caption(clip)
    yield
    for clip in made:
        clip.delete()


def told(account: Any, **what: Any) -> Callable[[], bool]:
    """Whether the log holds an event of this person."""
    from filoscope.server.feed.models import ViewingEvent

    return ViewingEvent.objects.filter(viewer__account=account, **what).exists


def captions(page: Page) -> list[str]:
    """The captions of the first page of For You, as the server sent it."""
    body = page.request.get("/").text()
    return [part.split('class="caption">')[1][:200] for part in body.split("<article")[1:]
            if 'class="caption">' in part]  # fmt: skip


def about(topic: str, page: Page) -> int:
    return sum(f"/tag/{topic}" in caption for caption in captions(page))


def because_of(topic: str, page: Page) -> int:
    """How many clips of the next page come because this topic was enjoyed, as their reasons say."""
    return len(re.findall(f'data-reason="[^"]*clips? about #{topic}', page.request.get("/").text()))


def learned(account: Any, topic: str = "kites") -> None:
    """Let somebody have watched a topic to its end and left another, as the beacon would tell."""
    from filoscope.server.feed.models import Viewer, ViewingEvent
    from filoscope.server.videos.models import Clip

    viewer = Viewer.objects.get_or_create(account=account)[0]
    for name, share in ((topic, 3.0), ("chess", 0.1)):
        for clip in Clip.objects.filter(hashtags__name=name).order_by("pk")[:4]:
            for kind in ("shown", "watched"):
                ViewingEvent.objects.create(viewer=viewer, clip=clip, kind=kind, watched_s=share)


@pytest.mark.slow
def test_a_planted_taste_is_found_within_ten_swipes(
    signed_in_page: Page, alice: Any, topics: None
) -> None:
    page = opened(signed_in_page, "/")
    loved = 0
    for place in range(20):
        is_playing(page)
        if f"#{TOPICS[0]}" in str(page.evaluate(f"({CURRENT})().textContent")):
            loved += 1
            page.wait_for_function(f"() => ({CURRENT})().querySelector('video').currentTime > 2.6")
        page.keyboard.press("ArrowDown")
        slug = arrived(page, place + 1)
        if place >= 9 and loved >= 2:
            break  # ten swipes, or a few more for whom chance showed hardly any of it
    running.until(told(alice, clip__slug=slug, kind="shown"), what="the last swipe in the log")
    # Each page is drawn anew: of three times eight clips; as many again are there for variety.
    assert sum(because_of(TOPICS[0], page) for _ in range(3)) >= 4


def test_not_interested_is_obeyed_on_the_next_page(
    signed_in_page: Page, alice: Any, topics: None
) -> None:
    page = opened(signed_in_page, "/")
    for place in range(20):
        words = str(page.evaluate(f"({CURRENT})().textContent"))
        if topic := next((topic for topic in TOPICS if f"#{topic}" in words), None):
            break
        page.keyboard.press("ArrowDown")
        arrived(page, place + 1)
    assert topic
    slug = current_slug(page)
    page.locator(f'.card[data-slug="{slug}"]').get_by_role("button", name="More").click()
    page.get_by_role("button", name="Not interested").click()
    running.until(told(alice, clip__slug=slug, kind="not_interested"), what="the word in the log")
    assert slug not in page.request.get("/").text()
    assert 0 == about(topic, page)  # of eight; nine of some sixty clips are about it


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_beliefs_are_corrected_with_the_keyboard_alone(
    open_page: Callable[..., Page], alice: Any, topics: None, width: int, height: int
) -> None:
    learned(alice)
    page = open_page(width, height, account=alice)
    page.goto("/settings/feed")
    expect(page.get_by_role("heading", name="You seem to like", exact=True)).to_be_visible()
    name = "Less of #kites"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.ariaLabel") == name:
            break
    assert name == page.evaluate("document.activeElement.ariaLabel")
    assert "none" != page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You will see less of #kites.")
    pressed = page.get_by_role("button", name=name)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert about("kites", page) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("address", ["/settings/feed", "/about/feed", "/insights"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_control_has_a_name_and_nothing_hangs_over(
    open_page: Callable[..., Page], community: Community, alice: Any, topics: None,
    address: str, width: int, height: int,
) -> None:  # fmt: skip
    from filoscope.server.accounts.models import Account

    Account.objects.filter(pk=alice.pk).update(role="owner")
    learned(alice)
    page = open_page(width, height, account=alice)
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    controls = {
        "button",
        "link",
        "textbox",
        "checkbox",
        "radio",
        "combobox",
        "spinbutton",
        "region",
    }
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree["nodes"]
        if not node.get("ignored") and node.get("role", {}).get("value") in controls
    ]
    assert len(found) > 5
    assert [] == [(role, name) for role, name in found if not name.strip()]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_somebody_signed_out_sees_what_is_believed_of_them_too(phone: Page, topics: None) -> None:
    opened(phone, "/")
    is_playing(phone)
    phone.locator(".card").first.get_by_role("button", name="More").click()
    phone.get_by_role("link", name="What your feed believes").click()
    expect(phone.get_by_role("heading", name="What your feed believes")).to_be_visible()
    phone.get_by_role("radio", name="Newest first", exact=True).check()
    phone.get_by_role("button", name="Use this feed").click()
    expect(phone.get_by_role("status")).to_contain_text("Your feed is chosen.")
    opened(phone, "/")
    expect(phone.locator("#feed")).to_have_attribute("data-tab", "latest")
    expect(phone.get_by_role("link", name="For You")).to_have_count(0)


def test_the_feed_of_a_minor_ends_with_a_break(
    open_page: Callable[..., Page], community: Community, topics: None
) -> None:
    from filoscope.server.feed.models import Policy

    birth_date = (timezone.now() - timedelta(days=17 * 365)).date()
    minor = community.account(f"minor{timezone.now().timestamp():.0f}", birth_date=birth_date)
    night = {"minor_quiet_from": 0, "minor_quiet_to": 0}
    policy = Policy.objects.create(kindness={"minor_sitting_clips": 10, **night})
    try:
        page = opened(open_page(390, 844, account=minor), "/")
        for place in range(10):
            page.keyboard.press("ArrowDown")
            page.wait_for_function(
                "place => { const feed = document.getElementById('feed');"
                " return Math.abs(feed.scrollTop - place * feed.clientHeight) < 2; }",
                arg=place + 1,
            )
        expect(page.get_by_role("heading", name="Time for a break")).to_be_in_viewport()
        assert 10 == page.locator("article.card").count()
        page.keyboard.press("ArrowDown")
        page.reload()
        expect(page.get_by_role("heading", name="Time for a break")).to_be_visible()
    finally:
        policy.delete()
