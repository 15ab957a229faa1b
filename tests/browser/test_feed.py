"""Moving through the feed: keys, fingers, wheel, three videos, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from tests.browser.feed_page import arrived, current_slug, is_playing, opened, swipe
from tests.browser.seeding import Community


@pytest.mark.parametrize("key", ["ArrowDown", "PageDown", "j"])
def test_a_key_brings_the_next_clip_and_it_plays(desktop: Page, key: str) -> None:
    first = current_slug(opened(desktop, "/latest"))
    desktop.keyboard.press(key)
    assert arrived(desktop, 1) != first
    is_playing(desktop)


def test_keys_pressed_in_a_row_each_count_and_lead_back(desktop: Page) -> None:
    first = current_slug(opened(desktop, "/latest"))
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "k", "k"):
        desktop.keyboard.press(key)
    assert first == arrived(desktop, 0)


def test_a_swipe_brings_the_next_clip_and_it_plays(phone: Page) -> None:
    first = current_slug(opened(phone, "/latest"))
    swipe(phone)
    assert arrived(phone, 1) != first
    is_playing(phone)
    swipe(phone, down=True)
    assert first == arrived(phone, 0)


def test_one_turn_of_the_wheel_is_one_clip(desktop: Page) -> None:
    opened(desktop, "/latest")
    desktop.mouse.move(700, 400)
    desktop.mouse.wheel(0, 100)
    arrived(desktop, 1)
    is_playing(desktop)
    desktop.evaluate(  # the inertia of a touchpad: many small turns at one time
        """() => {
          for (const deltaY of [50, 40, 30, 20, 10]) {
            const turn = new WheelEvent("wheel", { deltaY, bubbles: true, cancelable: true });
            document.querySelector(".stage").dispatchEvent(turn);
          }
        }"""
    )
    arrived(desktop, 2)


def test_three_videos_serve_every_card_and_only_the_current_plays(desktop: Page) -> None:
    opened(desktop, "/latest")
    for place in range(1, 6):
        desktop.keyboard.press("ArrowDown")
        arrived(desktop, place)
        is_playing(desktop)
        state = "[...document.querySelectorAll('video')].map(video => video.paused).sort().join()"
        assert "false,true,true" == desktop.evaluate(state)


def test_the_next_clip_is_there_before_it_is_wanted(desktop: Page) -> None:
    opened(desktop, "/latest")
    is_playing(desktop)
    desktop.wait_for_function(
        "() => document.querySelectorAll('.card')[1].querySelector('video.shown')?.readyState >= 3"
    )


def test_the_poster_is_seen_until_the_first_frame_is_there(desktop: Page) -> None:
    desktop.route("**/*.mp4", lambda route: None)  # never answered
    opened(desktop, "/latest")
    desktop.wait_for_function("() => document.querySelector('.card .poster').complete")
    poster, film = "getComputedStyle(document.querySelector('.card .poster'))", ".card .film"
    assert "visible" == desktop.evaluate(f"{poster}.visibility")
    assert "hidden" == desktop.evaluate(
        f"getComputedStyle(document.querySelector('{film}')).visibility"
    )
    expect(desktop.locator(".spinner")).to_be_visible()  # after half a second of waiting


def test_a_clip_that_does_not_load_says_so_and_plays_when_tried_again(desktop: Page) -> None:
    desktop.route("**/*.mp4", lambda route: route.abort())
    opened(desktop, "/latest")
    again = desktop.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    desktop.unroute("**/*.mp4")
    again.click()
    is_playing(desktop)
    desktop.troubles.clear()  # type: ignore[attr-defined]  # the requests that we refused


def test_the_address_is_the_clips_and_a_reload_returns_to_the_same_place(desktop: Page) -> None:
    opened(desktop, "/latest")
    for place in (1, 2, 3):
        desktop.keyboard.press("ArrowDown")
        arrived(desktop, place)
    slug = current_slug(desktop)
    assert desktop.url.endswith(f"/v/{slug}")
    desktop.reload()
    desktop.wait_for_selector("#feed[data-ready]")
    assert slug == arrived(desktop, 3)
    is_playing(desktop)
    desktop.keyboard.press("ArrowUp")
    assert slug != arrived(desktop, 2)
    expect(desktop.locator(".feed-tabs [aria-current]")).to_have_text("Latest")


def test_the_back_button_returns_to_the_same_clip_and_place(desktop: Page) -> None:
    opened(desktop, "/latest")
    for place in (1, 2):
        desktop.keyboard.press("ArrowDown")
        arrived(desktop, place)
    slug = current_slug(desktop)
    desktop.goto("/search")
    desktop.go_back()
    desktop.wait_for_selector("#feed[data-ready]")
    assert slug == arrived(desktop, 2)


def test_a_clip_has_an_address_of_its_own_and_more_follow(
    desktop: Page, community: Community
) -> None:
    clip = community.clips[5]
    opened(desktop, clip.get_absolute_url())
    assert clip.slug == current_slug(desktop)
    is_playing(desktop)
    desktop.keyboard.press("ArrowDown")
    assert clip.slug != arrived(desktop, 1)


def test_the_last_card_says_that_everything_was_seen(desktop: Page, community: Community) -> None:
    opened(desktop, "/latest")
    for place in range(1, len(community.clips) + 1):
        desktop.keyboard.press("j")
        arrived(desktop, place)
    expect(desktop.get_by_role("heading", name="You have seen everything")).to_be_in_viewport()


def test_the_end_gives_way_to_a_clip_that_is_posted_meanwhile(
    desktop: Page, community: Community
) -> None:
    opened(desktop, "/latest")
    for place in range(1, len(community.clips) + 1):
        desktop.keyboard.press("j")
        arrived(desktop, place)
    expect(desktop.get_by_role("heading", name="You have seen everything")).to_be_in_viewport()
    with community.crowd(1, published_before=timezone.now()):
        expect(
            desktop.get_by_role("heading", name="You have seen everything")
        ).not_to_be_in_viewport(timeout=30_000)
        is_playing(desktop)


def test_a_step_beyond_what_is_loaded_is_taken_when_more_has_come(desktop: Page) -> None:
    held: list[Route] = []
    desktop.route("**/feed/latest/more?*", lambda route: held.append(route))
    opened(desktop, "/latest")
    cards = desktop.locator("article.card").count()
    for place in range(1, cards):
        desktop.keyboard.press("j")
        arrived(desktop, place)
    desktop.keyboard.press("j")
    assert 1 == len(held)
    held[0].continue_()
    arrived(desktop, cards)
    is_playing(desktop)


def test_two_hundred_cards_keep_the_document_small_and_the_way_back_true(
    desktop: Page, many_clips: int
) -> None:
    first = current_slug(opened(desktop, "/latest"))
    count = "document.querySelectorAll('article.card').length"
    seen: dict[int, str] = {}
    for place in range(1, many_clips):
        desktop.wait_for_function(f"place => {count} > place", arg=place)
        # Not by key: the journey is 200 cards long, and what is asked is what is left behind.
        desktop.evaluate(
            """place => {
              const feed = document.getElementById("feed");
              feed.scrollTo({ top: place * feed.clientHeight, behavior: "instant" });
            }""",
            place,
        )
        seen[place] = arrived(desktop, place)
    assert many_clips <= desktop.evaluate(count)
    nodes = """() => {
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
      let count = 1;
      while (walker.nextNode()) count += 1;
      return count;
    }"""
    assert desktop.evaluate(nodes) < 2000
    for place in (150, 40, 3):
        desktop.evaluate(
            "top => document.getElementById('feed').scrollTo({ top, behavior: 'instant' })",
            desktop.evaluate("document.getElementById('feed').clientHeight") * place,
        )
        assert seen[place] == arrived(desktop, place)
        is_playing(desktop)
    desktop.keyboard.press("Home")
    assert first == arrived(desktop, 0)


def test_without_script_clips_are_a_list_with_the_browsers_own_controls(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(390, 844, scripts=False)
    page.goto("/latest")
    first = page.locator("article.card").first
    expect(first.locator("video[controls]")).to_be_visible()
    assert "none" == first.locator("video").get_attribute("preload")
    expect(first.locator(".poster")).to_be_hidden()
    page.get_by_role("link", name="More clips").click()
    expect(page.locator("article.card").first.locator("video[controls]")).to_be_visible()


def test_reduced_motion_moves_at_once(open_page: Callable[..., Page]) -> None:
    page = opened(open_page(1440, 900, reduced_motion="reduce"), "/latest")
    page.keyboard.press("ArrowDown")
    feed = "document.getElementById('feed')"
    assert page.evaluate(f"{feed}.scrollTop") == page.evaluate(f"{feed}.clientHeight")
