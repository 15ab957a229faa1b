"""What the feed weighs, how it fits, and whether everyone can use it."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.feed_page import arrived, current_slug, is_playing, opened

SCRIPT_BYTES_MAX = 15_000  # gzipped; a second of a slow line, once
CLS_MAX = 0.01  # 0.1 is called good; ours stands still
SIZES = [(360, 640), (390, 844), (768, 1024), (1440, 900), (3840, 2160)]


def test_the_script_of_the_feed_weighs_less_than_fifteen_kilobytes(
    open_page: Callable[..., Page], alice: object
) -> None:
    page = open_page(1440, 900, account=alice)
    scripts: dict[str, bytes] = {}
    page.on(
        "response",
        lambda answer: (
            scripts.update({answer.url: answer.body()})
            if answer.request.resource_type == "script"
            else None
        ),
    )
    opened(page, "/latest")
    is_playing(page)
    page.keyboard.press("ArrowDown")
    arrived(page, 1)
    assert len(scripts) > 5
    weight = sum(len(gzip.compress(body, 9)) for body in scripts.values())
    assert weight < SCRIPT_BYTES_MAX, {url: len(gzip.compress(b, 9)) for url, b in scripts.items()}


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_hangs_over_and_the_controls_are_on_the_screen(
    open_page: Callable[..., Page], width: int, height: int
) -> None:
    page = opened(open_page(width, height), "/latest")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card = page.locator(".card").first
    for name in ("Like", "Comments", "Save", "Share", "More"):
        expect(card.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(card.locator(".maker")).to_be_in_viewport(ratio=1)
    for name in ("For You", "Following", "Latest"):
        link = page.locator(".feed-tabs").get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
        assert link.evaluate(
            "link => { const box = link.getBoundingClientRect(); return link.contains("
            "document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)); }"
        )


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_nothing_moves_by_itself(open_page: Callable[..., Page], width: int, height: int) -> None:
    page = open_page(width, height)
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    opened(page, "/latest")
    is_playing(page)
    for place in (1, 2, 3):
        page.keyboard.press("ArrowDown")
        arrived(page, place)
        is_playing(page)
    assert page.evaluate("window.shifts") < CLS_MAX


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1440, 900)])
def test_every_control_has_a_name_for_screen_readers(
    open_page: Callable[..., Page], width: int, height: int
) -> None:
    page = opened(open_page(width, height), "/latest")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    controls = {"button", "link", "slider", "textbox", "checkbox", "article", "dialog", "feed"}
    found = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree["nodes"]
        if not node.get("ignored") and node.get("role", {}).get("value") in controls
    ]
    assert {"button", "link", "slider", "article", "feed"} <= {role for role, _ in found}
    assert [] == [(role, name) for role, name in found if not name.strip()]


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(desktop: Page) -> None:
    opened(desktop, "/latest")
    reached: set[str] = set()
    for _ in range(30):
        desktop.keyboard.press("Tab")
        name, outline = desktop.evaluate(
            """() => {
              const at = document.activeElement;
              return [at.ariaLabel || at.textContent.trim(), getComputedStyle(at).outlineStyle];
            }"""
        )
        assert (name, "none") != (name, outline)
        reached.add(name)
    assert {
        "Skip to content",
        "Home",
        "For You",
        "Like",
        "Comments",
        "Save",
        "Share",
        "More",
    } <= reached


def test_shortcuts_are_told_and_left_alone_while_one_types(desktop: Page) -> None:
    slug = current_slug(opened(desktop, "/latest"))
    desktop.keyboard.press("?")
    dialog = desktop.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    desktop.keyboard.press("j")
    desktop.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert slug == current_slug(desktop)
