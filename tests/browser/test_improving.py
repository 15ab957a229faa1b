"""Before and after on the page of one's clip: the split, both players, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from filoscope.server.videos.models import Improvement
from tests import running
from tests.browser.seeding import Community
from tests.engines.enhance.shaken import pan_and_shake, write_shaken


@pytest.fixture(scope="module")
def shaky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "walk.mp4"
    write_shaken(path, pan_and_shake(60, pan_px=1.0, shake_px=6.0)[1])
    return path


def test_a_clip_is_improved_compared_and_taken_back(
    signed_in_page: Page, alice: Any, shaky: Path, worker: running.Program, community: Community
) -> None:
    page = signed_in_page
    page.goto("/upload")
    page.wait_for_selector("[data-upload][data-ready]")
    page.set_input_files("[data-upload] input[multiple]", shaky)
    row = page.get_by_role("group", name="walk.mp4")
    row.get_by_label("Improve this clip").check()
    row.get_by_role("button", name="Post").click()
    improvements = Improvement.objects.filter(clip__account=alice)
    running.until(lambda: improvements.filter(is_shown=True).exists(), what="the better version")
    page.goto(f"/v/{alice.clips.get().slug}/edit")
    expect(page.get_by_role("heading", name="Improve this clip")).to_be_visible()
    expect(page.get_by_text("The camera shakes")).to_be_visible()
    split = page.get_by_role("slider", name="Split between before and after")
    split.fill("25")
    expect(page.locator("before-after")).to_have_css("--split", "25%")
    page.get_by_role("button", name="Play both").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    playing = "[...document.querySelectorAll('before-after video')].every((v) => v.currentTime > 0)"
    page.wait_for_function(playing)
    box = page.locator("before-after").bounding_box()
    assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.get_by_role("button", name="Show it as I sent it").click()
    expect(page.get_by_role("button", name="Improve it")).to_be_visible()
    running.until(lambda: improvements.filter(is_shown=False).exists(), what="the way back")
