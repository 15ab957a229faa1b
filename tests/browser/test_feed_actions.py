"""What one does with a clip: sound, like, save, follow, comment, share; and what the server is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from tests import running
from tests.browser.feed_page import arrived, current_slug, is_playing, opened
from tests.browser.seeding import Community

MUTED = "[...document.querySelectorAll('video')].find(video => !video.paused)?.muted"


def _kinds(clip: Any) -> set[str]:
    from filoscope.server.feed.models import ViewingEvent

    return set(ViewingEvent.objects.filter(clip__slug=clip).values_list("kind", flat=True))


def test_it_begins_without_sound_and_remembers_that_sound_was_turned_on(desktop: Page) -> None:
    opened(desktop, "/latest")
    is_playing(desktop)
    assert desktop.evaluate(MUTED) is True
    desktop.keyboard.press("m")
    assert desktop.evaluate(MUTED) is False
    desktop.keyboard.press("ArrowDown")
    arrived(desktop, 1)
    is_playing(desktop)
    assert desktop.evaluate(MUTED) is False
    desktop.reload()
    is_playing(desktop)  # a browser that refuses sound after a reload still plays, silently
    desktop.keyboard.press("ArrowUp")
    arrived(desktop, 0)
    is_playing(desktop)
    assert desktop.evaluate(MUTED) is False


def test_a_tap_pauses_and_a_tap_plays(phone: Page) -> None:
    opened(phone, "/latest")
    is_playing(phone)
    phone.touchscreen.tap(180, 350)
    phone.wait_for_function("() => document.querySelector('.card .controls.paused')")
    phone.touchscreen.tap(180, 350)
    is_playing(phone)


def test_space_pauses_and_arrows_seek(desktop: Page) -> None:
    opened(desktop, "/latest")
    is_playing(desktop)
    desktop.keyboard.press("Space")
    expect(desktop.get_by_role("button", name="Play", exact=True)).to_be_visible()
    before = desktop.evaluate("document.querySelector('.card video').currentTime")
    desktop.keyboard.press("ArrowRight")
    after = desktop.evaluate("document.querySelector('.card video').currentTime")
    assert after > before
    assert f"0:0{int(after)} / 0:03" == desktop.get_by_role("slider").get_attribute(
        "aria-valuetext"
    )


def test_a_like_counts_at_once_is_kept_and_can_be_taken_back(
    signed_in_page: Page, alice: Any
) -> None:
    from filoscope.server.social.models import Like

    slug = current_slug(opened(signed_in_page, "/latest"))
    like = signed_in_page.locator(".card").first.get_by_role("button", name="Like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    mine = Like.objects.filter(account=alice, clip__slug=slug)
    running.until(mine.exists, what="the like")
    signed_in_page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "false")
    running.until(lambda: not mine.exists(), what="the like's end")


def test_two_taps_like_and_a_heart_bursts(signed_in_page: Page) -> None:
    opened(signed_in_page, "/latest")
    stage = signed_in_page.locator(".card .stage").first
    stage.dblclick(position={"x": 150, "y": 300})
    like = signed_in_page.locator(".card").first.get_by_role("button", name="Like")
    expect(like).to_have_attribute("aria-pressed", "true")
    stage.dblclick(position={"x": 150, "y": 300})
    expect(like).to_have_attribute("aria-pressed", "true")  # two taps never take a like away


def test_a_like_that_does_not_arrive_is_taken_back_with_a_word(signed_in_page: Page) -> None:
    opened(signed_in_page, "/latest")
    signed_in_page.route("**/like", lambda route: route.abort())
    like = signed_in_page.locator(".card").first.get_by_role("button", name="Like")
    like.click()
    expect(signed_in_page.get_by_text("did not reach the server")).to_be_visible()
    expect(like).to_have_attribute("aria-pressed", "false")
    signed_in_page.troubles.clear()  # type: ignore[attr-defined]  # the request that we refused


def test_saving_and_following_are_kept(signed_in_page: Page, alice: Any) -> None:
    from filoscope.server.social.models import Follow, Save

    opened(signed_in_page, "/latest")
    card = signed_in_page.locator(".card").first
    card.get_by_role("button", name="Save").click()
    card.get_by_role("button", name="Follow").click()
    running.until(Save.objects.filter(account=alice).exists, what="the save")
    running.until(Follow.objects.filter(follower=alice).exists, what="the follow")


def test_signed_out_a_like_asks_to_sign_in_and_to_come_back(desktop: Page) -> None:
    slug = current_slug(opened(desktop, "/latest"))
    desktop.keyboard.press("l")
    link = desktop.get_by_role("dialog", name="Sign in").get_by_role("link", name="Sign in")
    expect(link).to_have_attribute("href", f"/accounts/login/?next=%2Fv%2F{slug}")


def test_comments_open_over_the_feed_and_one_can_be_written(
    signed_in_page: Page, alice: Any
) -> None:
    opened(signed_in_page, "/latest")
    signed_in_page.locator(".card").first.get_by_role("button", name="Comments").click()
    sheet = signed_in_page.get_by_role("dialog", name="Comments")
    sheet.get_by_label("Add a comment").press_sequentially("Lovely light in this one")
    sheet.get_by_role("button", name="Send").click()
    expect(sheet.get_by_text("Lovely light in this one")).to_be_visible()
    signed_in_page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_the_menu_gives_the_reason_and_less_like_this_moves_on(desktop: Page) -> None:
    slug = current_slug(opened(desktop, "/"))
    desktop.locator(".card").first.get_by_role("button", name="More", exact=True).click()
    desktop.get_by_role("button", name="Not interested").click()
    assert slug != arrived(desktop, 1)
    running.until(lambda: "not_interested" in _kinds(slug), what="not_interested in the log")


def test_share_gives_the_link_and_the_code_to_embed(desktop: Page) -> None:
    slug = current_slug(opened(desktop, "/latest"))
    desktop.locator(".card").first.get_by_role("button", name="Share").click()
    expect(desktop.get_by_label("Link")).to_have_value(re.compile(rf"/v/{slug}$"))
    expect(desktop.get_by_label("Code to embed")).to_have_value(re.compile(rf"/v/{slug}/embed"))


def test_what_was_watched_reaches_the_log(desktop: Page, community: Community) -> None:
    slug = current_slug(opened(desktop, f"/v/{community.apart().slug}"))
    desktop.wait_for_function("() => document.querySelector('.card video')?.currentTime > 1")
    desktop.keyboard.press("ArrowDown")
    arrived(desktop, 1)
    desktop.goto("/search")  # leaving the page sends what is left
    wanted = {"shown", "started", "watched", "skipped"}
    running.until(lambda: wanted <= _kinds(slug), what=f"{wanted} in the log")


def test_events_survive_a_lost_connection_and_a_reload(
    open_page: Callable[..., Page], community: Community
) -> None:
    page = open_page(1440, 900)
    page.route("**/feed/events", lambda route: route.abort())
    slug = current_slug(opened(page, f"/v/{community.apart().slug}"))
    page.wait_for_function(
        "() => (localStorage.getItem('filoscope-events') ?? '').includes('started')"
    )
    assert set() == _kinds(slug)
    page.unroute("**/feed/events")
    page.reload()
    running.until(lambda: {"shown", "started"} <= _kinds(slug), what="the kept events in the log")
    page.wait_for_function(  # and what has arrived is not kept
        "() => !(localStorage.getItem('filoscope-events') ?? '').includes('started')"
    )
    page.troubles.clear()  # type: ignore[attr-defined]  # the requests that we refused
