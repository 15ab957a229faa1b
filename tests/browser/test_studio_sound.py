"""The sound of a cut on the studio's page: voices, volumes, captions; and what is saved when."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from filoscope.media import write_wav
from filoscope.server.edits.models import Draft, Take
from filoscope.studio import Timeline
from filoscope.studio.rendering.ducking import Ducking
from filoscope.studio.rendering.stock import Stock
from tests import running
from tests.browser.studio_page import (
    PATIENCE_MS,
    cut,
    kept,
    opened,
    passed,
    picture,
    slide,
    song,
    sung,
    tool,
)
from tests.server.edits.band import RATE_HZ

__all__ = ["cut", "song", "sung"]  # fixtures


def test_a_voice_is_recorded_over_the_cut_changed_and_there_after_a_reload(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Voice").click()
    panel = page.locator("[data-panel=voice]")
    panel.get_by_label("I wear headphones").check()
    panel.get_by_role("button", name="Record from here").click()
    expect(panel).to_have_attribute("data-state", "recording", timeout=PATIENCE_MS)
    passed(page, 2.0)
    page.wait_for_function("() => document.querySelector('[data-voice-level]').value > 0.05")
    picture(page, "voice-recording")
    panel.get_by_role("button", name="Stop", exact=True).click()
    slide(panel, "Too late or too early?", 40)
    expect(panel.get_by_text("40 ms earlier")).to_be_visible()
    panel.get_by_role("button", name="Keep", exact=True).click()
    form = panel.locator("[data-voice-form]")
    expect(form).to_be_visible(timeout=PATIENCE_MS)
    slide(form, "All else steps back", 18)
    form.get_by_text("Echo", exact=True).click()
    page.keyboard.press("Escape")
    block = page.get_by_role("button", name=re.compile("^Voice 1:"))
    block.press("ArrowRight")
    picture(page, "voice-lane")
    voice = kept(page, cut)["voices"][0]
    take = Take.objects.get(kind="voice")
    assert (f"take:{take.slug}", 1, 18, "echo") == (
        voice["source"], voice["at"], voice["ducking_db"], voice["effect"],
    )  # fmt: skip
    assert 55 < voice["frames"] < 180
    # The recording was begun before the cut: what came before it is left out.
    assert 0.0 < voice["start_s"] < 3.0
    page.get_by_role("button", name="Undo", exact=True).click()
    assert 0 == kept(page, cut)["voices"][0]["at"]
    running.until(Take.objects.filter(kind="voice", state=Take.State.READY).first, what="the voice")
    page.reload()
    page.wait_for_selector("[data-studio][data-ready]")
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => window.started.length > 0")
    begun = page.evaluate("window.started[0]")
    assert abs(begun["offset"] - voice["start_s"] - max(0, -begun["when"])) < 1.0
    page.get_by_role("button", name="Pause", exact=True).first.click()
    block.press("Delete")
    expect(block).to_have_count(0)
    assert [] == kept(page, cut)["voices"]


def test_a_sound_file_is_laid_over_the_cut(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "bell.wav"
    tone = np.sin(np.arange(RATE_HZ) * 0.05).astype(np.float32)[None] * 0.4
    write_wav(path, tone, rate_hz=RATE_HZ)
    page = opened(signed_in_page, cut)
    tool(page, "Voice").click()
    page.locator("[data-voice-file]").set_input_files(path)
    expect(page.locator("[data-voice-form]")).to_be_visible(timeout=PATIENCE_MS)
    voice = kept(page, cut)["voices"][0]
    assert (0, 30, 0.0) == (voice["at"], voice["frames"], voice["start_s"])


def test_a_microphone_that_is_not_allowed_says_what_to_do(signed_in_page: Page, cut: Draft) -> None:
    page = opened(signed_in_page, cut)
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => "
        "Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    tool(page, "Voice").click()
    page.get_by_role("button", name="Record from here").click()
    expect(page.locator("[data-voice-words]")).to_contain_text("Allow it in the browser's settings")
    expect(page.get_by_role("button", name="Record from here")).to_be_visible()


def test_volumes_fades_and_own_sounds_are_set_heard_and_undone(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    tool(page, "Volume").click()
    panel = page.locator("[data-panel=mix]")
    slide(panel, "Song", -12)
    slide(panel, "Fade out", 1.5)
    slide(panel, "Own sound of shot 1", -6)
    panel.get_by_text("Telephone", exact=True).click()
    expect(panel.get_by_text("This effect comes near here")).to_be_visible()
    picture(page, "volume")
    timeline = kept(page, cut)
    assert (-12, 1.5) == (timeline["sound"]["gain_db"], timeline["sound"]["fade_out_s"])
    shot = timeline["shots"][0]
    assert (-6, "telephone") == (shot["gain_db"], shot["sound_effect"])
    assert timeline["shots"][1]["gain_db"] is None
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Play", exact=True).first.click()
    page.wait_for_function("() => window.started.length > 0")
    page.wait_for_function(
        "() => [...document.querySelectorAll('video.shot')].every((v) => v.muted)"
    )
    page.get_by_role("button", name="Pause", exact=True).first.click()
    tool(page, "Volume").click()
    panel.get_by_role("button", name="The same for all shots").click()
    assert {-6} == {one["gain_db"] for one in kept(page, cut)["shots"]}
    for _ in range(5):
        page.get_by_role("button", name="Undo", exact=True).click()
    after = kept(page, cut)
    assert (0, None) == (after["sound"]["gain_db"], after["shots"][0]["gain_db"])


def test_the_page_lowers_all_else_for_a_voice_as_the_renderer_does(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    """The same voice, in the browser's arithmetic and in the engine's: half a dB apart at most."""
    rng = np.random.default_rng(5)
    voice = np.zeros(3 * RATE_HZ, np.float32)
    for begin, end in ((0.4, 0.9), (1.0, 1.2), (2.2, 2.5)):
        a, b = round(begin * RATE_HZ), round(end * RATE_HZ)
        voice[a:b] = rng.standard_normal(b - a) * 0.1
    path = tmp_path / "voice.wav"
    write_wav(path, voice[None], rate_hz=RATE_HZ)
    lane = {"source": str(path), "at": 15, "frames": 75, "start_s": 0.2, "ducking_db": 14.0}
    shots = [{"source": "color:#000000", "start_s": 0.0, "frames": 150}]
    timeline = Timeline.from_json(
        {"width": 90, "height": 160, "fps": "30", "sound": None, "shots": shots, "voices": [lane]}
    )
    gains = Ducking(timeline, Stock()).gains(0, 5 * RATE_HZ)
    assert gains is not None
    due = 20 * np.log10(gains[:: RATE_HZ // 100])
    page = opened(signed_in_page, cut)
    heard = page.evaluate(
        """async ([samples, lane]) => {
          const { duckingOf } = await import("/static/editor/levels.js");
          const buffer = new AudioBuffer({ numberOfChannels: 1, length: samples.length, sampleRate: 48000 });
          buffer.copyToChannel(Float32Array.from(samples), 0);
          const cut = { fps: "30", shots: [{ frames: 150 }], voices: [lane] };
          return [...duckingOf(cut, () => buffer)];
        }""",
        [[round(float(one), 5) for one in voice], lane],
    )
    assert min(due) < -13.9
    assert np.abs(-np.array(heard)[: len(due)] - due).max() < 0.5


def test_captions_come_from_a_file_are_edited_tapped_in_time_and_go_as_a_track(
    signed_in_page: Page, cut: Draft, tmp_path: Path
) -> None:
    path = tmp_path / "words.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nleft right left\n")
    page = opened(signed_in_page, cut)
    tool(page, "Captions").click()
    page.locator("[data-caption-file]").set_input_files(path)
    page.get_by_role("button", name="Edit: left right left").click()
    sheet = page.locator("[data-panel=line]")
    sheet.get_by_label("What is said").fill("left right left right")
    sheet.get_by_label("What is said").press("Tab")
    sheet.get_by_label("From (s)").fill("1.5")
    sheet.get_by_label("From (s)").press("Tab")
    picture(page, "caption-line")
    page.get_by_role("button", name="Tap each word in time").click()
    for at, word in zip((1.6, 2.0, 2.4, 2.8), ("left", "right", "left", "right"), strict=True):
        passed(page, at)
        page.get_by_role("button", name=f"Tap: {word}").click()
    page.get_by_role("button", name="Done", exact=True).click()
    page.get_by_text("To switch on and off").click()
    page.get_by_label("Language, such as en or pt-BR").fill("fr")
    page.locator("[data-caption-style]").get_by_text("Large", exact=True).click()
    timeline = kept(page, cut)
    [line] = timeline["captions"]
    assert ["left", "right", "left", "right"] == [word["text"] for word in line["words"]]
    starts = [word["start_s"] for word in line["words"]]
    assert starts == sorted(starts)
    assert abs(starts[0] - 1.6) < 0.6 and starts[3] - starts[0] > 0.8
    style = timeline["caption_style"]
    assert (False, 0.11) == (style["is_burnt"], style["size"])
    assert "fr" == Draft.objects.get(pk=cut.pk).caption_language
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as a file").click()
    assert download.value.path().read_text().startswith("WEBVTT")


def test_what_is_changed_without_a_connection_is_saved_when_it_is_back_and_said_once(
    signed_in_page: Page, cut: Draft
) -> None:
    page = opened(signed_in_page, cut)
    page.context.set_offline(True)
    tool(page, "Volume").click()
    slide(page.locator("[data-panel=mix]"), "Song", -9)
    expect(page.locator("[data-saved]")).to_have_text("Not saved")
    expect(page.get_by_text("There is no connection to the server.")).to_have_count(1)
    page.context.set_offline(False)
    assert -9 == kept(page, cut)["sound"]["gain_db"]
    page.troubles.clear()  # type: ignore[attr-defined]


def test_who_was_signed_out_meanwhile_loses_nothing(signed_in_page: Page, cut: Draft) -> None:
    page = opened(signed_in_page, cut)
    cookies = page.context.cookies()
    session = [one for one in cookies if one["name"] == "sessionid"]
    page.context.clear_cookies(name="sessionid")
    tool(page, "Volume").click()
    slide(page.locator("[data-panel=mix]"), "Song", -7)
    expect(page.get_by_text("Sign in in another tab")).to_be_visible()
    page.context.add_cookies(session)  # type: ignore[arg-type]
    assert -7 == kept(page, cut)["sound"]["gain_db"]
    page.troubles.clear()  # type: ignore[attr-defined]
