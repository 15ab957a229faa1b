"""The picture's tools on the studio's page: as a finger uses them, as they are kept, as they are rendered."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from filoscope.media import Limits, write_clip
from filoscope.server.edits import actions, cutting_room
from filoscope.server.edits.models import Draft, Take
from filoscope.studio.rendering.lettering import Inked, Lettering, lettered
from filoscope.studio.rendering.pacing import Pace
from filoscope.studio.timeline import Shot
from filoscope.studio.timeline.shots import SpeedPoint
from tests.browser.test_studio import picture
from tests.server.edits.conftest import Looked, ready

FPS = 30
SCREEN = (0, 177, 64)


def _green(time_s: float) -> np.ndarray:
    """A ball before a green screen."""
    made = np.full((320, 180, 3), SCREEN, np.uint8)
    y = 160 + round(60 * np.sin(2 * np.pi * time_s / 3))
    made[y - 40 : y + 40, 50:130] = (240, 120, 40)
    return made


def _hills(time_s: float) -> np.ndarray:
    """Something else, with a ridge that moves."""
    made = np.full((180, 320, 3), (70, 110, 200), np.uint8)
    made[100 + round(10 * time_s) :] = (220, 220, 235)
    made[::12, ::12] = 30
    return made


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Looked]]:
    """Two takes and what the cutting room finds in them, once for all tests."""
    found = {}
    tone = np.tile(np.sin(np.arange(4 * 48_000) / 30).astype(np.float32) * 0.2, (2, 1))
    for name, made, samples in (("green", _green, None), ("hills", _hills, tone)):
        folder = tmp_path_factory.mktemp(name)
        path = folder / f"{name}.mp4"
        frames = ((n / FPS, made(n / FPS)) for n in range(4 * FPS))
        write_clip(path, frames, fps=Fraction(FPS), samples=samples)
        arguments = {
            "source": str(path), "folder": str(folder / "looked"), "speed": 1.0, "hint_s": None,
            "sound": None, "kind": "clip",
        }  # fmt: skip
        facts = cutting_room.prepare(arguments, Limits(), lambda message: None)
        found[name] = path, (folder / "looked", facts)
    return found


@pytest.fixture
def draft(community: Any, alice: Any, looks: dict[str, tuple[Path, Looked]]) -> Draft:
    """Two shots of three seconds in all, of two takes that are ready."""
    made = actions.begin_draft(alice, sound=None)
    green, hills = (ready(made, alice, *looks[name]) for name in ("green", "hills"))
    shots = [
        {"source": f"take:{take.slug}", "start_s": 0.5, "frames": 45} for take in (green, hills)
    ]
    timeline = {"width": 1080, "height": 1920, "fps": "30", "sound": None, "shots": shots}
    return actions.edit_draft(made, actions.Edit(made.revision, timeline=timeline))


@pytest.fixture
def page(signed_in_page: Page, draft: Draft) -> Page:
    return opened(signed_in_page, draft)


def opened(page: Page, draft: Draft) -> Page:
    page.goto(draft.get_absolute_url())
    page.wait_for_selector("[data-studio][data-ready]")
    page.wait_for_function("() => document.querySelector('.shot.front')?.readyState >= 2")
    return page


def kept(page: Page, draft: Draft) -> dict[str, Any]:
    """Return the cut as the server has it, when all is saved."""
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    draft.refresh_from_db()
    assert draft.timeline is not None
    return dict(draft.timeline)


def take_of(draft: Draft, place: int) -> Take:
    return list(draft.takes.all())[place]


def tool(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Tools").get_by_role(
        "button", name=name, exact=True
    ).click()


def shot_tool(page: Page, name: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=name, exact=True).click()


def drag(page: Page, what: Locator, x: float, y: float) -> None:
    """Drag something to a place of the picture, in shares of it."""
    box, frame = what.bounding_box(), page.locator("[data-frame]").bounding_box()
    assert box is not None
    assert frame is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"], steps=6)
    # The picture follows before the finger is lifted, one frame of the screen later.
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    page.mouse.up()


def test_a_ramp_is_chosen_followed_live_pulled_and_undone(page: Page, draft: Draft) -> None:
    shot_tool(page, "Speed")
    page.get_by_role("button", name="Hero").click()
    expect(page.get_by_role("button", name="Hero")).to_have_attribute("aria-pressed", "true")
    picture(page, "panel-speed")
    stored = kept(page, draft)["shots"][0]
    assert (2.5, 0.3) == (stored["speed"][0]["speed"], min(p["speed"] for p in stored["speed"]))
    points = tuple(SpeedPoint(**point) for point in stored["speed"])
    pace = Pace(Shot("a", stored["start_s"], 45, points), Fraction(FPS))
    page.keyboard.press("Escape")
    slider = page.get_by_role("slider", name="Moment")
    slider.press("Home")
    for _ in range(20):
        slider.press("ArrowRight")
    page.wait_for_function("() => !document.querySelector('.shot.front').seeking")
    shown = page.evaluate("document.querySelector('.shot.front').currentTime")
    assert abs(pace.time_at(20) - shown) < 0.5 / FPS
    shot_tool(page, "Speed")
    page.get_by_role("slider", name="Speed at point 1").press("ArrowDown")
    assert abs(2.5 / 1.1 - kept(page, draft)["shots"][0]["speed"][0]["speed"]) < 0.01
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Hero")).to_have_attribute("aria-pressed", "false")
    assert 1.0 == kept(page, draft)["shots"][0]["speed"]


def test_a_screen_is_found_by_itself_picked_and_another_take_seen_behind(
    page: Page, draft: Draft
) -> None:
    shot_tool(page, "Green screen")
    page.get_by_label("What has one colour becomes clear").check()
    key = kept(page, draft)["shots"][0]["key"]
    found = [int(key["color"][at : at + 2], 16) for at in (1, 3, 5)]
    assert np.abs(np.array(found) - SCREEN).max() < 24
    corner = "document.querySelector('.keyed').getContext('2d').getImageData(4, 4, 1, 1).data[3]"
    middle = """(() => { const c = document.querySelector('.keyed');
        return c.getContext('2d').getImageData(c.width / 2, 0.66 * c.height, 1, 1).data[3]; })()"""
    page.wait_for_function(f"() => {corner} === 0 && {middle} === 255")
    panel = page.get_by_role("region", name="Green screen of shot 1")
    panel.get_by_role("button", name="Take 2,").click()
    picture(page, "panel-screen")
    behind = f"take:{take_of(draft, 1).slug}"
    assert behind == kept(page, draft)["shots"][0]["key"]["behind"]
    page.wait_for_function("() => document.querySelector('.key-behind').readyState >= 2")

    panel.get_by_role("button", name="Pick from the picture").click()
    frame = page.locator("[data-frame]").bounding_box()
    assert frame is not None
    page.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] * 0.7)
    picked = kept(page, draft)["shots"][0]["key"]["color"]
    assert int(picked[1:3], 16) > 180  # the ball
    panel.get_by_label("What has one colour becomes clear").uncheck()
    assert kept(page, draft)["shots"][0]["key"] is None


def test_a_sticker_is_moved_by_a_finger_by_keys_and_by_two_fingers(
    page: Page, draft: Draft
) -> None:
    tool(page, "Stickers")
    picture(page, "panel-stickers")
    page.get_by_role("button", name="Cat", exact=True).click()
    sticker = page.locator("[data-touch]").get_by_role("button", name="Sticker cat", exact=True)
    expect(sticker).to_be_focused()
    drag(page, sticker, 0.51, 0.7)
    laid = kept(page, draft)["overlays"][0]
    assert ("sticker:cat", 0.5) == (laid["source"], laid["x"])  # it snaps to the middle
    assert abs(0.7 - laid["y"]) < 0.02
    sticker.press("ArrowRight")
    sticker.press("Shift+ArrowUp")
    sticker.press(".")
    moved = kept(page, draft)["overlays"][0]
    assert (0.51, round(laid["y"] - 0.05, 4), 3) == (moved["x"], moved["y"], moved["turn_deg"])
    picture(page, "sticker-moved")

    box = sticker.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    pinch(page, (x, y), 20, 40)
    pinched = kept(page, draft)["overlays"][0]
    assert abs(2 - pinched["width"] / moved["width"]) < 0.1
    page.get_by_role("button", name="Undo").click()  # a gesture is one step
    assert moved == kept(page, draft)["overlays"][0]
    sticker.press("Delete")
    assert [] == kept(page, draft)["overlays"]


def pinch(page: Page, middle: tuple[float, float], begin: float, end: float) -> None:
    """Move two fingers apart, both at once, about a point."""
    session = page.context.new_cdp_session(page)
    x, y = middle

    def touch(kind: str, apart: float) -> None:
        points = [{"x": x, "y": y - apart, "id": 0}, {"x": x, "y": y + apart, "id": 1}]
        sent = [] if kind == "touchEnd" else points
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": sent})

    touch("touchStart", begin)
    for step in range(1, 6):
        touch("touchMove", begin + (end - begin) * step / 5)
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    touch("touchEnd", end)


def test_a_take_is_laid_over_the_others_and_timed_on_its_own_lane(page: Page, draft: Draft) -> None:
    tool(page, "Picture in picture")
    panel = page.get_by_role("region", name="Picture in picture")
    panel.get_by_role("button", name="Take 2,").click()
    on_picture = page.locator("[data-touch]").get_by_role(
        "button", name="Picture of take 2", exact=True
    )
    drag(page, on_picture, 0.3, 0.3)
    laid = kept(page, draft)["overlays"][0]
    assert f"take:{take_of(draft, 1).slug}" == laid["source"]
    assert (0.3, 0.3) == (round(laid["x"], 1), round(laid["y"], 1))
    page.get_by_role("button", name="Change Picture of take 2").click()
    page.get_by_role("checkbox", name="Its own sound is heard").check()
    page.get_by_role("slider", name="Round corners").fill("0.5")
    picture(page, "panel-layer")
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelector('video.overlay-piece').readyState >= 2")
    block = page.get_by_role("group", name="Stickers and pictures").get_by_role("button")
    block.press("ArrowDown")
    block.press("Shift+ArrowRight")
    timed = kept(page, draft)["overlays"][0]
    assert (0.0, 0.5, laid["frames"] - 1, 15) == (
        timed["gain_db"], timed["corner"], timed["frames"], timed["at"],
    )  # fmt: skip


def test_a_block_is_dragged_to_a_cut_and_its_end_is_pulled(page: Page, draft: Draft) -> None:
    tool(page, "Stickers")
    page.get_by_role("button", name="Heart", exact=True).click()
    block = page.get_by_role("group", name="Stickers and pictures").get_by_role("button")
    expect(block).to_have_attribute("aria-pressed", "true")
    pull(page, block, 104)  # 43 frames and a bit: the cut is at 45
    moved = kept(page, draft)["overlays"][0]
    assert (45, 90) == (moved["at"], moved["frames"])
    pull(page, block.locator(".layer-handle.start"), -54)
    longer = kept(page, draft)["overlays"][0]
    assert abs(22.5 - longer["at"]) <= 0.5
    assert moved["at"] + moved["frames"] == longer["at"] + longer["frames"]
    page.get_by_role("button", name="Undo").click()
    assert moved == kept(page, draft)["overlays"][0]


def pull(page: Page, what: Locator, by_px: float) -> None:
    """Drag something of the timeline sideways, by its left part."""
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + min(box["width"] / 2, 30), box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + by_px, y, steps=5)
    page.mouse.up()


def test_all_shots_of_a_take_are_made_better_by_switches(page: Page, draft: Draft) -> None:
    page.keyboard.press("s")  # nothing to cut off at the start: the shot stays whole
    slider = page.get_by_role("slider", name="Moment")
    for _ in range(20):
        slider.press("ArrowRight")
    page.keyboard.press("s")
    shot_tool(page, "Better")
    page.get_by_text("All 2 shots of this take").click()
    page.get_by_label("Steady").check()
    page.get_by_label("Brighten").check()
    picture(page, "panel-improve")
    shots = kept(page, draft)["shots"]
    recipe = {"version": 1, "steady": {"mode": "quality"}, "clean": {"denoise": None, "lift": True}}
    assert [recipe, recipe, None] == [shot["enhance"] for shot in shots]
    page.get_by_label("Steady").uncheck()
    page.get_by_label("Brighten").uncheck()
    assert [None] * 3 == [shot["enhance"] for shot in kept(page, draft)["shots"]]


def test_a_text_is_dragged_coloured_and_made_larger(page: Page, draft: Draft) -> None:
    tool(page, "Text")
    page.get_by_label("Words").fill("Hello")
    page.get_by_label("Pink").check(force=True)
    picture(page, "panel-text")
    page.get_by_role("button", name="Add at this moment").click()
    text = page.locator("[data-touch]").get_by_role("button", name="Text Hello", exact=True)
    drag(page, text, 0.4, 0.25)
    page.get_by_role("button", name="Change Text Hello").click()
    page.get_by_role("slider", name="Size").fill("0.12")
    page.wait_for_function("() => document.fonts.check('800 16px \"Studio Letters\"')")
    wide, frame = (
        page.locator(one).evaluate("one => one.offsetWidth")
        for one in (".word-block", "[data-frame]")
    )
    line = Lettering(0.12 * 1080, 0.84 * 1080, "#ffffff", "#000000", None)
    drawn = lettered([[Inked("Hello", "#ffffff")]], line).shape[1] - 2 * (
        round(0.12 * 1080 * 0.15) + 2
    )
    assert abs(wide / frame - drawn / 1080) < 0.02  # as wide as it will be rendered
    stored = kept(page, draft)["texts"][0]
    assert ("Hello", "#ff8fc4", 0.12) == (stored["words"], stored["color"], stored["size"])
    assert (0.4, 0.25) == (round(stored["x"], 1), round(stored["y"], 2))
    page.get_by_text("Boxed").click()
    boxed = kept(page, draft)["texts"][0]
    assert ("#ff8fc4", stored["x"], stored["y"]) == (boxed["box"], boxed["x"], boxed["y"])


def test_a_cut_is_downloaded_for_other_editors_and_keys_are_listed(
    open_page: Callable[..., Page], alice: Any, draft: Draft
) -> None:
    page = opened(open_page(1280, 800, account=alice), draft)
    page.get_by_role("button", name="More", exact=True).click()
    picture(page, "desktop-more")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download for other editors").click()
    told = json.loads(Path(download.value.path()).read_text())
    assert (f"{draft.slug}.otio", "Timeline.1") == (
        download.value.suggested_filename, told["OTIO_SCHEMA"],
    )  # fmt: skip
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    picture(page, "desktop-keys")
    page.keyboard.press("Escape")
    strip = page.locator(".strip").bounding_box()
    assert strip is not None
    assert 1280 == strip["width"]


def test_the_sticker_that_is_shown_is_the_file_that_is_rendered(page: Page) -> None:
    tool(page, "Stickers")
    addresses = page.locator("[data-sticker]").evaluate_all(
        "all => all.map(one => one.dataset.file)"
    )
    folder = Path(str(files("filoscope"))) / "web"
    for address in addresses[:3]:
        answer = page.request.get(address)
        assert (folder / address.lstrip("/")).read_bytes() == answer.body()
    assert len(addresses) >= 24
