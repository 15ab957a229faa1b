"""From a song and two takes filmed by the page to a clip in the feed, through the studio."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from filoscope.server.sounds import actions as sounds
from filoscope.server.sounds.actions import SoundWish
from filoscope.server.sounds.models import Sound
from tests import running
from tests.browser.seeding import Community
from tests.server.edits.band import write_song

PATIENCE_MS = 180_000  # two takes are looked at and a clip is made, on a machine that is busy
SHOTS = os.environ.get("STUDIO_SCREENSHOTS", "")  # a folder: what a person looks at


@pytest.fixture
def song(community: Community, tmp_path: Path, worker: running.Program) -> Sound:
    """Twelve seconds at 120 beats a minute, that anybody may film to."""
    path = tmp_path / "march.wav"
    write_song(path, seconds=12.0)
    maker = community.makers[0]
    sound = sounds.receive(
        maker, SoundWish(title="March", artist="Bob's band"), [path.read_bytes()]
    )
    heard = Sound.objects.filter(pk=sound.pk, heard_at__isnull=False)
    return running.until(heard.first, what="the song to be heard")


def picture(page: Page, name: str) -> None:
    """Keep a screenshot, where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"))


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("[data-studio][data-ready]")
    return page


def film(page: Page, takes: int) -> None:
    """Film takes of two seconds, each kept."""
    page.locator("[data-empty] [data-film]").click()
    camera = page.get_by_role("dialog", name="Camera")
    camera.get_by_label("Count-in").select_option("0")
    camera.get_by_label("Stop after").select_option("5")
    for number in range(takes):
        camera.get_by_role("button", name="Record").click()
        page.wait_for_function(
            "() => document.querySelector('[data-camera-clock]').textContent >= '0:03'"
        )
        if not number:
            picture(page, "camera-filming")
        camera.get_by_role("button", name="Stop", exact=True).click()
        camera.get_by_role("button", name="Keep").click()
        expect(camera.get_by_role("button", name="Record")).to_be_enabled()
    picture(page, "camera")
    camera.get_by_role("button", name="Close the camera").click()


def test_two_takes_are_filmed_cut_nudged_captioned_posted_and_seen_in_the_feed(
    signed_in_page: Page, alice: Any, song: Sound, worker: running.Program
) -> None:
    page = signed_in_page
    page.goto(f"/studio?sound={song.slug}")
    picture(page, "begin")
    page.get_by_role("button", name="Film to this sound").click()
    page.wait_for_selector("[data-studio][data-ready]")
    picture(page, "empty")
    film(page, 2)
    expect(page.locator("[data-empty-title]")).to_have_text("2 takes")
    expect(page.get_by_text("Ready to be cut")).to_be_visible(timeout=PATIENCE_MS)
    picture(page, "takes-ready")
    page.get_by_role("button", name="Cut it for me").click()
    page.get_by_role("slider", name="Length").fill("5")
    picture(page, "cut-panel")
    page.get_by_role("button", name="Cut it", exact=True).click()
    shots = page.get_by_role("option")
    expect(shots.nth(1)).to_be_visible(timeout=PATIENCE_MS)
    page.wait_for_function("() => document.querySelector('.shot.front')?.readyState >= 2")
    picture(page, "cut")
    before = cut_of(page)
    shots.nth(1).click()
    page.get_by_role("button", name="Cut later").click()
    assert before != cut_of(page)
    picture(page, "nudged")
    page.get_by_role("button", name="Undo").click()
    assert before == cut_of(page)
    page.keyboard.press("Control+Shift+Z")
    assert before != cut_of(page)

    page.get_by_role("button", name="Text", exact=True).click()
    page.get_by_label("Words").fill("Two of me")
    picture(page, "text-panel")
    page.get_by_role("button", name="Add at this moment").click()
    expect(page.get_by_role("button", name="Text: Two of me")).to_be_visible()
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_text("Noir").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Captions", exact=True).click()
    page.get_by_label("What is said or sung now").fill("left right left right")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove: left right left right")).to_be_visible()
    page.keyboard.press("Escape")
    picture(page, "words")

    page.get_by_role("slider", name="Moment").press("Home")
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function(
        "() => parseFloat(document.querySelector('[data-clock]').textContent.slice(2)) > 0.5"
    )

    page.get_by_role("button", name="Next").click()
    page.get_by_label("Caption", exact=True).fill("Marching along #march")
    page.get_by_label("Others may use this cut").check()
    picture(page, "post-panel")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page).to_have_url(re.compile(r"/v/\w{11}$"), timeout=PATIENCE_MS)
    clip = alice.clips.get()
    running.until(lambda: alice.clips.filter(published_at__isnull=False).exists(), what="the clip")
    clip.refresh_from_db()
    assert (song, "Marching along #march") == (clip.sound, clip.caption)
    page.goto("/latest")
    card = page.locator(".card").first
    expect(card).to_contain_text("Marching along")
    expect(card).to_contain_text("March")
    page.goto(f"/v/{clip.slug}/cut")
    expect(page.get_by_text("made of 2 takes")).to_be_visible()


def cut_of(page: Page) -> str:
    """Return the names of all shots: their takes, places and lengths."""
    return str(
        page.evaluate(
            "[...document.querySelectorAll('.shot-block')].map(b => b.ariaLabel).join('|')"
        )
    )
