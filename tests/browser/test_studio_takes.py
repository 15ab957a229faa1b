"""Takes on the studio's page: placed, refused, tried again, photos, and filmed in pieces."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from filoscope.media import write_clip
from filoscope.server.edits.models import Draft, Take
from tests import running
from tests.browser.studio_page import (
    PATIENCE_MS,
    cut,
    kept,
    opened,
    passed,
    picture,
    ready,
    song,
    sung,
    tool,
)
from tests.server.edits.band import RATE_HZ
from tests.server.edits.conftest import swinging

__all__ = ["cut", "song", "sung"]  # fixtures


def test_a_take_is_played_placed_by_hand_and_found_by_itself_again(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    expect(page.locator("[data-takes]")).to_contain_text("song heard, at 0:0")
    page.get_by_role("button", name="Open: take 1").click()
    sheet = page.locator("[data-panel=take]")
    expect(sheet.get_by_label("The take", exact=True)).to_be_visible()
    before = Take.objects.get(draft=cut).placed
    assert before is not None
    sheet.get_by_role("button", name="A tenth of a second later").click()
    picture(page, "placing")
    sheet.get_by_role("button", name="Listen to both").click()
    page.wait_for_function("() => window.started.length > 0")
    sheet.get_by_role("button", name="Stop", exact=True).click()
    sheet.get_by_role("button", name="Place it here").click()
    expect(sheet.locator("[data-take-how]")).to_contain_text("where you have put it")
    placed = Take.objects.get(draft=cut).placed
    assert placed is not None
    assert abs(placed["offset_s"] - before["offset_s"] - 0.1) < 0.02
    starts = [shot["start_s"] for shot in kept(page, cut)["shots"]]
    assert [0.0, 1.9, 3.9] == [round(one, 1) for one in starts]
    sheet.get_by_role("button", name="Let it find by itself").click()
    expect(sheet.locator("[data-take-how]")).to_contain_text("song heard", timeout=PATIENCE_MS)


def test_a_take_of_another_song_is_marked_and_says_why(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "other.mp4"
    rng = np.random.default_rng(3)
    other = np.cumsum(rng.standard_normal((1, 5 * RATE_HZ)), axis=1)
    other = np.repeat(np.sin(other * 0.05), 2, axis=0).astype(np.float32) * 0.4
    write_clip(
        path, ((n / 15, swinging(n / 15)) for n in range(75)), fps=Fraction(15), samples=other
    )
    take = ready(cut, path)
    assert take.placed is not None and "refused" == take.placed["how"], take.placed
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    row = page.locator("[data-takes] [data-how=refused]")
    expect(row).to_contain_text(f"not in sync: {take.placed['reason']}"[:40])
    picture(page, "refused")


def test_a_take_that_failed_can_be_tried_again(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    lie = tmp_path / "lie.mp4"
    lie.write_text("<html>no video</html>" * 99)
    ready(cut, lie)
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Open: take 2").click()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-take-how]")).to_contain_text("not a video", timeout=PATIENCE_MS)


def test_what_could_not_be_sent_stays_and_is_sent_again(
    signed_in_page: Page, cut: Draft, sung: Path
) -> None:
    page = opened(signed_in_page, cut)
    page.route("**/api/v1/drafts/*/takes", lambda route: route.fulfill(status=503, body="{}"))
    tool(page, "Takes").click()
    page.locator("[data-panel=takes] [data-files]").set_input_files(sung)
    again = page.get_by_role("button", name="Send again: sung.mp4")
    expect(again).to_be_visible(timeout=PATIENCE_MS)
    page.unroute("**/api/v1/drafts/*/takes")
    again.click()
    running.until(lambda: Take.objects.filter(draft=cut).count() == 2, what="one more take")
    expect(again).to_have_count(0)
    page.troubles.clear()  # type: ignore[attr-defined]


def test_a_photo_is_swapped_in_and_moves(signed_in_page: Page, cut: Draft, tmp_path: Path) -> None:
    path = tmp_path / "beach.jpg"
    Image.new("RGB", (400, 300), (40, 90, 200)).save(path)
    ready(cut, path)
    page = opened(signed_in_page, cut)
    page.get_by_role("button", name="Swap").click()
    page.get_by_role("button", name="Show this: take 2").click()
    still = page.locator("img.still.front")
    expect(still).to_be_visible()
    page.wait_for_function("() => document.querySelector('img.still.front').naturalWidth > 0")
    before = still.evaluate("(image) => image.style.width")
    framing = kept(page, cut)["shots"][0]["framing"]
    assert {"start", "end"} == set(framing)
    page.get_by_role("button", name="Play", exact=True).first.click()
    passed(page, 1.0)
    assert before != still.evaluate("(image) => image.style.width")


def test_pieces_are_filmed_by_holding_go_on_where_the_song_stopped_and_are_taken_back(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Film a take").click()
    camera = page.get_by_role("dialog", name="Camera")
    camera.get_by_label("In pieces").check()
    places = [page.locator("[data-from]").input_value()]
    for number in (1, 2):
        hold(page, camera, seconds=1)
        expect(camera.get_by_role("button", name=f"Done ({number})")).to_be_visible()
        places.append(page.locator("[data-from]").input_value())
    picture(page, "pieces")
    times = [float(one) for one in places]
    assert times[0] + 0.5 < times[1] < times[2] - 0.5
    camera.get_by_role("button", name="Delete last").click()
    assert times[1] == float(page.locator("[data-from]").input_value())
    camera.get_by_role("button", name="Done (1)").click()
    running.until(lambda: Take.objects.filter(draft=cut).count() == 2, what="one more take")


def hold(page: Page, camera: Locator, *, seconds: int) -> None:
    box = camera.get_by_role("button", name="Record").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.wait_for_function(
        f"() => document.querySelector('[data-camera-clock]').textContent >= '0:0{seconds}'"
    )
    page.mouse.up()


def test_a_camera_that_is_taken_away_keeps_what_was_filmed_and_says_so(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Takes").click()
    page.get_by_role("button", name="Film a take").click()
    camera = page.get_by_role("dialog", name="Camera")
    camera.get_by_label("Count-in").select_option("0")
    camera.get_by_role("button", name="Record").click()
    page.wait_for_function(
        "() => document.querySelector('[data-camera-clock]').textContent >= '0:01'"
    )
    page.evaluate(
        "document.querySelector('[data-view]').srcObject.getVideoTracks()[0]"
        ".dispatchEvent(new Event('ended'))"
    )
    expect(camera.get_by_text("The camera was taken away")).to_be_visible()
    expect(camera.get_by_role("button", name="Keep")).to_be_visible()
