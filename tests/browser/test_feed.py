"""The feed in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.feed_page import current_slug, is_playing, opened


def test_the_arrow_key_brings_the_next_clip_and_it_plays(desktop: Page) -> None:
    opened(desktop, "/latest")
    first = current_slug(desktop)
    desktop.keyboard.press("ArrowDown")
    desktop.wait_for_function("slug => location.pathname !== `/v/${slug}`", arg=first)
    is_playing(desktop)
