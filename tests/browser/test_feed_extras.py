"""What helps one watch: captions, and the pictures while one looks for a moment."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.feed_page import is_playing, opened
from tests.browser.seeding import Community

WORDS = """WEBVTT

00:00.000 --> 00:01.500
<v Bob>Good <i>morning</i>

00:01.500 --> 00:03.000
& good night
"""


def test_captions_are_shown_when_asked_for_and_again_on_the_next_visit(
    desktop: Page, community: Community
) -> None:
    from filoscope.server.videos import actions

    clip = community.apart()
    actions.set_captions(clip, language="en", text=WORDS)
    opened(desktop, clip.get_absolute_url())
    is_playing(desktop)
    subtitle = desktop.locator(".card .subtitle")
    expect(subtitle).to_be_hidden()
    desktop.get_by_role("button", name="Captions").click()
    expect(subtitle).to_have_text("Good morning")
    expect(subtitle).to_have_text("& good night")
    opened(desktop, clip.get_absolute_url())
    expect(desktop.locator(".card .subtitle")).to_have_text("Good morning")


def test_what_comes_is_guessed_before_its_poster_is_there(
    desktop: Page, community: Community
) -> None:
    clip = community.apart()
    desktop.route("**/poster.webp", lambda route: route.abort())
    opened(desktop, clip.get_absolute_url())
    behind = desktop.locator(".card .stage").first
    assert "data:image/png" in behind.evaluate("stage => getComputedStyle(stage).backgroundImage")
    desktop.troubles.clear()  # type: ignore[attr-defined]  # of the poster


@pytest.mark.parametrize("place", [0, 1])
def test_the_picture_of_a_moment_is_shown_while_one_looks_for_it(
    phone: Page, community: Community, place: int
) -> None:
    clip = community.publish(
        community.makers[0], published_at=community.clips[0].published_at, like=place,
        visibility="unlisted",
    )  # fmt: skip
    opened(phone, clip.get_absolute_url())
    is_playing(phone)
    bar = phone.locator(".card .seek")
    box = bar.bounding_box()
    assert box is not None
    phone.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    phone.mouse.down()
    phone.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    tile = phone.locator(".card .tile")
    expect(tile).to_be_visible()
    shown = "tile => [getComputedStyle(tile).backgroundImage, getComputedStyle(tile).backgroundPosition]"
    image, position = tile.evaluate(shown)
    assert f"{clip.folder}/storyboard.webp" in image
    assert position != "0px 0px"  # the third second is not the first
    reach = tile.bounding_box()
    assert reach is not None
    assert box["x"] <= reach["x"]
    assert reach["x"] + reach["width"] <= box["x"] + box["width"]
    phone.mouse.up()
    expect(tile).to_be_hidden()
